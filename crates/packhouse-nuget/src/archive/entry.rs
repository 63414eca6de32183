//! What is in an entry: it is read with a limit, and checked against what the entry says.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

use flate2::bufread::DeflateDecoder;
use serde::{Deserialize, Serialize};

use super::ArchiveError;

/// An entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name as it is looked up: percent signs resolved, `/` between its parts.
    pub name: String,
    /// Where it is.
    pub place: Place,
}

/// Where the bytes of an entry are, enough to read them later from the same archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Where they begin.
    pub offset: u64,
    /// How many they are as they lie there.
    pub compressed: u64,
    /// How many they are inflated.
    pub size: u64,
    /// The checksum of what is inflated.
    pub crc32: u32,
    /// Whether they are deflated, or stored as they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deflated: bool,
}

impl Entry {
    /// Tells whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// Gives what is in it, when that is at most so many bytes.
    ///
    /// # Errors
    /// When it has more, or not what it says, or the bytes cannot be read.
    pub fn read(&self, reader: impl Read + Seek, max: u64) -> Result<Vec<u8>, ArchiveError> {
        if self.place.size > max {
            return Err(ArchiveError::TooLarge {
                name: self.name.clone(),
                size: self.place.size,
                max,
            });
        }
        let mut bytes = Vec::new();
        let mut reader = self.place.open(reader)?;
        reader
            .read_to_end(&mut bytes)
            .map_err(|error| self.damage(error))?;
        Ok(bytes)
    }

    /// Says what an error while reading means: damage, or a fault that is not the archive's.
    pub(crate) fn damage(&self, error: io::Error) -> ArchiveError {
        match error.kind() {
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof => ArchiveError::Damaged {
                name: self.name.clone(),
                reason: "what is in it is not what it says",
            },
            _ => ArchiveError::Io(error),
        }
    }
}

impl Place {
    /// Tells whether the same bytes lie in both, as far as their length and checksum say it.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.size, self.crc32) == (other.size, other.crc32)
    }

    /// Opens the entry in its archive. The reader gives as many bytes as the entry says, and an
    /// error of the kind `InvalidData` instead of its end when they are not what it says. It needs
    /// some tens of kilobytes, whatever the entry has.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn open<R: Read + Seek>(&self, mut reader: R) -> io::Result<EntryReader<R>> {
        reader.seek(SeekFrom::Start(self.offset))?;
        let bytes = reader.take(self.compressed);
        Ok(EntryReader {
            bytes: match self.deflated {
                true => Bytes::Deflated(DeflateDecoder::new(BufReader::new(bytes))),
                false => Bytes::Stored(bytes),
            },
            left: self.size,
            compressed: self.compressed,
            crc32: self.crc32,
            hasher: crc32fast::Hasher::new(),
        })
    }
}

/// Gives the bytes of an entry, inflated.
pub struct EntryReader<R: Read> {
    bytes: Bytes<R>,
    /// How many bytes are still to come.
    left: u64,
    compressed: u64,
    crc32: u32,
    hasher: crc32fast::Hasher,
}

enum Bytes<R: Read> {
    Stored(Take<R>),
    Deflated(DeflateDecoder<BufReader<Take<R>>>),
}

impl<R: Read> Read for EntryReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.bytes {
            Bytes::Stored(bytes) => bytes.read(buffer)?,
            Bytes::Deflated(bytes) => bytes.read(buffer)?,
        };
        self.hasher.update(&buffer[..read]);
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| damaged("an entry has more bytes than it says"))?;
        if read == 0 {
            self.check_end()?;
        }
        Ok(read)
    }
}

impl<R: Read> EntryReader<R> {
    fn check_end(&self) -> io::Result<()> {
        if self.left != 0 {
            return Err(damaged("an entry has fewer bytes than it says"));
        }
        if self.hasher.clone().finalize() != self.crc32 {
            return Err(damaged(
                "the bytes of an entry are not those of its checksum",
            ));
        }
        match &self.bytes {
            Bytes::Deflated(bytes) if bytes.total_in() != self.compressed => {
                Err(damaged("an entry has bytes behind its end"))
            }
            _ => Ok(()),
        }
    }
}

fn damaged(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
