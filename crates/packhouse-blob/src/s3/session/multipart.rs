//! A multipart upload that more than one request, and more than one machine, adds parts to.

use bytes::Bytes;
use object_store::PutPayload;
use object_store::multipart::MultipartStore;
use object_store::path::Path as ObjectPath;
use tokio::task::JoinSet;

use crate::error::BlobError;
use crate::s3::error::{is_ended, of_part, of_store};
use crate::s3::{S3Store, new_key};
use crate::session::InParts;
use crate::store::BlobKey;

/// Parts of one session that are on their way at once.
const AT_ONCE: usize = 2;

/// The parts so far. A multipart upload that was begun here is aborted when this is dropped before
/// [`hand_over`](Self::hand_over): nobody else knows of it.
pub(super) struct Multipart {
    store: S3Store,
    upload: Option<InParts>,
    begun_here: bool,
    /// What the server calls each part; empty while the part is on its way.
    parts: Vec<String>,
    running: JoinSet<Result<(usize, String), BlobError>>,
}

impl Multipart {
    pub(super) fn new(store: &S3Store, upload: Option<InParts>, parts: Vec<String>) -> Self {
        Self {
            store: store.clone(),
            upload,
            begun_here: false,
            parts,
            running: JoinSet::new(),
        }
    }

    /// Tells whether there is any part.
    pub(super) fn is_begun(&self) -> bool {
        self.upload.is_some()
    }

    /// Sends the next part, waiting only for room.
    pub(super) async fn send(&mut self, bytes: Vec<Bytes>, len: u64) -> Result<(), BlobError> {
        let upload = match &self.upload {
            Some(upload) => upload.clone(),
            None => self.begin().await?,
        };
        while self.running.len() >= AT_ONCE {
            self.join_one().await?;
        }
        let patience = self.store.patience;
        let taken = patience.within(len, self.store.room.take(len)).await;
        let taken = taken.map_err(of_store)?;
        let index = self.parts.len();
        self.parts.push(String::new());
        let (client, object) = (self.store.client.clone(), object(&self.store, &upload));
        self.running.spawn(async move {
            let payload: PutPayload = bytes.into_iter().collect();
            let sent = client.put_part(&object, &upload.id, index, payload);
            let sent = patience.within(len, sent).await.map_err(of_part);
            drop(taken);
            Ok((index, sent?.content_id))
        });
        Ok(())
    }

    /// Waits until all parts are there.
    pub(super) async fn settle(&mut self) -> Result<(), BlobError> {
        while !self.running.is_empty() {
            self.join_one().await?;
        }
        Ok(())
    }

    /// Gives the multipart upload and what its parts are called; whoever has them sees to its end.
    /// All parts must be there.
    pub(super) fn hand_over(&mut self) -> (Option<InParts>, Vec<String>) {
        self.begun_here = false;
        (self.upload.take(), std::mem::take(&mut self.parts))
    }

    async fn begin(&mut self) -> Result<InParts, BlobError> {
        let key = new_key();
        let object = self.store.object(&key);
        let begun = self.store.client.create_multipart(&object);
        let begun = self.store.patience.within(0, begun).await;
        let upload = InParts {
            key: key.as_str().to_owned(),
            id: begun.map_err(of_store)?,
        };
        self.begun_here = true;
        Ok(self.upload.insert(upload).clone())
    }

    async fn join_one(&mut self) -> Result<(), BlobError> {
        if let Some(joined) = self.running.join_next().await {
            let (index, name) = joined.map_err(|_| BlobError::Broken)??;
            self.parts[index] = name;
        }
        Ok(())
    }
}

impl Drop for Multipart {
    fn drop(&mut self) {
        let Some(upload) = self.upload.take().filter(|_| self.begun_here) else {
            return;
        };
        self.running.abort_all();
        let store = self.store.clone();
        in_background(async move { abort(&store, &upload).await });
    }
}

/// Ends a multipart upload without a blob; that it has ended already is a success.
pub(super) async fn abort(store: &S3Store, upload: &InParts) -> Result<(), BlobError> {
    let object = object(store, upload);
    let aborted = store.client.abort_multipart(&object, &upload.id);
    match store.patience.within(0, aborted).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) if is_ended(&error) => Ok(()),
        Err(error) => Err(of_store(error)),
    }
}

fn object(store: &S3Store, upload: &InParts) -> ObjectPath {
    store.object(&BlobKey::new(&upload.key))
}

/// Cleans up where nobody waits for it. Without a runtime the process is ending, and what stays is
/// found as any that a crash leaves.
pub(super) fn in_background(work: impl Future<Output = Result<(), BlobError>> + Send + 'static) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return;
    };
    runtime.spawn(async move {
        if let Err(error) = work.await {
            tracing::warn!(%error, "cannot take back an upload from the bucket");
        }
    });
}
