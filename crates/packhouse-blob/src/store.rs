//! The contract of a blob store. Every store passes `packhouse_testkit::blob_suite`.

use std::fmt;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use url::Url;

use crate::digest::Hashing;
use crate::error::BlobError;
use crate::session::{Session, SessionInfo, SessionState};
use crate::staging::StagedFile;

/// The bytes of a blob, piece by piece. An error ends it.
pub type ByteStream = BoxStream<'static, Result<Bytes, BlobError>>;

/// Where a store keeps a blob: text that the store chose, recorded in the database beside the
/// digest, and opaque to everyone else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobKey(String);

impl BlobKey {
    /// Takes a key as it was recorded.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Gives the text to record.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One blob of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobInfo {
    /// Its key.
    pub key: BlobKey,
    /// Its length in bytes.
    pub size: u64,
    /// When it was written. Collection spares what is young, since the transaction that refers
    /// to it may still be on its way.
    pub modified: SystemTime,
}

/// A blob that is about to be removed, or not. Dropping it leaves the blob alone.
#[async_trait]
pub trait Claim: Send {
    /// Removes the blob; that there is none is a success.
    async fn remove(self: Box<Self>) -> Result<(), BlobError>;
}

/// Keeps blobs. A blob never changes; it is there whole or not at all.
#[async_trait]
pub trait BlobStore: Send + Sync + 'static {
    /// Keeps a staged file and gives the key to record with its digest. When it returns, bytes
    /// and folder entries survive a power cut.
    ///
    /// While `staged` lives nobody removes the blob through [`claim`](Self::claim): keep it until
    /// the reference to it is recorded.
    ///
    /// Putting what is there already is a success. The local store then gives the same key; S3
    /// gives a new one, so ask the database for the digest first.
    ///
    /// # Errors
    /// [`BlobError::Full`], [`BlobError::Unavailable`], [`BlobError::Io`]. Nothing half-written
    /// is left under a key.
    async fn put(&self, staged: &StagedFile) -> Result<BlobKey, BlobError>;

    /// Streams the bytes of `range`, which must lie within the blob; an empty range gives an
    /// empty stream.
    ///
    /// # Errors
    /// [`BlobError::Missing`] at once; [`BlobError::Damaged`] at once or from the stream when the
    /// blob ends before the range does.
    async fn open(&self, key: &BlobKey, range: Range<u64>) -> Result<ByteStream, BlobError>;

    /// Gives the length of a blob in bytes, or `None` when there is none.
    async fn stat(&self, key: &BlobKey) -> Result<Option<u64>, BlobError>;

    /// Removes a blob; that there is none is a success.
    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError>;

    /// Takes a blob for removal, so that it can be asked whether anything refers to it before it
    /// goes. Gives `None` while somebody may count on it: it was put since `before`, or a
    /// [`StagedFile`] that was put as this blob still lives. While the claim lives, no other put
    /// settles on the blob: it waits, and finds it there or gone. That there is none can be
    /// claimed too.
    ///
    /// In a bucket every put has a key of its own, so there is nobody to wait for and the caller
    /// looks at the time.
    async fn claim(
        &self,
        key: &BlobKey,
        before: SystemTime,
    ) -> Result<Option<Box<dyn Claim>>, BlobError>;

    /// Gives an address from which anyone may GET the blob until `expires` has passed, or `None`
    /// when the store has no addresses of its own (local).
    async fn signed_url(&self, key: &BlobKey, expires: Duration) -> Result<Option<Url>, BlobError>;

    /// Lists the blobs whose key begins with `prefix`, in no promised order. What other things
    /// lie in the store is not listed.
    fn list(&self, prefix: &str) -> BoxStream<'_, Result<BlobInfo, BlobError>>;

    /// Reads a small blob (up to 64 KiB) of known `size` on the calling thread where that takes
    /// microseconds; `None` where it does not: then [`open`](Self::open) it.
    fn read_small(&self, key: &BlobKey, size: u64) -> Option<Result<Bytes, BlobError>>;

    /// Begins an upload session: gives the state to record first. Touches nothing.
    ///
    /// `id` is 32 lower-case hex digits that nobody can guess, and no other session's; one of
    /// another form can never be opened.
    fn begin_session(&self, id: &str, hashing: Hashing) -> SessionState;

    /// Opens a session for writing where `state` says it stands, to take up to `limit` bytes over
    /// all requests. What arrived after that state was recorded is cut off. When less is there,
    /// since the power was cut, [`Session::offset`] says how much.
    ///
    /// # Errors
    /// [`BlobError::SessionLost`] when it cannot be gone on with: its bytes are gone, or parts in
    /// a bucket would have to be read again because another release computed the digests so far.
    /// [`BlobError::SessionBusy`] while another request of this machine writes to it.
    async fn open_session(
        &self,
        state: &SessionState,
        limit: u64,
    ) -> Result<Box<dyn Session>, BlobError>;

    /// Frees everything of a session that was not put; that nothing is there is a success. After
    /// `put` it does nothing: what was kept stays.
    ///
    /// For a session that [`list_sessions`](Self::list_sessions) tells of and no row knows, the
    /// state that [`begin_session`](Self::begin_session) gives for its id will do. A multipart
    /// upload whose state was never recorded, since the process died during the request that began
    /// it, cannot be found that way: give the bucket a lifecycle rule that ends multipart uploads
    /// after some days.
    async fn discard_session(&self, state: &SessionState) -> Result<(), BlobError>;

    /// Tells whether the bytes that `state` speaks of are there, as far as that can be seen
    /// without touching them: of a session in a bucket what came after the last full part.
    async fn has_session(&self, state: &SessionState) -> Result<bool, BlobError>;

    /// Gives the sessions of which bytes lie in the store outside of any blob. Those that no row
    /// knows, and that are not young, may be discarded.
    async fn list_sessions(&self) -> Result<Vec<SessionInfo>, BlobError>;

    /// Tells whether the store can be reached and written now, for `/-/ready`; answers within
    /// some seconds.
    async fn check(&self) -> Result<(), BlobError>;
}
