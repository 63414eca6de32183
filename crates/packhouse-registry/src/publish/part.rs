//! The bytes of a publish: stored before its transaction, recorded in it.

use packhouse_blob::BlobKey;
use packhouse_core::digest::{Digests, Sha256};
use packhouse_db::{AnyConn, blob};

use super::PublishFile;
use crate::error::Result;
use crate::event::By;
use crate::registry::Registry;

/// Where the bytes of each file of a publish lie, as far as they are recorded.
pub(super) type Locations = Vec<Option<String>>;

/// A file of a publish whose bytes lie in the store.
pub(super) struct Part {
    pub name: String,
    pub content_type: String,
    pub digests: Digests,
    /// Where this publish put the bytes; `None` when they were there before.
    put: Option<BlobKey>,
    /// Where they are recorded to lie and do not.
    lost: Option<String>,
}

impl Registry {
    /// Stores the bytes that are not in the store yet: a bucket would keep them a second time.
    pub(super) async fn keep_bytes(
        &self,
        files: &[PublishFile],
        known: Locations,
    ) -> Result<Vec<Part>> {
        let store = &self.inner.store;
        let mut parts = Vec::with_capacity(files.len());
        for (file, known) in files.iter().zip(known) {
            let digests = *file.staged.digests();
            let there = match &known {
                Some(at) => store.stat(&BlobKey::new(at)).await? == Some(digests.size),
                None => false,
            };
            let put = match there {
                true => None,
                false => Some(store.put(&file.staged).await?),
            };
            parts.push(Part {
                name: file.name.clone(),
                content_type: file.content_type.clone(),
                digests,
                put,
                lost: known.filter(|_| !there),
            });
        }
        Ok(parts)
    }

    /// Removes what this publish stored although the same bytes stand elsewhere by now. What cannot
    /// be removed is left to collection.
    pub(super) async fn remove_twins(&self, parts: &[Part], standing: &Locations) {
        for (part, standing) in parts.iter().zip(standing) {
            let (Some(put), Some(standing)) = (&part.put, standing) else {
                continue;
            };
            if put.as_str() == standing {
                continue;
            }
            if let Err(error) = self.inner.store.delete(put).await {
                tracing::warn!(key = %put, %error, "bytes stored twice could not be removed");
            }
        }
    }
}

/// Gives where the bytes of each digest lie, as far as they are known.
pub(super) fn locations(conn: &mut AnyConn, digests: &[Sha256]) -> Result<Locations> {
    let mut known = Vec::with_capacity(digests.len());
    for digest in digests {
        known.push(blob::find_blob(conn, digest)?.map(|(_, location)| location));
    }
    Ok(known)
}

/// Records the bytes of each part and gives where they stand; `None` when some that were known
/// before are gone. Rows are locked in one order, so that two publishes of the same files do not
/// wait for each other.
pub(super) fn record(conn: &mut AnyConn, by: &By, parts: &[Part]) -> Result<Option<Locations>> {
    let mut order: Vec<_> = parts.iter().enumerate().collect();
    order.sort_by_key(|(_, part)| part.digests.sha256);
    let mut standing = vec![None; parts.len()];
    for (index, part) in order {
        let location = match &part.put {
            Some(put) => {
                let put = put.as_str();
                if let Some(lost) = &part.lost {
                    blob::move_blob(conn, &part.digests.sha256, lost, put)?;
                }
                Some(blob::insert_blob(conn, &part.digests, put, by.now)?)
            }
            None => blob::hold_blob(conn, &part.digests.sha256)?,
        };
        if location.is_none() {
            return Ok(None);
        }
        standing[index] = location;
    }
    Ok(Some(standing))
}
