//! Packuments, full and abbreviated, and single version manifests (npm notes §2 and §3).
//!
//! Documents are written version by version into a byte buffer. A stored manifest is spliced in as
//! text, and for the abbreviated form taken apart into its raw fields, so that nothing is lost on
//! the way and the order of keys is always the same: equal content gives equal bytes, and so equal
//! ETags.

mod abbreviated;
mod full;
mod json;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use packhouse_core::digest::Sha512;

pub use abbreviated::write_abbreviated;
pub use full::{write_full, write_manifest};

/// The media type of the abbreviated form.
pub const ABBREVIATED_TYPE: &str = "application/vnd.npm.install-v1+json";

/// A package, as documents show it.
#[derive(Debug, Clone)]
pub struct PackageView<'a> {
    /// `@owner/name`.
    pub full_name: &'a str,
    /// The revision that edits send back, `N-hex`.
    pub rev: &'a str,
    /// When it was first published.
    pub created: DateTime<Utc>,
    /// When anything of it last changed.
    pub modified: DateTime<Utc>,
    /// Dist-tags and the versions they point to.
    pub dist_tags: &'a BTreeMap<String, String>,
    /// The names of those who published it, as stored.
    pub maintainers: &'a [String],
    /// The latest version's readme.
    pub readme: Option<&'a str>,
    /// That readme's file name.
    pub readme_file: Option<&'a str>,
}

/// A version, as documents show it.
#[derive(Debug, Clone)]
pub struct VersionView<'a> {
    /// The version.
    pub name: &'a str,
    /// The stored manifest, an object as [`crate::manifest::served_manifest`] makes it.
    pub manifest_json: &'a str,
    /// Why it should not be used. An empty text counts as none.
    pub deprecated: Option<&'a str>,
    /// The tarball's sha1 in hex.
    pub shasum: String,
    /// The tarball's sha512, `sha512-BASE64`.
    pub integrity: String,
    /// How many files the tarball holds.
    pub file_count: u64,
    /// How many bytes they have together.
    pub unpacked_size: u64,
    /// The tarball's absolute address.
    pub tarball_url: String,
    /// Key ids and signatures of `name@version:integrity`.
    pub signatures: &'a [(String, String)],
    /// Where its provenance is, if it came with one.
    pub attestations: Option<AttestationsView<'a>>,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// The publisher's name, as stored.
    pub publisher: &'a str,
}

/// Where a version's provenance is.
#[derive(Debug, Clone)]
pub struct AttestationsView<'a> {
    /// Its absolute address.
    pub url: String,
    /// What kind of statement it is.
    pub predicate_type: &'a str,
}

/// Reports a stored manifest that cannot be rendered: damage in the database.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Not a JSON object.
    #[error("the stored manifest of version {version} is not a JSON object")]
    NotAnObject {
        /// Which.
        version: String,
    },
    /// Not JSON.
    #[error("the stored manifest of version {version} is not valid JSON")]
    Json {
        /// Which.
        version: String,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
}

/// Gives a sha512 as clients compare it: `sha512-BASE64`.
pub fn integrity(digest: &Sha512) -> String {
    format!("sha512-{}", STANDARD.encode(digest.bytes()))
}

#[cfg(test)]
mod tests;
