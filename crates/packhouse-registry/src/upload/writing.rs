//! The request that writes to an upload: its claim, what arrives, and how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration as StdDuration;

use bytes::Bytes;
use chrono::Duration;
use packhouse_blob::{BlobError, Session, SessionState};
use packhouse_core::error::ErrorKind;
use packhouse_db::upload;

use super::{CLAIM_SECONDS, unknown};
use crate::error::{Error, Result};
use crate::registry::Registry;

/// How often a writer renews its claim.
const RENEW: StdDuration = StdDuration::from_secs(8);

/// An upload that this request writes to. Dropping it records what has arrived.
pub struct Writing {
    pub(super) registry: Registry,
    pub(super) id: String,
    pub(super) writer: String,
    /// The state that is recorded.
    pub(super) state: SessionState,
    pub(super) session: Option<Box<dyn Session>>,
    /// `None` once it was handed on.
    pub(super) claim: Option<Claim>,
}

/// Renews a writer's claim as long as it lives: also while the store takes its time to finish.
pub(super) struct Claim {
    lost: Arc<AtomicBool>,
    task: tokio::task::AbortHandle,
}

impl Claim {
    pub(super) fn keep(registry: &Registry, id: &str, writer: &str) -> Self {
        let lost = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&lost);
        let (registry, id, writer) = (registry.clone(), id.to_owned(), writer.to_owned());
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEW).await;
                let (row, me, now) = (id.clone(), writer.clone(), registry.now());
                let until = now + Duration::seconds(CLAIM_SECONDS);
                let db = &registry.inner.db;
                let renewed = db
                    .write(move |conn| upload::renew(conn, &row, &me, until, now))
                    .await;
                match renewed {
                    Ok(true) => {}
                    Ok(false) => {
                        told.store(true, Ordering::Relaxed);
                        return;
                    }
                    // The claim holds for some renewals more.
                    Err(error) => {
                        tracing::warn!(upload = %id, %error, "a claim cannot be renewed");
                    }
                }
            }
        });
        Self {
            lost,
            task: task.abort_handle(),
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Writing {
    /// Gives how many bytes have arrived in all requests.
    pub fn position(&self) -> u64 {
        self.session
            .as_ref()
            .map_or(self.state.offset(), |session| session.offset())
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// `TooLarge` and `StorageFull`, which end the upload and free its bytes; `BeingWritten` when
    /// another request took over; when the store fails, which keeps what was recorded.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        if self.claim.as_ref().is_some_and(Claim::is_lost) {
            self.session = None;
            let position = self.state.offset();
            return Err(Error::BeingWritten { position });
        }
        let Some(session) = self.session.as_mut() else {
            return Err(BlobError::Broken.into());
        };
        match session.write(bytes).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// Records what has arrived and lets others write; gives how many bytes there are now.
    ///
    /// # Errors
    /// When the store or the database fails; `BeingWritten` when another request took over.
    pub async fn pause(mut self) -> Result<u64> {
        let Some(session) = self.session.take() else {
            return Err(BlobError::Broken.into());
        };
        let parts = (self.registry.clone(), self.id.clone(), self.writer.clone());
        match record(parts, session).await {
            Ok(position) => Ok(position),
            Err(Error::Blob(error)) => Err(self.failed(error).await),
            Err(error) => Err(error),
        }
    }

    /// Forgets what this request brought and lets others write; gives how many bytes there are
    /// then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rewind(mut self) -> Result<u64> {
        self.session = None;
        self.release().await?;
        Ok(self.state.offset())
    }

    /// Ends the upload and frees its bytes.
    ///
    /// # Errors
    /// When store or database fail.
    pub async fn give_up(mut self) -> Result<()> {
        self.session = None;
        self.forget().await
    }

    /// Frees the bytes only of an upload that is still this writer's.
    async fn forget(&self) -> Result<()> {
        let (id, writer) = (self.id.clone(), self.writer.clone());
        let inner = &self.registry.inner;
        let mine = inner
            .db
            .write(move |conn| upload::delete_own(conn, &id, &writer))
            .await?;
        if mine {
            inner.store.discard_session(&self.state).await?;
        }
        Ok(())
    }

    /// Sees to what a failure of the store means for the upload, and gives what to tell.
    pub(super) async fn failed(&mut self, error: BlobError) -> Error {
        self.session = None;
        let over = matches!(
            error.kind(),
            ErrorKind::TooLarge | ErrorKind::StorageFull | ErrorKind::NotFound
        );
        let settled = if over {
            self.forget().await
        } else {
            self.release().await
        };
        if let Err(error) = settled {
            // The purge of idle uploads does it later.
            tracing::warn!(upload = %self.id, %error, "an upload that failed cannot be put away");
        }
        match error {
            BlobError::SessionLost { .. } => unknown(&self.id),
            BlobError::SessionBusy { .. } => Error::BeingWritten {
                position: self.state.offset(),
            },
            error => error.into(),
        }
    }

    /// Lets others write where the upload stood before.
    async fn release(&self) -> Result<()> {
        let (id, writer, now) = (self.id.clone(), self.writer.clone(), self.registry.now());
        let (position, state) = (self.state.offset(), self.state.to_text());
        self.registry
            .inner
            .db
            .write(move |conn| upload::store(conn, &id, &writer, position, &state, now))
            .await?;
        Ok(())
    }
}

impl Drop for Writing {
    /// A client that went away in the middle finds what it had sent.
    fn drop(&mut self) {
        let (Some(session), Ok(runtime)) =
            (self.session.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let parts = (self.registry.clone(), self.id.clone(), self.writer.clone());
        let claim = self.claim.take();
        runtime.spawn(async move {
            let _renewed = claim;
            let id = parts.1.clone();
            if let Err(error) = record(parts, session).await {
                tracing::warn!(upload = %id, %error, "a cut-off upload stays where it stood before");
            }
        });
    }
}

/// Ends a request's writing and records where the upload stands.
async fn record(
    (registry, id, writer): (Registry, String, String),
    session: Box<dyn Session>,
) -> Result<u64> {
    let state = session.pause().await?;
    let (position, text, now) = (state.offset(), state.to_text(), registry.now());
    let still = registry
        .inner
        .db
        .write(move |conn| upload::store(conn, &id, &writer, position, &text, now))
        .await?;
    if still {
        Ok(position)
    } else {
        Err(Error::BeingWritten { position })
    }
}
