//! Listing the blobs on the disk, one folder at a time.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};

use super::{KEY_START, is_key};
use crate::error::BlobError;
use crate::lane::blocking;
use crate::store::{BlobInfo, BlobKey};

/// Lists the blobs whose key begins with `prefix`, in the order of their keys. Holds one folder
/// in memory.
pub(super) fn stream(
    root: Arc<Path>,
    prefix: String,
) -> BoxStream<'static, Result<BlobInfo, BlobError>> {
    let prefix: Arc<str> = prefix.into();
    let folders = vec![KEY_START.to_owned()];
    stream::try_unfold(folders, move |mut folders| {
        let (root, prefix) = (Arc::clone(&root), Arc::clone(&prefix));
        async move {
            let Some(folder) = folders.pop() else {
                return Ok(None);
            };
            let (mut inner, blobs) = blocking(move || read(&root, &folder, &prefix)).await?;
            // The last one is read next.
            inner.sort_unstable_by(|a, b| b.cmp(a));
            folders.append(&mut inner);
            Ok(Some((stream::iter(blobs.into_iter().map(Ok)), folders)))
        }
    })
    .try_flatten()
    .boxed()
}

/// Gives the folders in `folder` (as keys with a slash at the end) that may hold keys with the
/// prefix, and the blobs in it.
fn read(
    root: &Path,
    folder: &str,
    prefix: &str,
) -> Result<(Vec<String>, Vec<BlobInfo>), BlobError> {
    let path = root.join(folder);
    let failed = |error| BlobError::io("list", &path, error);
    let (mut folders, mut blobs) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(&path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
            continue;
        };
        if entry.file_type().map_err(failed)?.is_dir() {
            let inner = format!("{folder}{name}/");
            if inner.starts_with(prefix) || prefix.starts_with(&inner) {
                folders.push(inner);
            }
            continue;
        }
        let key = format!("{folder}{name}");
        if !key.starts_with(prefix) || !is_key(&key) {
            continue;
        }
        match entry.metadata() {
            Ok(meta) => blobs.push(BlobInfo {
                key: BlobKey::new(key),
                size: meta.len(),
                modified: meta.modified().map_err(failed)?,
            }),
            // Deleted since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
    }
    blobs.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok((folders, blobs))
}
