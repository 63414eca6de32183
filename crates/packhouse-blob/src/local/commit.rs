//! Giving a staged file its name for good.
//!
//! With feature `failpoints` a crash test can stop the process at `blob-before-sync`,
//! `blob-before-rename` and `blob-after-rename`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use packhouse_core::digest::Sha256;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::{KEY_START, hold};
use crate::error::BlobError;
use crate::staging::StagedFile;
use crate::store::BlobKey;

/// The 256 folders `ab` of a store, and which of them are known to survive a power cut.
///
/// One level and no more: making a folder costs a sync of its own and one of the folder above it,
/// and with two levels nearly every new blob of a young store would pay for both.
pub(super) struct Folders {
    base: PathBuf,
    /// By the digest's first byte; set only after the folder's own entry has been synced.
    durable: [AtomicBool; 256],
}

impl Folders {
    pub(super) fn new(base: PathBuf) -> Self {
        Self {
            base,
            durable: [const { AtomicBool::new(false) }; 256],
        }
    }

    /// Gives the folder for a digest, making it where that has not been done since start.
    fn make(&self, digest: &Sha256) -> Result<PathBuf, BlobError> {
        let folder = self.base.join(format!("{:02x}", digest.bytes()[0]));
        if !self.durable(digest).load(Ordering::Acquire) {
            make_folder(&folder)?;
        }
        Ok(folder)
    }

    /// Syncs the folder for a digest, and the one above it where that has not been done since
    /// start: also when another put has just made it, which may not have synced it yet.
    fn sync(&self, digest: &Sha256, folder: &Path) -> Result<(), BlobError> {
        sync_folder(folder)?;
        if !self.durable(digest).load(Ordering::Acquire) {
            sync_folder(&self.base)?;
            self.durable(digest).store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Makes the folder for a digest anew, durably, after it was taken away under us. The base
    /// folder is not made: without it the store is away, and what would come to be in its place is
    /// not the store.
    fn make_again(&self, digest: &Sha256, folder: &Path) -> Result<(), BlobError> {
        // First, so that no other put takes the new folder for the old one.
        self.durable(digest).store(false, Ordering::Release);
        make_folder(folder)?;
        sync_folder(&self.base)
    }

    fn durable(&self, digest: &Sha256) -> &AtomicBool {
        &self.durable[usize::from(digest.bytes()[0])]
    }
}

/// Keeps a staged file under its digest; durable when it returns, and held by the staged file.
/// Blocks.
pub(super) fn commit(folders: &Folders, staged: &StagedFile) -> Result<BlobKey, BlobError> {
    let digests = staged.digests();
    let hex = digests.sha256.to_string();
    let key = BlobKey::new(format!("{KEY_START}{}/{hex}", &hex[..2]));
    let folder = folders.make(&digests.sha256)?;
    let path = folder.join(&hex);
    loop {
        let damaged = match hold::share(&path)? {
            Some((file, len)) if len == digests.size => {
                staged.hold(Arc::new(file));
                // Its bytes were synced before it got its name; the name itself may be so new
                // that the other put has not synced the folder yet.
                folders.sync(&digests.sha256, &folder)?;
                return Ok(key);
            }
            Some((file, len)) => {
                tracing::error!(
                    blob.digest = %digests.sha256, size_bytes = len,
                    expected_bytes = digests.size,
                    "a blob was changed from outside and is replaced by the right bytes"
                );
                Some(file)
            }
            None => None,
        };
        let temp = staged.take_temp()?;
        fail::fail_point!("blob-before-sync");
        temp.file
            .sync_data()
            .map_err(|error| BlobError::io("sync", &temp.path, error))?;
        if !temp.locked {
            hold::share_new(&temp.file, &temp.path)?;
        }
        temp.file
            .set_modified(SystemTime::now())
            .map_err(|error| BlobError::io("renew the time of", &temp.path, error))?;
        fail::fail_point!("blob-before-rename");
        // Only what is damaged may be replaced: another put may hold what is whole.
        let rename = if damaged.is_some() {
            replace
        } else {
            rename_new
        };
        let renamed = match rename(&temp.path, &path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                folders.make_again(&digests.sha256, &folder)?;
                rename(&temp.path, &path)
            }
            renamed => renamed,
        };
        match renamed {
            Ok(()) => {}
            // Another put was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(BlobError::io("rename to", &path, error)),
        }
        if temp.locked {
            // Other puts of the same bytes need not wait for this one.
            hold::share_new(&temp.file, &path)?;
        }
        staged.hold(Arc::clone(&temp.file));
        temp.keep();
        fail::fail_point!("blob-after-rename");
        folders.sync(&digests.sha256, &folder)?;
        return Ok(key);
    }
}

fn replace(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Renames unless the new name is taken; where a file system cannot tell, it is replaced.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => fs::rename(from, to),
        renamed => Ok(renamed?),
    }
}

/// Makes the base folder of a store and those above it, durably.
pub(super) fn make_folders(base: &Path) -> Result<(), BlobError> {
    let missing: Vec<&Path> = base.ancestors().take_while(|path| !path.is_dir()).collect();
    for path in missing.iter().rev() {
        make_folder(path)?;
    }
    // Above `blobs/sha256`, which is two deep, only what is new: folders that are not ours may
    // not be readable. Our own also when they are there: a process that ended right after making
    // them has not synced them.
    base.ancestors()
        .skip(1)
        .take(missing.len().max(2))
        .try_for_each(sync_folder)
}

fn make_folder(path: &Path) -> Result<(), BlobError> {
    match fs::create_dir(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(BlobError::io("make folder", path, error)),
    }
}

fn sync_folder(path: &Path) -> Result<(), BlobError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| BlobError::io("sync folder", path, error))
}
