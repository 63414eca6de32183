//! Versions: strict SemVer 2.0, stored without build metadata (npm notes §14).

use std::cmp::Ordering;

use packhouse_core::format::VersionError;
use packhouse_core::package::VersionName;

use crate::name::cut;

/// The longest version text, build metadata included.
pub const MAX_VERSION: usize = 256;

/// The largest number that every client can hold exactly.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

/// A version taken apart. Borrowed from its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Major, minor, patch.
    pub numbers: [u64; 3],
    /// What follows the dash, empty for a stable version.
    pub prerelease: &'a str,
    /// What follows the plus sign.
    pub build: Option<&'a str>,
}

/// Brings a version into its stored form, and tells whether build metadata was cut off.
///
/// # Errors
/// When the text is not SemVer 2.0 (also `v1.2.3` and `01.2.3`), is longer than 256 characters or
/// holds a number above 2^53-1.
pub fn canonical(raw: &str) -> Result<(VersionName, bool), VersionError> {
    let parts = parse(raw)?;
    let text = raw.split('+').next().unwrap_or(raw);
    Ok((VersionName::new(text, text), parts.build.is_some()))
}

/// Takes a version apart.
///
/// # Errors
/// As [`canonical`].
pub fn parse(raw: &str) -> Result<Parts<'_>, VersionError> {
    let refuse = |rule: &str| VersionError(format!("bad version {:?}: {rule}", cut(raw)));
    if raw.len() > MAX_VERSION {
        return Err(refuse("it is longer than 256 characters"));
    }
    let (text, build) = match raw.split_once('+') {
        Some((text, build)) => (text, Some(build)),
        None => (raw, None),
    };
    let (core, prerelease) = match text.split_once('-') {
        Some((core, prerelease)) => (core, Some(prerelease)),
        None => (text, None),
    };
    let mut numbers = [0; 3];
    let mut texts = core.split('.');
    for slot in &mut numbers {
        let text = texts.next().ok_or_else(|| refuse(SHAPE))?;
        *slot = number(text).map_err(refuse)?;
    }
    if texts.next().is_some() {
        return Err(refuse(SHAPE));
    }
    if let Some(text) = prerelease {
        for identifier in text.split('.') {
            check_identifier(identifier).map_err(refuse)?;
            if is_numeric(identifier) && identifier.len() > 1 && identifier.starts_with('0') {
                return Err(refuse("a number in the prerelease starts with 0"));
            }
        }
    }
    if let Some(text) = build {
        text.split('.')
            .try_for_each(check_identifier)
            .map_err(refuse)?;
    }
    Ok(Parts {
        numbers,
        prerelease: prerelease.unwrap_or_default(),
        build,
    })
}

const SHAPE: &str = "use MAJOR.MINOR.PATCH, for example 1.2.3 or 1.2.3-beta.1";

fn number(text: &str) -> Result<u64, &'static str> {
    if text.is_empty() || !is_numeric(text) {
        return Err(SHAPE);
    }
    if text.len() > 1 && text.starts_with('0') {
        return Err("a number starts with 0");
    }
    text.parse()
        .ok()
        .filter(|number| *number <= MAX_NUMBER)
        .ok_or("a number is larger than 2^53-1")
}

fn check_identifier(text: &str) -> Result<(), &'static str> {
    let clean = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if text.is_empty() || !text.bytes().all(clean) {
        return Err("identifiers after - and + are letters, digits and dashes, joined by dots");
    }
    Ok(())
}

fn is_numeric(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Orders two versions as SemVer 2.0 §11 does. A text that is no version (which a database could
/// only hold by damage) comes before all others, so that the order stays total.
pub fn compare(a: &VersionName, b: &VersionName) -> Ordering {
    match (parse(a.as_str()), parse(b.as_str())) {
        (Ok(a), Ok(b)) => compare_parts(&a, &b),
        (Ok(_), Err(_)) => Ordering::Greater,
        (Err(_), Ok(_)) => Ordering::Less,
        (Err(_), Err(_)) => a.as_str().cmp(b.as_str()),
    }
}

fn compare_parts(a: &Parts<'_>, b: &Parts<'_>) -> Ordering {
    a.numbers
        .cmp(&b.numbers)
        .then_with(|| match (a.prerelease, b.prerelease) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (a, b) => compare_prereleases(a, b),
        })
}

fn compare_prereleases(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match compare_identifiers(a, b) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

fn compare_identifiers(a: &str, b: &str) -> Ordering {
    match (is_numeric(a), is_numeric(b)) {
        // No leading zeros, so the longer number is the larger one, however long.
        (true, true) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

/// Tells whether a version has a prerelease part.
pub fn is_prerelease(version: &VersionName) -> bool {
    parse(version.as_str()).is_ok_and(|parts| !parts.prerelease.is_empty())
}

#[cfg(test)]
mod tests;
