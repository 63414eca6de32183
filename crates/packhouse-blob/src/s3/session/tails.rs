//! Tails: what came after the last full part of a session, as objects `uploads/<id>/<offset>`.
//!
//! Named by the offset, so that a new one never overwrites the one that a recorded state needs.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{TryStreamExt, future};
use object_store::path::Path as ObjectPath;
use object_store::{Error, ObjectStore, ObjectStoreExt};

use crate::error::BlobError;
use crate::s3::S3Store;
use crate::s3::error::of_store;
use crate::session::{SessionInfo, is_id};
use crate::store::BlobKey;

/// The folder of all tails.
const START: &str = "uploads";

/// Gives the tail of the session at an offset.
pub(super) fn object(store: &S3Store, id: &str, offset: u64) -> ObjectPath {
    store.object(&BlobKey::new(format!("{START}/{id}/{offset}")))
}

/// Reads the tail, of `len` bytes, that a state at `offset` needs.
pub(super) async fn read(
    store: &S3Store,
    id: &str,
    offset: u64,
    len: u64,
) -> Result<Bytes, BlobError> {
    if len == 0 {
        return Ok(Bytes::new());
    }
    let object = object(store, id, offset);
    let read = async { store.client.get(&object).await?.bytes().await };
    match store.patience.within(len, read).await {
        Ok(bytes) if bytes.len() as u64 == len => Ok(bytes),
        Ok(_) => Err(BlobError::lost("its last bytes are not all there")),
        Err(Error::NotFound { .. }) => Err(BlobError::lost("its last bytes are gone")),
        Err(error) => Err(of_store(error)),
    }
}

/// Gives the length of the tail at an offset, or `None` when there is none.
pub(super) async fn len(store: &S3Store, id: &str, offset: u64) -> Result<Option<u64>, BlobError> {
    let object = object(store, id, offset);
    match store.patience.within(0, store.client.head(&object)).await {
        Ok(meta) => Ok(Some(meta.size)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(of_store(error)),
    }
}

/// Deletes tails that nothing recorded needs; gives those that would not go.
pub(super) async fn delete(store: &S3Store, id: &str, offsets: Vec<u64>) -> Vec<u64> {
    let deleted = offsets.into_iter().map(|offset| async move {
        match remove(store, &object(store, id, offset)).await {
            Ok(()) => None,
            Err(error) => {
                tracing::warn!(upload.id = %id, offset, %error, "cannot delete a tail");
                Some(offset)
            }
        }
    });
    let left = future::join_all(deleted).await;
    left.into_iter().flatten().collect()
}

/// Deletes every tail of a session, also those that no state tells of.
pub(super) async fn delete_all(store: &S3Store, id: &str) -> Result<(), BlobError> {
    let folder = store.object(&BlobKey::new(format!("{START}/{id}")));
    let listed = store.client.list(Some(&folder)).try_collect::<Vec<_>>();
    let tails = store.patience.within(0, listed).await.map_err(of_store)?;
    let deleted = tails.iter().map(|tail| remove(store, &tail.location));
    future::try_join_all(deleted)
        .await
        .map(drop)
        .map_err(of_store)
}

/// Gives the sessions that have a tail, each with the time of its newest one.
pub(in crate::s3) async fn list(store: &S3Store) -> Result<Vec<SessionInfo>, BlobError> {
    let folder = store.object(&BlobKey::new(START));
    let tails = store.client.list(Some(&folder)).map_err(of_store);
    let found = tails.try_fold(BTreeMap::new(), async |mut found, meta| {
        let key = store.key(&meta.location);
        let id = key.as_ref().and_then(|key| {
            let (id, _) = key.as_str().strip_prefix("uploads/")?.split_once('/')?;
            is_id(id).then(|| id.to_owned())
        });
        if let Some(id) = id {
            let modified: SystemTime = meta.last_modified.into();
            let newest = found.entry(id).or_insert(modified);
            *newest = modified.max(*newest);
        }
        Ok(found)
    });
    let found = found.await?.into_iter();
    Ok(found
        .map(|(id, modified)| SessionInfo { id, modified })
        .collect())
}

async fn remove(store: &S3Store, object: &ObjectPath) -> object_store::Result<()> {
    match store.patience.within(0, store.client.delete(object)).await {
        Err(Error::NotFound { .. }) => Ok(()),
        removed => removed,
    }
}
