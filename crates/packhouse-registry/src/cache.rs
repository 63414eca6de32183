//! Facts in memory that are valid as long as nothing was committed (`design.md` §5).
//!
//! On SQLite a reader learns in about a microsecond whether any connection, also another
//! process's, has committed; while none has, what was read before is what would be read now. On
//! PostgreSQL there is no such stamp and every look-up reads.

use std::hash::Hash;

use moka::sync::Cache;
use packhouse_db::Stamp;

/// Values read from the database, each with the stamp taken before it was read.
pub struct StampedCache<K, V> {
    entries: Cache<K, (Stamp, V)>,
}

impl<K, V> StampedCache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Makes a cache of at most this many entries.
    pub fn new(capacity: u64) -> Self {
        Self {
            entries: Cache::new(capacity),
        }
    }

    /// Gives the value when nothing was committed since it was read.
    pub fn get(&self, key: &K, now: Option<Stamp>) -> Option<V> {
        let (stamp, value) = self.entries.get(key)?;
        (Some(stamp) == now).then_some(value)
    }

    /// Keeps a value with the stamp that was taken *before* it was read.
    pub fn keep(&self, key: K, before: Option<Stamp>, value: V) {
        if let Some(stamp) = before {
            self.entries.insert(key, (stamp, value));
        }
    }
}
