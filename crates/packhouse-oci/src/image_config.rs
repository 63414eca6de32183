//! What the configuration of an image or chart says about it (image-spec, Image Configuration;
//! OCI notes §12). It is shown to people and decides nothing, so what cannot be read is left out
//! and long texts are cut.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::capped::{CappedList, CappedMap, cut_map};
use crate::manifest::Platform;
use crate::text::cut;

/// The largest configuration that is read, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The type of a Helm chart's configuration.
pub const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";

/// The types of an image's configuration.
pub const IMAGE_CONFIGS: [&str; 2] = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
];

const MAX_LABELS: usize = 200;
const MAX_HISTORY: usize = 500;
const MAX_KEY: usize = 255;
const MAX_VALUE: usize = 4_096;
const MAX_WORD: usize = 255;

/// A configuration, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// What the image runs on, when the configuration says so.
    pub platform: Option<Platform>,
    /// When the image was made, RFC 3339 as written.
    pub created: Option<String>,
    /// The image's labels; 200 of them.
    pub labels: BTreeMap<String, String>,
    /// How the layers came about, lowest first; 500 steps.
    pub history: Vec<HistoryEntry>,
    /// What a Helm chart says about itself.
    pub chart: Option<Chart>,
}

/// One step of building an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// The command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// What the builder noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Whether it made no layer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_layer: bool,
}

/// The start of a Helm chart's `Chart.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// Its name.
    pub name: String,
    /// Its version, with `+` where the tag has `_`.
    pub version: String,
    /// One line about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

#[derive(Deserialize)]
struct RawConfig {
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    variant: Option<String>,
    #[serde(default, rename = "os.version")]
    os_version: Option<String>,
    #[serde(default)]
    created: Option<String>,
    #[serde(default)]
    config: Option<RawSettings>,
    #[serde(default)]
    history: Option<CappedList<RawStep, MAX_HISTORY>>,
}

#[derive(Deserialize)]
struct RawSettings {
    #[serde(default, rename = "Labels")]
    labels: Option<CappedMap<MAX_LABELS>>,
}

#[derive(Deserialize)]
struct RawStep {
    #[serde(default)]
    created_by: Option<String>,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    empty_layer: Option<bool>,
}

#[derive(Deserialize)]
struct RawChart {
    name: String,
    version: String,
    #[serde(default)]
    description: Option<String>,
}

/// Reads a configuration of the type that its descriptor names. `None` for types that are not read
/// here, for more than [`MAX_BYTES`], and for what is not of the type's shape.
pub fn parse(media_type: &str, bytes: &[u8]) -> Option<ImageConfig> {
    if bytes.len() > MAX_BYTES {
        return None;
    }
    if media_type == HELM_CONFIG {
        let raw: RawChart = serde_json::from_slice(bytes).ok()?;
        return Some(ImageConfig {
            chart: Some(Chart {
                name: cut(&raw.name, MAX_WORD),
                version: cut(&raw.version, MAX_WORD),
                description: filled(raw.description, MAX_VALUE),
            }),
            ..ImageConfig::default()
        });
    }
    if !IMAGE_CONFIGS.contains(&media_type) {
        return None;
    }
    let raw: RawConfig = serde_json::from_slice(bytes).ok()?;
    let labels = raw.config.and_then(|settings| settings.labels);
    let platform = Platform {
        os: cut(&raw.os.unwrap_or_default(), MAX_WORD),
        architecture: cut(&raw.architecture.unwrap_or_default(), MAX_WORD),
        variant: filled(raw.variant, MAX_WORD),
        os_version: filled(raw.os_version, MAX_WORD),
    };
    let steps = raw.history.map(|list| list.items).unwrap_or_default();
    Some(ImageConfig {
        platform: (platform != Platform::default()).then_some(platform),
        created: filled(raw.created, MAX_WORD),
        labels: labels
            .map(|map| cut_map(&map.entries, MAX_LABELS, MAX_KEY, MAX_VALUE))
            .unwrap_or_default(),
        history: steps.into_iter().map(RawStep::finish).collect(),
        chart: None,
    })
}

