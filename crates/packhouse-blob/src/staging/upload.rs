//! An upload while it arrives.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::spool::Spool;
use super::staged::{StagedFile, TempFile};
use super::{IN_MEMORY, PIECE};
use crate::digest::{Hashes, Hashing};
use crate::error::BlobError;
use crate::gather::Gather;
use crate::lane::blocking;

/// Up to here hashing takes less time than a trip to another thread and back is worth.
const HASH_INLINE: usize = 32 * 1024;

/// An upload on its way in. Dropping it removes what has arrived.
pub struct Upload {
    dir: Arc<Path>,
    limit: u64,
    hashing: Hashing,
    written: u64,
    /// What has arrived and is neither hashed nor written yet.
    pending: Gather,
    spool: Option<Spool>,
}

impl Upload {
    pub(super) fn new(dir: Arc<Path>, limit: u64, hashing: Hashing) -> Self {
        Self {
            dir,
            limit,
            hashing,
            written: 0,
            pending: Gather::default(),
            spool: None,
        }
    }

    /// Takes the next bytes, waiting while the disk or the hashing is behind.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`], [`BlobError::Full`], [`BlobError::Io`]; after any of them the
    /// upload is lost: drop it.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.written = grown(self.written, &bytes, self.limit)?;
        self.pending.push(bytes);
        if self.spool.is_none() && self.pending.len() > IN_MEMORY {
            let dir = Arc::clone(&self.dir);
            let file = blocking(move || create(&dir)).await?;
            self.spool = Some(Spool::new(file, Hashes::new(self.hashing)));
        }
        match &mut self.spool {
            Some(spool) if self.pending.len() >= PIECE => {
                spool.push(self.pending.take().into()).await
            }
            _ => Ok(()),
        }
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
        let Some(mut spool) = self.spool.take() else {
            let bytes = self.pending.take_joined();
            let hashes = hash(Hashes::new(self.hashing), bytes.clone()).await?;
            let digests = hashes.digests(self.written);
            return Ok(StagedFile::in_memory(bytes, self.dir, digests));
        };
        if self.pending.len() > 0 {
            spool.push(self.pending.take().into()).await?;
        }
        let (file, hashes) = spool.settle().await?;
        let digests = hashes.digests(self.written);
        Ok(StagedFile::on_disk(file, self.dir, digests))
    }
}

/// Gives the length of an upload after `bytes` more.
pub(crate) fn grown(written: u64, bytes: &Bytes, limit: u64) -> Result<u64, BlobError> {
    let grown = written.saturating_add(bytes.len() as u64);
    if grown > limit {
        return Err(BlobError::TooLarge { limit });
    }
    Ok(grown)
}

/// Hashes `bytes`, which are some MiB at most, where that is quickest.
pub(crate) async fn hash(mut hashes: Hashes, bytes: Bytes) -> Result<Hashes, BlobError> {
    if bytes.len() <= HASH_INLINE {
        hashes.update(&bytes);
        return Ok(hashes);
    }
    blocking(move || {
        hashes.update(&bytes);
        Ok(hashes)
    })
    .await
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
