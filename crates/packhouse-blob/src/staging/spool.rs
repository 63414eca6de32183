//! Where an upload goes that is too large for memory: jobs on blocking threads over the same
//! pieces.

use std::fs::File;
use std::sync::Arc;

use super::staged::TempFile;
use crate::digest::{HashLanes, Hashes};
use crate::error::BlobError;
use crate::gather::Piece;
use crate::lane::Lane;

/// After so many bytes the disk is told to write them down. When the last byte is there, little
/// is left to wait for.
const WRITE_BACK: u64 = 16 * 1024 * 1024;

/// Writes and hashes at once.
pub(crate) struct Spool {
    file: Lane<TempFile>,
    hashes: HashLanes,
    /// Syncs while writing goes on. A failure is told to whoever syncs first and to nobody
    /// after, so it is kept here and ends the upload.
    sync: Lane<Arc<File>>,
    unsynced: u64,
}

impl Spool {
    pub(crate) fn new(file: TempFile, hashes: Hashes) -> Self {
        Self {
            sync: Lane::Idle(Arc::clone(&file.file)),
            file: Lane::Idle(file),
            hashes: HashLanes::new(hashes),
            unsynced: 0,
        }
    }

    /// Takes the next bytes, as soon as those before them are written and hashed.
    pub(crate) async fn push(&mut self, piece: Piece) -> Result<(), BlobError> {
        let parts = Piece::clone(&piece);
        self.file.run(move |file| file.write(&parts)).await?;
        self.hashes.push(&piece).await?;
        self.unsynced += piece.iter().map(|part| part.len() as u64).sum::<u64>();
        if self.unsynced >= WRITE_BACK && self.sync.is_free() {
            self.unsynced = 0;
            self.sync.run(|file| sync(file)).await?;
        }
        Ok(())
    }

    /// Waits until all is written and hashed.
    pub(crate) async fn settle(&mut self) -> Result<(TempFile, Hashes), BlobError> {
        let hashes = self.hashes.settle().await?;
        let file = self.file.settle().await?;
        self.sync.settle().await?;
        Ok((file, hashes))
    }
}

fn sync(file: &File) -> Result<(), BlobError> {
    file.sync_data()
        .map_err(|error| BlobError::io("sync", "an upload".as_ref(), error))
}
