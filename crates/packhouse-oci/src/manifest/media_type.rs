//! The four kinds of manifest, and how header and body agree on one.

use super::ManifestError;

const SCHEMA1: &str = "application/vnd.docker.distribution.manifest.v1+json";
const SCHEMA1_SIGNED: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const ARTIFACT: &str = "application/vnd.oci.artifact.manifest.v1+json";

/// What a manifest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `application/vnd.oci.image.manifest.v1+json`.
    OciImage,
    /// `application/vnd.oci.image.index.v1+json`.
    OciIndex,
    /// `application/vnd.docker.distribution.manifest.v2+json`.
    DockerImage,
    /// `application/vnd.docker.distribution.manifest.list.v2+json`.
    DockerList,
}

impl MediaType {
    /// Every one of them.
    pub const ALL: [Self; 4] = [
        Self::OciImage,
        Self::OciIndex,
        Self::DockerImage,
        Self::DockerList,
    ];

    /// Gives the text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OciImage => "application/vnd.oci.image.manifest.v1+json",
            Self::OciIndex => "application/vnd.oci.image.index.v1+json",
            Self::DockerImage => "application/vnd.docker.distribution.manifest.v2+json",
            Self::DockerList => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    /// Reads the text, without parameters.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Tells whether it lists manifests, in contrast to layers.
    pub fn is_index(self) -> bool {
        matches!(self, Self::OciIndex | Self::DockerList)
    }
}

/// Gives what a `Content-Type` says, without parameters. The type of any bytes says nothing:
/// old containerd sends it.
pub(super) fn of_header(content_type: Option<&str>) -> Option<&str> {
    let text = content_type?.split(';').next().unwrap_or_default().trim();
    (!text.is_empty() && text != "application/octet-stream").then_some(text)
}

/// Refuses by name what clients once pushed.
pub(super) fn refuse_known(media_type: Option<&str>) -> Result<(), ManifestError> {
    match media_type {
        Some(SCHEMA1 | SCHEMA1_SIGNED) => Err(ManifestError::Schema1),
        Some(ARTIFACT) => Err(ManifestError::ArtifactManifest),
        _ => Ok(()),
    }
}

/// Finds the type that header and body name. One may be silent.
pub(super) fn agree(header: Option<&str>, body: Option<&str>) -> Result<MediaType, ManifestError> {
    let text = match (header, body) {
        (None, None) => return Err(ManifestError::MediaTypeMissing),
        (Some(header), Some(body)) if header != body => {
            return Err(ManifestError::MediaTypeMismatch {
                header: header.to_owned(),
                body: body.to_owned(),
            });
        }
        (Some(text), _) | (None, Some(text)) => text,
    };
    MediaType::parse(text).ok_or_else(|| ManifestError::MediaTypeUnknown {
        media_type: text.to_owned(),
    })
}
