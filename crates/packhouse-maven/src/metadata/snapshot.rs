//! The document of a snapshot: which build of each file is the newest.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::time;
use super::write::Writer;
use crate::coordinates::Ga;
use crate::path::Build;

/// The state that the document of a snapshot is drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionDoc {
    /// The package.
    pub ga: Ga,
    /// The base version: `1.0-SNAPSHOT`.
    pub version: String,
    /// When any of its files last changed.
    pub last_updated: DateTime<Utc>,
    /// All files that may be listed, of all builds, in any order.
    pub files: Vec<SnapshotFile>,
}

/// A file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Its build; `None` when it is named after the base version.
    pub build: Option<Build>,
    /// See [`crate::path::Part::classifier`].
    pub classifier: Option<String>,
    /// See [`crate::path::Part::extension`].
    pub extension: String,
    /// When it arrived.
    pub stored_at: DateTime<Utc>,
}

impl SnapshotFile {
    /// Gives the time by which readers compare it with others: of its build, else when it arrived.
    fn updated(&self) -> String {
        match &self.build {
            Some(build) => build.updated(),
            None => time(self.stored_at),
        }
    }

    /// Gives what the newest of a pair has most of. Of two from one second a build counts more: it
    /// never changes.
    fn age(&self) -> (String, Option<&Build>, DateTime<Utc>) {
        (self.updated(), self.build.as_ref(), self.stored_at)
    }

    fn is_main_pom(&self) -> bool {
        self.classifier.is_none() && self.extension == "pom"
    }
}

/// Gives the files that the document refers to: of each classifier and extension the newest, also
/// where only an older build has it. These are what consumers may ask for as long as they keep the
/// document. Ordered by classifier and extension.
pub fn current(files: &[SnapshotFile]) -> Vec<&SnapshotFile> {
    let mut newest: BTreeMap<(Option<&str>, &str), &SnapshotFile> = BTreeMap::new();
    for file in files {
        let pair = (file.classifier.as_deref(), &*file.extension);
        let known = newest.entry(pair).or_insert(file);
        if file.age() > known.age() {
            *known = file;
        }
    }
    newest.into_values().collect()
}

/// Draws the document of a snapshot. `None` when no file is of a build: clients then ask for the
/// literal name. `snapshot` is the newest build with a POM, since Gradle takes every file from that
/// build; without any POM it is left out.
pub fn render_version(document: &VersionDoc) -> Option<String> {
    let files = &document.files;
    if files.iter().all(|file| file.build.is_none()) {
        return None;
    }
    let with_pom = files
        .iter()
        .filter(|file| file.is_main_pom())
        .filter_map(|file| file.build.as_ref())
        .max();
    let mut xml = Writer::new("metadata modelVersion=\"1.1.0\"");
    xml.text("groupId", &document.ga.group);
    xml.text("artifactId", &document.ga.artifact);
    xml.text("version", &document.version);
    xml.open("versioning");
    if let Some(build) = with_pom {
        xml.open("snapshot");
        xml.text("timestamp", &build.timestamp);
        xml.text("buildNumber", &build.number.to_string());
        xml.close("snapshot");
    }
    xml.text("lastUpdated", &time(document.last_updated));
    xml.open("snapshotVersions");
    for file in current(files) {
        xml.open("snapshotVersion");
        if let Some(classifier) = &file.classifier {
            xml.text("classifier", classifier);
        }
        xml.text("extension", &file.extension);
        match &file.build {
            Some(build) => xml.text("value", &build.value(&document.version)),
            None => xml.text("value", &document.version),
        }
        xml.text("updated", &file.updated());
        xml.close("snapshotVersion");
    }
    xml.close("snapshotVersions");
    xml.close("versioning");
    Some(xml.finish("metadata"))
}
