//! Versions as NuGet reads, writes and orders them (NuGet notes §11): up to four numbers, labels,
//! metadata. `1`, `1.0` and `1.0.0.0` are one version, so are `1.0.0+a` and `1.0.0+b`, and case
//! does not count.

mod order;
mod parse;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use packhouse_core::text::shown;
use serde::{Deserialize, Serialize};

/// How long a version may be, as written and with its missing numbers filled in, in bytes.
pub const MAX_LENGTH: usize = 64;

/// The largest number in a version.
pub const MAX_NUMBER: u32 = i32::MAX.unsigned_abs();

/// A version. Two are equal when they are the same to NuGet: without metadata, ignoring case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    numbers: [u32; 4],
    /// Everything between the first `-` and `+`, in its original case; empty for a release.
    labels: String,
    /// Everything after the `+`.
    metadata: Option<String>,
}

/// Reports a text that is no version; says which rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a version: {reason}", shown(text))]
pub struct InvalidVersion {
    /// The text.
    pub text: String,
    /// The rule that it breaks.
    pub reason: Reason,
}

/// The rule that a text breaks which should be a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// Longer than [`MAX_LENGTH`].
    #[error("it has more than {MAX_LENGTH} characters")]
    TooLong,
    /// No number, or more than four, or something else than digits.
    #[error("it must begin with one to four numbers with dots between them")]
    Numbers,
    /// A number above [`MAX_NUMBER`].
    #[error("a number in it is above {MAX_NUMBER}")]
    NumberTooLarge,
    /// An empty label, or one with another character.
    #[error("labels after the - are letters, digits and hyphens, with dots between them")]
    Label,
    /// A label of digits that begins with a zero.
    #[error("a label that is a number must not begin with 0")]
    LeadingZero,
    /// Empty metadata, or metadata with another character.
    #[error("metadata after the + is letters, digits and hyphens, with dots between them")]
    Metadata,
}

impl Version {
    /// Reads a version, with white space around it or not.
    ///
    /// # Errors
    /// When the text breaks one of the rules in [`Reason`].
    pub fn parse(text: &str) -> Result<Self, InvalidVersion> {
        parse::parse(text.trim()).map_err(|reason| InvalidVersion {
            text: packhouse_core::text::cut(text, MAX_LENGTH * 2),
            reason,
        })
    }

    /// Gives the version as it is shown and listed: three numbers, the fourth when it is not 0,
    /// labels in their original case, no metadata.
    pub fn normalized(&self) -> String {
        let [major, minor, patch, revision] = self.numbers;
        let mut text = format!("{major}.{minor}.{patch}");
        if revision > 0 {
            text.push_str(&format!(".{revision}"));
        }
        if !self.labels.is_empty() {
            text.push('-');
            text.push_str(&self.labels);
        }
        text
    }

    /// Gives the normalised version with its metadata.
    pub fn full(&self) -> String {
        let mut text = self.normalized();
        if let Some(metadata) = &self.metadata {
            text.push('+');
            text.push_str(metadata);
        }
        text
    }

    /// Gives the normalised version in lower case: by it versions are told apart, and it stands in
    /// addresses and file names.
    pub fn lower(&self) -> String {
        let mut text = self.normalized();
        text.make_ascii_lowercase();
        text
    }

    /// Tells whether the version comes before a release: it has labels.
    pub fn is_prerelease(&self) -> bool {
        !self.labels.is_empty()
    }

    /// Tells whether only clients that know SemVer 2 can read the version: it has two or more
    /// labels, or metadata.
    pub fn is_semver2(&self) -> bool {
        self.labels.contains('.') || self.metadata.is_some()
    }

    /// Gives the metadata, without the `+`.
    pub fn metadata(&self) -> Option<&str> {
        self.metadata.as_deref()
    }
}

/// Tells whether a client that says this `semVerLevel` knows SemVer 2.
pub fn knows_semver2(level: &str) -> bool {
    let major = level.trim().split('.').next().unwrap_or_default();
    major.parse().is_ok_and(|major: u32| major >= 2)
}

impl fmt::Display for Version {
    /// Writes the normalised version, without metadata.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normalized())
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Version {
    type Error = InvalidVersion;

    fn try_from(text: String) -> Result<Self, InvalidVersion> {
        Self::parse(&text)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.full()
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers && self.labels.eq_ignore_ascii_case(&other.labels)
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.lower().hash(state);
    }
}

impl Ord for Version {
    /// Orders by precedence. What precedes neither the other and yet is another version (`1.0-x.-1`
    /// and `1.0-x.-01`) is ordered by its text, so that only equal versions are [`Ordering::Equal`].
    fn cmp(&self, other: &Self) -> Ordering {
        order::precedence(self, other).then_with(|| order::text(self, other))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
pub(crate) mod tests;