impl RawStep {
    fn finish(self) -> HistoryEntry {
        HistoryEntry {
            created_by: filled(self.created_by, MAX_VALUE),
            comment: filled(self.comment, MAX_WORD),
            empty_layer: self.empty_layer.unwrap_or_default(),
        }
    }
}

fn filled(text: Option<String>, characters: usize) -> Option<String> {
    text.filter(|text| !text.is_empty())
        .map(|text| cut(&text, characters))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(document: &serde_json::Value) -> Option<ImageConfig> {
        parse(IMAGE_CONFIGS[0], document.to_string().as_bytes())
    }

    #[test]
    fn an_images_configuration_is_read() {
        let config = read(&json!({
            "os": "linux", "architecture": "arm64", "variant": "v8", "created": "2026-01-02T03:04:05Z",
            "config": { "Labels": { "a": "b" }, "Env": ["PATH=/bin"] },
            "history": [
                { "created_by": "RUN make", "comment": "buildkit" },
                { "created_by": "CMD x", "empty_layer": true },
                {},
            ],
            "rootfs": { "type": "layers", "diff_ids": [] },
        }))
        .unwrap();
        let platform = config.platform.unwrap();
        assert_eq!((&*platform.os, &*platform.architecture), ("linux", "arm64"));
        assert_eq!(platform.variant.as_deref(), Some("v8"));
        assert_eq!(config.created.as_deref(), Some("2026-01-02T03:04:05Z"));
        assert_eq!(config.labels["a"], "b");
        assert_eq!(config.history.len(), 3);
        assert_eq!(config.history[0].comment.as_deref(), Some("buildkit"));
        assert!(config.history[1].empty_layer);
        assert_eq!(config.history[2], HistoryEntry::default());
    }

    #[test]
    fn a_charts_configuration_is_read() {
        let text = r#"{"name":"web","version":"1.0.0+b1","description":"d","apiVersion":"v2"}"#;
        let chart = parse(HELM_CONFIG, text.as_bytes()).unwrap().chart.unwrap();
        assert_eq!((&*chart.name, &*chart.version), ("web", "1.0.0+b1"));
        assert_eq!(chart.description.as_deref(), Some("d"));
        assert_eq!(parse(HELM_CONFIG, b"{}"), None);
    }

    #[test]
    fn nothing_and_nonsense_are_no_failure() {
        assert_eq!(read(&json!({})), Some(ImageConfig::default()));
        let nulls = json!({ "os": null, "config": null, "history": null, "created": "" });
        assert_eq!(read(&nulls), Some(ImageConfig::default()));
        for text in ["", "{", "[1]", r#"{"os":1}"#, r#"{"config":{"Labels":[]}}"#] {
            assert_eq!(parse(IMAGE_CONFIGS[1], text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse("application/vnd.oci.empty.v1+json", b"{}"), None);
        let mut long = b"{}".to_vec();
        long.resize(MAX_BYTES, b' ');
        assert!(parse(IMAGE_CONFIGS[0], &long).is_some());
        long.push(b' ');
        assert_eq!(parse(IMAGE_CONFIGS[0], &long), None);
    }

    #[test]
    fn many_and_long_entries_are_cut() {
        let labels: BTreeMap<String, String> = (0..300)
            .map(|n| (format!("label{n:03}"), "x".repeat(5_000)))
            .collect();
        let step = json!({ "created_by": "y".repeat(5_000) });
        let config = read(&json!({ "config": { "Labels": labels } })).unwrap();
        assert_eq!(config.labels.len(), MAX_LABELS);
        assert_eq!(config.labels["label000"].len(), MAX_VALUE);
        let config = read(&json!({ "history": vec![step; 700] })).unwrap();
        assert_eq!(config.history.len(), MAX_HISTORY);
        assert_eq!(
            config.history[0].created_by.as_ref().unwrap().len(),
            MAX_VALUE
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_left_out(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(IMAGE_CONFIGS[0], &bytes);
            let _ = parse(HELM_CONFIG, &bytes);
        }
    }
}
