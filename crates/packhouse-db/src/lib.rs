//! The database: one schema on SQLite and PostgreSQL, one module of queries per aggregate.
//!
//! Queries are free functions on `&mut AnyConn`, run inside [`Db::read`] and [`Db::write`]. Row
//! structs stay inside; what comes out are the types of `packhouse-core`. A query that the
//! [`AnyConn`] enum cannot express is compiled once for each engine by `on_backend!`
//! (`docs/adr/0001-two-engines-on-diesel.md`).
//!
//! Not here: rules. A function of this crate does what it is told.

mod conn;
mod db;
mod error;
mod row;
mod schema;
mod time;

pub mod account;
pub mod cli_login;
pub mod download;
pub mod event;
pub mod grant;
pub mod organisation;
pub mod owner_key;
pub mod repository;
pub mod session;
pub mod setting;
pub mod sign_in_failure;
pub mod signing_key;
pub mod team;
pub mod token;

pub mod announced_digest;
pub mod blob;
pub mod blob_link;
pub mod build;
pub mod check;
pub mod collect;
pub mod entry;
pub mod feed;
pub mod file;
pub mod folder;
pub mod package;
pub mod readable;
pub mod reference;
pub mod reserved;
pub mod rule;
pub mod search;
pub mod signature;
pub mod tag;
pub mod tombstone;
pub mod upload;
pub mod version;

mod dialect;

pub use conn::AnyConn;
pub use db::{Db, Engine, Stamp};
pub use error::{DbError, Result};
