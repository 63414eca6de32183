//! Who may count on a blob that nothing refers to: a put, until its reference is recorded, or
//! collection, which removes it.
//!
//! The key is the digest's path, so a put may settle on a file that collection is about to remove.
//! A lock on the file keeps the two apart, in one process and between several: a put holds it
//! shared for as long as its staged file lives, a claim alone. Both look afterwards whether the
//! name still leads to the file that they locked. A put also renews the file's time, so that
//! collection spares it for a while longer than the lock lasts.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;

use super::session::is_at;
use crate::error::BlobError;
use crate::lane::blocking;
use crate::store::Claim;

/// How long a put waits for a claim to be decided: as long as its transaction may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(3);

/// Takes a shared lock on the file at `path` and renews its time; gives the file with its length,
/// or `None` when there is none. Blocks.
pub(super) fn share(path: &Path) -> Result<Option<(File, u64)>, BlobError> {
    let failed = |action| move |error| BlobError::io(action, path, error);
    let give_up = Instant::now() + PATIENCE;
    loop {
        let Some(file) = open(path)? else {
            return Ok(None);
        };
        match settle(file.try_lock_shared()).map_err(failed("lock"))? {
            true => {
                let meta = file.metadata().map_err(failed("look at"))?;
                if is_at(&meta, path).map_err(failed("look at"))? {
                    file.set_modified(SystemTime::now())
                        .map_err(failed("renew the time of"))?;
                    return Ok(Some((file, meta.len())));
                }
            }
            false if Instant::now() < give_up => std::thread::sleep(LOOK),
            false => return Err(failed("lock")(io::ErrorKind::TimedOut.into())),
        }
    }
}

/// Takes the lock of a new file before it has its name.
pub(super) fn share_new(file: &File, path: &Path) -> Result<(), BlobError> {
    match file.lock_shared() {
        Err(error) if error.kind() != io::ErrorKind::Unsupported => {
            Err(BlobError::io("lock", path, error))
        }
        _ => Ok(()),
    }
}

/// Takes the blob at `path` for removal, unless it is held or younger than `before`. Blocks.
pub(super) fn claim(path: PathBuf, before: SystemTime) -> Result<Option<LocalClaim>, BlobError> {
    let failed = |action| {
        let path = path.clone();
        move |error| BlobError::io(action, &path, error)
    };
    let Some(file) = open(&path)? else {
        if let Some(error) = super::away(&path) {
            return Err(error);
        }
        return Ok(Some(LocalClaim { file: None, path }));
    };
    if !settle(file.try_lock()).map_err(failed("lock"))? {
        return Ok(None);
    }
    let meta = file.metadata().map_err(failed("look at"))?;
    let old = meta.modified().map_err(failed("read time of"))? < before;
    let named = is_at(&meta, &path).map_err(failed("look at"))?;
    Ok((old && named).then_some(LocalClaim {
        file: Some(file),
        path,
    }))
}

fn open(path: &Path) -> Result<Option<File>, BlobError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BlobError::io("open", path, error)),
    }
}

/// Tells whether the lock is ours. Where a network file system has none, the time alone counts.
fn settle(locked: Result<(), TryLockError>) -> io::Result<bool> {
    match locked {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A blob that no put can settle on while this lives.
pub(super) struct LocalClaim {
    /// Locked; `None` when there is no such file.
    file: Option<File>,
    path: PathBuf,
}

#[async_trait]
impl Claim for LocalClaim {
    /// The removal is not synced: when a power cut brings the blob back, collection finds it
    /// unreferenced again.
    async fn remove(self: Box<Self>) -> Result<(), BlobError> {
        let Some(file) = self.file else {
            return Ok(());
        };
        let path = self.path;
        blocking(move || {
            let removed = fs::remove_file(&path);
            // Whoever waits for the lock finds the name gone.
            drop(file);
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(BlobError::io("remove", &path, error))
                }
                _ => Ok(()),
            }
        })
        .await
    }
}
