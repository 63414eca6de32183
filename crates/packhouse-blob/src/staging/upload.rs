//! An upload while it arrives.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::staged::{StagedFile, TempFile};
use super::{IN_MEMORY, PIECE};
use crate::digest::{self, FirstHalf, SecondHalf};
use crate::error::BlobError;
use crate::lane::{Lane, blocking};

/// Up to here hashing takes less time than a trip to another thread and back is worth.
const HASH_INLINE: usize = 32 * 1024;

/// An upload on its way in. Dropping it removes what has arrived.
pub struct Upload {
    dir: Arc<Path>,
    limit: u64,
    written: u64,
    /// What has arrived and is neither hashed nor written yet.
    pending: BytesMut,
    spool: Option<Spool>,
}

/// Where an upload goes that is too large for memory: three jobs over the same pieces.
pub(super) struct Spool {
    file: Lane<TempFile>,
    first: Lane<FirstHalf>,
    second: Lane<SecondHalf>,
}

impl Upload {
    pub(super) fn new(dir: Arc<Path>, limit: u64) -> Self {
        Self {
            dir,
            limit,
            written: 0,
            pending: BytesMut::new(),
            spool: None,
        }
    }

    /// Takes the next bytes, waiting while the disk or the hashing is behind.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`], [`BlobError::Full`], [`BlobError::Io`]; after any of them the
    /// upload is lost: drop it.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        let written = self.written + bytes.len() as u64;
        if written > self.limit {
            return Err(BlobError::TooLarge { limit: self.limit });
        }
        self.written = written;
        if self.spool.is_none() && self.pending.len() + bytes.len() > IN_MEMORY {
            let dir = Arc::clone(&self.dir);
            let file = blocking(move || create(&dir)).await?;
            self.spool = Some(Spool::new(file));
        }
        let mut rest = &bytes[..];
        while let Some(spool) = &mut self.spool {
            let room = PIECE.saturating_sub(self.pending.len());
            if rest.len() < room {
                break;
            }
            let (now, later) = rest.split_at(room);
            self.pending.extend_from_slice(now);
            rest = later;
            let piece = std::mem::replace(&mut self.pending, BytesMut::with_capacity(PIECE));
            spool.push(piece.freeze()).await?;
        }
        self.pending.extend_from_slice(rest);
        Ok(())
    }

    /// Gives how many bytes have been taken.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Ends the upload: all bytes are hashed and can be read back.
    ///
    /// # Errors
    /// [`BlobError::Full`] or [`BlobError::Io`] of the last pieces.
    pub async fn finish(mut self) -> Result<StagedFile, BlobError> {
        let pending = self.pending.split().freeze();
        let Some(mut spool) = self.spool.take() else {
            let bytes = pending.clone();
            let digests = if bytes.len() <= HASH_INLINE {
                digest::of(&bytes)
            } else {
                blocking(move || Ok(digest::of(&bytes))).await?
            };
            return Ok(StagedFile::in_memory(pending, self.dir, digests));
        };
        if !pending.is_empty() {
            spool.push(pending).await?;
        }
        let first = spool.first.settle().await?;
        let second = spool.second.settle().await?;
        let file = spool.file.settle().await?;
        Ok(StagedFile::on_disk(
            file,
            self.dir,
            digest::join(first, second, self.written),
        ))
    }
}

impl Spool {
    pub(super) fn new(file: TempFile) -> Self {
        Self {
            file: Lane::Idle(file),
            first: Lane::Idle(FirstHalf::default()),
            second: Lane::Idle(SecondHalf::default()),
        }
    }

    pub(super) async fn push(&mut self, piece: Bytes) -> Result<(), BlobError> {
        let bytes = piece.clone();
        self.file.run(move |file| file.write(&bytes)).await?;
        let bytes = piece.clone();
        self.first
            .run(move |half| {
                half.update(&bytes);
                Ok(())
            })
            .await?;
        self.second
            .run(move |half| {
                half.update(&piece);
                Ok(())
            })
            .await
    }
}

/// Makes a file of its own in the staging folder, under a name that nobody can guess.
pub(super) fn create(dir: &Path) -> Result<TempFile, BlobError> {
    let path: PathBuf = dir.join(uuid::Uuid::new_v4().simple().to_string());
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path);
    match file {
        Ok(file) => Ok(TempFile::new(file, path)),
        Err(error) => Err(BlobError::io("make", &path, error)),
    }
}
