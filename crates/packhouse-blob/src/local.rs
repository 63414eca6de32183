//! Blobs as plain files: `blobs/sha256/ab/<hex>` under one folder, uploads beside them.
//!
//! A blob gets its name by a rename after its bytes are synced, so what has a blob's name is
//! whole: a crash cannot leave a short or empty file under it. Plain file calls are used where
//! `object_store` has no way to adopt a file that is already on the disk, and reads in 8 KiB.

mod commit;
mod hold;
mod list;
mod read;
mod session;

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use packhouse_core::digest::Sha256;
use url::Url;

use crate::digest::Hashing;
use crate::error::BlobError;
use crate::lane::blocking;
use crate::session::{Session, SessionInfo, SessionState};
use crate::staging::StagedFile;
use crate::store::{BlobInfo, BlobKey, BlobStore, ByteStream, Claim};

use commit::Folders;

/// The part of every key before its folder.
const KEY_START: &str = "blobs/sha256/";
/// `blobs/sha256/ab/` and 64 hex digits.
const KEY_LEN: usize = KEY_START.len() + 3 + 64;

/// How many bytes must fit for the store to be ready, so that a full disk says so: room for a
/// small package.
const ROOM: usize = 256 * 1024;

/// A store in a folder of this machine.
pub(crate) struct LocalStore {
    root: Arc<Path>,
    /// Where uploads wait, on the same disk.
    uploads: Arc<Path>,
    folders: Arc<Folders>,
}

impl LocalStore {
    /// Opens the store in `root`, making the folder, durably, when it is not there.
    pub(crate) fn open(root: &Path) -> Result<Self, BlobError> {
        let base = root.join(KEY_START);
        commit::make_folders(&base)?;
        Ok(Self {
            root: root.into(),
            uploads: root.join("uploads").into(),
            folders: Arc::new(Folders::new(base)),
        })
    }

    /// Gives the file of a key. A key that this store never gave out names no blob, and must not
    /// lead out of the folder.
    fn path(&self, key: &BlobKey) -> Result<PathBuf, BlobError> {
        if is_key(key.as_str()) {
            Ok(self.root.join(key.as_str()))
        } else {
            Err(BlobError::Missing { key: key.clone() })
        }
    }
}

/// Gives where the bytes with this digest lie in the store in `root`, once they are a blob.
fn blob_path(root: &Path, digest: &Sha256) -> PathBuf {
    let hex = digest.to_string();
    root.join(KEY_START).join(&hex[..2]).join(hex)
}

/// Gives the failure when a blob is not at `path` because the whole store is away: its base folder
/// was renamed or unmounted. `None` when it is the blob that is missing.
fn away(path: &Path) -> Option<BlobError> {
    // A blob lies in a folder `ab` of the base.
    look_at(path.ancestors().nth(2)?).err()
}

fn look_at(folder: &Path) -> Result<(), BlobError> {
    fs::metadata(folder)
        .map(drop)
        .map_err(|error| BlobError::io("look at", folder, error))
}

/// Tells whether `text` is a key of this store: nothing but hex digits after the fixed start, so
/// no `..` either.
fn is_key(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(KEY_START) else {
        return false;
    };
    let hex = |part: &[u8]| part.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    text.len() == KEY_LEN
        && matches!(rest.as_bytes(), [a, b, b'/', name @ ..]
            if hex(name) && name.starts_with(&[*a, *b]))
}

#[async_trait]
impl BlobStore for LocalStore {
    async fn put(&self, staged: &StagedFile) -> Result<BlobKey, BlobError> {
        let (staged, folders) = (staged.clone(), Arc::clone(&self.folders));
        blocking(move || commit::commit(&folders, &staged)).await
    }

    async fn open(&self, key: &BlobKey, range: Range<u64>) -> Result<ByteStream, BlobError> {
        read::stream(self.path(key)?, key.clone(), range).await
    }

    async fn stat(&self, key: &BlobKey) -> Result<Option<u64>, BlobError> {
        let Ok(path) = self.path(key) else {
            return Ok(None);
        };
        blocking(move || match fs::metadata(&path) {
            Ok(meta) => Ok(Some(meta.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                away(&path).map_or(Ok(None), Err)
            }
            Err(error) => Err(BlobError::io("look at", &path, error)),
        })
        .await
    }

    /// The removal is not synced: when a power cut brings the blob back, collection finds it
    /// unreferenced again.
    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let Ok(path) = self.path(key) else {
            return Ok(());
        };
        blocking(move || match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                away(&path).map_or(Ok(()), Err)
            }
            Err(error) => Err(BlobError::io("remove", &path, error)),
        })
        .await
    }

    async fn claim(
        &self,
        key: &BlobKey,
        before: SystemTime,
    ) -> Result<Option<Box<dyn Claim>>, BlobError> {
        let path = self.path(key)?;
        let claimed = blocking(move || hold::claim(path, before)).await?;
        Ok(claimed.map(|claim| Box::new(claim) as Box<dyn Claim>))
    }

    async fn signed_url(&self, _: &BlobKey, _: Duration) -> Result<Option<Url>, BlobError> {
        Ok(None)
    }

    fn list(&self, prefix: &str) -> BoxStream<'_, Result<BlobInfo, BlobError>> {
        list::stream(Arc::clone(&self.root), prefix.to_owned())
    }

    fn read_small(&self, key: &BlobKey, size: u64) -> Option<Result<Bytes, BlobError>> {
        (size <= read::SMALL).then(|| {
            self.path(key)
                .and_then(|path| read::whole(&path, key, size))
        })
    }

    fn begin_session(&self, id: &str, hashing: Hashing) -> SessionState {
        session::begin(id, hashing)
    }

    async fn open_session(
        &self,
        state: &SessionState,
        limit: u64,
    ) -> Result<Box<dyn Session>, BlobError> {
        let opened =
            session::open(Arc::clone(&self.uploads), state, limit, session::PATIENCE).await?;
        Ok(Box::new(opened))
    }

    async fn discard_session(&self, state: &SessionState) -> Result<(), BlobError> {
        let (dir, state) = (Arc::clone(&self.uploads), state.clone());
        blocking(move || session::discard(&dir, &state)).await
    }

    async fn has_session(&self, state: &SessionState) -> Result<bool, BlobError> {
        let (dir, state) = (Arc::clone(&self.uploads), state.clone());
        blocking(move || session::is_there(&dir, &state)).await
    }

    async fn list_sessions(&self) -> Result<Vec<SessionInfo>, BlobError> {
        let dir = Arc::clone(&self.uploads);
        blocking(move || session::list(&dir)).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        let path = self
            .uploads
            .join(format!("check-{}", uuid::Uuid::new_v4().simple()));
        let base = self.root.join(KEY_START);
        blocking(move || {
            look_at(&base)?;
            let written = fs::write(&path, vec![b'.'; ROOM]);
            let removed = fs::remove_file(&path);
            written
                .and(removed)
                .map_err(|error| BlobError::io("write", &path, error))
        })
        .await
    }
}
