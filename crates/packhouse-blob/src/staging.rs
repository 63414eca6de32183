//! Uploads on their way in: measured, hashed, and kept apart until a store takes them.
//!
//! Up to [`IN_MEMORY`] bytes stay in memory and touch no disk before `put`. More go to a file of
//! their own in `uploads/`, in pieces of [`PIECE`]: while one piece is written and hashed on
//! blocking threads the next one arrives, so an upload of any size holds some 2 MiB.
//!
//! These uploads last for one request. For those of several see [`Session`](crate::Session); on
//! a disk their files lie in the same folder.

mod spool;
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

pub(crate) use spool::Spool;
pub(crate) use staged::{Content, Remote, TempFile};
pub(crate) use upload::{grown, hash};

use crate::digest::Hashing;
use crate::error::BlobError;

/// Uploads up to this many bytes are kept in memory.
pub(crate) const IN_MEMORY: usize = 1024 * 1024;
/// Larger ones are written and hashed in pieces of this many bytes.
pub(crate) const PIECE: usize = 1024 * 1024;
/// What the names of files begin with that belong to an upload session.
pub(crate) const SESSION: &str = "session-";

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

    /// Begins an upload of at most `limit` bytes, of which all digests are computed. Dropping it
    /// leaves nothing.
    pub fn begin(&self, limit: u64) -> Upload {
        self.begin_with(limit, Hashing::All)
    }

    /// Begins an upload of at most `limit` bytes with a choice of digests.
    pub fn begin_with(&self, limit: u64, hashing: Hashing) -> Upload {
        Upload::new(Arc::clone(&self.dir), limit, hashing)
    }

    /// Removes uploads that a crash left behind and that nothing has written to for
    /// `older_than`; gives how many. Call it at start: uploads of this process are young. Upload
    /// sessions are left alone: the database knows them, and
    /// [`BlobStore::list_sessions`](crate::BlobStore::list_sessions) those it does not.
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
            if entry.file_name().to_string_lossy().starts_with(SESSION) {
                continue;
            }
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
