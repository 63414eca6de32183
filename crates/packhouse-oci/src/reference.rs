//! What follows `/manifests/`: a tag or a digest (OCI notes §2).

use std::fmt;
use std::str::FromStr;

use crate::digest::{ContentDigest, ContentDigestError};
use crate::text::shown;

/// The name of a tag: 1 to 128 of letters, digits, `.`, `_` and `-`, not beginning with `.` or
/// `-`. Case counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(String);

/// Reports a text that no tag can be called (`TAG_INVALID`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "bad tag {}: use 1 to 128 letters, digits, `.`, `_` and `-`, not beginning with `.` or `-`",
    shown(text)
)]
pub struct TagInvalid {
    /// What was given.
    pub text: String,
}

impl Tag {
    /// Gives the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = TagInvalid;

    fn from_str(text: &str) -> Result<Self, TagInvalid> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let good = text.len() <= 128
            && text.bytes().next().is_some_and(word)
            && text.bytes().all(|b| word(b) || b == b'.' || b == b'-');
        if !good {
            return Err(TagInvalid {
                text: text.to_owned(),
            });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which manifest of an image is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// What the tag points to now.
    Tag(Tag),
    /// That one.
    Digest(ContentDigest),
}

/// Reports a text that is neither a tag nor a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// It has no colon, so it was meant as a tag.
    #[error(transparent)]
    Tag(#[from] TagInvalid),
    /// It has a colon, so it was meant as a digest.
    #[error("{0}; if a tag is meant, it holds no colon")]
    Digest(#[from] ContentDigestError),
}

impl FromStr for Reference {
    type Err = ReferenceError;

    /// Reads a reference. A text with a colon is a digest or an error, never a tag.
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.contains(':') {
            return Ok(Self::Digest(text.parse()?));
        }
        Ok(Self::Tag(text.parse()?))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

/// Tells whether a tag's name is one that clients make out of a digest: `sha256-HEX` for referrers,
/// with `.sig`, `.att` or `.sbom` for cosign (OCI notes §7). Such tags move by design, so rules
/// that forbid it leave them out, and lists of tags for people hide them.
pub fn is_derived_tag(tag: &str) -> bool {
    derived_from(tag).is_some()
}

/// Splits a tag that was made out of a digest into the algorithm, the digits and what follows:
/// nothing, `sig`, `att` or `sbom`.
pub(crate) fn derived_from(tag: &str) -> Option<(&str, &str, &str)> {
    let (algorithm, rest) = tag.split_once('-')?;
    let (encoded, suffix) = match rest.split_once('.') {
        Some((encoded, suffix)) => (encoded, suffix),
        None => (rest, ""),
    };
    let good = matches!(algorithm, "sha256" | "sha512")
        && !encoded.is_empty()
        && encoded
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && (rest.len() == encoded.len() || matches!(suffix, "sig" | "att" | "sbom"));
    good.then_some((algorithm, encoded, suffix))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_keep_to_their_grammar() {
        let long = "a".repeat(128);
        for good in ["1", "latest", "V1.0_a-b", "_x", long.as_str()] {
            assert_eq!(
                good.parse::<Reference>(),
                Ok(Reference::Tag(Tag(good.to_owned())))
            );
        }
        let too_long = "a".repeat(129);
        for bad in [
            "",
            ".INVALID_MANIFEST_NAME",
            "-a",
            "1.0+b",
            "a/b",
            "é",
            "a b",
            too_long.as_str(),
        ] {
            let error = bad.parse::<Reference>().unwrap_err();
            assert!(matches!(error, ReferenceError::Tag(_)), "{error}");
        }
    }

    #[test]
    fn a_colon_makes_it_a_digest_or_an_error() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        assert_eq!(
            digest.parse::<Reference>().unwrap().to_string(),
            digest.as_str()
        );
        for bad in ["latest:1", "sha256:totallywrong", ":"] {
            let error = bad.parse::<Reference>().unwrap_err();
            assert!(matches!(error, ReferenceError::Digest(_)), "{error}");
        }
    }

    #[test]
    fn tags_made_of_digests_are_known() {
        for (tag, expect) in [
            ("sha256-0a", true),
            ("sha512-0a.sig", true),
            ("sha256-0a.att", true),
            ("sha256-0a.sbom", true),
            ("sha256-0a.", false),
            ("sha256-0a.sig.sig", false),
            ("sha256-0A", false),
            ("sha256-", false),
            ("sha256-.sig", false),
            ("sha1-0a", false),
            ("sha256", false),
            ("latest", false),
        ] {
            assert_eq!(is_derived_tag(tag), expect, "{tag}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(sha256-[0-9a-f]{0,3}(\\.[a-z]{0,4})?|.{0,20})") {
            if let Ok(reference) = text.parse::<Reference>() {
                prop_assert_eq!(reference.to_string(), text.clone());
            }
            if is_derived_tag(&text) {
                prop_assert!(text.parse::<Tag>().is_ok());
            }
        }
    }
}
