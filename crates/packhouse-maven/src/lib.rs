//! The Maven 2 repository layout as Maven, Gradle, sbt and others speak it over HTTP: addresses,
//! coordinates, version order, checksums, `maven-metadata.xml`, POMs and Gradle module metadata.
//!
//! ```
//! use packhouse_maven::path::{self, What};
//!
//! let segments = ["com", "acme", "lib", "1.0", "lib-1.0-sources.jar"].map(str::to_owned);
//! let located = path::parse(&segments).unwrap();
//! let What::File(file) = located.what else {
//!     panic!("the address of a file");
//! };
//! assert_eq!(file.ga.to_string(), "com.acme:lib");
//! assert_eq!(file.part.unwrap().classifier.as_deref(), Some("sources"));
//! ```
//!
//! What clients send and expect is written down in the protocol notes (sections are cited as
//! "Maven notes §N").
//!
//! Not here: who may do what, and how versions come to be (`packhouse-registry`), how bytes are kept
//! (behind it). Not offered: Nexus' index, pull-through, deletion by address (405).

pub mod about;
pub mod checksum;
pub mod coordinates;
pub mod format;
pub mod listing;
pub mod media_type;
pub mod metadata;
pub mod module;
pub mod path;
pub mod plugin;
pub mod pom;
pub mod protocol;
pub mod route;
pub mod version;

/// What clients send as XML is read by the crate that every format reads it with.
pub use packhouse_xml as xml;

mod address;
mod content;
mod documents;
mod entries;
mod files;
mod folders;
mod headers;
mod part;
mod put;
mod signal;
mod text;

#[cfg(test)]
mod fuzzed;

/// The fuzz targets name this crate from outside.
#[cfg(test)]
extern crate self as packhouse_maven;
