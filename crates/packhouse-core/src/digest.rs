//! Digests of stored bytes. Every file is kept once under its sha256; the others are what the
//! formats publish (npm: sha1 and sha512, Maven: all four).

use std::fmt;
use std::str::FromStr;

/// Reports a text that is not a digest of the expected length in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {algorithm} digest in lower-case hex: {text}")]
pub struct DigestError {
    /// The algorithm that was expected.
    pub algorithm: &'static str,
    /// The text that was given.
    pub text: String,
}

const HEX: &[u8; 16] = b"0123456789abcdef";

macro_rules! digest {
    ($($(#[$doc:meta])* $name:ident = $label:literal, $len:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Gives the raw bytes.
            pub fn bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Digests are written for every request: at once, not digit by digit.
                let mut text = [0; $len * 2];
                for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
                    pair[0] = HEX[usize::from(byte >> 4)];
                    pair[1] = HEX[usize::from(byte & 15)];
                }
                f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}:{self}", $label)
            }
        }

        impl FromStr for $name {
            type Err = DigestError;

            /// Parses lower-case hex without an algorithm prefix.
            fn from_str(text: &str) -> Result<Self, DigestError> {
                let mut bytes = [0; $len];
                parse_hex(text, &mut bytes)
                    .ok_or_else(|| DigestError { algorithm: $label, text: text.to_owned() })?;
                Ok(Self(bytes))
            }
        }
    )*};
}

digest! {
    /// The name of a blob.
    Sha256 = "sha256", 32,
    /// npm's `integrity`, NuGet's package hash.
    Sha512 = "sha512", 64,
    /// npm's `shasum`, Maven's default checksum.
    Sha1 = "sha1", 20,
    /// Maven's oldest checksum and the ETag of gem indexes.
    Md5 = "md5", 16,
}

/// The name of bytes as clients write it: `sha256:HEX` or `sha512:HEX`, lower-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContentDigest {
    /// See [`Sha256`].
    Sha256(Sha256),
    /// See [`Sha512`].
    Sha512(Sha512),
}

/// Reports a text that is no digest that this server knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentDigestError {
    /// A digest of another algorithm.
    #[error("the digest algorithm {0:?} is not supported: use sha256 or sha512")]
    Unsupported(String),
    /// No `algorithm:encoded` at all, or not the algorithm's digits.
    #[error("bad digest {0:?}: write sha256: and 64, or sha512: and 128 lower-case hex digits")]
    Malformed(String),
}

impl ContentDigest {
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
}

impl fmt::Display for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm(), self.encoded())
    }
}

impl FromStr for ContentDigest {
    type Err = ContentDigestError;

    fn from_str(text: &str) -> Result<Self, ContentDigestError> {
        let malformed = || ContentDigestError::Malformed(text.chars().take(160).collect());
        let (algorithm, encoded) = text.split_once(':').ok_or_else(malformed)?;
        match algorithm {
            "sha256" => encoded.parse().map(Self::Sha256).map_err(|_| malformed()),
            "sha512" => encoded.parse().map(Self::Sha512).map_err(|_| malformed()),
            _ if is_algorithm(algorithm) && !encoded.is_empty() => Err(
                ContentDigestError::Unsupported(algorithm.chars().take(40).collect()),
            ),
            _ => Err(malformed()),
        }
    }
}

/// Tells whether a text is `[a-z0-9]+` joined by one of `+ . _ -` (image-spec, Digests).
fn is_algorithm(text: &str) -> bool {
    let word = |part: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        !part.is_empty() && part.bytes().all(plain)
    };
    text.split(['+', '.', '_', '-']).all(word)
}

fn parse_hex(text: &str, out: &mut [u8]) -> Option<()> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != out.len() * 2 {
        return None;
    }
    for (slot, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *slot = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(())
}

/// What was computed of one file in one pass while it arrived, and its length. The sha256 is always
/// there; which others are is the choice of the format that took the file in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digests {
    /// The blob's name in the store.
    pub sha256: Sha256,
    /// See [`Sha512`].
    pub sha512: Option<Sha512>,
    /// See [`Sha1`].
    pub sha1: Option<Sha1>,
    /// See [`Md5`].
    pub md5: Option<Md5>,
    /// Length in bytes.
    pub size: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_digests_name_their_algorithm() {
        for text in [
            format!("sha256:{}", "0a".repeat(32)),
            format!("sha512:{}", "0a".repeat(64)),
        ] {
            assert_eq!(text.parse::<ContentDigest>().unwrap().to_string(), text);
            let long = format!("{text}00").parse::<ContentDigest>();
            assert!(matches!(long, Err(ContentDigestError::Malformed(_))));
        }
        for text in ["blake3:abcd", "md5:00", "a+b.c:x"] {
            let error = text.parse::<ContentDigest>().unwrap_err();
            assert!(
                matches!(error, ContentDigestError::Unsupported(_)),
                "{text}"
            );
        }
        let upper = format!("sha256:{}", "0A".repeat(32));
        for text in [
            "",
            ":",
            ":00",
            "abc",
            "sha256",
            "sha256:",
            "sha256:totallywrong",
            "SHA256:00",
            "md5:",
            "a b:00",
            "a+:00",
            &upper,
        ] {
            let error = text.parse::<ContentDigest>().unwrap_err();
            assert!(matches!(error, ContentDigestError::Malformed(_)), "{text}");
        }
    }

    #[test]
    fn hex_round_trips_and_refuses_other_spellings() {
        let text = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        assert_eq!(text.parse::<Sha1>().unwrap().to_string(), text);
        for bad in ["", "da39", &text.to_uppercase(), &format!("{text}00"), "zz"] {
            assert!(bad.parse::<Sha1>().is_err(), "{bad}");
        }
    }
}
