//! The files of a gem, walked without keeping or unpacking them (RubyGems notes §12.3).

use std::io::{Read, Seek};

use super::gzip::{self, Gzip};
use super::header::{self, BLOCK, Header, Kind};
use super::links::{self, Links};
use super::members::Place;
use super::{ArchiveError, Limits};

/// The longest extension header, in bytes.
const MAX_EXTENSION: u64 = 1 << 20;

/// How much is passed over at once, in bytes.
const BUFFER: usize = 64 << 10;

/// Walks the data from its first to its last byte.
pub(super) fn check(
    source: &mut (impl Read + Seek),
    place: Place,
    limits: &Limits,
) -> Result<(), ArchiveError> {
    let mut data = Data {
        gzip: gzip::open(source, place)?,
        place,
        inflated: 0,
        limits,
        buffer: vec![0; BUFFER],
    };
    let mut links = Links::default();
    let mut entries = 0;
    loop {
        let mut block = [0; BLOCK];
        data.fill(&mut block)?;
        if header::is_end(&block) {
            break;
        }
        let header = header::read(&block);
        let header = header.map_err(|(entry, reason)| ArchiveError::Entry { entry, reason })?;
        entries += 1;
        if entries > limits.entries {
            return Err(ArchiveError::TooManyEntries {
                max: limits.entries,
            });
        }
        data.entry(&header, &mut links)?;
    }
    links.finish()?;
    data.finish()
}

struct Data<'l, R> {
    gzip: Gzip<R>,
    place: Place,
    /// How much came out so far.
    inflated: u64,
    limits: &'l Limits,
    buffer: Vec<u8>,
}

impl<R: Read> Data<'_, R> {
    fn entry(&mut self, header: &Header, links: &mut Links) -> Result<(), ArchiveError> {
        let bad = |reason| ArchiveError::Entry {
            entry: header.shown(),
            reason,
        };
        let parts = links::parts(&header.path).map_err(bad)?;
        match header.kind {
            Kind::Other(reason) => return Err(bad(reason)),
            // RubyGems passes over these bytes, other readers take them for the next header.
            Kind::Folder | Kind::Symlink if header.size != 0 => {
                return Err(bad("has bytes but is no file"));
            }
            Kind::Symlink => links.add(&parts, header)?,
            // RubyGems makes a file of it, other readers a folder.
            Kind::File if header.path.ends_with(b"/") => {
                return Err(bad("is a file with the name of a folder"));
            }
            Kind::Pax => {
                if header.size > MAX_EXTENSION {
                    return Err(bad("has an extension header of more than 1 MiB"));
                }
                let size = header.size as usize;
                let mut fields = vec![0; size];
                self.fill(&mut fields)?;
                check_pax(&fields).map_err(bad)?;
                return self.skip((size.next_multiple_of(BLOCK) - size) as u64);
            }
            Kind::Folder | Kind::File => {}
        }
        let padded = header
            .padded()
            .ok_or_else(|| bad("is longer than the data"))?;
        self.skip(padded)
    }

    /// Fills the whole buffer.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), ArchiveError> {
        let read = self.gzip.read(buffer)?;
        self.count(read)?;
        match read == buffer.len() {
            true => Ok(()),
            false => Err(ArchiveError::Data("it was cut off")),
        }
    }

    fn skip(&mut self, mut length: u64) -> Result<(), ArchiveError> {
        while length > 0 {
            let part = length.min(BUFFER as u64) as usize;
            let read = self.gzip.read(&mut self.buffer[..part])?;
            self.count(read)?;
            if read < part {
                return Err(ArchiveError::Data("it was cut off"));
            }
            length -= part as u64;
        }
        Ok(())
    }

    fn count(&mut self, read: usize) -> Result<(), ArchiveError> {
        let limits = self.limits;
        self.inflated = self.inflated.saturating_add(read as u64);
        if self.inflated > limits.inflated {
            return Err(ArchiveError::Inflated {
                member: self.place.name,
                max: limits.inflated,
            });
        }
        let most = limits.ratio.saturating_mul(self.place.size);
        if self.inflated > limits.ratio_from && self.inflated > most {
            return Err(ArchiveError::Ratio { max: limits.ratio });
        }
        Ok(())
    }

    /// Checks that nothing but padding follows the first block of zeros, where RubyGems stops.
    fn finish(mut self) -> Result<(), ArchiveError> {
        loop {
            let read = self.gzip.read(&mut self.buffer)?;
            if read == 0 {
                break;
            }
            self.count(read)?;
            if self.buffer[..read].iter().any(|byte| *byte != 0) {
                return Err(ArchiveError::Data("it has bytes behind its end"));
            }
        }
        self.gzip.finish()
    }
}

/// Checks the records of an extension header, `LENGTH KEY=VALUE LF` each. RubyGems does not read
/// them, so they must not say where other readers find the file, or what is in it.
fn check_pax(mut fields: &[u8]) -> Result<(), &'static str> {
    const DAMAGED: &str = "has an extension header that cannot be read";
    while !fields.is_empty() {
        let space = fields
            .iter()
            .position(|byte| *byte == b' ')
            .ok_or(DAMAGED)?;
        let length = std::str::from_utf8(&fields[..space]).map_err(|_| DAMAGED)?;
        let length: usize = length.parse().map_err(|_| DAMAGED)?;
        let record = fields.get(space + 1..length).ok_or(DAMAGED)?;
        let record = record.strip_suffix(b"\n").ok_or(DAMAGED)?;
        let key = record.split(|byte| *byte == b'=').next().unwrap_or(record);
        if matches!(key, b"path" | b"linkpath" | b"size") || key.starts_with(b"GNU.sparse") {
            return Err(
                "has a name, link or size in an extension header, which RubyGems does not read",
            );
        }
        fields = &fields[length..];
    }
    Ok(())
}
