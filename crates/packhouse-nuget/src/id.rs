//! Ids of packages (NuGet notes §10): words of ASCII letters, digits and `_`, with single dots or
//! hyphens between them, told apart without case.

use std::fmt;
use std::hash::{Hash, Hasher};

use packhouse_core::text::{cut, shown};
use serde::{Deserialize, Serialize};

/// How long an id may be, in characters.
pub const MAX_LENGTH: usize = 100;

/// How long the id of something that a package depends on may be, in characters.
pub const MAX_DEPENDENCY_LENGTH: usize = 128;

/// The id of a package as its publisher writes it. Two are equal ignoring case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackageId(String);

/// Reports a text that is no id; says which rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a package id: {reason}", shown(text))]
pub struct InvalidId {
    /// The text, cut to some length.
    pub text: String,
    /// The rule that it breaks.
    pub reason: Reason,
}

/// The rule that a text breaks which should be an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// More characters than allowed here.
    #[error("it has more than {max} characters")]
    TooLong {
        /// How many are allowed.
        max: usize,
    },
    /// `$id$`, which packing should have replaced.
    #[error("it is a placeholder that packing should have replaced")]
    Placeholder,
    /// Another character, or a dot or hyphen that is not between two words.
    #[error(
        "it is made of words of ASCII letters, digits and underscores, with single dots or \
         hyphens between them"
    )]
    Characters,
}

impl PackageId {
    /// Reads the id of a package.
    ///
    /// # Errors
    /// When the text breaks one of the rules in [`Reason`].
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        Self::parse_within(text, MAX_LENGTH)
    }

    /// Reads the id of something that a package depends on, which may be longer.
    ///
    /// # Errors
    /// As [`PackageId::parse`].
    pub fn parse_dependency(text: &str) -> Result<Self, InvalidId> {
        Self::parse_within(text, MAX_DEPENDENCY_LENGTH)
    }

    fn parse_within(text: &str, max: usize) -> Result<Self, InvalidId> {
        match check(text, max) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(reason) => Err(InvalidId {
                text: cut(text, MAX_DEPENDENCY_LENGTH),
                reason,
            }),
        }
    }

    /// Gives the id as its publisher writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the id in lower case: by it ids are told apart, and it stands in addresses and file
    /// names.
    pub fn lower(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

fn check(text: &str, max: usize) -> Result<(), Reason> {
    if text.is_empty() {
        return Err(Reason::Empty);
    }
    if text.chars().count() > max {
        return Err(Reason::TooLong { max });
    }
    if text.eq_ignore_ascii_case("$id$") {
        return Err(Reason::Placeholder);
    }
    let is_word = |word: &str| {
        let good = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        !word.is_empty() && word.bytes().all(good)
    };
    match text.split(['.', '-']).all(is_word) {
        true => Ok(()),
        false => Err(Reason::Characters),
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq for PackageId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for PackageId {}

impl Hash for PackageId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.lower().hash(state);
    }
}

impl TryFrom<String> for PackageId {
    type Error = InvalidId;

    /// Reads an id that was stored: of a package or of what it depends on.
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse_dependency(&text)
    }
}

impl From<PackageId> for String {
    fn from(id: PackageId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests;
