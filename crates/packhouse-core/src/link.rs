//! Source addresses: how a package names the repository it comes from.
//!
//! All the spellings that clients use for one address (`npm.md` §14) are brought into one form,
//! `host[:port]/path`, in lower case, without user, `.git`, query or trailing slash.

use std::fmt;

/// A source address in its one comparable form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SourceAddress {
    host: String,
    path: String,
}

/// Reports a text that names no place on a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad source address {0:?}: use https://HOST/PATH")]
pub struct SourceAddressError(pub String);

/// Where the shorthands of package.json point.
const SHORTHANDS: &[(&str, &str)] = &[
    ("github:", "github.com"),
    ("gitlab:", "gitlab.com"),
    ("bitbucket:", "bitbucket.org"),
];

impl SourceAddress {
    /// Parses any of: `https://h/o/r(.git)`, `git+https://…`, `git://…`, `ssh://git@h/o/r`,
    /// `git@h:o/r.git`, `github:o/r`, `o/r` (which means GitHub in package.json).
    ///
    /// # Errors
    /// When no host and path can be found.
    pub fn parse(text: &str) -> Result<Self, SourceAddressError> {
        let bad = || SourceAddressError(text.chars().take(200).collect());
        let (host, path) = split(text.trim()).ok_or_else(bad)?;
        let path = path
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let clean = |part: &str| {
            !part.is_empty() && part.chars().all(|c| !c.is_control() && !c.is_whitespace())
        };
        if !clean(host) || !clean(path) || text.len() > 2048 {
            return Err(bad());
        }
        Ok(Self {
            host: host.to_ascii_lowercase(),
            path: path.to_lowercase(),
        })
    }

    /// Reads back what `to_string` gave. It is not parsed anew, which would take away a port or an
    /// ending once more.
    pub fn from_row(text: &str) -> Option<Self> {
        let (host, path) = text.split_once('/')?;
        Some(Self {
            host: host.to_owned(),
            path: path.to_owned(),
        })
    }

    /// Gives the host, with its port if one was named.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Gives the path without slashes at its ends.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Gives `OWNER` and `REPO` when the address, or what is left of it after `base`'s path, is
    /// exactly of that shape and on that host.
    pub fn owner_and_repository(&self, host: &str, base: &str) -> Option<(&str, &str)> {
        if !self.host.eq_ignore_ascii_case(host) {
            return None;
        }
        let base = base.trim_matches('/');
        let rest = match base {
            "" => self.path.as_str(),
            base => self
                .path
                .strip_prefix(&base.to_lowercase())?
                .strip_prefix('/')?,
        };
        rest.split_once('/')
            .filter(|(owner, name)| !owner.is_empty() && !name.contains('/'))
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    if let Some((scheme, rest)) = text.split_once("://") {
        let scheme = scheme.strip_prefix("git+").unwrap_or(scheme);
        if !matches!(scheme, "http" | "https" | "git" | "ssh") {
            return None;
        }
        let (authority, path) = rest.split_once('/')?;
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let default_port = match scheme {
            "http" => ":80",
            "https" => ":443",
            "ssh" => ":22",
            _ => ":9418",
        };
        return Some((host.strip_suffix(default_port).unwrap_or(host), path));
    }
    for (prefix, host) in SHORTHANDS {
        if let Some(path) = text.strip_prefix(prefix) {
            return path.contains('/').then_some((*host, path));
        }
    }
    if let Some((authority, path)) = text.split_once(':') {
        let (_, host) = authority.rsplit_once('@')?;
        return Some((host, path));
    }
    let mut parts = text.split('/');
    let two = parts.next().is_some_and(|p| !p.is_empty())
        && parts.next().is_some_and(|p| !p.is_empty())
        && parts.next().is_none();
    two.then_some(("github.com", text))
}

impl fmt::Display for SourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_one_address_are_equal() {
        for text in [
            "https://git.example/Acme/Tools",
            "http://git.example/acme/tools/",
            "git+https://git.example/acme/tools.git",
            "git://git.example/acme/tools.git",
            "ssh://git@git.example:22/acme/tools.git",
            "git+ssh://git@git.example/acme/tools.git#main",
            "git@git.example:acme/tools.git",
            "https://user:secret@git.example:443/acme/tools?tab=readme",
        ] {
            assert_eq!(
                SourceAddress::parse(text).unwrap().to_string(),
                "git.example/acme/tools"
            );
        }
        for text in ["github:acme/tools", "acme/tools"] {
            assert_eq!(
                SourceAddress::parse(text).unwrap().to_string(),
                "github.com/acme/tools"
            );
        }
    }

    #[test]
    fn a_stored_address_comes_back_as_it_was() {
        let address = SourceAddress::parse("http://git.example:443/acme/tools.git.git").unwrap();
        let stored = address.to_string();
        assert_eq!(SourceAddress::from_row(&stored), Some(address));
        assert_eq!(SourceAddress::from_row("nothing"), None);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "tools",
            "a/b/c",
            "file:///etc/passwd",
            "https://host",
            "https://h/ a",
            "gist:123",
        ] {
            assert!(SourceAddress::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn owner_and_repository_follow_the_base_path() {
        let address = SourceAddress::parse("https://packages.example:8443/x/acme/tools").unwrap();
        let found = address.owner_and_repository("packages.example:8443", "/x/");
        assert_eq!(found, Some(("acme", "tools")));
        assert_eq!(
            address.owner_and_repository("packages.example:8443", ""),
            None
        );
        assert_eq!(address.owner_and_repository("other.example", "/x"), None);
    }
}
