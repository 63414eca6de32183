//! NuGet as a [`Format`]: what shared code asks about ids and versions.

use std::cmp::Ordering;

use packhouse_core::format::{DeprecationWish, Format, FormatId, NameError, Summary, VersionError};
use packhouse_core::package::{Deprecation, PackageName, VersionName};

use packhouse_registry::{Listing, Lookup};

use crate::documents::Documents;
use crate::id::PackageId;
use crate::version::Version;
use crate::{address, deprecation, metadata};

/// NuGet's short name, as database value, address segment and metric label.
pub const NUGET: FormatId = FormatId::new("nuget");

/// A package without versions is none, and strangers are told so where nothing is hidden from them.
pub(crate) const LOOKUP: Lookup = Lookup {
    open: Listing::Contents,
    empty: false,
};

/// The NuGet format.
#[derive(Clone, Default)]
pub struct Nuget {
    pub(crate) documents: Documents,
}

impl Format for Nuget {
    fn id(&self) -> FormatId {
        NUGET
    }

    fn label(&self) -> &'static str {
        "NuGet"
    }

    fn normalize_name(&self, raw: &str) -> Result<PackageName, NameError> {
        let id = PackageId::parse(raw).map_err(|error| NameError(error.to_string()))?;
        Ok(address::package_name(id.as_str()))
    }

    fn normalize_version(&self, raw: &str) -> Result<VersionName, VersionError> {
        let version = Version::parse(raw).map_err(|error| VersionError(error.to_string()))?;
        Ok(address::version_name(&version))
    }

    fn compare_versions(&self, a: &VersionName, b: &VersionName) -> Ordering {
        // Names that are stored were versions once; a total order needs an answer for others too.
        match (Version::parse(a.key()), Version::parse(b.key())) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            (a, b) => a.is_ok().cmp(&b.is_ok()),
        }
        .then_with(|| a.key().cmp(b.key()))
    }

    fn is_prerelease(&self, version: &VersionName) -> bool {
        version.key().contains('-')
    }

    fn summary(&self, text: &str) -> Summary {
        metadata::summary(text)
    }

    fn deprecation(&self, wish: &DeprecationWish) -> Result<Deprecation, String> {
        deprecation::make(wish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_as_a_trait_object() {
        let nuget = Nuget::default();
        let format: &dyn Format = &nuget;
        assert_eq!((format.id().as_str(), format.label()), ("nuget", "NuGet"));
        let name = format.normalize_name("Acme.Tool").unwrap();
        assert_eq!((name.as_str(), name.key()), ("Acme.Tool", "acme.tool"));
        assert!(format.normalize_name("a/b").is_err());
        assert_eq!(format.show("acme", &name), "acme/Acme.Tool");
        let version = |text: &str| format.normalize_version(text).unwrap();
        let early = version("01.2-RC.1+b");
        assert_eq!((early.as_str(), early.key()), ("1.2.0-RC.1", "1.2.0-rc.1"));
        assert_eq!(early, version("1.2.0.0-rc.1"));
        assert!(format.is_prerelease(&early));
        assert!(!format.is_prerelease(&version("1.2")));
        assert_eq!(
            format.compare_versions(&early, &version("1.2")),
            Ordering::Less
        );
        assert_eq!(
            format.compare_versions(&version("10"), &version("9")),
            Ordering::Greater
        );
        assert!(format.normalize_version("1.0.0-").is_err());
    }
}
