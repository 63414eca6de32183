//! Compressed files as RubyGems reads them: the first gzip member, to its end. That anything
//! follows it is refused, since other readers go on.

use std::io::{self, BufRead, BufReader, Read, Seek};

use flate2::bufread::GzDecoder;

use super::ArchiveError;
use super::members::Place;

/// How much is read at once, in bytes.
const BUFFER: usize = 64 << 10;

/// A compressed file that is being read.
pub(super) struct Gzip<R> {
    name: &'static str,
    decoder: GzDecoder<BufReader<R>>,
}

impl<R: Read> Gzip<R> {
    /// Reads what fits, or less at the end.
    pub(super) fn read(&mut self, mut buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let wanted = buffer.len();
        while !buffer.is_empty() {
            match self.decoder.read(buffer) {
                Ok(0) => break,
                Ok(read) => buffer = &mut buffer[read..],
                Err(error) => self.check(error)?,
            }
        }
        Ok(wanted - buffer.len())
    }

    /// Checks that nothing follows the bytes read, all of which must have been.
    pub(super) fn finish(self) -> Result<(), ArchiveError> {
        let mut rest = self.decoder.into_inner();
        match rest.fill_buf() {
            Ok([]) => Ok(()),
            Ok(_) => Err(ArchiveError::GzipTrailing { member: self.name }),
            Err(error) => Err(ArchiveError::Io(error)),
        }
    }

    fn check(&self, error: io::Error) -> Result<(), ArchiveError> {
        use io::ErrorKind::{Interrupted, InvalidData, InvalidInput, UnexpectedEof};
        match error.kind() {
            Interrupted => Ok(()),
            // The file's length was checked, so it is the compressed stream that ends too early.
            InvalidData | InvalidInput | UnexpectedEof => {
                Err(ArchiveError::Gzip { member: self.name })
            }
            _ => Err(ArchiveError::Io(error)),
        }
    }
}

/// Opens a compressed file.
pub(super) fn open<R: Read + Seek>(
    source: &mut R,
    place: Place,
) -> Result<Gzip<io::Take<&mut R>>, ArchiveError> {
    let packed = BufReader::with_capacity(BUFFER, place.open(source)?);
    Ok(Gzip {
        name: place.name,
        decoder: GzDecoder::new(packed),
    })
}

/// Inflates a file into memory.
pub(super) fn inflate(
    source: &mut (impl Read + Seek),
    place: Place,
    max: u64,
) -> Result<Vec<u8>, ArchiveError> {
    let mut gzip = open(source, place)?;
    let mut bytes = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = gzip.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        if (bytes.len() + read) as u64 > max {
            return Err(ArchiveError::Inflated {
                member: place.name,
                max,
            });
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
    gzip.finish()?;
    Ok(bytes)
}
