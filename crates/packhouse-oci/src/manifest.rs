//! Manifests and indexes as clients push them (OCI notes §7; image-spec, Image Manifest and Image
//! Index). What is stored are the bytes; this is what is read of them.

mod descriptor;
mod media_type;
mod raw;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use descriptor::{ArtifactTypeError, Descriptor, DescriptorError, Platform};
pub use media_type::MediaType;

use crate::text::shown;

/// How many descriptors a manifest may hold.
pub const MAX_DESCRIPTORS: usize = 10_000;

/// How many annotations a manifest or descriptor may have.
pub const MAX_ANNOTATIONS: usize = 100_000;

/// How deep its JSON may be nested.
pub const MAX_DEPTH: usize = 64;

/// A manifest or index, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// What it is, and what it is served as.
    pub media_type: MediaType,
    /// `artifactType`, when it names one.
    pub artifact_type: Option<String>,
    /// The configuration; every image manifest has one, no index has.
    pub config: Option<Descriptor>,
    /// The layers of an image manifest, lowest first.
    pub layers: Vec<Descriptor>,
    /// What an index lists: manifests, or layers in an old build cache.
    pub children: Vec<Descriptor>,
    /// The manifest it refers to, which need not exist.
    pub subject: Option<Descriptor>,
    /// Its own annotations.
    pub annotations: BTreeMap<String, String>,
}

/// Reports a manifest that is refused (`MANIFEST_INVALID`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the manifest is nested too deeply: {MAX_DEPTH} levels are allowed")]
    TooDeep,
    /// No JSON, or not of a manifest's shape; also a key that stands there twice, since clients
    /// disagree which one counts.
    #[error("the manifest cannot be read: {0}")]
    Json(String),
    /// Neither the header nor the manifest says what it is.
    #[error("the manifest does not say what it is: send its media type as Content-Type")]
    MediaTypeMissing,
    /// Header and manifest disagree.
    #[error(
        "the manifest was sent as {} but says that it is {}",
        shown(header),
        shown(body)
    )]
    MediaTypeMismatch {
        /// The header's.
        header: String,
        /// The manifest's.
        body: String,
    },
    /// Neither an image manifest nor an index.
    #[error(
        "manifests of type {} are not accepted: push an OCI or Docker schema 2 image manifest, or \
         an index",
        shown(media_type)
    )]
    MediaTypeUnknown {
        /// What it says it is.
        media_type: String,
    },
    /// The type that never left the image-spec's drafts.
    #[error(
        "the artifact manifest was withdrawn from the image-spec: push an OCI image manifest with \
         an artifactType"
    )]
    ArtifactManifest,
    /// Docker's first form.
    #[error("schema 1 manifests are not accepted: push with a client that writes schema 2 or OCI")]
    Schema1,
    /// Another `schemaVersion`, or none.
    #[error("the manifest has no schemaVersion 2")]
    SchemaVersion,
    /// An image manifest with the list of an index or the other way round: clients would disagree
    /// what it is.
    #[error("ambiguous manifest: {media_type} with `{field}`", media_type = media_type.as_str())]
    Ambiguous {
        /// What it says it is.
        media_type: MediaType,
        /// What it then cannot have.
        field: &'static str,
    },
    /// What it is for, too long or with control characters.
    #[error(transparent)]
    ArtifactType(#[from] ArtifactTypeError),
    /// An image manifest without `config`.
    #[error("the manifest has no config")]
    NoConfig,
    /// More than [`MAX_DESCRIPTORS`].
    #[error("the manifest lists more than {MAX_DESCRIPTORS} layers or manifests")]
    TooManyDescriptors,
    /// More than [`MAX_ANNOTATIONS`] in one place.
    #[error("the manifest has more than {MAX_ANNOTATIONS} annotations in one place")]
    TooManyAnnotations,
    /// One of the descriptors is wrong.
    #[error("{place}: {problem}")]
    Descriptor {
        /// Which: `config`, `layers[3]`, `manifests[0]`, `subject`.
        place: String,
        /// What is wrong.
        problem: DescriptorError,
    },
}

impl Manifest {
    /// Gives what the manifest is by its purpose (OCI notes §9): its `artifactType`, else the type
    /// of an image manifest's configuration.
    pub fn effective_artifact_type(&self) -> Option<&str> {
        let config = || self.config.as_ref().map(|config| &config.media_type);
        self.artifact_type
            .as_ref()
            .or_else(config)
            .map(String::as_str)
    }

    /// Gives all that must be there before it: the configuration, the layers, what an index lists.
    /// Not the subject, which may come later.
    pub fn references(&self) -> impl Iterator<Item = &Descriptor> {
        self.config.iter().chain(&self.layers).chain(&self.children)
    }
}

/// Reads a manifest. `content_type` is the request's header, as it came.
///
/// # Errors
/// See [`ManifestError`]; the checks are made in the order of OCI notes §7.
pub fn parse(bytes: &[u8], content_type: Option<&str>) -> Result<Manifest, ManifestError> {
    if depth(bytes) > MAX_DEPTH {
        return Err(ManifestError::TooDeep);
    }
    let header = media_type::of_header(content_type);
    media_type::refuse_known(header)?;
    let raw: raw::RawManifest =
        serde_json::from_slice(bytes).map_err(|error| ManifestError::Json(error.to_string()))?;
    let body = raw.media_type.as_deref().filter(|text| !text.is_empty());
    media_type::refuse_known(body)?;
    if raw.schema_version == Some(1) {
        return Err(ManifestError::Schema1);
    }
    let media_type = media_type::agree(header, body)?;
    if raw.schema_version != Some(2) {
        return Err(ManifestError::SchemaVersion);
    }
    raw.finish(media_type)
}

/// Gives how deep arrays and objects are nested, in text that need not be JSON.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Gives a manifest's entry in the list of referrers (distribution-spec, Listing Referrers): its
/// own descriptor, with what it is for and its annotations.
pub fn referrer_entry(manifest: &Manifest, digest: &str, size: u64) -> Value {
    let mut entry = json!({
        "mediaType": manifest.media_type.as_str(),
        "digest": digest,
        "size": size,
    });
    if let Some(artifact_type) = manifest.effective_artifact_type() {
        entry["artifactType"] = artifact_type.into();
    }
    if !manifest.annotations.is_empty() {
        entry["annotations"] = json!(manifest.annotations);
    }
    entry
}

#[cfg(test)]
mod tests;
