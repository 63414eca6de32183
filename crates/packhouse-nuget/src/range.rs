//! Which versions of something a package takes (NuGet notes §11): bounds as a nuspec writes them,
//! `1.0`, `[1.0]`, `(,2.0]`, and their one normal form, `[1.0.0, )`.

mod parse;

use std::fmt;

use packhouse_core::text::shown;
use serde::{Deserialize, Serialize};

use crate::version::{InvalidVersion, Version};

/// How long a range may be, in characters (NuGet notes §10).
pub const MAX_LENGTH: usize = 256;

/// A range of versions; without bounds it has all. Stored as its normal form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionRange {
    min: Option<Bound>,
    max: Option<Bound>,
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The version at this end.
    pub version: Version,
    /// Whether that version is in the range.
    pub inclusive: bool,
}

/// Reports a text that is no range; says which rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a version range: {reason}", shown(text))]
pub struct InvalidRange {
    /// The text, cut to some length.
    pub text: String,
    /// The rule that it breaks.
    pub reason: Reason,
}

/// The rule that a text breaks which should be a range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Longer than [`MAX_LENGTH`].
    #[error("it has more than {MAX_LENGTH} characters")]
    TooLong,
    /// A `*`, which only projects may write.
    #[error("a floating version belongs in a project: write the lowest version that will do")]
    Floating,
    /// A bracket at one end alone.
    #[error("it begins with [ or ( and ends with ] or ), or is one version")]
    Brackets,
    /// Brackets with nothing, or more than two versions, between them.
    #[error("between the brackets stand one version, or one or two ends with a comma")]
    Parts,
    /// `(1.0)`: no version at all.
    #[error("one version alone stands between [ and ]")]
    Single,
    /// A lower end above the upper one, or both the same but not both in the range.
    #[error("no version lies between its ends")]
    Nothing,
    /// An end with metadata, by which versions are not told apart.
    #[error("metadata after a + has no place in it: leave it out")]
    Metadata,
    /// An end that is no version.
    #[error("{0}")]
    Version(#[from] InvalidVersion),
}

impl VersionRange {
    /// Reads a range as a package that is being pushed may write it. Empty is every version.
    ///
    /// # Errors
    /// When the text breaks one of the rules in [`Reason`].
    pub fn parse(text: &str) -> Result<Self, InvalidRange> {
        let range = parse::parse(text).and_then(|range| {
            let mut bounds = range.min.iter().chain(&range.max);
            match bounds.any(|bound| bound.version.metadata().is_some()) {
                true => Err(Reason::Metadata),
                false => Ok(range),
            }
        });
        range.map_err(|reason| InvalidRange {
            text: packhouse_core::text::cut(text, MAX_LENGTH),
            reason,
        })
    }

    /// Reads a range where a mistake must not stop the reader, such as in a query: what is no
    /// range is every version, as clients have it. A floating version is no range here.
    pub fn parse_lenient(text: &str) -> Self {
        parse::parse(text).unwrap_or_default()
    }

    /// Gives the lower end.
    pub fn min(&self) -> Option<&Bound> {
        self.min.as_ref()
    }

    /// Gives the upper end.
    pub fn max(&self) -> Option<&Bound> {
        self.max.as_ref()
    }

    /// Tells whether every version is in the range.
    pub fn is_any(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// Tells whether a version lies in the range; a prerelease does where its place in the order
    /// is.
    pub fn contains(&self, version: &Version) -> bool {
        let above = self.min.as_ref().is_none_or(|min| match min.inclusive {
            true => *version >= min.version,
            false => *version > min.version,
        });
        let below = self.max.as_ref().is_none_or(|max| match max.inclusive {
            true => *version <= max.version,
            false => *version < max.version,
        });
        above && below
    }

    /// Tells whether only clients that know SemVer 2 can read the range: an end is such a version.
    /// A package that depends on one is hidden from the others.
    pub fn is_semver2(&self) -> bool {
        let mut bounds = self.min.iter().chain(&self.max);
        bounds.any(|bound| bound.version.is_semver2())
    }
}

impl fmt::Display for VersionRange {
    /// Writes the normal form, the one that clients of every age read: `[1.0.0, )`, `(, )` for
    /// every version. The space is part of it: clients refuse `(,)` and the document around it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.min {
            Some(min) if min.inclusive => write!(f, "[{}", min.version)?,
            Some(min) => write!(f, "({}", min.version)?,
            None => f.write_str("(")?,
        }
        f.write_str(", ")?;
        match &self.max {
            Some(max) if max.inclusive => write!(f, "{}]", max.version),
            Some(max) => write!(f, "{})", max.version),
            None => f.write_str(")"),
        }
    }
}

impl TryFrom<String> for VersionRange {
    type Error = InvalidRange;

    fn try_from(text: String) -> Result<Self, InvalidRange> {
        Self::parse(&text)
    }
}

impl From<VersionRange> for String {
    fn from(range: VersionRange) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests;
