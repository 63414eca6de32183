//! The use cases: what can be done with accounts, repositories, packages and versions, under one
//! permission decision and in transactions that keep the promises of `design.md` §4.
//!
//! A use case takes an [`Actor`](packhouse_core::actor::Actor) and domain types, asks
//! `authorize` in the transaction of its change, writes the event, and returns domain types.
//! Protocols, pages and commands call these and nothing below them.
//!
//! Not here: HTTP, and the rules of one format (those come in as `&dyn Format`).

pub mod access_token;
pub mod account;
pub mod announce;
pub mod authenticate;
pub mod authorize;
pub mod blob;
pub mod browse;
pub mod cache;
pub mod check;
pub mod clock;
pub mod collect;
pub mod delete;
pub mod deprecate;
pub mod download;
pub mod error;
pub mod expire;
pub mod feed;
pub mod find;
pub mod grant;
pub mod link;
pub mod listed;
pub mod login;
pub mod password;
mod pin;
pub mod public_key;
pub mod publish;
pub mod registry;
pub mod repository;
pub mod resolve;
pub mod restore;
pub mod roster;
pub mod rule;
pub mod search;
pub mod secret;
pub mod setup;
pub mod signature;
pub mod signing;
pub mod tag;
pub mod token;
pub mod upload;
pub mod visibility;

mod event;
mod keep;
mod keyed_lock;
mod latest;
mod moment;
mod text;

pub use authorize::{Held, Listing, Lookup, PackageAddress, PackageHandle, RepositoryHandle};
pub use error::{Error, Result};
pub use registry::{Registry, Settings};

/// Bytes on their way in and out, as protocols see them.
pub mod bytes {
    pub use packhouse_blob::{BlobError, ByteStream, StagedFile, Upload, digests_of};
}

/// Rows as the use cases hand them out.
pub mod rows {
    pub use packhouse_db::blob_link::HeldBlob;
    pub use packhouse_db::entry::Entry;
    pub use packhouse_db::file::StoredFile;
    pub use packhouse_db::file::joined::BuiltFile;
    pub use packhouse_db::owner_key::OwnerKey;
    pub use packhouse_db::package::PackageRecord;
    pub use packhouse_db::reference::Referrer;
    pub use packhouse_db::reserved::Holder;
    pub use packhouse_db::version::VersionSummary;
}
