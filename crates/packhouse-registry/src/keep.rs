//! Bytes that arrived: stored before the transaction that refers to them, recorded in it.

use packhouse_blob::{BlobKey, StagedFile};
use packhouse_core::digest::{Digests, Sha256};
use packhouse_db::{AnyConn, blob};

use crate::error::Result;
use crate::event::By;
use crate::registry::Registry;

/// Where the bytes of each of several files lie, as far as they are recorded.
pub(crate) type Locations = Vec<Option<String>>;

/// Bytes that lie in the store.
pub(crate) struct Kept {
    pub digests: Digests,
    /// Where they were put now; `None` when they were there before.
    put: Option<BlobKey>,
    /// Where they are recorded to lie and do not.
    lost: Option<String>,
}

impl Registry {
    /// Stores the bytes that are not in the store yet: a bucket would keep them a second time.
    pub(crate) async fn keep_bytes(
        &self,
        files: &[&StagedFile],
        known: Locations,
    ) -> Result<Vec<Kept>> {
        let store = &self.inner.store;
        let mut parts = Vec::with_capacity(files.len());
        for (file, known) in files.iter().zip(known) {
            let digests = *file.digests();
            let there = match &known {
                Some(at) => store.stat(&BlobKey::new(at)).await? == Some(digests.size),
                None => false,
            };
            let put = match there {
                true => None,
                false => Some(store.put(file).await?),
            };
            parts.push(Kept {
                digests,
                put,
                lost: known.filter(|_| !there),
            });
        }
        Ok(parts)
    }

    /// Removes what was stored although the same bytes stand elsewhere by now. What cannot
    /// be removed is left to collection.
    pub(crate) async fn remove_twins(&self, parts: &[Kept], standing: &Locations) {
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
pub(crate) fn locations(conn: &mut AnyConn, digests: &[Sha256]) -> Result<Locations> {
    let mut known = Vec::with_capacity(digests.len());
    for digest in digests {
        known.push(blob::find_blob(conn, digest)?.map(|(_, location)| location));
    }
    Ok(known)
}

/// Records the bytes of each file and gives where they stand; `None` when some that were known
/// before are gone. Rows are locked in one order, so that two publishes of the same files do not
/// wait for each other.
pub(crate) fn record(conn: &mut AnyConn, by: &By, parts: &[Kept]) -> Result<Option<Locations>> {
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
            None => blob::hold_blob(conn, &part.digests)?,
        };
        if location.is_none() {
            return Ok(None);
        }
        standing[index] = location;
    }
    Ok(Some(standing))
}
