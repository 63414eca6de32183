//! Names of gems (RubyGems notes §11): ASCII letters, digits, `.`, `_` and `-`. Clients tell them
//! apart with case; a registry must not, or two gems would share a file on some disks.

use std::fmt;
use std::str::FromStr;

use packhouse_core::text::{cut, shown};
use serde::{Deserialize, Serialize};

/// How long a name may be, in characters.
///
/// Clients set no limit and the public host allows 255, but clients keep a gem in a file
/// `NAME-VERSION-PLATFORM.gemspec.rz`, and file systems end at 255 bytes. With
/// [`number::MAX_LENGTH`](crate::number::MAX_LENGTH) and
/// [`platform::MAX_LENGTH`](crate::platform::MAX_LENGTH) every such name fits.
pub const MAX_LENGTH: usize = 100;

/// Endings that a name must not have: an address `NAME.json` would be another gem's document.
const ENDINGS: [&str; 4] = [".gem", ".json", ".html", ".gemspec"];

/// The name of a gem as its gemspec writes it. Two are equal when their texts are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GemName(String);

/// Reports a text that is no name of a gem; says which rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a gem name: {reason}", shown(text))]
pub struct GemNameError {
    /// The text, cut to some length.
    pub text: String,
    /// The rule that it breaks.
    pub reason: Reason,
}

/// The rule that a text breaks which should be the name of a gem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// Longer than [`MAX_LENGTH`].
    #[error("it has more than {MAX_LENGTH} characters")]
    TooLong,
    /// A character that no name has.
    #[error("it is made of ASCII letters, digits, dots, hyphens and underscores")]
    Characters,
    /// Digits and signs alone.
    #[error("it must have a letter")]
    NoLetter,
    /// A sign at one of its ends.
    #[error("it must begin and end with a letter or a digit")]
    Ends,
    /// An ending by which addresses of documents are told apart.
    #[error("it must not end in .gem, .json, .html or .gemspec")]
    Ending,
}

impl GemName {
    /// Reads the name of a gem: one that is pushed, or one that it depends on.
    ///
    /// # Errors
    /// When the text breaks one of the rules in [`Reason`].
    pub fn parse(text: &str) -> Result<Self, GemNameError> {
        match check(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(reason) => Err(GemNameError {
                text: cut(text, MAX_LENGTH * 2),
                reason,
            }),
        }
    }

    /// Gives the name as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the name in lower case: by it a registry tells gems apart.
    pub fn lower(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

fn check(text: &str) -> Result<(), Reason> {
    if text.is_empty() {
        return Err(Reason::Empty);
    }
    if text.chars().nth(MAX_LENGTH).is_some() {
        return Err(Reason::TooLong);
    }
    let is_good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if !text.bytes().all(is_good) {
        return Err(Reason::Characters);
    }
    if !text.bytes().any(|b| b.is_ascii_alphabetic()) {
        return Err(Reason::NoLetter);
    }
    let is_sign = |c: char| !c.is_ascii_alphanumeric();
    if text.starts_with(is_sign) || text.ends_with(is_sign) {
        return Err(Reason::Ends);
    }
    let lower = text.to_ascii_lowercase();
    match ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
        true => Err(Reason::Ending),
        false => Ok(()),
    }
}

impl fmt::Display for GemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for GemName {
    type Err = GemNameError;

    fn from_str(text: &str) -> Result<Self, GemNameError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for GemName {
    type Error = GemNameError;

    fn try_from(text: String) -> Result<Self, GemNameError> {
        Self::parse(&text)
    }
}

impl From<GemName> for String {
    fn from(name: GemName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests;
