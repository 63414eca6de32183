//! Descriptors: how manifests name content (image-spec, Content Descriptors).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::{ContentDigest, ContentDigestError};
use crate::text::shown;

/// The largest size that every JSON reader gets right, in bytes.
const MAX_SIZE: i64 = 1 << 53;

/// The longest media type, in characters: two names of RFC 6838.
const MAX_MEDIA_TYPE: usize = 255;

/// A piece of content by type, digest and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// What it is.
    pub media_type: String,
    /// Which bytes.
    pub digest: ContentDigest,
    /// How many of them.
    pub size: u64,
    /// What a manifest is for, where the descriptor says so.
    pub artifact_type: Option<String>,
    /// What an image runs on, in an index.
    pub platform: Option<Platform>,
    /// The descriptor's own annotations.
    pub annotations: BTreeMap<String, String>,
    /// Whether it names other addresses of the content.
    pub urls: bool,
}

/// What an image runs on. Fields that a client left out are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// `linux`, `windows`; `unknown` in an attestation.
    #[serde(default)]
    pub os: String,
    /// `amd64`, `arm64`.
    #[serde(default)]
    pub architecture: String,
    /// `v7` of `arm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The system's version; Windows images have one.
    #[serde(
        default,
        rename = "os.version",
        skip_serializing_if = "Option::is_none"
    )]
    pub os_version: Option<String>,
}

/// Reports what is wrong with a descriptor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// No digest that is kept here.
    #[error(transparent)]
    Digest(#[from] ContentDigestError),
    /// A media type that is empty, too long or with control characters.
    #[error(
        "bad mediaType {}: 1 to {MAX_MEDIA_TYPE} characters are allowed, and no control characters",
        shown(media_type)
    )]
    MediaType {
        /// What was given.
        media_type: String,
    },
    /// What it is for, too long or with control characters.
    #[error(transparent)]
    ArtifactType(#[from] ArtifactTypeError),
    /// A size below zero or beyond what JSON readers agree on.
    #[error("bad size {size}: a number of bytes is 0 to {MAX_SIZE}")]
    Size {
        /// What was given.
        size: i64,
    },
}

/// Reports an `artifactType` that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "bad artifactType {}: up to {MAX_MEDIA_TYPE} characters are allowed, and no control characters",
    shown(text)
)]
pub struct ArtifactTypeError {
    /// What was given.
    pub text: String,
}

/// Checks an `artifactType`; an empty one is none.
///
/// # Errors
/// When it is too long or has control characters: PostgreSQL refuses a text with a NUL.
pub(super) fn artifact_type(text: Option<String>) -> Result<Option<String>, ArtifactTypeError> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) if !is_type(&text) => Err(ArtifactTypeError { text }),
        text => Ok(text),
    }
}

fn is_type(text: &str) -> bool {
    text.chars().count() <= MAX_MEDIA_TYPE && !text.chars().any(char::is_control)
}

impl Descriptor {
    /// Checks the parts that a type alone does not.
    pub(super) fn check(
        media_type: String,
        digest: &str,
        size: i64,
    ) -> Result<Self, DescriptorError> {
        if media_type.is_empty() || !is_type(&media_type) {
            return Err(DescriptorError::MediaType { media_type });
        }
        let bytes = u64::try_from(size).ok().filter(|_| size <= MAX_SIZE);
        Ok(Self {
            media_type,
            digest: digest.parse()?,
            size: bytes.ok_or(DescriptorError::Size { size })?,
            artifact_type: None,
            platform: None,
            annotations: BTreeMap::new(),
            urls: false,
        })
    }

    /// Tells whether the type says that the layer is not passed on by registries: Windows base
    /// layers, which clients do not push (image-spec, Non-Distributable Layers).
    pub fn is_foreign(&self) -> bool {
        self.media_type.contains(".nondistributable.") || self.media_type.contains(".foreign.")
    }
}
