//! Digests as descriptors and addresses write them (OCI notes §2): `algorithm:hex`.

use std::fmt;
use std::str::FromStr;

use packhouse_core::digest::{Sha256, Sha512};

use crate::text::shown;

/// The digest of a blob or manifest, in one of the algorithms that are kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OciDigest {
    /// `sha256:` and 64 hex digits; the name of what is stored.
    Sha256(Sha256),
    /// `sha512:` and 128 hex digits.
    Sha512(Sha512),
}

/// Reports a text that names no digest (`DIGEST_INVALID`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OciDigestError {
    /// No `algorithm:encoded` at all, or not the algorithm's digits.
    #[error(
        "bad digest {}: write sha256: and 64, or sha512: and 128 lower-case hex digits",
        shown(text)
    )]
    Malformed {
        /// What was given.
        text: String,
    },
    /// A digest of an algorithm that is not kept here.
    #[error(
        "the digest algorithm {} is not supported: use sha256 or sha512",
        shown(algorithm)
    )]
    Unsupported {
        /// What was given before the colon.
        algorithm: String,
    },
}

impl OciDigest {
    /// Gives the algorithm's name.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "sha256",
            Self::Sha512(_) => "sha512",
        }
    }

    /// Gives the digits after the colon.
    pub fn encoded(&self) -> String {
        match self {
            Self::Sha256(digest) => digest.to_string(),
            Self::Sha512(digest) => digest.to_string(),
        }
    }

    /// Gives the sha256, if this is one.
    pub fn sha256(&self) -> Option<Sha256> {
        match self {
            Self::Sha256(digest) => Some(*digest),
            Self::Sha512(_) => None,
        }
    }

    /// Gives the tag under which clients without the referrers API list what refers to this digest
    /// (distribution-spec, Referrers Tag Schema): the digits are cut to 64.
    pub fn fallback_tag(&self) -> String {
        let mut encoded = self.encoded();
        encoded.truncate(64);
        format!("{}-{encoded}", self.algorithm())
    }
}

impl FromStr for OciDigest {
    type Err = OciDigestError;

    fn from_str(text: &str) -> Result<Self, OciDigestError> {
        let malformed = || OciDigestError::Malformed {
            text: text.to_owned(),
        };
        let (algorithm, encoded) = text.split_once(':').ok_or_else(malformed)?;
        match algorithm {
            "sha256" => encoded.parse().map(Self::Sha256).map_err(|_| malformed()),
            "sha512" => encoded.parse().map(Self::Sha512).map_err(|_| malformed()),
            _ if is_algorithm(algorithm) && !encoded.is_empty() => {
                Err(OciDigestError::Unsupported {
                    algorithm: algorithm.to_owned(),
                })
            }
            _ => Err(malformed()),
        }
    }
}

impl fmt::Display for OciDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(digest) => write!(f, "sha256:{digest}"),
            Self::Sha512(digest) => write!(f, "sha512:{digest}"),
        }
    }
}

/// Tells whether a text is `[a-z0-9]+` joined by one of `+ . _ -` (image-spec, Digests).
fn is_algorithm(text: &str) -> bool {
    text.split(['+', '.', '_', '-']).all(|part| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_algorithms_round_trip() {
        let sha256 = format!("sha256:{}", "0a".repeat(32));
        let sha512 = format!("sha512:{}", "f1".repeat(64));
        for text in [&sha256, &sha512] {
            assert_eq!(text.parse::<OciDigest>().unwrap().to_string(), *text);
        }
        let tag = |text: &str| text.parse::<OciDigest>().unwrap().fallback_tag();
        assert_eq!(tag(&sha256), format!("sha256-{}", "0a".repeat(32)));
        assert_eq!(tag(&sha512), format!("sha512-{}", "f1".repeat(32)));
        assert!(sha256.parse::<OciDigest>().unwrap().sha256().is_some());
        assert!(sha512.parse::<OciDigest>().unwrap().sha256().is_none());
    }

    #[test]
    fn unsupported_and_malformed_are_told_apart() {
        for text in ["blake3:abcd", "md5:00", "a+b.c:x"] {
            let error = text.parse::<OciDigest>().unwrap_err();
            assert!(
                matches!(error, OciDigestError::Unsupported { .. }),
                "{error}"
            );
        }
        let upper = format!("sha256:{}", "0A".repeat(32));
        for text in [
            "",
            "sha256",
            "sha256:",
            "sha256:totallywrong",
            "SHA256:00",
            ":00",
            "md5:",
            "a b:00",
            "a+:00",
            upper.as_str(),
        ] {
            let error = text.parse::<OciDigest>().unwrap_err();
            assert!(matches!(error, OciDigestError::Malformed { .. }), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(sha256:[0-9a-f]{60,66}|sha512:.{0,9}|.{0,20})") {
            if let Ok(digest) = text.parse::<OciDigest>() {
                prop_assert_eq!(digest.to_string(), text);
            }
        }
    }
}
