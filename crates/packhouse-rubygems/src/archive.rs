//! The `.gem` file (RubyGems notes §12): a tar of `metadata.gz`, `data.tar.gz`, checksums and
//! signatures, read so that every reader of the same bytes sees the same gem.
//!
//! Nothing is unpacked and nothing is kept but the gemspec; memory does not grow with the gem.
//! What RubyGems reads in one way and other readers in another is refused.

mod checksums;
mod data;
mod error;
mod gzip;
mod header;
mod links;
mod members;

use std::io::{Read, Seek};

use crate::gemspec::Gemspec;

pub use error::ArchiveError;

/// What a gem may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long `metadata.gz` and `checksums.yaml.gz` may be when inflated, each, in bytes. They
    /// are held in memory.
    pub metadata: u64,
    /// How long a signature may be, in bytes.
    pub signature: u64,
    /// How many entries the data may have.
    pub entries: u64,
    /// How much the data may have when inflated, in bytes.
    pub inflated: u64,
    /// How many times its own length the data may have when inflated, once `ratio_from` came out.
    pub ratio: u64,
    /// From how much on, inflated, `ratio` holds, in bytes.
    pub ratio_from: u64,
}

impl Default for Limits {
    /// Gives 10 MiB of metadata and 1 MiB of a signature, as clients have it; and for the data
    /// (`design.md` §8) 100,000 entries, 4 GiB inflated, and from 64 MiB on no more than 100 times
    /// its length.
    fn default() -> Self {
        Self {
            metadata: 10 << 20,
            signature: 1 << 20,
            entries: 100_000,
            inflated: 4 << 30,
            ratio: 100,
            ratio_from: 64 << 20,
        }
    }
}

/// What is known of a gem that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gem {
    /// What it says about itself.
    pub spec: Gemspec,
}

/// Reads a whole gem: the reader's bytes from its first to its last. It blocks, so it belongs on a
/// blocking thread.
///
/// # Errors
/// When the bytes cannot be read, are no gem that everybody reads in the same way, are not what
/// the gem's checksums say, pass a limit, or the gemspec breaks a rule.
pub fn read(mut source: impl Read + Seek, limits: &Limits) -> Result<Gem, ArchiveError> {
    let members = members::find(&mut source, limits)?;
    if let Some(place) = members.checksums {
        let bytes = gzip::inflate(&mut source, place, limits.metadata)?;
        checksums::verify(&mut source, &members, &bytes)?;
    }
    let metadata = gzip::inflate(&mut source, members.metadata, limits.metadata)?;
    let spec = Gemspec::read(&metadata)?;
    if spec.signed {
        members.check_signatures()?;
    }
    data::check(&mut source, members.data, limits)?;
    Ok(Gem { spec })
}

#[cfg(test)]
pub(crate) mod tests;
