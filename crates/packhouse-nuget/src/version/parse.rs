//! From a text to a version.

use super::{MAX_LENGTH, MAX_NUMBER, Reason, Version};

/// Reads a text without white space around it.
pub(super) fn parse(text: &str) -> Result<Version, Reason> {
    if text.is_empty() {
        return Err(Reason::Empty);
    }
    if text.len() > MAX_LENGTH {
        return Err(Reason::TooLong);
    }
    let (text, metadata) = split(text, '+');
    let (text, labels) = split(text, '-');
    let version = Version {
        numbers: numbers(text)?,
        labels: labels.map_or(Ok(""), check_labels).map(str::to_owned)?,
        metadata: metadata.map(check_metadata).transpose()?.map(str::to_owned),
    };
    // `1-a` grows to `1.0.0-a`.
    match version.full().len() {
        0..=MAX_LENGTH => Ok(version),
        _ => Err(Reason::TooLong),
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn numbers(text: &str) -> Result<[u32; 4], Reason> {
    let mut numbers = [0; 4];
    for (place, part) in text.split('.').enumerate() {
        let number = numbers.get_mut(place).ok_or(Reason::Numbers)?;
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Reason::Numbers);
        }
        // Digits alone: only their number can be wrong.
        *number = part
            .parse()
            .ok()
            .filter(|number| *number <= MAX_NUMBER)
            .ok_or(Reason::NumberTooLarge)?;
    }
    Ok(numbers)
}

fn check_labels(text: &str) -> Result<&str, Reason> {
    for label in text.split('.') {
        if !is_word(label) {
            return Err(Reason::Label);
        }
        let is_number = label.bytes().all(|b| b.is_ascii_digit());
        if is_number && label.len() > 1 && label.starts_with('0') {
            return Err(Reason::LeadingZero);
        }
    }
    Ok(text)
}

fn check_metadata(text: &str) -> Result<&str, Reason> {
    if text.split('.').all(is_word) {
        Ok(text)
    } else {
        Err(Reason::Metadata)
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
