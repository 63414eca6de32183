//! Names of what is published (RubyGems notes §8, §11): `NUMBER[-PLATFORM]` inside a gem and
//! `NAME-NUMBER[-PLATFORM]` in addresses and names of files, where the platform `ruby` is left out.
//!
//! The long form cannot be taken apart again: `a-1-2` is version 2 of `a-1`, or version 1 of `a` for
//! the platform `2`. It is looked up whole.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::gemspec::Gemspec;
use crate::name::GemName;
use crate::number::{Number, NumberError};
use crate::platform::{Platform, PlatformError};

/// A number on a platform: what is published, downloaded and yanked as one. Written and stored as
/// `NUMBER[-PLATFORM]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Build {
    /// The number.
    pub number: Number,
    /// The platform.
    pub platform: Platform,
}

/// Reports a text that is no `NUMBER[-PLATFORM]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// What stands before the first hyphen is no version.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// What stands behind it is no platform.
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

impl Build {
    /// Reads `NUMBER[-PLATFORM]`; the first hyphen parts them.
    ///
    /// # Errors
    /// When one of the two is none.
    pub fn parse(text: &str) -> Result<Self, BuildError> {
        let (number, platform) = split(text);
        Ok(Self {
            number: Number::parse(number)?,
            platform: Platform::parse(platform)?,
        })
    }

    /// Gives what a gemspec is for.
    pub fn of(spec: &Gemspec) -> Self {
        Self {
            number: spec.version.clone(),
            platform: spec.platform.clone(),
        }
    }

    /// Gives `NUMBER[-PLATFORM]` with the platform as clients ask for it.
    pub fn normalized(&self) -> String {
        match self.platform.is_ruby() {
            true => self.number.to_string(),
            false => format!("{}-{}", self.number, self.platform.normalized()),
        }
    }

    /// Gives `NAME-NUMBER[-PLATFORM]` with the platform as written.
    pub fn full_name(&self, name: &GemName) -> String {
        format!("{name}-{self}")
    }

    /// Gives `NAME-NUMBER[-PLATFORM]` with the platform as clients ask for it.
    pub fn normalized_full_name(&self, name: &GemName) -> String {
        format!("{name}-{}", self.normalized())
    }

    /// Orders by number as clients do; of the same number, `ruby` comes first, then platforms by
    /// their text, then numbers by theirs. Equal are only those that are.
    pub fn compare(&self, other: &Self) -> Ordering {
        let key = |build: &Self| !build.platform.is_ruby();
        self.number
            .compare(&other.number)
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.platform.original().cmp(other.platform.original()))
            .then_with(|| self.number.as_str().cmp(other.number.as_str()))
    }
}

/// Splits `NUMBER[-PLATFORM]` into both, as written.
pub(crate) fn split(text: &str) -> (&str, &str) {
    text.split_once('-').unwrap_or((text, "ruby"))
}

impl fmt::Display for Build {
    /// Writes `NUMBER[-PLATFORM]` with the platform as its gemspec writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.platform.is_ruby() {
            true => write!(f, "{}", self.number),
            false => write!(f, "{}-{}", self.number, self.platform),
        }
    }
}

impl FromStr for Build {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Build {
    type Error = BuildError;

    fn try_from(text: String) -> Result<Self, BuildError> {
        Self::parse(&text)
    }
}

impl From<Build> for String {
    fn from(build: Build) -> Self {
        build.to_string()
    }
}

#[cfg(test)]
mod tests;
