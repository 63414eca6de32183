//! The package sources of a home, and the settings file that names them.

use std::path::Path;

use super::escaped;

/// A package source on loopback or in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    address: String,
    login: Option<(String, String)>,
}

impl Source {
    /// Names a source by its address: one that ends in `.json` speaks version 3 of the protocol,
    /// any other version 2. Panics when it is not on 127.0.0.1.
    pub fn new(name: &str, url: &str) -> Self {
        assert_loopback(url);
        Self {
            name: name.to_owned(),
            address: url.to_owned(),
            login: None,
        }
    }

    /// Names a folder of packages.
    pub fn folder(name: &str, path: &Path) -> Self {
        Self {
            name: name.to_owned(),
            address: path.display().to_string(),
            login: None,
        }
    }

    /// Shows a user name and a password, a token, when the server asks for one.
    pub fn with_password(mut self, user: &str, password: &str) -> Self {
        self.login = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Gives its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives its address, or its path.
    pub fn address(&self) -> &str {
        &self.address
    }

    fn credentials(&self) -> String {
        let Some((user, password)) = &self.login else {
            return String::new();
        };
        format!(
            "    <{name}>\n      <add key=\"Username\" value=\"{}\"/>\n      \
             <add key=\"ClearTextPassword\" value=\"{}\"/>\n    </{name}>\n",
            escaped(user),
            escaped(password),
            name = self.name
        )
    }
}

/// Writes NuGet.Config with these sources and no other.
pub(super) fn render(sources: &[Source]) -> String {
    let entries: String = sources
        .iter()
        .map(|source| {
            let address = escaped(&source.address);
            format!("    <add key=\"{}\" value=\"{address}\"/>\n", source.name)
        })
        .collect();
    let credentials: String = sources.iter().map(Source::credentials).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<configuration>\n  <packageSources>\n    \
         <clear/>\n{entries}  </packageSources>\n  <packageSourceCredentials>\n{credentials}  \
         </packageSourceCredentials>\n</configuration>\n"
    )
}

/// Tells whether `url` is on 127.0.0.1.
pub(super) fn is_loopback(url: &str) -> bool {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    rest.is_some_and(|rest| rest.starts_with("127.0.0.1:"))
}

/// Panics unless `url` is on 127.0.0.1.
pub(super) fn assert_loopback(url: &str) {
    assert!(
        is_loopback(url),
        "{url} is not on loopback: no test may publish there"
    );
}
