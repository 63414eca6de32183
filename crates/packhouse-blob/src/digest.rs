//! All digests of a file in one pass, in two halves of equal cost that may run side by side.
//!
//! Measured with SHA instructions: sha256 and sha1 take about a third of what sha512 and md5
//! take, so each half pairs a quick one with a slow one.

use md5::Md5;
use packhouse_core::digest::{self, Digests};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// sha256 and md5.
#[derive(Default)]
pub(crate) struct FirstHalf(Sha256, Md5);

/// sha512 and sha1.
#[derive(Default)]
pub(crate) struct SecondHalf(Sha512, Sha1);

impl FirstHalf {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
        self.1.update(bytes);
    }
}

impl SecondHalf {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
        self.1.update(bytes);
    }
}

/// Gives the digests of what both halves have seen, which was `size` bytes.
pub(crate) fn join(first: FirstHalf, second: SecondHalf, size: u64) -> Digests {
    Digests {
        sha256: digest::Sha256(first.0.finalize().into()),
        md5: Some(digest::Md5(first.1.finalize().into())),
        sha512: Some(digest::Sha512(second.0.finalize().into())),
        sha1: Some(digest::Sha1(second.1.finalize().into())),
        size,
    }
}

/// Gives the digests of `bytes`.
pub(crate) fn of(bytes: &[u8]) -> Digests {
    let (mut first, mut second) = (FirstHalf::default(), SecondHalf::default());
    // Pieces that stay in the first-level cache for both.
    for piece in bytes.chunks(16 * 1024) {
        first.update(piece);
        second.update(piece);
    }
    join(first, second, bytes.len() as u64)
}
