//! The directory of an archive (APPNOTE 4.3.12).

use std::io::{Read, Seek};

use chrono::{NaiveDate, NaiveDateTime};

use super::end::{End, bytes};
use super::fields::{Fields, Wide};
use super::{ArchiveError, Limits, name};

const RECORD: &[u8; 4] = b"PK\x01\x02";

/// Encrypted, patch data, strongly encrypted, masked header.
const UNREADABLE: u16 = 1 | 1 << 5 | 1 << 6 | 1 << 13;
const UTF_8: u16 = 1 << 11;

pub(super) const STORE: u16 = 0;
pub(super) const DEFLATE: u16 = 8;

/// What the directory says about an entry.
pub(super) struct Record {
    /// The name as it stands there.
    pub(super) raw_name: Vec<u8>,
    /// The name as it is looked up.
    pub(super) name: String,
    pub(super) method: u16,
    pub(super) crc32: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    /// Where the entry's own header begins.
    pub(super) offset: u64,
}

pub(super) fn read(
    reader: &mut (impl Read + Seek),
    end: &End,
    limits: &Limits,
) -> Result<Vec<Record>, ArchiveError> {
    let directory = bytes(reader, end.directory, end.directory_size)?;
    let mut fields = Fields(&directory);
    let mut records = Vec::new();
    for _ in 0..end.entries {
        let record = record(&mut fields, limits)?;
        if record.offset >= end.directory {
            return Err(ArchiveError::Structure("an entry is not where it says"));
        }
        records.push(record);
    }
    match fields.0.is_empty() {
        true => Ok(records),
        false => Err(ArchiveError::Structure(
            "its directory has more than it says",
        )),
    }
}

fn record(fields: &mut Fields<'_>, limits: &Limits) -> Result<Record, ArchiveError> {
    if !fields.is(RECORD)? {
        return Err(ArchiveError::Structure(
            "its directory has something else in it",
        ));
    }
    let _versions = fields.u32()?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    let (time, date) = (fields.u16()?, fields.u16()?);
    let crc32 = fields.u32()?;
    let (compressed, size) = (fields.u32()?, fields.u32()?);
    let name_length = fields.u16()?;
    let extra_length = fields.u16()?;
    let comment_length = fields.u16()?;
    let disk = fields.u16()?;
    let _attributes = fields.take(6)?;
    let offset = fields.u32()?;
    let raw_name = fields.take(name_length.into())?;
    let extra = fields.take(extra_length.into())?;
    fields.take(comment_length.into())?;

    let mut wide = Wide::find(extra)?;
    // The order in which they stand there.
    let size = wide.widen(size)?;
    let compressed = wide.widen(compressed)?;
    let offset = wide.widen(offset)?;
    let name = name::read(raw_name, flags & UTF_8 != 0)?;
    if disk != 0 && disk != u16::MAX {
        return Err(ArchiveError::Parts);
    }
    if flags & UNREADABLE != 0 {
        return Err(ArchiveError::Encrypted(name));
    }
    if !matches!(method, STORE | DEFLATE) {
        return Err(ArchiveError::Method { name, method });
    }
    let is_folder = name.ends_with('/');
    if (method == STORE && compressed != size) || (is_folder && size != 0) {
        let reason = "its sizes do not fit";
        return Err(ArchiveError::Damaged { name, reason });
    }
    if let Some(time) = changed(date, time)
        && time > limits.latest
    {
        return Err(ArchiveError::Future { name, time });
    }
    Ok(Record {
        raw_name: raw_name.to_owned(),
        name,
        method,
        crc32,
        compressed,
        size,
        offset,
    })
}

/// Reads a time of MS-DOS. Many writers leave it out, with a day that never was.
fn changed(date: u16, time: u16) -> Option<NaiveDateTime> {
    let (date, time) = (u32::from(date), u32::from(time));
    let year = i32::try_from(date >> 9).ok()? + 1980;
    let day = NaiveDate::from_ymd_opt(year, date >> 5 & 15, date & 31)?;
    day.and_hms_opt(time >> 11, time >> 5 & 63, (time & 31) * 2)
}
