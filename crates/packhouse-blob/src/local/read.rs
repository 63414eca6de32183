//! Reading a blob from the disk in large pieces.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::task::JoinHandle;

use crate::error::BlobError;
use crate::lane::blocking;
use crate::store::{BlobKey, ByteStream};

/// Bytes of a piece. Sending in pieces of 1 MiB was measured quicker than of 256 KiB; two pieces
/// are held for each reader.
const PIECE: u64 = 512 * 1024;
/// The largest blob that is read on an async worker, in bytes.
pub(super) const SMALL: u64 = 64 * 1024;

/// A blob being read.
struct Reading {
    file: File,
    path: PathBuf,
    key: BlobKey,
}

impl Reading {
    fn open(path: PathBuf, key: BlobKey) -> Result<Self, BlobError> {
        match File::open(&path) {
            Ok(file) => Ok(Self { file, path, key }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(super::away(&path).unwrap_or(BlobError::Missing { key }))
            }
            Err(error) => Err(BlobError::io("open", &path, error)),
        }
    }

    /// Reads exactly `range`, without filling the buffer with zeros first.
    fn read(&self, range: Range<u64>) -> Result<Bytes, BlobError> {
        let mut at = range.start;
        // Callers keep a range within PIECE or SMALL.
        let mut buf = Vec::with_capacity((range.end - range.start) as usize);
        while at < range.end {
            let read = rustix::io::retry_on_intr(|| {
                rustix::io::pread(&self.file, rustix::buffer::spare_capacity(&mut buf), at)
            })
            .map_err(|error| BlobError::io("read", &self.path, error.into()))?;
            if read == 0 {
                return Err(BlobError::Damaged {
                    key: self.key.clone(),
                });
            }
            at += read as u64;
        }
        Ok(buf.into())
    }
}

/// Reads a whole blob of `size` bytes on the calling thread.
pub(super) fn whole(path: &Path, key: &BlobKey, size: u64) -> Result<Bytes, BlobError> {
    Reading::open(path.to_owned(), key.clone())?.read(0..size)
}

/// Streams a range. The first piece is read with the opening, in one trip to a blocking thread;
/// each next one while the one before is sent.
pub(super) async fn stream(
    path: PathBuf,
    key: BlobKey,
    range: Range<u64>,
) -> Result<ByteStream, BlobError> {
    let piece = piece_at(range.start, range.end);
    let next = piece.end;
    let (reading, first) = blocking(move || {
        let reading = Reading::open(path, key)?;
        let first = reading.read(piece)?;
        Ok((Arc::new(reading), first))
    })
    .await?;
    if first.is_empty() {
        return Ok(stream::empty().boxed());
    }
    let ahead = read_ahead(&reading, next, range.end);
    let rest = stream::try_unfold((ahead, next), move |(ahead, at)| {
        let reading = Arc::clone(&reading);
        async move {
            let Some(ahead) = ahead else { return Ok(None) };
            let bytes = ahead.await.map_err(|_| BlobError::Broken)??;
            let at = at + bytes.len() as u64;
            Ok(Some((bytes, (read_ahead(&reading, at, range.end), at))))
        }
    });
    Ok(stream::iter([Ok(first)]).chain(rest).boxed())
}

fn piece_at(at: u64, end: u64) -> Range<u64> {
    at..end.max(at).min(at.saturating_add(PIECE))
}

type Ahead = JoinHandle<Result<Bytes, BlobError>>;

fn read_ahead(reading: &Arc<Reading>, at: u64, end: u64) -> Option<Ahead> {
    let piece = piece_at(at, end);
    let reading = Arc::clone(reading);
    (!piece.is_empty()).then(|| tokio::task::spawn_blocking(move || reading.read(piece)))
}
