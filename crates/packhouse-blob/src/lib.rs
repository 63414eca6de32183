//! The bytes of every package: kept once by their sha256, on disk or in an S3 bucket.
//!
//! An upload goes through three steps, each of which hands its result to the next:
//!
//! ```no_run
//! # async fn publish(opened: packhouse_blob::Opened, body: bytes::Bytes) -> Result<(), packhouse_blob::BlobError> {
//! let mut upload = opened.staging.begin(512 * 1024 * 1024);
//! upload.write(body).await?;                      // hashed and measured while it arrives
//! let staged = upload.finish().await?;            // read it back, compare what the client claimed
//! let key = opened.store.put(&staged).await?;     // durable; record `key` with the digest
//! # let _ = key; Ok(()) }
//! ```
//!
//! An upload of several requests is a [`Session`], whose place between two of them is a text that
//! the database keeps.
//!
//! Here: [`Staging`] (uploads, digests, limits), upload sessions, [`BlobStore`] with a local and an
//! S3 store, ranges, signed addresses, listing. Not here: which blob belongs to which file, when one may be
//! collected (`packhouse-db`, `packhouse-jobs`), anything of HTTP. No crate of ours but
//! `packhouse-core` is used, and `object_store` is used nowhere else.

mod digest;
mod error;
mod gather;
mod lane;
mod local;
mod open;
mod s3;
mod session;
mod staging;
mod store;

pub use digest::{Hashing, digests_of};
pub use error::BlobError;
pub use open::{Opened, open_store};
pub use s3::S3Settings;
pub use session::{Session, SessionInfo, SessionState};
pub use staging::{StagedFile, StagedReader, Staging, Upload};
pub use store::{BlobInfo, BlobKey, BlobStore, ByteStream, Claim};
