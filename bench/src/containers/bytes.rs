//! Bytes that do not compress, quickly made and the same in every run, and their digests.

use std::time::{Duration, Instant};

use anyhow::Result;
use sha2::{Digest, Sha256};

use crate::http::Source;
use crate::publish::figures;
use crate::wrk::Figures;

/// Bytes that a source hands over at once, and that are hashed at once.
pub const PIECE: usize = 256 * 1024;

/// Bytes at the start of a layer that are its own.
const MARK: usize = 64;

/// As many bytes as wanted, made while they are sent: a layer that memory need not hold.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// What the bytes follow from.
    pub seed: u64,
    /// How many there are.
    pub size: u64,
}

/// A layer that shares all but its first bytes with others, so that many different ones fit into
/// memory before the clock starts.
#[derive(Clone, Debug)]
pub struct Layer<'s> {
    mark: Vec<u8>,
    rest: &'s [u8],
    /// Its digest, `sha256:` and 64 digits.
    pub digest: String,
}

impl<'s> Layer<'s> {
    /// The layer of that number; it has as many bytes as `shared`.
    pub fn new(number: u64, shared: &'s [u8]) -> Result<Self> {
        let mark = noise(u64::MAX - number, MARK.min(shared.len()));
        let rest = &shared[mark.len()..];
        let mut layer = Self {
            mark,
            rest,
            digest: String::new(),
        };
        layer.digest = digest(&layer)?;
        Ok(layer)
    }
}

impl Source for Layer<'_> {
    fn size(&self) -> u64 {
        (self.mark.len() + self.rest.len()) as u64
    }

    fn feed(&self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        sink(&self.mark)?;
        self.rest.chunks(PIECE).try_for_each(sink)
    }
}

impl Source for Noise {
    fn size(&self) -> u64 {
        self.size
    }

    fn feed(&self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let (mut state, mut left) = (self.seed, self.size);
        let mut piece = vec![0; PIECE];
        while left > 0 {
            let count = left.min(PIECE as u64) as usize;
            fill(&mut state, &mut piece[..count]);
            sink(&piece[..count])?;
            left -= count as u64;
        }
        Ok(())
    }
}

impl Source for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn feed(&self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        sink(self)
    }
}

/// The digest of all bytes of a source, `sha256:` and 64 digits.
///
/// Fails when the source does.
pub fn digest(source: &dyn Source) -> Result<String> {
    let mut hash = Sha256::new();
    source.feed(&mut |piece| {
        hash.update(piece);
        Ok(())
    })?;
    Ok(named(hash))
}

/// The digest that a hash comes to, `sha256:` and 64 digits.
pub fn named(hash: Sha256) -> String {
    format!("sha256:{}", hex::encode(hash.finalize()))
}

/// So many bytes that follow from the seed alone.
pub fn noise(seed: u64, size: usize) -> Vec<u8> {
    let (mut state, mut bytes) = (seed, vec![0; size]);
    fill(&mut state, &mut bytes);
    bytes
}

/// How quickly one thread hashes these bytes, for that long and three times at least: a push that
/// is checked cannot be quicker on one connection.
///
/// Fails when there are no bytes.
pub fn hash_rate(bytes: &[u8], limit: Duration) -> Result<Figures> {
    let (began, mut times) = (Instant::now(), Vec::new());
    while times.len() < 3 || began.elapsed() < limit {
        let one = Instant::now();
        let mut hash = Sha256::new();
        bytes.chunks(PIECE).for_each(|piece| hash.update(piece));
        // The compiler may not leave out what nobody looks at.
        std::hint::black_box(hash.finalize());
        times.push(one.elapsed());
    }
    let mut figures = figures(times, began.elapsed())?;
    figures.bytes_per_second = bytes.len() as f64 * figures.rate;
    Ok(figures)
}

/// Fills the buffer with the numbers that follow on the state (splitmix64).
fn fill(state: &mut u64, buffer: &mut [u8]) {
    for word in buffer.chunks_mut(8) {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        word.copy_from_slice(&mixed.to_le_bytes()[..word.len()]);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Duration;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::{Layer, MARK, Noise, PIECE, digest, hash_rate, noise};
    use crate::http::Source;

    fn all(source: &dyn Source) -> Vec<u8> {
        let mut bytes = Vec::new();
        source
            .feed(&mut |piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            })
            .unwrap();
        assert_eq!(bytes.len() as u64, source.size());
        bytes
    }

    #[test]
    fn made_bytes_are_the_same_each_time_and_do_not_compress() {
        let made = Noise {
            seed: 7,
            size: PIECE as u64 + 13,
        };
        let bytes = all(&made);
        assert_eq!(bytes, all(&made));
        assert_eq!(bytes, noise(7, PIECE + 13));
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&bytes).unwrap();
        assert!(gzip.finish().unwrap().len() > bytes.len());
    }

    #[test]
    fn layers_differ_at_their_start_alone() {
        let shared = noise(1, 1000);
        let (one, two) = (
            Layer::new(1, &shared).unwrap(),
            Layer::new(2, &shared).unwrap(),
        );
        let (bytes, others) = (all(&one), all(&two));
        assert_eq!(bytes.len(), 1000);
        assert_eq!(bytes[MARK..], others[MARK..]);
        assert_ne!(one.digest, two.digest);
        assert_eq!(one.digest, digest(&bytes).unwrap());
    }

    #[test]
    fn digests_are_the_known_ones() {
        assert_eq!(
            digest(&b"abc".to_vec()).unwrap(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn hashing_has_a_rate() {
        let figures = hash_rate(&noise(1, 1000), Duration::ZERO).unwrap();
        assert!(figures.rate > 0.0);
        assert_eq!(figures.bytes_per_second, figures.rate * 1000.0);
    }
}
