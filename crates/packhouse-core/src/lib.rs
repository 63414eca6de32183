//! The rules of Packhouse: what things are called, who may do what, and what can go wrong.
//!
//! Everything here is pure: no I/O, no async, no clock, no database or HTTP types, so that each
//! rule can be tested in microseconds. Time comes in as an argument.
//!
//! ```
//! use packhouse_core::account::AccountName;
//!
//! let name = AccountName::parse("Acme").unwrap();
//! assert_eq!(name.as_str(), "Acme");
//! assert_eq!(name.key(), "acme");
//! ```
//!
//! Not here: queries (`packhouse-db`), bytes (`packhouse-blob`), use cases (`packhouse-registry`).

pub mod account;
pub mod actor;
pub mod digest;
pub mod error;
pub mod event;
pub mod feed;
pub mod format;
pub mod id;
pub mod link;
pub mod package;
pub mod permission;
pub mod repository;
pub mod text;
pub mod token;
pub mod visibility;
