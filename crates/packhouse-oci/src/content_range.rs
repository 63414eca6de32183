//! Where a chunk belongs in an upload, and how far an upload is (OCI notes §6). The protocol's
//! `Content-Range` has no unit: `0-1023`.

use std::str::FromStr;

use crate::text::shown;

/// The place of a chunk, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChunkRange {
    start: u64,
    end: u64,
}

/// Reports a `Content-Range` that names no place (`BLOB_UPLOAD_INVALID`, 416).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "bad Content-Range {}: write the first and last byte as `0-1023`",
    shown(text)
)]
pub struct ContentRangeError {
    /// What was given.
    pub text: String,
}

impl ChunkRange {
    /// Gives the place of the first byte.
    pub fn start(self) -> u64 {
        self.start
    }

    /// Gives the place of the last byte.
    pub fn end(self) -> u64 {
        self.end
    }

    /// Gives the number of bytes, at least 1.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a range holds at least one byte"
    )]
    pub fn len(self) -> u64 {
        self.end - self.start + 1
    }
}

impl FromStr for ChunkRange {
    type Err = ContentRangeError;

    /// Reads `start-end`. The form of RFC 9110 is read too: `bytes ` in front, and `/total` or `/*`
    /// behind.
    fn from_str(text: &str) -> Result<Self, ContentRangeError> {
        parse(text).ok_or_else(|| ContentRangeError {
            text: text.to_owned(),
        })
    }
}

fn parse(text: &str) -> Option<ChunkRange> {
    let text = text.trim_matches([' ', '\t']);
    let text = match text.split_once(' ') {
        Some((unit, rest)) if unit.eq_ignore_ascii_case("bytes") => rest.trim_start_matches(' '),
        Some(_) => return None,
        None => text,
    };
    let (range, total) = match text.split_once('/') {
        Some((range, "*")) => (range, None),
        Some((range, total)) => (range, Some(number(total)?)),
        None => (text, None),
    };
    let (start, end) = range.split_once('-')?;
    let (start, end) = (number(start)?, number(end)?);
    let good = start <= end && total.is_none_or(|total| end < total);
    good.then_some(ChunkRange { start, end })
}

/// Reads digits alone. Places beyond what a file can have are none.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.then(|| text.parse().ok())??;
    (number < 1 << 63).then_some(number)
}

/// Gives the `Range` of a reply about an upload that holds so many bytes: `0-` and the last one. An
/// empty upload answers `0-0` too, as the protocol has no way to say it.
pub fn received_range(bytes: u64) -> String {
    format!("0-{}", bytes.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_forms_are_read() {
        for (text, start, end) in [
            ("0-0", 0, 0),
            ("0-1023", 0, 1023),
            ("1024-2047", 1024, 2047),
            ("bytes 0-9", 0, 9),
            ("Bytes 0-9/*", 0, 9),
            ("bytes 5-9/10", 5, 9),
            (" 5-9/100 ", 5, 9),
        ] {
            let range: ChunkRange = text.parse().unwrap();
            assert_eq!((range.start(), range.end()), (start, end), "{text}");
            assert_eq!(range.len(), end - start + 1);
        }
    }

    #[test]
    fn what_names_no_place_is_refused() {
        for text in [
            "",
            "-",
            "0-",
            "-9",
            "0",
            "9-0",
            "+0-9",
            "0--1",
            "0-9-9",
            "a-b",
            "0-9/9",
            "0-9/",
            "bytes */10",
            "bytes=0-9",
            "items 0-9",
            "0x0-0x9",
            "0-99999999999999999999",
            "0-18446744073709551615",
        ] {
            assert!(text.parse::<ChunkRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn replies_name_the_last_byte() {
        assert_eq!(received_range(0), "0-0");
        assert_eq!(received_range(1), "0-0");
        assert_eq!(received_range(1024), "0-1023");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "((bytes )?[0-9]{0,21}-[0-9]{0,21}(/[0-9*]{0,3})?|.{0,12})") {
            if let Ok(range) = text.parse::<ChunkRange>() {
                prop_assert!(range.start() <= range.end());
                prop_assert_eq!(format!("{}-{}", range.start(), range.end()).parse(), Ok(range));
            }
        }
    }
}
