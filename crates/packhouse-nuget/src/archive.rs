//! Zip archives of strangers (NuGet notes §10), read so that every reader of the same bytes sees
//! the same files: entries lie one after the other from the first byte to the directory, nothing
//! between, before or behind them, and say in both places the same about themselves.
//!
//! Reading is by the directory alone, then by each entry's own header; nothing is inflated until an
//! entry is opened, and then no more than it says it has.

mod directory;
mod end;
mod entry;
mod error;
mod fields;
mod local;
mod name;

use std::collections::HashSet;
use std::io::{Read, Seek};

use chrono::{DateTime, Days, NaiveDateTime, Utc};

pub use entry::{Entry, EntryReader, Place};
pub use error::ArchiveError;

/// What an archive may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How many entries.
    pub max_entries: u64,
    /// How long its directory may be, in bytes. It is held in memory while it is read.
    pub max_directory: u64,
    /// How much its entries may have when inflated, all together, in bytes, by what they say.
    pub max_inflated: u64,
    /// From how much on, inflated, [`Limits::max_ratio`] holds, in bytes. Little things may be
    /// packed as tightly as they like.
    pub ratio_from: u64,
    /// How many times its own length an archive may have when inflated.
    pub max_ratio: u64,
    /// When its files may have been changed last.
    pub latest: NaiveDateTime,
}

impl Limits {
    /// Gives the limits of a push at this time (`design.md` §8): 65,535 entries, 16 MiB of directory,
    /// 4 GiB inflated, from 64 MiB on no more than 100 times the archive's length (binaries and
    /// symbols are packed to a third, texts to a tenth), and files from tomorrow at the latest.
    /// Archives say no time zone, so the clocks of all are within a day.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            max_entries: 65_535,
            max_directory: 16 << 20,
            max_inflated: 4 << 30,
            ratio_from: 64 << 20,
            max_ratio: 100,
            latest: (now.naive_utc())
                .checked_add_days(Days::new(1))
                .unwrap_or(NaiveDateTime::MAX),
        }
    }
}

/// What lies in an archive.
#[derive(Debug)]
pub struct Archive {
    entries: Vec<Entry>,
}

impl Archive {
    /// Reads what lies in an archive. It must begin where the reader's bytes do, and end where they
    /// end.
    ///
    /// # Errors
    /// When the bytes cannot be read, or are no archive that everybody reads in the same way, or it
    /// passes a limit.
    pub fn read(reader: &mut (impl Read + Seek), limits: &Limits) -> Result<Self, ArchiveError> {
        let end = end::read(reader)?;
        if end.entries > limits.max_entries {
            return Err(ArchiveError::TooManyEntries {
                entries: end.entries,
                max: limits.max_entries,
            });
        }
        if end.directory_size > limits.max_directory {
            return Err(ArchiveError::Directory {
                size: end.directory_size,
                max: limits.max_directory,
            });
        }
        let mut records = directory::read(reader, &end, limits)?;
        check_sizes(&records, end.length, limits)?;
        // Where they lie, and so how they are looked at, need not be the directory's order.
        records.sort_by_key(|record| record.offset);
        let entries = local::read(reader, records, end.directory)?;
        check_names(&entries)?;
        Ok(Self { entries })
    }

    /// Gives the entries, in the order in which they lie. Those of folders are among them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Finds a file by its path, ignoring case; the path may be written with `\` and percent
    /// signs, and begin with a separator.
    pub fn find(&self, path: &str) -> Option<&Entry> {
        let path = name::unescape(path).replace('\\', "/").to_lowercase();
        let path = path.trim_start_matches('/');
        let mut files = self.entries.iter().filter(|entry| !entry.is_folder());
        files.find(|entry| entry.name.to_lowercase() == path)
    }
}

fn check_sizes(
    records: &[directory::Record],
    length: u64,
    limits: &Limits,
) -> Result<(), ArchiveError> {
    let sizes = records.iter().map(|record| record.size);
    let inflated = sizes.fold(0, u64::saturating_add);
    if inflated > limits.max_inflated {
        return Err(ArchiveError::Inflated {
            inflated,
            max: limits.max_inflated,
        });
    }
    if inflated > limits.ratio_from && inflated / limits.max_ratio > length {
        return Err(ArchiveError::Ratio { inflated, length });
    }
    Ok(())
}

fn check_names(entries: &[Entry]) -> Result<(), ArchiveError> {
    let mut seen = HashSet::with_capacity(entries.len());
    for entry in entries {
        if !seen.insert(entry.name.trim_end_matches('/').to_lowercase()) {
            return Err(ArchiveError::SameName(entry.name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
