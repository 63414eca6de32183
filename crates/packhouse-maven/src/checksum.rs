//! Checksums: the suffixes they are asked for by, and the bodies they are sent as (Maven notes §6).

use packhouse_core::digest::Digests;

use crate::text::shown;

/// How long an uploaded checksum file may be, in bytes.
pub const MAX_BODY: usize = 4_096;

/// A digest that clients ask for beside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// `.md5`
    Md5,
    /// `.sha1`
    Sha1,
    /// `.sha256`
    Sha256,
    /// `.sha512`
    Sha512,
}

/// Reports a checksum file that holds no checksum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumError {
    /// More bytes than [`MAX_BODY`].
    #[error("the checksum file has {0} bytes: at most {MAX_BODY} are allowed")]
    TooLong(usize),
    /// No line with text.
    #[error("the checksum file is empty: send the {} digest in hex", .0.suffix())]
    Empty(Algorithm),
    /// A line without a digest of the expected length.
    #[error(
        "no {} digest in {}: send {} hex digits", algorithm.suffix(), shown(line),
        algorithm.hex_len()
    )]
    Malformed {
        /// What was expected.
        algorithm: Algorithm,
        /// The first line with text.
        line: String,
    },
}

impl Algorithm {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha512];

    /// Gives the suffix after the file's name, without the dot: `sha1`.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Gives the header that carries it: `x-checksum-sha1`.
    pub fn header(self) -> &'static str {
        match self {
            Self::Md5 => "x-checksum-md5",
            Self::Sha1 => "x-checksum-sha1",
            Self::Sha256 => "x-checksum-sha256",
            Self::Sha512 => "x-checksum-sha512",
        }
    }

    /// Gives the number of hex digits.
    pub fn hex_len(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha1 => 40,
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

/// Takes one checksum suffix off a file's name. Upper case is no suffix.
pub fn split_suffix(file: &str) -> (&str, Option<Algorithm>) {
    for algorithm in Algorithm::ALL {
        if let Some((rest, suffix)) = file.rsplit_once('.')
            && suffix == algorithm.suffix()
            && !rest.is_empty()
        {
            return (rest, Some(algorithm));
        }
    }
    (file, None)
}

/// Reads an uploaded checksum file: of its first line with text `HEX`, `HEX  NAME`, `HEX *NAME` or
/// `ALGORITHM (NAME) = HEX`, in either case. Gives lower-case hex. Names are not looked at: clients
/// write paths of their own.
///
/// # Errors
/// When there is no digest of the right length, or the file is too long.
pub fn parse_body(algorithm: Algorithm, body: &[u8]) -> Result<String, ChecksumError> {
    if body.len() > MAX_BODY {
        return Err(ChecksumError::TooLong(body.len()));
    }
    let text = String::from_utf8_lossy(body);
    let line = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .ok_or(ChecksumError::Empty(algorithm))?;
    let is_hex = |word: &str| {
        word.len() == algorithm.hex_len() && word.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let first = line.split_whitespace().next().filter(|word| is_hex(word));
    let tagged = || {
        let (tag, hex) = line.rsplit_once('=')?;
        let hex = hex.trim();
        (tag.contains('(') && tag.trim_end().ends_with(')') && is_hex(hex)).then_some(hex)
    };
    let hex = first
        .or_else(tagged)
        .ok_or_else(|| ChecksumError::Malformed {
            algorithm,
            line: line.to_owned(),
        })?;
    Ok(hex.to_ascii_lowercase())
}

/// Gives the digest of stored bytes in lower-case hex. `None` when it was not computed.
pub fn of(algorithm: Algorithm, digests: &Digests) -> Option<String> {
    match algorithm {
        Algorithm::Md5 => digests.md5.map(|digest| digest.to_string()),
        Algorithm::Sha1 => digests.sha1.map(|digest| digest.to_string()),
        Algorithm::Sha256 => Some(digests.sha256.to_string()),
        Algorithm::Sha512 => digests.sha512.map(|digest| digest.to_string()),
    }
}

#[cfg(test)]
mod tests;
