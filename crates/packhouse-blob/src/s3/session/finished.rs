//! A session whose bytes have all arrived, until it is a blob or given up.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::multipart::{MultipartStore, PartId};
use object_store::{MultipartId, ObjectStoreExt};
use packhouse_core::digest::Digests;
use tokio::sync::{Mutex, MutexGuard};

use super::multipart::{abort, in_background};
use super::tails;
use crate::digest::{HashLanes, Hashes, Hashing};
use crate::error::BlobError;
use crate::s3::error::{is_ended, of_part, of_store};
use crate::s3::patience::before;
use crate::s3::{S3Store, new_key};
use crate::session::InParts;
use crate::staging::Remote;
use crate::store::{BlobKey, BlobStore};

/// A session whose bytes have all arrived. When dropped before it was kept, its parts and tails are
/// removed from the bucket in the background.
pub(super) struct Finished {
    store: S3Store,
    id: String,
    tails: Vec<u64>,
    key: BlobKey,
    digests: Digests,
    /// The bytes, when there are no parts.
    whole: Option<Bytes>,
    upload: Option<MultipartId>,
    parts: Vec<String>,
    stage: Mutex<Stage>,
}

/// How far it is on the way to a blob.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Arrived,
    /// An object. It stays even if nobody takes it, and is then collected: servers say "done" also
    /// when it was another request that completed the upload and told somebody of it.
    Complete,
    /// The same, and the tails are gone.
    Kept,
}

impl Finished {
    pub(super) fn new(
        store: S3Store,
        (id, tails): (String, Vec<u64>),
        digests: Digests,
        whole: Option<Bytes>,
        (upload, parts): (Option<InParts>, Vec<String>),
    ) -> Self {
        let (key, upload) = match upload {
            Some(upload) => (BlobKey::new(upload.key), Some(upload.id)),
            None => (new_key(), None),
        };
        Self {
            store,
            id,
            tails,
            key,
            digests,
            whole,
            upload,
            parts,
            stage: Mutex::new(Stage::Arrived),
        }
    }

    /// Makes the object, since parts cannot be read before, and reads it for sha256 and sha512.
    pub(super) async fn complete_and_hash(&self) -> Result<Digests, BlobError> {
        drop(self.complete().await?);
        self.hash().await
    }

    async fn hash(&self) -> Result<Digests, BlobError> {
        let size = self.digests.size;
        let mut bytes = self.store.open(&self.key, 0..size).await?;
        let mut hashes = HashLanes::new(Hashes::new(Hashing::Sha256And512));
        while let Some(piece) = bytes.try_next().await? {
            hashes.push(&[piece].into()).await?;
        }
        Ok(hashes.settle().await?.digests(size))
    }

    /// Makes the object, if there is none yet.
    async fn complete(&self) -> Result<MutexGuard<'_, Stage>, BlobError> {
        let mut stage = self.stage.lock().await;
        if *stage == Stage::Arrived {
            match &self.upload {
                Some(upload) => self.join_parts(upload).await?,
                None => self.put_whole().await?,
            }
            *stage = Stage::Complete;
        }
        Ok(stage)
    }

    async fn join_parts(&self, upload: &MultipartId) -> Result<(), BlobError> {
        let parts = self.parts.iter().map(|part| PartId {
            content_id: part.clone(),
        });
        let (object, size) = (self.store.object(&self.key), self.digests.size);
        let client = &self.store.client;
        let completed = client.complete_multipart(&object, upload, parts.collect());
        // Servers on disks put the parts together here, so it may take as long as the whole file.
        match self.store.patience.within(size, completed).await {
            Ok(_) => Ok(()),
            Err(error) if is_ended(&error) => {
                // Perhaps by a first try whose answer was lost.
                let there = self.store.stat(&self.key).await? == Some(size);
                if there && self.hash().await?.sha256 == self.digests.sha256 {
                    Ok(())
                } else {
                    Err(of_part(error))
                }
            }
            Err(error) => Err(of_part(error)),
        }
    }

    async fn put_whole(&self) -> Result<(), BlobError> {
        let bytes = self.whole.clone().unwrap_or_default();
        let (object, size) = (self.store.object(&self.key), self.digests.size);
        // Nothing is kept under a digest that is not all of it.
        if bytes.len() as u64 != size {
            return Err(BlobError::Broken);
        }
        let end = self.store.patience.end(size);
        let taken = before(end, self.store.room.take(size)).await;
        let _taken = taken.map_err(of_store)?;
        let put = before(end, self.store.client.put(&object, bytes.into())).await;
        put.map(drop).map_err(of_store)
    }
}

#[async_trait]
impl Remote for Finished {
    async fn keep(&self) -> Result<BlobKey, BlobError> {
        let mut stage = self.complete().await?;
        tails::delete(&self.store, &self.id, self.tails.clone()).await;
        *stage = Stage::Kept;
        Ok(self.key.clone())
    }

    fn in_memory(&self) -> Option<Bytes> {
        self.whole.clone()
    }
}

impl Drop for Finished {
    fn drop(&mut self) {
        let stage = *self.stage.get_mut();
        if stage == Stage::Kept {
            return;
        }
        let (store, id, key) = (self.store.clone(), self.id.clone(), self.key.clone());
        let tails = std::mem::take(&mut self.tails);
        let upload = self.upload.take().filter(|_| stage == Stage::Arrived);
        in_background(async move {
            tails::delete(&store, &id, tails).await;
            match upload {
                Some(id) => {
                    let key = key.as_str().to_owned();
                    abort(&store, &InParts { key, id }).await
                }
                None => Ok(()),
            }
        });
    }
}
