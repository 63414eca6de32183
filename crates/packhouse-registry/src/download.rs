//! Counting downloads and token uses: in memory, written in batches.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::id::{TokenId, VersionId};

use crate::error::Result;
use crate::registry::Registry;

/// How long requests of one asker for one version count as one download.
const ONE_PULL: Duration = Duration::from_secs(5 * 60);

/// What happened since the last flush.
pub(crate) struct Counters {
    pending: Mutex<Pending>,
    /// Who downloaded what in the last minutes.
    recent: moka::sync::Cache<(VersionId, String), ()>,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            pending: Mutex::default(),
            recent: moka::sync::Cache::builder()
                .max_capacity(50_000)
                .time_to_live(ONE_PULL)
                .build(),
        }
    }
}

#[derive(Default)]
struct Pending {
    downloads: HashMap<(VersionId, NaiveDate), i64>,
    tokens: HashMap<TokenId, DateTime<Utc>>,
}

impl Counters {
    /// Notes that a token was seen.
    pub fn token_used(&self, token: TokenId, now: DateTime<Utc>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.tokens.insert(token, now);
    }

    fn downloaded(&self, version: VersionId, now: DateTime<Utc>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        *pending
            .downloads
            .entry((version, now.date_naive()))
            .or_default() += 1;
    }

    fn take(&self) -> Pending {
        std::mem::take(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn give_back(&self, batch: Pending) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count) in batch.downloads {
            *pending.downloads.entry(key).or_default() += count;
        }
        for (token, at) in batch.tokens {
            pending.tokens.entry(token).or_insert(at);
        }
    }
}

impl Registry {
    /// Counts one download of a version.
    pub fn count_download(&self, version: VersionId) {
        self.inner.counters.downloaded(version, self.now());
    }

    /// Counts one download of a version, and no more of the same asker for some minutes: one pull
    /// asks several times.
    pub fn count_download_once(&self, version: VersionId, actor: &Actor, client: &Client) {
        let asker = match (actor.account(), client.address) {
            (Some(account), _) => account.to_string(),
            (None, Some(address)) => address.to_string(),
            (None, None) => String::new(),
        };
        let recent = &self.inner.counters.recent;
        if recent.entry((version, asker)).or_insert(()).is_fresh() {
            self.count_download(version);
        }
    }

    /// Writes the counters; called every half minute and at the end. A batch that cannot be
    /// written is kept for the next time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn flush_counters(&self) -> Result<()> {
        let batch = self.inner.counters.take();
        if batch.downloads.is_empty() && batch.tokens.is_empty() {
            return Ok(());
        }
        let downloads: Vec<_> = batch
            .downloads
            .iter()
            .map(|((id, day), count)| (*id, *day, *count))
            .collect();
        let tokens: Vec<_> = batch.tokens.iter().map(|(id, at)| (*id, *at)).collect();
        let written = self
            .inner
            .db
            .write(move |conn| {
                packhouse_db::download::add(conn, &downloads)?;
                packhouse_db::token::touch_tokens(conn, &tokens)
            })
            .await;
        if written.is_err() {
            self.inner.counters.give_back(batch);
        }
        Ok(written?)
    }
}
