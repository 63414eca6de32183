//! The request that writes to an upload: its claim, what arrives, and how it ends.

use std::time::{Duration as StdDuration, Instant};

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
    pub(super) renewed: Instant,
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
        if self.renewed.elapsed() > RENEW {
            self.renew().await?;
        }
        let Some(session) = self.session.as_mut() else {
            return Err(BlobError::Broken.into());
        };
        match session.write(bytes).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failed(error).await),
        }
    }

    async fn renew(&mut self) -> Result<()> {
        let (id, writer, now) = (self.id.clone(), self.writer.clone(), self.registry.now());
        let until = now + Duration::seconds(CLAIM_SECONDS);
        let still = self
            .registry
            .inner
            .db
            .write(move |conn| upload::renew(conn, &id, &writer, until, now))
            .await?;
        if !still {
            self.session = None;
            let position = self.state.offset();
            return Err(Error::BeingWritten { position });
        }
        self.renewed = Instant::now();
        Ok(())
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

    async fn forget(&self) -> Result<()> {
        let (id, writer, now) = (self.id.clone(), self.writer.clone(), self.registry.now());
        let inner = &self.registry.inner;
        inner
            .db
            .write(move |conn| upload::delete(conn, &id, Some(&writer), now))
            .await?;
        Ok(inner.store.discard_session(&self.state).await?)
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
        runtime.spawn(async move {
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
