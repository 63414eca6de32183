//! Platforms that gems are built for (RubyGems notes §7, §11): as a gemspec writes them, and in the
//! form in which clients ask for them.

mod normal;

use std::fmt;
use std::str::FromStr;

use packhouse_core::text::{cut, shown};
use serde::{Deserialize, Serialize};

/// How long a platform may be, in characters, also in its normalised form. Why:
/// [`name::MAX_LENGTH`](crate::name::MAX_LENGTH).
pub const MAX_LENGTH: usize = 64;

/// The platform of gems that run on any.
const RUBY: &str = "ruby";

/// What a gem runs on. Stored as written. Two are equal when they were written the same way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Platform {
    original: String,
    normalized: String,
}

/// Reports a text that is no platform; says which rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a gem platform: {reason}", shown(text))]
pub struct PlatformError {
    /// The text, cut to some length.
    pub text: String,
    /// The rule that it breaks.
    pub reason: Reason,
}

/// The rule that a text breaks which should be a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Longer than [`MAX_LENGTH`], as written or normalised.
    #[error("it has more than {MAX_LENGTH} characters")]
    TooLong,
    /// A character that no platform has.
    #[error("it is made of ASCII letters, digits, dots, hyphens and underscores")]
    Characters,
    /// A sign at one of its ends.
    #[error("it must begin and end with a letter or a digit")]
    Ends,
    /// `current`, which every client takes for its own platform.
    #[error("it means another platform on every machine: name the one the gem was built for")]
    Current,
}

impl Platform {
    /// Reads a platform. Empty is `ruby`, as it is to clients.
    ///
    /// # Errors
    /// When the text breaks one of the rules in [`Reason`].
    pub fn parse(original: &str) -> Result<Self, PlatformError> {
        if original.is_empty() {
            return Ok(Self::ruby());
        }
        match check(original) {
            Ok(normalized) => Ok(Self {
                original: original.to_owned(),
                normalized,
            }),
            Err(reason) => Err(PlatformError {
                text: cut(original, MAX_LENGTH * 2),
                reason,
            }),
        }
    }

    /// Gives the platform of gems that run on any.
    pub fn ruby() -> Self {
        Self {
            original: RUBY.to_owned(),
            normalized: RUBY.to_owned(),
        }
    }

    /// Gives the platform as its gemspec writes it.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// Gives the platform as the newest clients ask for it (`Gem::Platform#to_s`).
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// Tells whether the gem runs on any platform: names of files do not name it then.
    pub fn is_ruby(&self) -> bool {
        self.original == RUBY
    }
}

fn check(text: &str) -> Result<String, Reason> {
    check_text(text)?;
    if text == "current" {
        return Err(Reason::Current);
    }
    if text == RUBY {
        return Ok(RUBY.to_owned());
    }
    // It stands in names of files too: `a-aix1` has grown by a hyphen, of `linux_.0` is left
    // `linux_`.
    let normalized = normal::normalized(text);
    check_text(&normalized)?;
    Ok(normalized)
}

fn check_text(text: &str) -> Result<(), Reason> {
    if text.chars().nth(MAX_LENGTH).is_some() {
        return Err(Reason::TooLong);
    }
    let is_good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if !text.bytes().all(is_good) {
        return Err(Reason::Characters);
    }
    let is_sign = |c: char| !c.is_ascii_alphanumeric();
    match text.starts_with(is_sign) || text.ends_with(is_sign) {
        true => Err(Reason::Ends),
        false => Ok(()),
    }
}

impl fmt::Display for Platform {
    /// Writes the platform as its gemspec does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.original)
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Platform {
    type Error = PlatformError;

    fn try_from(text: String) -> Result<Self, PlatformError> {
        Self::parse(&text)
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> Self {
        platform.original
    }
}

#[cfg(test)]
mod tests;
