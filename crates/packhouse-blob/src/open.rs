//! From a storage URL to a store.

use std::path::Path;
use std::sync::Arc;

use url::Url;

use crate::error::BlobError;
use crate::local::LocalStore;
use crate::s3::{S3Settings, S3Store};
use crate::staging::Staging;
use crate::store::BlobStore;

/// A store, and the staging whose files it can take.
pub struct Opened {
    /// Keeps the blobs.
    pub store: Arc<dyn BlobStore>,
    /// Where uploads begin. Call [`Staging::purge`] at start.
    pub staging: Staging,
}

/// Opens the store at `file:///path` or `s3://bucket/prefix`.
///
/// A local store holds `blobs/` and `uploads/`, so that a rename suffices to keep an upload; for
/// S3 uploads wait in `uploads/` under `data_dir`. The bucket is not asked for anything yet:
/// [`BlobStore::check`] does.
///
/// # Errors
/// [`BlobError::Settings`] for another URL or unusable settings; [`BlobError::Io`] when a folder
/// cannot be made.
pub fn open_store(url: &Url, data_dir: &Path, s3: &S3Settings) -> Result<Opened, BlobError> {
    let wrong = |reason: &str| BlobError::Settings {
        url: url.to_string(),
        reason: reason.into(),
    };
    let (store, uploads): (Arc<dyn BlobStore>, _) = match url.scheme() {
        "file" => {
            let root = url
                .to_file_path()
                .map_err(|()| wrong("expected file:///an/absolute/path"))?;
            (Arc::new(LocalStore::open(&root)?), root.join("uploads"))
        }
        "s3" => (Arc::new(S3Store::open(url, s3)?), data_dir.join("uploads")),
        _ => return Err(wrong("expected file:///path or s3://bucket/prefix")),
    };
    Ok(Opened {
        store,
        staging: Staging::new(uploads)?,
    })
}
