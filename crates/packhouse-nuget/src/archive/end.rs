//! The end of an archive, which says where its directory is (APPNOTE 4.3.14 to 4.3.16).

use std::io::{Read, Seek, SeekFrom};

use super::ArchiveError;
use super::fields::Fields;

const END: &[u8; 4] = b"PK\x05\x06";
const END_64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR_64: &[u8; 4] = b"PK\x06\x07";
const END_LENGTH: usize = 22;
const END_64_LENGTH: u64 = 56;
const LOCATOR_LENGTH: u64 = 20;

/// Where the directory is.
pub(super) struct End {
    /// How many entries it has.
    pub(super) entries: u64,
    /// Where it begins.
    pub(super) directory: u64,
    /// How long it is.
    pub(super) directory_size: u64,
    /// How long the whole archive is.
    pub(super) length: u64,
}

pub(super) fn read(reader: &mut (impl Read + Seek)) -> Result<End, ArchiveError> {
    let length = reader.seek(SeekFrom::End(0))?;
    let tail_length = length.min(END_LENGTH as u64 + u64::from(u16::MAX));
    let tail = bytes(reader, length - tail_length, tail_length)?;
    // The last one that is not too near the end is the one that all readers find.
    let start = tail
        .len()
        .checked_sub(END_LENGTH)
        .ok_or(ArchiveError::NotZip)?;
    let place = tail[..start + END.len()]
        .windows(END.len())
        .rposition(|window| window == END)
        .ok_or(ArchiveError::NotZip)?;
    let at = length - tail_length + place as u64;
    let mut fields = Fields(&tail[place + END.len()..]);
    let (disk, directory_disk) = (fields.u16()?, fields.u16()?);
    let (here, entries) = (fields.u16()?, fields.u16()?);
    let (size, offset) = (fields.u32()?, fields.u32()?);
    let comment = fields.u16()?;
    if fields.0.len() != usize::from(comment) {
        return Err(ArchiveError::Trailing);
    }
    let is_wide = entries == u16::MAX || size == u32::MAX || offset == u32::MAX;
    if is_wide && let Some(end) = wide(reader, at, length)? {
        return Ok(end);
    }
    if disk != 0 || directory_disk != 0 || here != entries {
        return Err(ArchiveError::Parts);
    }
    let end = End {
        entries: entries.into(),
        directory: offset.into(),
        directory_size: size.into(),
        length,
    };
    end.reaching(at)
}

/// Reads the end of an archive with more or larger entries than the old record can say, when there
/// is one.
fn wide(
    reader: &mut (impl Read + Seek),
    end: u64,
    length: u64,
) -> Result<Option<End>, ArchiveError> {
    let Some(locator) = end.checked_sub(LOCATOR_LENGTH) else {
        return Ok(None);
    };
    let record = bytes(reader, locator, LOCATOR_LENGTH)?;
    let mut fields = Fields(&record);
    if !fields.is(LOCATOR_64)? {
        return Ok(None);
    }
    let (disk, at, disks) = (fields.u32()?, fields.u64()?, fields.u32()?);
    if disk != 0 || disks > 1 {
        return Err(ArchiveError::Parts);
    }
    let misplaced = || ArchiveError::Structure("its end is not where it says");
    if at
        .checked_add(END_64_LENGTH)
        .is_none_or(|end| end > locator)
    {
        return Err(misplaced());
    }
    let record = bytes(reader, at, END_64_LENGTH)?;
    let mut fields = Fields(&record);
    // The size leaves out what stands up to itself.
    if !fields.is(END_64)? || at.checked_add(fields.u64()?) != locator.checked_sub(12) {
        return Err(misplaced());
    }
    let _versions = fields.u32()?;
    let (disk, directory_disk) = (fields.u32()?, fields.u32()?);
    let (here, entries) = (fields.u64()?, fields.u64()?);
    if disk != 0 || directory_disk != 0 || here != entries {
        return Err(ArchiveError::Parts);
    }
    let directory_size = fields.u64()?;
    let end = End {
        entries,
        directory: fields.u64()?,
        directory_size,
        length,
    };
    end.reaching(at).map(Some)
}

impl End {
    /// Checks that the directory ends where the records of the end begin. Readers that reckon from
    /// the one find another directory than those that reckon from the other.
    fn reaching(self, at: u64) -> Result<Self, ArchiveError> {
        match self.directory.checked_add(self.directory_size) {
            Some(end) if end == at => Ok(self),
            Some(end) if end < at => Err(ArchiveError::Prepended),
            _ => Err(ArchiveError::Structure(
                "its directory is not where it says",
            )),
        }
    }
}

/// Reads so many bytes from there on; the caller knows that they are few.
pub(super) fn bytes(
    reader: &mut (impl Read + Seek),
    at: u64,
    length: u64,
) -> Result<Vec<u8>, ArchiveError> {
    reader.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    reader.by_ref().take(length).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == length {
        true => Ok(bytes),
        false => Err(ArchiveError::Structure("it ends too early")),
    }
}
