//! The npm registry protocol: names, versions, addresses, publish bodies and documents.
//!
//! What clients send and expect is written down in the protocol notes (sections are cited as
//! "npm notes §N").
//!
//! ```
//! use packhouse_npm::route::Route;
//!
//! let segments = ["@acme/tools".to_owned()];
//! let route = Route::parse("GET", &segments, &[]).unwrap();
//! assert_eq!(route.path(), "@acme%2ftools");
//! ```
//!
//! Not here: who may do what (`packhouse-registry`), how bytes are kept (behind it).

pub mod format;
pub mod manifest;
pub mod metadata;
pub mod name;
pub mod packument;
pub mod protocol;
pub mod provenance;
pub mod publish_body;
pub mod route;
pub mod search_query;
pub mod source;
pub mod tag;
pub mod tarball;
pub mod version;

mod access;
mod account;
mod audit;
mod dist_tags;
mod documents;
mod edit;
mod keys;
mod publish;
mod search;
mod teams;
mod tokens;
