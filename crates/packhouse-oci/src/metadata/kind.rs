//! What a manifest is good for (OCI notes §11, §12), decided by types alone: the bytes of
//! configuration and layers are not needed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::image_config::{HELM_CONFIG, IMAGE_CONFIGS};
use crate::manifest::Manifest;

/// The type of a layer that holds a signature of cosign 1 and 2.
pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// How the type of a sigstore bundle begins; its version follows.
pub const BUNDLE_PREFIX: &str = "application/vnd.dev.sigstore.bundle";

/// What a bundle's statement says when it is a signature of an image and nothing more.
pub const SIGN_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";

const BUNDLE_PREDICATE: &str = "dev.sigstore.bundle.predicateType";
const CACHE_CONFIG: &str = "application/vnd.buildkit.cacheconfig.v0";
const NOTATION: &str = "application/vnd.cncf.notary.signature";
const COSIGN_SIGNATURE: &str = "application/vnd.dev.cosign.artifact.sig.v1+json";
const COSIGN_SBOM: &str = "application/vnd.dev.cosign.artifact.sbom.v1+json";
const ATTESTATIONS: [&str; 2] = [
    "application/vnd.in-toto+json",
    "application/vnd.dsse.envelope.v1+json",
];
const NOTATION_ENVELOPES: [&str; 2] = ["application/jose+json", "application/cose"];
const SBOM_PREFIXES: [&str; 4] = [
    "text/spdx",
    "application/spdx",
    "application/vnd.cyclonedx",
    "application/vnd.syft",
];

/// What a manifest is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An image that runs.
    Image,
    /// A list of manifests, one per platform.
    Index,
    /// A statement about another manifest: how it was built, what was tested.
    Attestation,
    /// A signature of another manifest.
    Signature,
    /// A list of what another manifest holds.
    Sbom,
    /// A Helm chart.
    Chart,
    /// A build cache.
    Cache,
    /// Anything else.
    Artifact,
}

impl Kind {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::Image,
        Self::Index,
        Self::Attestation,
        Self::Signature,
        Self::Sbom,
        Self::Chart,
        Self::Cache,
        Self::Artifact,
    ];

    /// Gives the word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Index => "index",
            Self::Attestation => "attestation",
            Self::Signature => "signature",
            Self::Sbom => "sbom",
            Self::Chart => "chart",
            Self::Cache => "cache",
            Self::Artifact => "artifact",
        }
    }

    /// Tells whether it speaks about another manifest and is nobody's aim by itself: a fetch of it
    /// is no pull (OCI notes §14).
    pub fn is_about_another(self) -> bool {
        matches!(self, Self::Attestation | Self::Signature | Self::Sbom)
    }

    /// Tells whether people look for such a thing by itself, so that lists show it and fetching it
    /// is a pull: not what only speaks about another, nor a builder's cache.
    pub fn is_an_aim(self) -> bool {
        !self.is_about_another() && self != Self::Cache
    }

    /// Tells whether bytes of this type are a signature, an attestation or a list of contents, and
    /// no part of an image.
    pub(super) fn is_statement_type(media_type: &str) -> bool {
        media_type == SIMPLE_SIGNING
            || media_type.starts_with(BUNDLE_PREFIX)
            || NOTATION_ENVELOPES.contains(&media_type)
            || ATTESTATIONS.contains(&media_type)
            || is_sbom(media_type)
    }

    /// Decides what a manifest is.
    pub fn of(manifest: &Manifest) -> Self {
        if manifest.media_type.is_index() {
            let cache = |child: &crate::manifest::Descriptor| child.media_type == CACHE_CONFIG;
            return match manifest.children.iter().any(cache) {
                true => Self::Cache,
                false => Self::Index,
            };
        }
        let types = || {
            let config = manifest.config.as_ref().map(|config| &config.media_type);
            manifest.artifact_type.iter().chain(config)
        };
        let purpose = types().find_map(|text| Self::of_purpose(text, &manifest.annotations));
        if let Some(kind) = purpose {
            return kind;
        }
        if let Some(kind) = Self::of_layers(manifest) {
            return kind;
        }
        let config = manifest.config.as_ref().map(|c| c.media_type.as_str());
        let is_image = config.is_some_and(|text| IMAGE_CONFIGS.contains(&text));
        match is_image && manifest.artifact_type.is_none() {
            true => Self::Image,
            false => Self::Artifact,
        }
    }

    /// Reads an artifact type, or the type of a configuration.
    fn of_purpose(text: &str, annotations: &BTreeMap<String, String>) -> Option<Self> {
        let predicate = || annotations.get(BUNDLE_PREDICATE).map(String::as_str);
        match text {
            HELM_CONFIG => Some(Self::Chart),
            CACHE_CONFIG => Some(Self::Cache),
            NOTATION | COSIGN_SIGNATURE | SIMPLE_SIGNING => Some(Self::Signature),
            COSIGN_SBOM => Some(Self::Sbom),
            _ if ATTESTATIONS.contains(&text) => Some(Self::Attestation),
            _ if text.starts_with(BUNDLE_PREFIX) => Some(match predicate() {
                // A bundle that says nothing holds a signature of the bytes themselves.
                None | Some(SIGN_PREDICATE) => Self::Signature,
                Some(_) => Self::Attestation,
            }),
            _ if is_sbom(text) => Some(Self::Sbom),
            _ => None,
        }
    }

    /// Reads the types of the layers, which must agree.
    fn of_layers(manifest: &Manifest) -> Option<Self> {
        let all = |test: fn(&str) -> bool| {
            !manifest.layers.is_empty() && manifest.layers.iter().all(|l| test(&l.media_type))
        };
        if all(|text| text == SIMPLE_SIGNING) {
            Some(Self::Signature)
        } else if all(|text| ATTESTATIONS.contains(&text)) {
            Some(Self::Attestation)
        } else if all(is_sbom) {
            Some(Self::Sbom)
        } else {
            None
        }
    }
}

fn is_sbom(text: &str) -> bool {
    SBOM_PREFIXES.iter().any(|start| text.starts_with(start))
}

/// Tells whether an entry of an index says that it attests another one.
pub(super) fn is_attestation_entry(annotations: &BTreeMap<String, String>) -> bool {
    annotations
        .get("vnd.docker.reference.type")
        .is_some_and(|text| text == "attestation-manifest")
}
