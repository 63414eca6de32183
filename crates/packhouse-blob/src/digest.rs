//! The digests of a file in one pass, in two halves that may run side by side.
//!
//! Measured with SHA instructions: sha256 and sha1 take about a third of what sha512 and md5
//! take, so with all four each half pairs a quick one with a slow one.

mod lanes;
mod saved;

use md5::Md5;
use packhouse_core::digest::{self, Digests};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

pub(crate) use lanes::HashLanes;
pub(crate) use saved::Saved;

/// Which digests are computed of an upload while it arrives. The sha256 always is: it names the
/// blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hashing {
    /// sha256, sha512, sha1 and md5.
    All,
    /// Only sha256, about as quick as the bytes can be written.
    Sha256,
    /// sha256 and sha512.
    Sha256And512,
}

/// Gives all digests of bytes in memory.
pub fn digests_of(bytes: &[u8]) -> Digests {
    let mut hashes = Hashes::new(Hashing::All);
    hashes.update(bytes);
    hashes.digests(bytes.len() as u64)
}

/// sha256 and perhaps md5.
pub(crate) struct FirstHalf(Sha256, Option<Md5>);

/// sha512 and perhaps sha1.
pub(crate) struct SecondHalf(Sha512, Option<Sha1>);

impl FirstHalf {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
        if let Some(md5) = &mut self.1 {
            md5.update(bytes);
        }
    }
}

impl SecondHalf {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
        if let Some(sha1) = &mut self.1 {
            sha1.update(bytes);
        }
    }
}

/// Both halves of what is computed.
pub(crate) struct Hashes {
    pub(crate) first: FirstHalf,
    pub(crate) second: Option<SecondHalf>,
}

impl Hashes {
    pub(crate) fn new(hashing: Hashing) -> Self {
        let all = hashing == Hashing::All;
        Self {
            first: FirstHalf(Sha256::new(), all.then(Md5::new)),
            second: (hashing != Hashing::Sha256)
                .then(|| SecondHalf(Sha512::new(), all.then(Sha1::new))),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        // Pieces that stay in the first-level cache for both.
        for piece in bytes.chunks(16 * 1024) {
            self.first.update(piece);
            if let Some(second) = &mut self.second {
                second.update(piece);
            }
        }
    }

    /// Gives the digests of what was seen, which was `size` bytes.
    pub(crate) fn digests(self, size: u64) -> Digests {
        let (sha512, sha1) = match self.second {
            Some(SecondHalf(sha512, sha1)) => (Some(sha512), sha1),
            None => (None, None),
        };
        let FirstHalf(sha256, md5) = self.first;
        Digests {
            sha256: digest::Sha256(sha256.finalize().into()),
            sha512: sha512.map(|state| digest::Sha512(state.finalize().into())),
            sha1: sha1.map(|state| digest::Sha1(state.finalize().into())),
            md5: md5.map(|state| digest::Md5(state.finalize().into())),
            size,
        }
    }
}
