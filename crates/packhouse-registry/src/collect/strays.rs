//! What lies in the store and no row knows: left by a crash between a put and its transaction, or
//! between the removal of a row and that of its bytes.

use futures_util::TryStreamExt;
use packhouse_blob::{BlobInfo, BlobKey, Hashing};
use packhouse_db::collect::bytes;

use super::{Collected, Mode, PAGE, Terms};
use crate::error::Result;
use crate::registry::Registry;

impl Registry {
    /// Removes blobs that no row knows and that are not young.
    pub(super) async fn strays(
        &self,
        mode: Mode,
        terms: &Terms,
        done: &mut Collected,
    ) -> Result<()> {
        let store = &self.inner.store;
        let (mut all, old) = (store.list(""), terms.old());
        let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let mut page = Vec::new();
        loop {
            let next = all.try_next().await?;
            let ended = next.is_none();
            page.extend(next.filter(|blob| blob.modified < old));
            if page.len() == most || ended {
                for stray in self.unrecorded(std::mem::take(&mut page)).await? {
                    self.remove_stray(mode, terms, &stray, done).await?;
                }
            }
            if ended {
                return Ok(());
            }
        }
    }

    /// Gives those that no row knows.
    pub(crate) async fn unrecorded(&self, mut blobs: Vec<BlobInfo>) -> Result<Vec<BlobInfo>> {
        let keys = blobs.iter().map(|blob| blob.key.as_str().to_owned());
        let keys: Vec<String> = keys.collect();
        let known = self
            .inner
            .db
            .read(move |conn| bytes::recorded(conn, &keys))
            .await?;
        let known: std::collections::HashSet<String> = known.into_iter().collect();
        blobs.retain(|blob| !known.contains(blob.key.as_str()));
        Ok(blobs)
    }

    /// Removes a blob that no row knew, unless one does by now or somebody is putting it.
    pub(crate) async fn remove_stray(
        &self,
        mode: Mode,
        terms: &Terms,
        stray: &BlobInfo,
        done: &mut Collected,
    ) -> Result<()> {
        let key = &stray.key;
        if mode == Mode::Remove {
            let Some(claim) = self.inner.store.claim(key, terms.old()).await? else {
                done.busy += 1;
                return Ok(());
            };
            if self.is_wanted(key).await? {
                return Ok(());
            }
            if let Err(error) = claim.remove().await {
                tracing::warn!(%key, %error, "bytes that no row knows cannot be removed");
                done.failed += 1;
                return Ok(());
            }
        } else if self.is_wanted(key).await? {
            return Ok(());
        }
        done.strays += 1;
        done.stray_bytes += stray.size;
        Ok(())
    }

    /// Asks after the claim: a row that was not there before may be by now.
    async fn is_wanted(&self, key: &BlobKey) -> Result<bool> {
        let key = key.as_str().to_owned();
        let wanted = self
            .inner
            .db
            .read(move |conn| bytes::is_wanted(conn, &key))
            .await?;
        Ok(wanted)
    }

    /// Discards upload sessions that no row knows and that are not young.
    pub(super) async fn lost_sessions(
        &self,
        mode: Mode,
        terms: &Terms,
        done: &mut Collected,
    ) -> Result<()> {
        for id in self.unknown_sessions(terms).await? {
            match mode == Mode::Forecast || self.discard_lost(&id).await {
                true => done.sessions += 1,
                false => done.failed += 1,
            }
        }
        Ok(())
    }

    /// Frees what the store has of a session that no row knows; tells whether it could, and the
    /// log why not.
    pub(crate) async fn discard_lost(&self, id: &str) -> bool {
        let store = &self.inner.store;
        let state = store.begin_session(id, Hashing::Sha256);
        let discarded = store.discard_session(&state).await;
        if let Err(error) = &discarded {
            tracing::warn!(upload = %id, %error, "a lost upload cannot be discarded");
        }
        discarded.is_ok()
    }

    /// Gives the sessions of which bytes lie in the store, older than a day, that no row knows.
    pub(crate) async fn unknown_sessions(&self, terms: &Terms) -> Result<Vec<String>> {
        let old = terms.old();
        let found = self.inner.store.list_sessions().await?;
        let ids: Vec<String> = found
            .into_iter()
            .filter(|session| session.modified < old)
            .map(|session| session.id)
            .collect();
        let asked = ids.clone();
        let known = self
            .inner
            .db
            .read(move |conn| bytes::uploads_among(conn, &asked))
            .await?;
        Ok(ids.into_iter().filter(|id| !known.contains(id)).collect())
    }
}
