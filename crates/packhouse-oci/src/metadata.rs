//! What is kept about a version besides its bytes, as JSON: what pages, search and rules ask. Lists
//! and texts are cut to what people can use; the manifest itself is whole.

mod about;
mod kind;
mod labels;

use std::collections::BTreeMap;

use packhouse_core::format::Summary;
use serde::{Deserialize, Serialize};

pub use kind::{BUNDLE_PREFIX, Kind, SIGN_PREDICATE, SIMPLE_SIGNING};
pub use labels::Source;

use crate::capped::cut_map;
use crate::image_config::{Chart, HistoryEntry, ImageConfig};
use crate::manifest::{Descriptor, Manifest, Platform};
use crate::text::cut;

/// How many layers and how many children are kept.
pub const MAX_LISTED: usize = 1_000;

const MAX_ANNOTATIONS: usize = 200;
const MAX_CHILD_ANNOTATIONS: usize = 10;
const MAX_KEY: usize = 255;
const MAX_VALUE: usize = 4_096;
const MAX_WORD: usize = 255;

/// What is kept about a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// What it is good for.
    pub kind: Kind,
    /// The manifest's type.
    pub media_type: String,
    /// What it is by its purpose: its `artifactType`, else the type of its configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The manifest's own length in bytes.
    pub size: u64,
    /// Configuration and layers together, in bytes; 0 for an index, whose children have their own.
    pub total_size: u64,
    /// What an image runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// When it was made, RFC 3339 as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The labels of its configuration; for an index those of one of its images.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The manifest's annotations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// How an image's layers came about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<HistoryEntry>,
    /// The first [`MAX_LISTED`] layers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<Layer>,
    /// The first [`MAX_LISTED`] entries of an index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Child>,
    /// The digest of the manifest it refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What a Helm chart says about itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
}

/// A layer of an image or artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    /// Its digest.
    pub digest: String,
    /// Its type.
    pub media_type: String,
    /// In bytes.
    pub size: u64,
}

/// An entry of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Child {
    /// Its digest.
    pub digest: String,
    /// Its type.
    pub media_type: String,
    /// In bytes.
    pub size: u64,
    /// What it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// The entry's annotations; of an attestation, what it attests.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Metadata {
    /// Collects what is kept about a manifest of so many bytes. `config` is its configuration where
    /// that can be read, and for an index that of one of its images, whose labels then stand for
    /// all (OCI notes §13).
    pub fn new(manifest: &Manifest, size: u64, config: Option<ImageConfig>) -> Self {
        let config = config.unwrap_or_default();
        let is_index = manifest.media_type.is_index();
        let parts = manifest.config.iter().chain(&manifest.layers);
        let annotations = cut_map(&manifest.annotations, MAX_ANNOTATIONS, MAX_KEY, MAX_VALUE);
        let annotated = annotations.get("org.opencontainers.image.created");
        Self {
            kind: Kind::of(manifest),
            media_type: manifest.media_type.as_str().to_owned(),
            artifact_type: manifest
                .effective_artifact_type()
                .map(|text| cut(text, MAX_WORD)),
            size,
            total_size: parts.fold(0, |sum: u64, part| sum.saturating_add(part.size)),
            platform: config.platform.filter(|_| !is_index),
            created: annotated.map(|text| cut(text, MAX_WORD)).or(config.created),
            labels: config.labels,
            annotations,
            history: match is_index {
                true => Vec::new(),
                false => config.history,
            },
            layers: manifest
                .layers
                .iter()
                .take(MAX_LISTED)
                .map(Layer::of)
                .collect(),
            children: manifest
                .children
                .iter()
                .take(MAX_LISTED)
                .map(Child::of)
                .collect(),
            subject: manifest
                .subject
                .as_ref()
                .map(|subject| subject.digest.to_string()),
            chart: config.chart.filter(|_| !is_index),
        }
    }

    /// Tells whether it can be nothing but a statement about another manifest: all that it holds
    /// is signatures, attestations or lists of contents. Tag, subject and artifact type say
    /// nothing: anyone may give them to an image.
    pub fn is_statement(&self) -> bool {
        let layers = &self.layers;
        !layers.is_empty()
            && layers.len() < MAX_LISTED
            && layers
                .iter()
                .all(|layer| Kind::is_statement_type(&layer.media_type))
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Gives the stored form.
    ///
    /// # Errors
    /// Never in practice: all keys are texts.
    pub fn render(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Gives what people look for: the description, and title, vendor and chart as words.
    pub fn summary(&self) -> Summary {
        let chart = self.chart.as_ref();
        let about_chart = || chart.and_then(|chart| labels::line(chart.description.as_deref()?));
        let words = [
            self.standard("title"),
            self.standard("vendor"),
            chart.map(|chart| chart.name.clone()),
        ];
        let mut keywords: Vec<String> = Vec::new();
        for word in words.into_iter().flatten() {
            if !keywords.contains(&word) {
                keywords.push(word);
            }
        }
        Summary {
            description: self.standard("description").or_else(about_chart),
            keywords,
            more: None,
        }
    }
}

/// Reads the summary out of the stored form. Of damaged metadata there is none.
pub fn summary(text: &str) -> Summary {
    Metadata::parse(text)
        .map(|metadata| metadata.summary())
        .unwrap_or_default()
}

impl Layer {
    fn of(descriptor: &Descriptor) -> Self {
        Self {
            digest: descriptor.digest.to_string(),
            media_type: descriptor.media_type.clone(),
            size: descriptor.size,
        }
    }
}

impl Child {
    fn of(descriptor: &Descriptor) -> Self {
        let platform = descriptor.platform.clone().map(|platform| Platform {
            os: cut(&platform.os, MAX_WORD),
            architecture: cut(&platform.architecture, MAX_WORD),
            variant: platform.variant.map(|text| cut(&text, MAX_WORD)),
            os_version: platform.os_version.map(|text| cut(&text, MAX_WORD)),
        });
        Self {
            digest: descriptor.digest.to_string(),
            media_type: descriptor.media_type.clone(),
            size: descriptor.size,
            platform,
            annotations: cut_map(
                &descriptor.annotations,
                MAX_CHILD_ANNOTATIONS,
                MAX_KEY,
                MAX_WORD,
            ),
        }
    }

    /// Tells whether it is a builder's attestation about another child, not an image to run
    /// (OCI notes §12).
    pub fn is_attestation(&self) -> bool {
        kind::is_attestation_entry(&self.annotations)
    }
}

#[cfg(test)]
mod tests;
