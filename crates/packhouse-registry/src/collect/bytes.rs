//! Links that no version needs, and bytes that nothing refers to.

use futures_util::{StreamExt, TryStreamExt, stream};
use packhouse_blob::BlobKey;
use packhouse_core::id::PackageId;
use packhouse_db::collect::bytes::{self, Blob, Link};

use super::{AT_ONCE, Collected, PAGE, Terms};
use crate::error::Result;
use crate::registry::Registry;

/// What became of a blob.
enum Fate {
    Gone(u64),
    /// Something refers to it by now.
    Stays,
    /// Somebody is putting it.
    Busy,
    Failed,
}

impl Registry {
    /// Removes links that no version of their package names, deleted ones included, and that no
    /// client was told of in a day.
    pub(super) async fn remove_links(&self, terms: &Terms, done: &mut Collected) -> Result<()> {
        let terms = *terms;
        let mut after = (PackageId(0), String::new());
        loop {
            let (package, sha256) = after.clone();
            let page = self
                .inner
                .db
                .read(move |conn| bytes::list_links(conn, (package, &sha256), PAGE))
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = (last.package, last.sha256.clone());
            let stale = page
                .into_iter()
                .filter(|link| !link.named && link.touched_at < terms.idle_before);
            let gone = stream::iter(stale)
                .map(|link| self.remove_link(terms, link))
                .buffer_unordered(AT_ONCE)
                .try_fold(0, async |sum, gone| Ok(sum + u64::from(gone)))
                .await?;
            done.links += gone;
        }
    }

    async fn remove_link(&self, terms: Terms, link: Link) -> Result<bool> {
        let gone = self
            .inner
            .db
            .write(move |conn| {
                bytes::delete_link(conn, link.package, &link.sha256, terms.idle_before)
            })
            .await?;
        Ok(gone)
    }

    /// Removes bytes that no link, draft or file refers to.
    pub(super) async fn remove_blobs(&self, terms: &Terms, done: &mut Collected) -> Result<()> {
        let terms = *terms;
        let mut after = String::new();
        loop {
            let from = after.clone();
            let page = self
                .inner
                .db
                .read(move |conn| bytes::list_blobs(conn, &from, PAGE))
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.sha256.to_string();
            let unheld = page
                .into_iter()
                .filter(|blob| !blob.held && blob.created_at < terms.idle_before);
            let fates: Vec<Fate> = stream::iter(unheld)
                .map(|blob| self.remove_blob(terms, blob))
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
            for fate in fates {
                match fate {
                    Fate::Gone(size) => {
                        done.blobs += 1;
                        done.blob_bytes += size;
                    }
                    Fate::Stays => {}
                    Fate::Busy => done.busy += 1,
                    Fate::Failed => done.failed += 1,
                }
            }
        }
    }

    /// First claims the bytes, so that no publish can settle on them, then removes the row if
    /// nothing refers to it, then, durably without a row, the bytes. A crash before the last step
    /// leaves a stray.
    async fn remove_blob(&self, terms: Terms, blob: Blob) -> Result<Fate> {
        let key = BlobKey::new(&blob.location);
        let Some(claim) = self.inner.store.claim(&key, terms.old()).await? else {
            return Ok(Fate::Busy);
        };
        let (sha256, size) = (blob.sha256, blob.size);
        let gone = self
            .inner
            .db
            .write(move |conn| bytes::delete_blob(conn, &sha256, &blob.location, terms.idle_before))
            .await?;
        if !gone {
            return Ok(Fate::Stays);
        }
        match claim.remove().await {
            Ok(()) => Ok(Fate::Gone(size)),
            Err(error) => {
                tracing::warn!(
                    blob.digest = %sha256, %key, %error,
                    "bytes that nothing refers to cannot be removed; the next collection tries again"
                );
                Ok(Fate::Failed)
            }
        }
    }
}
