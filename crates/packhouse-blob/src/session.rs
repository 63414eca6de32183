//! Uploads of several requests: they survive a cut connection, a process that dies and, in a
//! bucket, the machine.
//!
//! ```no_run
//! # async fn upload(store: &dyn packhouse_blob::BlobStore, id: &str, body: bytes::Bytes) -> Result<(), packhouse_blob::BlobError> {
//! # use packhouse_blob::{Hashing, SessionState};
//! let recorded = store.begin_session(id, Hashing::Sha256).to_text();
//! // A request that brings some bytes; perhaps another process.
//! let mut session = store.open_session(&SessionState::parse(&recorded)?, 1 << 30).await?;
//! session.write(body).await?;
//! let recorded = session.pause().await?.to_text();
//! // The last one.
//! let session = store.open_session(&SessionState::parse(&recorded)?, 1 << 30).await?;
//! let staged = session.finish(false).await?;      // compare what the client claimed
//! let key = store.put(&staged).await?;            // durable, without copying
//! # let _ = key; Ok(()) }
//! ```
//!
//! What a state says stays true until the next one is recorded: bytes that came after it, in a
//! request that never reached [`Session::pause`], are cut off by the next opening. Two requests
//! must not write to one session at the same time; the caller sees to that (on one machine a lock
//! on the file stands behind it). Once `put` has returned, forget the state. On a
//! disk a process that ended before it could finds the session where it stood, and its bytes in the
//! blob; in a bucket such a session is lost.

mod state;

use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::BlobError;
use crate::staging::StagedFile;

pub use state::SessionState;
pub(crate) use state::{InParts, Part, is_id};

/// An upload session that one request writes to.
///
/// Dropping it keeps what was there when it was opened, and nothing that came since.
#[async_trait]
pub trait Session: Send {
    /// Gives how many bytes have arrived in all requests.
    fn offset(&self) -> u64;

    /// Takes the next bytes, waiting while disk, bucket or hashing is behind.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`], [`BlobError::Full`], [`BlobError::Io`],
    /// [`BlobError::Unavailable`], [`BlobError::SessionLost`]. After any of them nothing more can
    /// be written, but the session can be opened again where it stood before.
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError>;

    /// Ends this request's writing, and gives the state to record: what arrived survives this
    /// process. On a disk it is written and not synced; in a bucket whole parts of 16 MiB are
    /// there, and the rest is an object of its own.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    async fn pause(self: Box<Self>) -> Result<SessionState, BlobError>;

    /// Ends the upload: all bytes have arrived. With `sha512` that digest is there whatever the
    /// session was begun with; when it was not computed so far, all bytes are read once more.
    ///
    /// [`BlobStore::put`](crate::BlobStore::put) then keeps the file without copying it. Dropping
    /// it before that ends the session and removes its bytes: in a bucket a moment later, and when
    /// the process ends first, [`discard_session`](crate::BlobStore::discard_session) does it. Only
    /// what was in parts in a bucket and had to be read once more is an object by then, which
    /// collection takes.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    async fn finish(self: Box<Self>, sha512: bool) -> Result<StagedFile, BlobError>;
}

/// An upload session of which bytes lie in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its id.
    pub id: String,
    /// When something of it was last written.
    pub modified: SystemTime,
}
