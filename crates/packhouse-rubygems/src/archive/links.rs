//! Where entries and their links lead.
//!
//! A link must lead to a place within the gem, whatever other links there are and in whatever
//! order they are made. So it goes up only at its beginning and no further than its own folders,
//! and none of those may be a link. What follows leads down, at most through links that hold to
//! the same.

use std::collections::HashMap;

use super::ArchiveError;
use super::header::Header;

/// The most links; their paths are kept until the last is known.
const MAX_LINKS: usize = 10_000;

/// The links seen so far, by their paths as systems that ignore case have them.
#[derive(Debug, Default)]
pub(super) struct Links(HashMap<String, Header>);

impl Links {
    /// Adds a link, whose path has these parts.
    pub(super) fn add(&mut self, parts: &[&[u8]], header: &Header) -> Result<(), ArchiveError> {
        check_target(parts.len() - 1, &header.target).map_err(|reason| refused(header, reason))?;
        let path = key(parts);
        if self.0.contains_key(&path) {
            return Err(refused(header, "replaces another link"));
        }
        if self.0.len() >= MAX_LINKS {
            return Err(ArchiveError::TooManyLinks { max: MAX_LINKS });
        }
        let copy = Header {
            path: header.path.clone(),
            target: header.target.clone(),
            ..*header
        };
        self.0.insert(path, copy);
        Ok(())
    }

    /// Checks that no link lies behind another one.
    pub(super) fn finish(&self) -> Result<(), ArchiveError> {
        for (path, header) in &self.0 {
            let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
            if folders.any(|folder| self.0.contains_key(folder)) {
                return Err(refused(header, "lies behind another link"));
            }
        }
        Ok(())
    }
}

/// Splits a path into its parts. Backslashes count as slashes, as they do where they matter.
pub(super) fn parts(path: &[u8]) -> Result<Vec<&[u8]>, &'static str> {
    if is_absolute(path) {
        return Err("has an absolute path");
    }
    let parts: Vec<&[u8]> = split(path).collect();
    if parts.contains(&&b".."[..]) {
        return Err("has a path that goes up");
    }
    match parts.is_empty() {
        true => Err("has a path that leads nowhere"),
        false => Ok(parts),
    }
}

/// Checks where a link in a folder of this depth leads.
fn check_target(depth: usize, target: &[u8]) -> Result<(), &'static str> {
    if target.is_empty() {
        return Err("leads nowhere");
    }
    if is_absolute(target) {
        return Err("is an absolute path");
    }
    let parts: Vec<&[u8]> = split(target).collect();
    let up = parts.iter().take_while(|part| **part == b"..").count();
    if parts[up..].contains(&&b".."[..]) {
        return Err("goes down before it goes up: write it without the detour");
    }
    // The gem's own folder is no place in it: clients refuse that too.
    match up <= depth && depth + parts.len() > 2 * up {
        true => Ok(()),
        false => Err("lies outside the gem"),
    }
}

fn split(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| matches!(byte, b'/' | b'\\'))
        .filter(|part| !matches!(*part, b"" | b"."))
}

fn is_absolute(path: &[u8]) -> bool {
    let has_drive = matches!(path, [letter, b':', ..] if letter.is_ascii_alphabetic());
    path.starts_with(b"/") || path.starts_with(b"\\") || has_drive
}

fn key(parts: &[&[u8]]) -> String {
    String::from_utf8_lossy(&parts.join(&b'/')).to_lowercase()
}

fn refused(header: &Header, reason: &'static str) -> ArchiveError {
    ArchiveError::Link {
        entry: header.shown(),
        target: String::from_utf8_lossy(&header.target).into_owned(),
        reason,
    }
}
