//! Which package and version an address is about.

use packhouse_core::package::{PackageName, VersionName};
use packhouse_registry::PackageAddress;

use crate::format::NUGET;
use crate::version::Version;

/// Gives the package of an id. Ids are compared without case; any text is looked up, since what is
/// no id is simply not there.
pub(crate) fn of(owner: &str, id: &str) -> PackageAddress {
    let owner = owner.to_lowercase();
    PackageAddress {
        format: NUGET,
        shown: format!("{owner}/{id}"),
        owner,
        name: package_name(id),
    }
}

/// Gives the name inside the owner of the package of an id.
pub(crate) fn package_name(id: &str) -> PackageName {
    PackageName::new(id, id.to_ascii_lowercase())
}

/// Gives a version's name: normalised, without metadata.
pub(crate) fn version_name(version: &Version) -> VersionName {
    VersionName::new(version.normalized(), version.lower())
}

/// Reads a version in any spelling; what is none is not there.
pub(crate) fn version(text: &str) -> Option<VersionName> {
    let version = Version::parse(text).ok()?;
    Some(version_name(&version))
}

/// Tells whether two texts are one version, in whatever spelling.
pub(crate) fn same_version(a: &str, b: &str) -> bool {
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    match (version(a), version(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// Gives the file name of a version's `.nupkg`, by which it is found in its package.
pub(crate) fn nupkg(id: &str, version: &VersionName) -> String {
    format!("{}.{}.nupkg", id.to_ascii_lowercase(), version.key())
}

/// Gives the name by which another part of a version is found in its package.
pub(crate) fn part(version: &VersionName, part: &str) -> String {
    format!("{}/{part}", version.key())
}
