//! npm as a [`Format`]: what shared code asks about names and versions.

use std::cmp::Ordering;

use packhouse_core::format::{Format, FormatId, NameError, Summary, VersionError};
use packhouse_core::package::{PackageName, VersionName};

use crate::documents::Documents;
use crate::{metadata, name, version};

/// npm's short name, as database value, address segment and metric label.
pub const NPM: FormatId = FormatId::new("npm");

/// The npm format.
#[derive(Clone, Default)]
pub struct Npm {
    pub(crate) documents: Documents,
}

impl Format for Npm {
    fn id(&self) -> FormatId {
        NPM
    }

    fn label(&self) -> &'static str {
        "npm"
    }

    fn normalize_name(&self, raw: &str) -> Result<PackageName, NameError> {
        name::parse_name(raw)
    }

    fn normalize_version(&self, raw: &str) -> Result<VersionName, VersionError> {
        version::canonical(raw).map(|(version, _)| version)
    }

    fn compare_versions(&self, a: &VersionName, b: &VersionName) -> Ordering {
        version::compare(a, b)
    }

    fn is_prerelease(&self, version: &VersionName) -> bool {
        version::is_prerelease(version)
    }

    fn summary(&self, metadata: &str) -> Summary {
        metadata::summary(metadata)
    }

    fn default_tag(&self) -> Option<&'static str> {
        Some("latest")
    }

    fn show(&self, owner: &str, name: &PackageName) -> String {
        format!("@{owner}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_as_a_trait_object() {
        let npm = Npm::default();
        let format: &dyn Format = &npm;
        assert_eq!((format.id().as_str(), format.label()), ("npm", "npm"));
        assert_eq!(format.normalize_name("x").unwrap().key(), "x");
        assert!(format.normalize_name("@acme/x").is_err());
        let version = format.normalize_version("1.0.0-rc.1+b").unwrap();
        assert_eq!(version.as_str(), "1.0.0-rc.1");
        assert!(format.is_prerelease(&version));
        let stable = format.normalize_version("1.0.0").unwrap();
        assert_eq!(format.compare_versions(&version, &stable), Ordering::Less);
    }
}
