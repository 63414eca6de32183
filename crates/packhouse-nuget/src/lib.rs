//! NuGet as its clients speak it: versions and ranges, ids, the nuspec, `.nupkg` and `.snupkg`
//! archives, and the queries of the old OData feed.
//!
//! ```
//! use packhouse_nuget::version::Version;
//!
//! let version = Version::parse("01.2-RC.1+build").unwrap();
//! assert_eq!(version.normalized(), "1.2.0-RC.1");
//! assert_eq!(version.lower(), "1.2.0-rc.1");
//! ```
//!
//! What clients send and expect is written down in the protocol notes (sections are cited as
//! "NuGet notes §N").
//!
//! Not here: who may do what, and how versions come to be (`packhouse-registry`), how bytes are kept
//! (behind it).

pub mod archive;
pub mod deprecation;
pub mod format;
pub mod framework;
pub mod id;
pub mod metadata;
pub mod multipart;
pub mod nupkg;
pub mod nuspec;
pub mod odata;
pub mod range;
pub mod route;
pub mod symbols;
pub mod version;

mod address;
mod answer;
mod asked;
mod autocomplete;
mod documents;
mod flat;
mod index;
mod links;
mod listed;
mod protocol;
mod push;
mod registration;
mod search;
mod symbol_files;
mod v2;
mod versions;
mod vulnerabilities;
mod warning;

#[cfg(test)]
mod fuzzed;

/// The fuzz targets name this crate from outside.
#[cfg(test)]
extern crate self as packhouse_nuget;
