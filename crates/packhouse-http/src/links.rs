//! Absolute addresses: from the configured public URL, never from what a client says its host is.

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

/// Which host names lead straight to which protocol (`[hosts]` of the configuration).
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    by_name: HashMap<String, Host>,
}

#[derive(Debug, Clone)]
struct Host {
    scope: &'static str,
    base: Arc<str>,
}

impl Hosts {
    /// Lets a host name serve a protocol at its root. Scheme and port are those of the public URL.
    pub fn insert(&mut self, name: &str, scope: &'static str, public_url: &Url) {
        let name = name.to_ascii_lowercase();
        let port = public_url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        let base = format!("{}://{name}{port}", public_url.scheme()).into();
        self.by_name.insert(name, Host { scope, base });
    }

    /// Gives the base address of the protocol that a Host header leads to.
    pub fn find(&self, host: &str, scope: &str) -> Option<Arc<str>> {
        if self.by_name.is_empty() {
            return None;
        }
        let name = host.rsplit_once(':').map_or(host, |(name, port)| {
            if port.bytes().all(|b| b.is_ascii_digit()) {
                name
            } else {
                host
            }
        });
        let host = self.by_name.get(name.to_ascii_lowercase().as_str())?;
        (host.scope == scope).then(|| Arc::clone(&host.base))
    }
}

/// Gives the address of a protocol under the public URL, without a slash at the end.
pub fn base(public_url: &Url, scope: &str) -> Arc<str> {
    format!("{}{scope}", public_url.as_str().trim_end_matches('/')).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_lead_to_their_protocol_alone() {
        let public = Url::parse("https://packages.example:8443/").unwrap();
        let mut hosts = Hosts::default();
        hosts.insert("NPM.example", "/npm", &public);
        let base = hosts.find("npm.example:8443", "/npm");
        assert_eq!(base.as_deref(), Some("https://npm.example:8443"));
        assert_eq!(hosts.find("npm.example", "/v2"), None);
        assert_eq!(hosts.find("packages.example", "/npm"), None);
        assert_eq!(
            &*super::base(&public, "/npm"),
            "https://packages.example:8443/npm"
        );
    }
}
