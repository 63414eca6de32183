//! `maven-metadata.xml` (Maven notes §5): reading what clients upload, which is a signal and no
//! more, and drawing the documents from what is stored. The same state gives the same bytes.

mod catalog;
mod snapshot;
mod write;

use chrono::{DateTime, Utc};

use crate::coordinates::Ga;
use crate::text::line;
use crate::version;
use crate::xml::{self, Element, XmlError};

pub use catalog::render_catalog;
pub use snapshot::{SnapshotFile, VersionDoc, current, render_version};

use write::Writer;

/// How long an uploaded document may be, in bytes.
pub const MAX_METADATA: usize = 8 << 20;

const MAX_WORD: usize = 255;

/// A plugin of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plugin {
    /// What people call it.
    pub name: String,
    /// What stands before the colon on the command line; no two plugins of a group share one.
    pub prefix: String,
    /// Its artifactId.
    pub artifact_id: String,
}

/// What a client says in a document that it uploads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uploaded {
    /// `groupId`
    pub group_id: Option<String>,
    /// `artifactId`
    pub artifact_id: Option<String>,
    /// `version`
    pub version: Option<String>,
    /// Whether there is a `versioning`, as at the levels of an artifact and a snapshot.
    pub has_versioning: bool,
    /// `versioning` > `versions`
    pub versions: Vec<String>,
    /// `plugins`; those without a prefix or artifactId are left out.
    pub plugins: Vec<Plugin>,
}

impl Uploaded {
    /// Reads an uploaded document. Names are never cut: a cut name would be another.
    ///
    /// # Errors
    /// When it is longer than [`MAX_METADATA`], no well-formed XML within the limits, or no
    /// `metadata`.
    pub fn parse(bytes: &[u8]) -> Result<Self, XmlError> {
        let root = xml::parse(bytes, MAX_METADATA)?.expect("metadata")?;
        let text = |name| root.value(name).map(str::to_owned);
        let versions = root.find(&["versioning", "versions"]);
        let plugins = root.child("plugins");
        Ok(Self {
            group_id: text("groupId"),
            artifact_id: text("artifactId"),
            version: text("version"),
            has_versioning: root.child("versioning").is_some(),
            versions: versions
                .into_iter()
                .flat_map(|versions| versions.all("version"))
                .map(|version| version.text.trim().to_owned())
                .filter(|version| !version.is_empty())
                .collect(),
            plugins: plugins
                .into_iter()
                .flat_map(|plugins| plugins.all("plugin"))
                .filter_map(Plugin::read)
                .collect(),
        })
    }
}

impl Plugin {
    fn read(plugin: &Element) -> Option<Self> {
        let word = |name| {
            let text = plugin.value(name)?;
            (text.len() <= MAX_WORD).then(|| text.to_owned())
        };
        let prefix = word("prefix")?;
        Some(Self {
            name: plugin
                .value("name")
                .and_then(|name| line(name, MAX_WORD))
                .unwrap_or_else(|| prefix.clone()),
            prefix,
            artifact_id: word("artifactId")?,
        })
    }
}

/// The state that the document at an artifact's or a group's path is drawn from. One path may be
/// both, and then one document says both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactDoc {
    /// The package, when it is an artifact's path.
    pub ga: Option<Ga>,
    /// Its listed versions in any order, base versions of snapshots.
    pub versions: Vec<String>,
    /// When any of them last changed.
    pub last_updated: DateTime<Utc>,
    /// The plugins of the group, when it is a group's path, in any order; of one prefix the last
    /// counts.
    pub plugins: Vec<Plugin>,
}

/// Draws the document of an artifact, a group or both. `None` when there is nothing to list.
pub fn render_artifact(document: &ArtifactDoc) -> Option<String> {
    let mut versions: Vec<&str> = document.versions.iter().map(String::as_str).collect();
    versions.sort_by(|a, b| version::compare(a, b));
    versions.dedup();
    let artifact = document.ga.as_ref().zip(versions.last().copied());
    let plugins: std::collections::BTreeMap<&str, &Plugin> = document
        .plugins
        .iter()
        .map(|plugin| (&*plugin.prefix, plugin))
        .collect();
    if artifact.is_none() && plugins.is_empty() {
        return None;
    }
    let mut xml = Writer::new("metadata");
    if let Some((ga, latest)) = artifact {
        xml.text("groupId", &ga.group);
        xml.text("artifactId", &ga.artifact);
        xml.open("versioning");
        xml.text("latest", latest);
        let is_release = |version: &&&str| !version.ends_with("SNAPSHOT");
        if let Some(release) = versions.iter().rfind(is_release) {
            xml.text("release", release);
        }
        xml.open("versions");
        for version in &versions {
            xml.text("version", version);
        }
        xml.close("versions");
        xml.text("lastUpdated", &time(document.last_updated));
        xml.close("versioning");
    }
    if !plugins.is_empty() {
        xml.open("plugins");
        for plugin in plugins.values() {
            xml.open("plugin");
            xml.text("name", &plugin.name);
            xml.text("prefix", &plugin.prefix);
            xml.text("artifactId", &plugin.artifact_id);
            xml.close("plugin");
        }
        xml.close("plugins");
    }
    Some(xml.finish("metadata"))
}

/// Writes a time as metadata does: `20240131235959`, UTC.
fn time(time: DateTime<Utc>) -> String {
    time.format("%Y%m%d%H%M%S").to_string()
}

#[cfg(test)]
mod tests;
