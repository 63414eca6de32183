//! The entries' own headers (APPNOTE 4.3.7 and 4.3.9), which some readers believe and some do not:
//! so they must say what the directory says, and leave no byte between them.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::ArchiveError;
use super::directory::{DEFLATE, Record};
use super::entry::{Entry, Place};
use super::fields::{Fields, Wide};

const HEADER: &[u8; 4] = b"PK\x03\x04";
const DESCRIPTOR: &[u8; 4] = b"PK\x07\x08";
const HEADER_LENGTH: u64 = 30;

/// Sizes and checksum follow the data.
const FOLLOWS: u16 = 1 << 3;

/// Walks over the entries from the first byte to the directory. They come in the order in which
/// they lie.
pub(super) fn read(
    reader: &mut (impl Read + Seek),
    records: Vec<Record>,
    directory: u64,
) -> Result<Vec<Entry>, ArchiveError> {
    reader.seek(SeekFrom::Start(0))?;
    let mut walk = Walk {
        reader: BufReader::new(reader),
        at: 0,
        buffer: Vec::new(),
    };
    let starts: Vec<u64> = records.iter().map(|record| record.offset).collect();
    let ends = starts.into_iter().skip(1).chain([directory]);
    let mut entries = Vec::with_capacity(records.len());
    for (record, end) in records.into_iter().zip(ends) {
        entries.push(walk.entry(record, end)?);
    }
    match walk.at == directory {
        true => Ok(entries),
        // There is no entry.
        false => Err(ArchiveError::Prepended),
    }
}

struct Walk<R> {
    reader: BufReader<R>,
    at: u64,
    buffer: Vec<u8>,
}

impl<R: Read + Seek> Walk<R> {
    /// Reads an entry of which the next one, or the directory, begins at `end`.
    fn entry(&mut self, record: Record, end: u64) -> Result<Entry, ArchiveError> {
        // The entry before went up to where this one begins.
        if record.offset != self.at {
            return Err(ArchiveError::Prepended);
        }
        let header = self.take(HEADER_LENGTH, end, &record)?;
        let mut fields = Fields(header);
        if !fields.is(HEADER)? {
            return Err(ArchiveError::Structure("an entry is not where it says"));
        }
        let _version = fields.u16()?;
        let (flags, method) = (fields.u16()?, fields.u16()?);
        let _changed = fields.u32()?;
        let crc32 = fields.u32()?;
        let (compressed, size) = (fields.u32()?, fields.u32()?);
        let (name_length, extra_length) = (fields.u16()?, fields.u16()?);

        let rest = u64::from(name_length) + u64::from(extra_length);
        let mut fields = Fields(self.take(rest, end, &record)?);
        let name = fields.take(name_length.into())?;
        let mut wide = Wide::find(fields.0)?;
        let header = Sizes {
            size: wide.widen(size)?,
            compressed: wide.widen(compressed)?,
            crc32,
        };
        let expected = Sizes {
            size: record.size,
            compressed: record.compressed,
            crc32: record.crc32,
        };
        let mismatch = if name != record.raw_name {
            Some("name")
        } else if method != record.method {
            Some("method")
        } else if flags & 1 != 0 {
            Some("encryption")
        } else if header == expected {
            None
        } else if flags & FOLLOWS != 0 {
            header.differs_where_known(&expected)
        } else {
            Some("size or checksum")
        };
        if let Some(what) = mismatch {
            return Err(ArchiveError::Mismatch {
                name: record.name,
                what,
            });
        }
        let data = self.at;
        self.skip(record.compressed, end, &record)?;
        let left = end - self.at;
        let follows = flags & FOLLOWS != 0 && !(left == 0 && header == expected);
        if follows {
            self.descriptor(left, &expected, &record, end)?;
        } else if left != 0 {
            return Err(ArchiveError::Gap(record.name));
        }
        Ok(Entry {
            name: record.name,
            place: Place {
                offset: data,
                compressed: record.compressed,
                size: record.size,
                crc32: record.crc32,
                deflated: record.method == DEFLATE,
            },
        })
    }

    /// Reads what follows the data: with or without a signature, sizes in 32 or 64 bits.
    fn descriptor(
        &mut self,
        length: u64,
        expected: &Sizes,
        record: &Record,
        end: u64,
    ) -> Result<(), ArchiveError> {
        if !matches!(length, 12 | 16 | 20 | 24) {
            return Err(ArchiveError::Gap(record.name.clone()));
        }
        let mut fields = Fields(self.take(length, end, record)?);
        let is_signed = matches!(length, 16 | 24);
        let signature = !is_signed || fields.is(DESCRIPTOR)?;
        let crc32 = fields.u32()?;
        let (compressed, size) = match length {
            12 | 16 => (fields.u32()?.into(), fields.u32()?.into()),
            _ => (fields.u64()?, fields.u64()?),
        };
        let found = Sizes {
            size,
            compressed,
            crc32,
        };
        match signature && found == *expected {
            true => Ok(()),
            false => Err(ArchiveError::Mismatch {
                name: record.name.clone(),
                what: "size or checksum",
            }),
        }
    }

    /// Reads some bytes, which must not go beyond where the next entry begins.
    fn take(&mut self, length: u64, end: u64, record: &Record) -> Result<&[u8], ArchiveError> {
        self.check(length, end, record)?;
        self.buffer.clear();
        let reader = self.reader.by_ref();
        reader.take(length).read_to_end(&mut self.buffer)?;
        self.at += length;
        match self.buffer.len() as u64 == length {
            true => Ok(&self.buffer),
            false => Err(ArchiveError::Structure("it ends too early")),
        }
    }

    fn skip(&mut self, length: u64, end: u64, record: &Record) -> Result<(), ArchiveError> {
        self.check(length, end, record)?;
        let distance = i64::try_from(length).unwrap_or(i64::MAX);
        self.reader.seek_relative(distance)?;
        self.at += length;
        Ok(())
    }

    fn check(&self, length: u64, end: u64, record: &Record) -> Result<(), ArchiveError> {
        match self.at.checked_add(length) {
            Some(reached) if reached <= end => Ok(()),
            _ => Err(ArchiveError::Overlap(record.name.clone())),
        }
    }
}

#[derive(PartialEq, Eq)]
struct Sizes {
    size: u64,
    compressed: u64,
    crc32: u32,
}

impl Sizes {
    /// Compares what is written in a header that need not say it: 0 says nothing.
    fn differs_where_known(&self, expected: &Self) -> Option<&'static str> {
        let differs = |found: u64, expected: u64| found != 0 && found != expected;
        let any = differs(self.size, expected.size)
            || differs(self.compressed, expected.compressed)
            || differs(self.crc32.into(), expected.crc32.into());
        any.then_some("size or checksum")
    }
}
