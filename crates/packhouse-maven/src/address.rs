//! Which package an address is about.

use packhouse_core::package::{PackageName, VersionName};
use packhouse_registry::PackageAddress;

use crate::coordinates::Ga;
use crate::format::MAVEN;
use crate::route::{Place, Repository};

/// Gives the package of these coordinates in a place.
pub(crate) fn of(place: &Place, ga: &Ga) -> PackageAddress {
    let owner = place.owner.to_ascii_lowercase();
    let name = match &place.repository {
        Repository::Named(repository) => package_name(repository, ga),
        Repository::Any => PackageName::in_any_repository(&ga.to_string(), ga.path()),
    };
    PackageAddress {
        format: MAVEN,
        shown: format!("{owner}/{name}"),
        owner,
        name,
    }
}

/// Gives the name inside the owner of the package of these coordinates in a repository.
pub(crate) fn package_name(repository: &str, ga: &Ga) -> PackageName {
    PackageName::in_repository(repository, &ga.to_string(), ga.path())
}

/// Gives the version of a directory. Versions are compared as they are written.
pub(crate) fn version(text: &str) -> VersionName {
    VersionName::new(text, text)
}
