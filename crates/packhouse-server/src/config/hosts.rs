//! `[hosts]`: host names at whose root one protocol is served.

use serde::Deserialize;

use super::error::ConfigError;
use super::values::List;
use crate::protocols;

/// `[hosts]` as one source says it: one name or several for each, without scheme and port.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HostsLayer {
    /// For npm clients.
    pub npm: Option<List>,
    /// For NuGet clients.
    pub nuget: Option<List>,
    /// For Maven and Gradle.
    pub maven: Option<List>,
    /// For gem and Bundler.
    pub rubygems: Option<List>,
    /// For container clients.
    pub container: Option<List>,
}

impl HostsLayer {
    /// Fills what this one does not say from a lower one.
    pub fn or(self, lower: Self) -> Self {
        Self {
            npm: self.npm.or(lower.npm),
            nuget: self.nuget.or(lower.nuget),
            maven: self.maven.or(lower.maven),
            rubygems: self.rubygems.or(lower.rubygems),
            container: self.container.or(lower.container),
        }
    }

    /// Gives each host name, in lower case, with the scope it leads to.
    ///
    /// # Errors
    /// When something is no host name, or stands twice.
    pub fn finish(self) -> Result<Vec<(String, &'static str)>, ConfigError> {
        let scopes = protocols::scopes();
        let mut hosts: Vec<(String, &'static str)> = Vec::new();
        for (format, names) in [
            ("npm", self.npm),
            ("nuget", self.nuget),
            ("maven", self.maven),
            ("rubygems", self.rubygems),
            ("container", self.container),
        ] {
            let wrong = |reason: String| ConfigError::value(format!("hosts.{format}"), reason);
            let names = names.unwrap_or_default().0;
            let scope = scopes.iter().find(|(id, _)| id.as_str() == format);
            let scope = scope.map(|(_, scope)| *scope);
            let scope = scope.ok_or_else(|| wrong("nothing serves it".to_owned()))?;
            for name in names {
                let name = name.to_ascii_lowercase();
                if !is_host(&name) {
                    let reason = format!("bad host name {name:?}: leave out scheme, port and path");
                    return Err(wrong(reason));
                }
                if hosts.iter().any(|(known, _)| *known == name) {
                    return Err(wrong(format!("{name} stands in [hosts] twice")));
                }
                hosts.push((name, scope));
            }
        }
        Ok(hosts)
    }
}

fn is_host(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    !name.is_empty() && name.bytes().all(allowed)
}
