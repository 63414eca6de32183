//! Versions of gems as clients read and order them (RubyGems notes §11). A version is kept as
//! written; `1.0` and `1.0.0` are the same to clients, and so are `1.0.a` and `1.a`. The word
//! `Number` leaves "version" to what is published: a number on a platform.

mod order;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use packhouse_core::text::{cut, shown};
use serde::{Deserialize, Serialize};

/// How long a number may be, in characters. Why: [`name::MAX_LENGTH`](crate::name::MAX_LENGTH).
pub const MAX_LENGTH: usize = 64;

/// A version without its platform, as written. Two are equal when their texts are;
/// [`Number::compare`] tells which are the same to clients.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number(String);

/// Reports a text that is no version; says which rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a gem version: {reason}", shown(text))]
pub struct NumberError {
    /// The text, cut to some length.
    pub text: String,
    /// The rule that it breaks.
    pub reason: Reason,
}

/// The rule that a text breaks which should be a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// Longer than [`MAX_LENGTH`].
    #[error("it has more than {MAX_LENGTH} characters")]
    TooLong,
    /// A hyphen. Clients would read `1.0-1` as `1.0.pre.1`, and in names of files everything after
    /// a hyphen is the platform.
    #[error("it must not have a hyphen: write .pre. instead, as clients read it")]
    Hyphen,
    /// Another first part than a number, an empty part, or a character that no version has.
    #[error("it is a number, then letters and digits, with dots between its parts")]
    Parts,
}

impl Number {
    /// Reads a version without a platform.
    ///
    /// # Errors
    /// When the text breaks one of the rules in [`Reason`].
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        match check(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(reason) => Err(NumberError {
                text: cut(text, MAX_LENGTH * 2),
                reason,
            }),
        }
    }

    /// Gives version `0`, from which `>= 0` takes every release.
    pub fn zero() -> Self {
        Self("0".to_owned())
    }

    /// Gives the version as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the text that all versions have which are the same to clients: no zeros that do not
    /// count, a dot between letters and digits. It is a version itself, the same one, but may be
    /// longer than [`MAX_LENGTH`].
    pub fn canonical(&self) -> String {
        order::canonical(&self.0)
    }

    /// Tells whether the version comes before a release: it has a letter.
    pub fn is_prerelease(&self) -> bool {
        is_prerelease(&self.0)
    }

    /// Orders versions as clients do. Equal are those that are the same to clients.
    pub fn compare(&self, other: &Self) -> Ordering {
        order::compare(&self.0, &other.0)
    }

    /// Gives the release that the version belongs to: its numbers before the first letter.
    pub fn release(&self) -> Self {
        Self(order::release(&self.0).to_owned())
    }

    /// Gives the first release that `~>` with this version no longer takes: `2` for `1.5`, `1.6` for
    /// `1.5.3`.
    pub fn bumped(&self) -> Self {
        Self(order::bumped(&self.0))
    }
}

/// Tells whether the text of a version has a letter.
pub(crate) fn is_prerelease(number: &str) -> bool {
    number.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Orders texts of versions; see [`Number::compare`].
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    order::compare(a, b)
}

fn check(text: &str) -> Result<(), Reason> {
    if text.is_empty() {
        return Err(Reason::Empty);
    }
    if text.chars().nth(MAX_LENGTH).is_some() {
        return Err(Reason::TooLong);
    }
    let is_filled = |part: &str, good: fn(u8) -> bool| !part.is_empty() && part.bytes().all(good);
    let mut parts = text.split(['.', '-']);
    let first = parts.next().unwrap_or_default();
    if !is_filled(first, |b| b.is_ascii_digit())
        || !parts.all(|part| is_filled(part, |b| b.is_ascii_alphanumeric()))
    {
        return Err(Reason::Parts);
    }
    match text.contains('-') {
        true => Err(Reason::Hyphen),
        false => Ok(()),
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Number {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        Self::parse(&text)
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests;
