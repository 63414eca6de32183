//! `[links]`: whose addresses name our repositories.

use serde::Deserialize;

use super::values::List;

/// `[links]` as one source says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinksLayer {
    /// Hosts, with a port if it is not the usual one, on which `https://HOST/OWNER/REPO` means our
    /// OWNER/REPO.
    pub hosts: Option<List>,
}

impl LinksLayer {
    /// Fills what this one does not say from a lower one.
    pub fn or(self, lower: Self) -> Self {
        Self {
            hosts: self.hosts.or(lower.hosts),
        }
    }

    /// Gives the hosts in lower case.
    pub fn finish(self) -> Vec<String> {
        let hosts = self.hosts.unwrap_or_default().0;
        hosts.iter().map(|host| host.to_ascii_lowercase()).collect()
    }
}
