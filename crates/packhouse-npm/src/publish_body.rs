//! The body of a PUT to a package, read while it arrives (npm notes §4).
//!
//! A publish is one JSON document with the tarball as a base64 string in the middle, so it is not
//! read as a whole: a small scanner follows the nesting, decodes the string at
//! `_attachments.KEY.data` into a buffer that the caller empties, and keeps the rest. What is kept
//! is the same document with that string emptied; at the end `serde_json` reads it and so decides
//! alone what is JSON. Metadata edits, which have no attachments, go the same way.

mod base64_stream;
mod claims;
mod scanner;

use serde_json::{Map, Value};

use base64_stream::Base64Error;
use packhouse_core::error::ErrorKind;
pub use scanner::PublishBody;

/// The deepest nesting of a body.
pub const MAX_DEPTH: usize = 64;

/// The most attachments of a body: the tarball and its provenance, and nothing clients send.
pub const MAX_ATTACHMENTS: usize = 2;

/// The longest provenance bundle, in bytes of its JSON string.
pub const MAX_PROVENANCE: u64 = 16 << 20;

/// How much of a body may be kept in memory.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// Bytes of everything but the tarball's base64.
    pub outside_attachments: u64,
}

/// A body that was read to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishDocument {
    /// Everything but `_attachments`.
    pub document: Map<String, Value>,
    /// What was said about the tarball, if there was one.
    pub tarball: Option<AttachmentInfo>,
    /// The text of the provenance bundle, if there was one.
    pub provenance: Option<String>,
}

/// What a body says about its tarball. None of it is to be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentInfo {
    /// The attachment's key, `@scope/name-version.tgz`. Not a path.
    pub key: String,
    /// Its `content_type`, empty when absent.
    pub content_type: String,
    /// The number of bytes it claims to have.
    pub length: Option<u64>,
    /// The number of bytes that came.
    pub decoded: u64,
}

/// Reports a body that is no publish document.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It ended before the document did.
    #[error("the body ends before its JSON document does: the upload was cut off")]
    Truncated,
    /// Not a JSON object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// Something follows the document.
    #[error("byte {offset} of the body comes after the end of its JSON document")]
    TrailingData {
        /// Where it starts.
        offset: u64,
    },
    /// Not JSON, or not UTF-8.
    #[error("the body is not valid JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// Brackets do not match.
    #[error("the body is not valid JSON: wrong bracket at byte {offset}")]
    Bracket {
        /// Where it stands.
        offset: u64,
    },
    /// Nested too deeply.
    #[error("the body is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// The part outside the tarball is too long.
    #[error("the body has more than {limit} bytes outside its tarball")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The provenance bundle is too long.
    #[error("the provenance bundle has more than {MAX_PROVENANCE} bytes")]
    ProvenanceTooLarge,
    /// A key comes twice where only one can count.
    #[error("the body has the key {0:?} twice")]
    DuplicateKey(String),
    /// `_attachments`, or one of them, has another shape.
    #[error("{key}: an attachment is an object with a string `data`")]
    AttachmentShape {
        /// Which.
        key: String,
    },
    /// An attachment that is neither tarball nor provenance.
    #[error("attachment {key:?} is neither a tarball (.tgz) nor provenance (.sigstore)")]
    UnknownAttachment {
        /// Which.
        key: String,
    },
    /// Two tarballs, or two provenance bundles.
    #[error("attachment {key:?} is one too many: a publish holds one tarball")]
    TooManyAttachments {
        /// Which.
        key: String,
    },
    /// The tarball's text is not base64.
    #[error("attachment {key:?} is not valid base64 at character {offset}")]
    Base64 {
        /// Which.
        key: String,
        /// Characters before the bad one.
        offset: u64,
    },
    /// The provenance bundle has another length than claimed.
    #[error("the provenance bundle has {actual} characters, its length field says {claimed}")]
    ProvenanceLength {
        /// As claimed.
        claimed: u64,
        /// As counted, in UTF-16 units.
        actual: u64,
    },
}

impl BodyError {
    /// Gives the kind by which a status is chosen.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLarge { .. } | Self::ProvenanceTooLarge => ErrorKind::TooLarge,
            _ => ErrorKind::Invalid,
        }
    }

    fn base64(key: &str, error: Base64Error) -> Self {
        Self::Base64 {
            key: crate::name::cut(key),
            offset: error.offset,
        }
    }
}

#[cfg(test)]
mod tests;
