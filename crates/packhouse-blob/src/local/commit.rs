//! Giving a staged file its name for good.
//!
//! With feature `failpoints` a crash test can stop the process at `blob-before-sync`,
//! `blob-before-rename` and `blob-after-rename`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use packhouse_core::digest::Sha256;

use super::KEY_START;
use crate::error::BlobError;
use crate::staging::StagedFile;
use crate::store::BlobKey;

/// The 65,536 folders `ab/cd` of a store, and which of them are known to survive a power cut.
pub(super) struct Folders {
    base: PathBuf,
    /// A bit for each folder, set only after its own entry and its parent's have been synced.
    durable: Vec<AtomicU64>,
}

impl Folders {
    pub(super) fn new(base: PathBuf) -> Self {
        Self {
            base,
            durable: (0..1024).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Gives the folder for a digest, making it durably where that has not been done since start.
    fn ensure(&self, digest: &Sha256) -> Result<PathBuf, BlobError> {
        let [a, b, ..] = *digest.bytes();
        let parent = self.base.join(format!("{a:02x}"));
        let folder = parent.join(format!("{b:02x}"));
        let number = usize::from(u16::from_be_bytes([a, b]));
        let (word, bit) = (&self.durable[number / 64], 1 << (number % 64));
        if word.load(Ordering::Acquire) & bit == 0 {
            make_folder(&parent)?;
            make_folder(&folder)?;
            // Also when another put has just made them: it may not have synced them yet.
            sync_folder(&self.base)?;
            sync_folder(&parent)?;
            word.fetch_or(bit, Ordering::Release);
        }
        Ok(folder)
    }
}

/// Keeps a staged file under its digest; durable when it returns. Blocks.
pub(super) fn commit(folders: &Folders, staged: &StagedFile) -> Result<BlobKey, BlobError> {
    let digests = staged.digests();
    let hex = digests.sha256.to_string();
    let key = BlobKey::new(format!("{KEY_START}{}/{}/{hex}", &hex[..2], &hex[2..4]));
    let folder = folders.ensure(&digests.sha256)?;
    let path = folder.join(&hex);
    match fs::metadata(&path) {
        Ok(meta) if meta.len() == digests.size => {
            // Its bytes were synced before it got its name; the name itself may be so new that
            // the other put has not synced the folder yet.
            sync_folder(&folder)?;
            return Ok(key);
        }
        Ok(meta) => tracing::error!(
            blob.digest = %digests.sha256, size_bytes = meta.len(), expected_bytes = digests.size,
            "a blob was changed from outside and is replaced by the right bytes"
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(BlobError::io("look at", &path, error)),
    }
    let temp = staged.take_temp()?;
    fail::fail_point!("blob-before-sync");
    temp.file
        .sync_data()
        .map_err(|error| BlobError::io("sync", &temp.path, error))?;
    fail::fail_point!("blob-before-rename");
    fs::rename(&temp.path, &path).map_err(|error| BlobError::io("rename to", &path, error))?;
    temp.keep();
    fail::fail_point!("blob-after-rename");
    sync_folder(&folder)?;
    Ok(key)
}

/// Makes a folder and those above it, each durably.
pub(super) fn make_folders(path: &Path) -> Result<(), BlobError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    make_folders(parent)?;
    make_folder(path)?;
    sync_folder(parent)
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
