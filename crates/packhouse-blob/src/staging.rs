//! Uploads on their way in: measured, hashed, and kept apart until a store takes them.
//!
//! Up to [`IN_MEMORY`] bytes stay in memory and touch no disk before `put`. More go to a file of
//! their own in `uploads/`, in pieces of [`PIECE`]: while one piece is written and hashed on
//! blocking threads the next one arrives, so an upload of any size holds some 2 MiB.

mod staged;
mod upload;

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use staged::{StagedFile, StagedReader};
pub use upload::Upload;

pub(crate) use staged::Content;

use crate::error::BlobError;

/// Uploads up to this many bytes are kept in memory.
const IN_MEMORY: usize = 1024 * 1024;
/// Larger ones are written and hashed in pieces of this many bytes.
const PIECE: usize = 1024 * 1024;

/// The folder where uploads wait, and the way to begin one.
#[derive(Debug, Clone)]
pub struct Staging {
    dir: Arc<Path>,
}

impl Staging {
    /// Opens the folder, making it when it is not there.
    ///
    /// # Errors
    /// [`BlobError::Io`] when it cannot be made.
    pub fn new(dir: impl Into<PathBuf>) -> Result<Self, BlobError> {
        let dir = dir.into();
        fs::create_dir_all(&dir).map_err(|error| BlobError::io("make folder", &dir, error))?;
        Ok(Self { dir: dir.into() })
    }

    /// Begins an upload of at most `limit` bytes. Dropping it leaves nothing.
    pub fn begin(&self, limit: u64) -> Upload {
        Upload::new(Arc::clone(&self.dir), limit)
    }

    /// Removes uploads that a crash left behind and that nothing has written to for
    /// `older_than`; gives how many. Call it at start: uploads of this process are young.
    ///
    /// # Errors
    /// [`BlobError::Io`] when the folder cannot be read or a file not be removed.
    pub fn purge(&self, older_than: Duration) -> Result<u64, BlobError> {
        let Some(before) = SystemTime::now().checked_sub(older_than) else {
            return Ok(0);
        };
        let failed = |action| move |error| BlobError::io(action, &self.dir, error);
        let mut removed = 0;
        for entry in fs::read_dir(&self.dir).map_err(failed("read folder"))? {
            let entry = entry.map_err(failed("read folder"))?;
            let path = entry.path();
            let stale = match entry.metadata() {
                Ok(meta) => {
                    meta.is_file() && meta.modified().map_err(failed("read time in"))? <= before
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => false,
                Err(error) => return Err(BlobError::io("look at", &path, error)),
            };
            if stale {
                match fs::remove_file(&path) {
                    Ok(()) => removed += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(BlobError::io("remove", &path, error)),
                }
            }
        }
        Ok(removed)
    }
}
