//! Drawn documents in memory, by the package, its revision and whatever else tells them apart: a
//! change makes a new key, so nothing is ever invalidated, and replicas agree (`design.md` §5).

use std::hash::Hash;
use std::sync::Arc;

use moka::future::Cache;
use packhouse_registry::Error;

use crate::error::{HttpError, Result};

/// What a drawn document, or what one is drawn from, costs to keep.
pub trait Kept: Send + Sync + 'static {
    /// Gives its size in memory, in bytes.
    fn size(&self) -> usize;
}

/// What an entry costs besides its document, in bytes.
const OVERHEAD: usize = 300;

/// The documents that one server keeps of one kind.
#[derive(Clone)]
pub struct Documents<K, V> {
    drawn: Cache<K, V>,
}

impl<K, V> Documents<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Kept + Clone,
{
    /// Keeps at most so many bytes.
    pub fn new(capacity: u64) -> Self {
        let weigh =
            |_: &K, document: &V| u32::try_from(document.size() + OVERHEAD).unwrap_or(u32::MAX);
        Self {
            drawn: Cache::builder()
                .max_capacity(capacity)
                .weigher(weigh)
                .build(),
        }
    }

    /// Gives a document that is kept already.
    pub async fn kept(&self, key: &K) -> Option<V> {
        self.drawn.get(key).await
    }

    /// Keeps a document that was drawn beside another.
    pub async fn keep(&self, key: K, document: V) {
        self.drawn.insert(key, document).await;
    }

    /// Gives a document, drawn at most once at a time.
    ///
    /// # Errors
    /// What `draw` returns.
    pub async fn get(
        &self,
        key: K,
        draw: impl Future<Output = packhouse_registry::Result<V>>,
    ) -> Result<V> {
        let drawn = self.drawn.try_get_with(key, Box::pin(draw)).await;
        drawn.map_err(|error: Arc<Error>| match Arc::try_unwrap(error) {
            Ok(error) => error.into(),
            Err(shared) => HttpError::shared(&shared),
        })
    }
}

impl<T: Kept> Kept for Option<T> {
    fn size(&self) -> usize {
        self.as_ref().map_or(0, T::size)
    }
}

impl<T: Kept> Kept for Arc<T> {
    fn size(&self) -> usize {
        T::size(self)
    }
}

impl Kept for bytes::Bytes {
    fn size(&self) -> usize {
        self.len()
    }
}
