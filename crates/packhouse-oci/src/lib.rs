//! The OCI distribution protocol (container images and every other artifact): names, addresses,
//! manifests, token scopes and signatures.
//!
//! ```
//! use packhouse_oci::name::parse_name;
//! use packhouse_oci::route::Route;
//!
//! let segments = ["acme", "tools", "web", "manifests", "1.0"].map(str::to_owned);
//! let Ok(Route::Manifest { name, reference }) = Route::parse("GET", &segments) else {
//!     panic!("the address of a manifest");
//! };
//! let name = parse_name(&name).unwrap();
//! assert_eq!((name.owner.as_str(), name.package.as_str()), ("acme", "tools/web"));
//! assert_eq!(reference, "1.0");
//! ```
//!
//! What clients send and expect is written down in the protocol notes (sections are cited as
//! "OCI notes §N"); the specification is the OCI distribution-spec.
//!
//! Not here: who may do what (`packhouse-registry`), how bytes are kept (behind it).

pub mod challenge;
pub mod content_range;
pub mod digest;
pub mod error;
pub mod format;
pub mod image_config;
pub mod manifest;
pub mod metadata;
pub mod name;
pub mod paging;
pub mod protocol;
pub mod reference;
pub mod route;
pub mod scope;
pub mod signature;

mod address;
mod blobs;
mod capped;
mod catalog;
mod failure;
mod manifests;
mod referrers;
mod tags;
mod text;
mod token;
mod uploads;

#[cfg(test)]
mod fuzzed;

/// The fuzz targets name this crate from outside.
#[cfg(test)]
extern crate self as packhouse_oci;
