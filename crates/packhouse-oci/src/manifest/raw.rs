//! Reading a manifest's JSON. Of the top level every key may stand there once, and in one spelling:
//! clients written in Go take `Layers` for `layers`, and the last of two.

use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::descriptor::{Descriptor, Platform, artifact_type};
use super::media_type::MediaType;
use super::{MAX_ANNOTATIONS, MAX_DESCRIPTORS, Manifest, ManifestError};
use crate::capped::{CappedList, CappedMap};

type Annotations = CappedMap<MAX_ANNOTATIONS>;
type Descriptors = CappedList<RawDescriptor, MAX_DESCRIPTORS>;

/// The top level, as it stands there.
#[derive(Default)]
pub(super) struct RawManifest {
    pub(super) schema_version: Option<i64>,
    pub(super) media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<RawDescriptor>,
    layers: Option<Descriptors>,
    manifests: Option<Descriptors>,
    subject: Option<RawDescriptor>,
    annotations: Option<Annotations>,
}

/// A descriptor, as it stands there. A key that matters and stands there twice is an error.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDescriptor {
    media_type: String,
    digest: String,
    size: i64,
    #[serde(default)]
    artifact_type: Option<String>,
    #[serde(default)]
    platform: Option<RawPlatform>,
    #[serde(default)]
    annotations: Option<Annotations>,
    #[serde(default)]
    urls: Option<CappedList<IgnoredAny, 1>>,
}

#[derive(Debug, Deserialize)]
struct RawPlatform {
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    variant: Option<String>,
    #[serde(default, rename = "os.version")]
    os_version: Option<String>,
}

/// The keys that decide what a manifest is.
const KEYS: [&str; 8] = [
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "manifests",
    "subject",
    "annotations",
];

impl<'de> Deserialize<'de> for RawManifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Top;

        impl<'de> Visitor<'de> for Top {
            type Value = RawManifest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut raw = RawManifest::default();
                let mut seen = [false; KEYS.len()];
                while let Some(key) = map.next_key::<String>()? {
                    let known = KEYS.iter().position(|k| k.eq_ignore_ascii_case(&key));
                    let Some(place) = known else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    if KEYS[place] != key {
                        let text = format!("write the key `{}` as `{}`", key, KEYS[place]);
                        return Err(A::Error::custom(text));
                    }
                    if std::mem::replace(&mut seen[place], true) {
                        return Err(A::Error::custom(format!("the key `{key}` is there twice")));
                    }
                    match KEYS[place] {
                        "schemaVersion" => raw.schema_version = map.next_value()?,
                        "mediaType" => raw.media_type = map.next_value()?,
                        "artifactType" => raw.artifact_type = map.next_value()?,
                        "config" => raw.config = map.next_value()?,
                        "layers" => raw.layers = map.next_value()?,
                        "manifests" => raw.manifests = map.next_value()?,
                        "subject" => raw.subject = map.next_value()?,
                        _ => raw.annotations = map.next_value()?,
                    }
                }
                Ok(raw)
            }
        }

        deserializer.deserialize_map(Top)
    }
}

impl RawManifest {
    /// Checks what the type allows, then every descriptor.
    pub(super) fn finish(self, media_type: MediaType) -> Result<Manifest, ManifestError> {
        let wrong = match media_type.is_index() {
            true if self.config.is_some() => Some("config"),
            true if self.layers.is_some() => Some("layers"),
            false if self.manifests.is_some() => Some("manifests"),
            _ => None,
        };
        if let Some(field) = wrong {
            return Err(ManifestError::Ambiguous { media_type, field });
        }
        if !media_type.is_index() && self.config.is_none() {
            return Err(ManifestError::NoConfig);
        }
        let one = |raw: Option<RawDescriptor>, place: &str| {
            raw.map(|raw| raw.finish(|| place.to_owned())).transpose()
        };
        Ok(Manifest {
            media_type,
            artifact_type: artifact_type(self.artifact_type)?,
            config: one(self.config, "config")?,
            layers: all(self.layers, "layers")?,
            children: all(self.manifests, "manifests")?,
            subject: one(self.subject, "subject")?,
            annotations: whole(self.annotations)?,
        })
    }
}

fn all(raw: Option<Descriptors>, field: &str) -> Result<Vec<Descriptor>, ManifestError> {
    let Some(list) = raw else {
        return Ok(Vec::new());
    };
    if list.cut {
        return Err(ManifestError::TooManyDescriptors);
    }
    list.items
        .into_iter()
        .enumerate()
        .map(|(place, raw)| raw.finish(|| format!("{field}[{place}]")))
        .collect()
}

fn whole(
    raw: Option<Annotations>,
) -> Result<std::collections::BTreeMap<String, String>, ManifestError> {
    match raw {
        Some(map) if map.cut => Err(ManifestError::TooManyAnnotations),
        Some(map) => Ok(map.entries),
        None => Ok(Default::default()),
    }
}

impl RawDescriptor {
    fn finish(self, place: impl Fn() -> String) -> Result<Descriptor, ManifestError> {
        let wrong = |problem| ManifestError::Descriptor {
            place: place(),
            problem,
        };
        let checked = Descriptor::check(self.media_type, &self.digest, self.size);
        let checked = checked.map_err(wrong)?;
        let purpose = artifact_type(self.artifact_type).map_err(|error| wrong(error.into()))?;
        Ok(Descriptor {
            artifact_type: purpose,
            platform: self.platform.map(RawPlatform::finish),
            annotations: whole(self.annotations)?,
            urls: self.urls.is_some_and(|urls| !urls.items.is_empty()),
            ..checked
        })
    }
}

impl RawPlatform {
    fn finish(self) -> Platform {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        Platform {
            os: self.os.unwrap_or_default(),
            architecture: self.architecture.unwrap_or_default(),
            variant: filled(self.variant),
            os_version: filled(self.os_version),
        }
    }
}
