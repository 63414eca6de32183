//! A store that gives a new key at each put, as a bucket does.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use packhouse_blob::{
    BlobError, BlobInfo, BlobKey, BlobStore, ByteStream, Claim, Hashing, Session, SessionInfo,
    SessionState, StagedFile,
};
use url::Url;

/// Keeps each put under a key of its own.
pub(crate) struct Scattered {
    inner: Arc<dyn BlobStore>,
    kept: Mutex<BTreeMap<BlobKey, BlobKey>>,
    puts: Mutex<u32>,
}

impl Scattered {
    pub(crate) fn new(inner: Arc<dyn BlobStore>) -> Self {
        Self {
            inner,
            kept: Mutex::default(),
            puts: Mutex::default(),
        }
    }

    /// Gives the keys of what lies here.
    pub(crate) fn keys(&self) -> Vec<String> {
        let kept = self.kept.lock().unwrap();
        kept.keys().map(|key| key.as_str().to_owned()).collect()
    }

    /// Gives how often something was put.
    pub(crate) fn puts(&self) -> u32 {
        *self.puts.lock().unwrap()
    }

    /// Loses everything.
    pub(crate) fn clear(&self) {
        self.kept.lock().unwrap().clear();
    }

    fn inner(&self, key: &BlobKey) -> Option<BlobKey> {
        self.kept.lock().unwrap().get(key).cloned()
    }
}

#[async_trait]
impl BlobStore for Scattered {
    async fn put(&self, staged: &StagedFile) -> Result<BlobKey, BlobError> {
        let inner = self.inner.put(staged).await?;
        let mut puts = self.puts.lock().unwrap();
        *puts += 1;
        let key = BlobKey::new(format!("random-{puts}"));
        self.kept.lock().unwrap().insert(key.clone(), inner);
        Ok(key)
    }

    async fn open(&self, key: &BlobKey, range: Range<u64>) -> Result<ByteStream, BlobError> {
        let inner = self.inner(key).unwrap_or_else(|| key.clone());
        self.inner.open(&inner, range).await
    }

    async fn stat(&self, key: &BlobKey) -> Result<Option<u64>, BlobError> {
        match self.inner(key) {
            Some(inner) => self.inner.stat(&inner).await,
            None => Ok(None),
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.kept.lock().unwrap().remove(key);
        Ok(())
    }

    async fn claim(
        &self,
        key: &BlobKey,
        before: SystemTime,
    ) -> Result<Option<Box<dyn Claim>>, BlobError> {
        let inner = self.inner(key).unwrap_or_else(|| key.clone());
        self.inner.claim(&inner, before).await
    }

    async fn signed_url(&self, _: &BlobKey, _: Duration) -> Result<Option<Url>, BlobError> {
        Ok(None)
    }

    fn list(&self, _: &str) -> BoxStream<'_, Result<BlobInfo, BlobError>> {
        futures_util::stream::empty().boxed()
    }

    fn read_small(&self, _: &BlobKey, _: u64) -> Option<Result<Bytes, BlobError>> {
        None
    }

    fn begin_session(&self, id: &str, hashing: Hashing) -> SessionState {
        self.inner.begin_session(id, hashing)
    }

    async fn open_session(
        &self,
        state: &SessionState,
        limit: u64,
    ) -> Result<Box<dyn Session>, BlobError> {
        self.inner.open_session(state, limit).await
    }

    async fn discard_session(&self, state: &SessionState) -> Result<(), BlobError> {
        self.inner.discard_session(state).await
    }

    async fn has_session(&self, state: &SessionState) -> Result<bool, BlobError> {
        self.inner.has_session(state).await
    }

    async fn list_sessions(&self) -> Result<Vec<SessionInfo>, BlobError> {
        self.inner.list_sessions().await
    }

    async fn check(&self) -> Result<(), BlobError> {
        Ok(())
    }
}
