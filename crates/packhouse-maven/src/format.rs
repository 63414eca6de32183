//! Maven as a [`Format`]: what shared code asks about names and versions.

use std::cmp::Ordering;

use packhouse_core::format::{Format, FormatId, NameError, Reuse, Summary, VersionError};
use packhouse_core::package::{PackageName, VersionName};
use packhouse_core::repository::RepositoryName;

use crate::about::About;
use crate::address;
use crate::coordinates::Ga;
use crate::documents::Documents;
use crate::part;
use crate::path::{Part, check_segment};
use crate::version;

/// Maven's short name, as database value, address segment and metric label.
pub const MAVEN: FormatId = FormatId::new("maven");

/// The Maven format: Maven, Gradle, sbt and everything else that reads a Maven 2 repository.
#[derive(Clone, Default)]
pub struct Maven {
    pub(crate) documents: Documents,
}

impl Format for Maven {
    fn id(&self) -> FormatId {
        MAVEN
    }

    fn label(&self) -> &'static str {
        "Maven"
    }

    /// Reads `REPO/group:artifact`.
    fn normalize_name(&self, raw: &str) -> Result<PackageName, NameError> {
        let (repository, ga) = raw.split_once('/').ok_or_else(|| {
            NameError(format!(
                "bad Maven package {raw:?}: write REPO/group:artifact, the repository it belongs to first"
            ))
        })?;
        let repository =
            RepositoryName::parse(repository).map_err(|error| NameError(error.to_string()))?;
        let ga = Ga::parse(ga).map_err(|error| NameError(error.to_string()))?;
        Ok(address::package_name(repository.as_str(), &ga))
    }

    fn normalize_version(&self, raw: &str) -> Result<VersionName, VersionError> {
        check_segment(raw).map_err(|error| VersionError(error.to_string()))?;
        Ok(address::version(raw))
    }

    fn compare_versions(&self, a: &VersionName, b: &VersionName) -> Ordering {
        version::compare(a.as_str(), b.as_str())
    }

    fn is_prerelease(&self, version: &VersionName) -> bool {
        version::is_prerelease(version.as_str())
    }

    fn summary(&self, metadata: &str) -> Summary {
        stored(metadata).summary()
    }

    /// Says what is packaged, and what is odd about it.
    fn about(&self, metadata: &str) -> Option<String> {
        let about = stored(metadata);
        let kind = match about.is_bom() {
            true => Some("bom".to_owned()),
            false => about.packaging,
        };
        let said: Vec<String> = kind.into_iter().chain(about.flags).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// A released file's name may come back with the bytes it had; a snapshot's with any.
    fn reuse(&self, name: &VersionName) -> Reuse {
        match version::is_snapshot(name.as_str()) {
            true => Reuse::Any,
            false => Reuse::SameFiles,
        }
    }

    /// A POM, and unless it is all there is to it (packaging `pom`) a main file (Maven notes §8).
    fn is_complete(&self, metadata: &str, parts: &[String]) -> bool {
        let about = stored(metadata);
        let parts: Vec<Part> = parts.iter().filter_map(|key| part::parse(key)).collect();
        parts.iter().any(Part::is_main_pom)
            && (about.packaging.as_deref() == Some("pom") || parts.iter().any(Part::is_main))
    }
}

/// Reads what is stored about a version: nothing before its POM came. What is damaged says nothing;
/// the file itself still does.
pub(crate) fn stored(metadata: &str) -> About {
    if metadata.is_empty() {
        return About::default();
    }
    About::from_json(metadata).unwrap_or_else(|error| {
        tracing::error!(%error, "what is stored about a Maven version is damaged");
        About::default()
    })
}

#[cfg(test)]
mod tests;
