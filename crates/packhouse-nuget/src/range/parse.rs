//! From a text to a range (NuGet.Client, VersionRangeFactory).

use super::{Bound, MAX_LENGTH, Reason, VersionRange};
use crate::version::Version;

pub(super) fn parse(text: &str) -> Result<VersionRange, Reason> {
    let text = text.trim();
    if text.chars().count() > MAX_LENGTH {
        return Err(Reason::TooLong);
    }
    if text.is_empty() {
        return Ok(VersionRange::default());
    }
    if text.contains('*') {
        return Err(Reason::Floating);
    }
    let range = if text.starts_with(['[', '(']) {
        bounded(text)?
    } else if text.ends_with([']', ')']) {
        return Err(Reason::Brackets);
    } else {
        VersionRange {
            min: bound(text, true)?,
            max: None,
        }
    };
    match (&range.min, &range.max) {
        (Some(min), Some(max)) if !holds_something(min, max) => Err(Reason::Nothing),
        _ => Ok(range),
    }
}

fn bounded(text: &str) -> Result<VersionRange, Reason> {
    let inside = text
        .strip_prefix(['[', '('])
        .and_then(|text| text.strip_suffix([']', ')']))
        .ok_or(Reason::Brackets)?;
    let min_inclusive = text.starts_with('[');
    let max_inclusive = text.ends_with(']');
    let parts: Vec<&str> = inside.splitn(3, ',').collect();
    match *parts {
        [version] if !version.trim().is_empty() => {
            if !(min_inclusive && max_inclusive) {
                return Err(Reason::Single);
            }
            let only = bound(version, true)?;
            Ok(VersionRange {
                min: only.clone(),
                max: only,
            })
        }
        // With a space between, clients take it for every version.
        [min, max] if !(min.is_empty() && max.is_empty()) => Ok(VersionRange {
            min: bound(min, min_inclusive)?,
            max: bound(max, max_inclusive)?,
        }),
        _ => Err(Reason::Parts),
    }
}

/// Reads one end; `None` where nothing is written.
fn bound(text: &str, inclusive: bool) -> Result<Option<Bound>, Reason> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let version = Version::parse(text)?;
    Ok(Some(Bound { version, inclusive }))
}

fn holds_something(min: &Bound, max: &Bound) -> bool {
    min.version < max.version || (min.version == max.version && min.inclusive && max.inclusive)
}
