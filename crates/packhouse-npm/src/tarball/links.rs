//! Links of an archive: none may lead out of the package, alone or together.

use std::collections::BTreeSet;

use super::TarballError;
use super::entry::{Entry, Kind, split};
use crate::name::cut;

/// The most links of an archive. npm packs none.
const MAX_LINKS: usize = 1000;

/// The links so far, by path without the top folder, whose name does not matter to installers.
#[derive(Debug, Default)]
pub(super) struct Links(BTreeSet<String>);

impl Links {
    /// Checks an entry against the links before it, and a link against the package.
    pub(super) fn check(&mut self, entry: &Entry, parts: &[&str]) -> Result<(), TarballError> {
        let inner = parts.get(1..).unwrap_or_default();
        let behind = (1..inner.len()).any(|end| self.0.contains(&key(&inner[..end])));
        if behind && !self.0.is_empty() {
            return Err(TarballError::BehindLink {
                entry: cut(&entry.path),
            });
        }
        let (target, stays) = match &entry.kind {
            Kind::File | Kind::Folder => return Ok(()),
            Kind::Symlink(target) => (target, symlink_stays(parts, target)),
            Kind::Hardlink(target) => (target, hardlink_stays(parts, target)),
        };
        if inner.is_empty() || !stays {
            return Err(TarballError::Link {
                entry: cut(&entry.path),
                target: cut(target),
            });
        }
        if self.0.len() >= MAX_LINKS {
            return Err(TarballError::TooManyLinks { limit: MAX_LINKS });
        }
        self.0.insert(key(inner));
        Ok(())
    }
}

/// Where names have no case, `A/x` lies behind a link `a`.
fn key(parts: &[&str]) -> String {
    parts.join("/").to_lowercase()
}

/// A symbolic link is read from its own folder. `..` may stand in front only: behind another link
/// it would mean another folder than it seems to.
fn symlink_stays(parts: &[&str], target: &str) -> bool {
    let mut rest = target;
    let mut up = 0;
    while let Some(after) = rest
        .strip_prefix("../")
        .or_else(|| (rest == "..").then_some(""))
    {
        up += 1;
        rest = after;
    }
    // One for the link itself, one for the top folder.
    split(rest).is_some() && !target.is_empty() && up + 2 <= parts.len()
}

/// A hard link is read from the top of the archive, so it names the top folder too.
fn hardlink_stays(parts: &[&str], target: &str) -> bool {
    split(target).is_some_and(|target| target.len() > 1 && target.first() == parts.first())
}
