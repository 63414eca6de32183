//! Which package and version a text is about, and the names that a version has for ever across all
//! that its owner has.

use packhouse_core::package::{PackageName, VersionName};
use packhouse_registry::PackageAddress;
use packhouse_registry::publish::Reserved;

use crate::format::RUBYGEMS;
use crate::full_name::Build;
use crate::gemspec::Gemspec;

/// Gives the package of a gem's name. Names that differ by case alone are one package, which has the
/// spelling it was published under; any text is looked up, since what is no name is simply not there.
pub(crate) fn of(owner: &str, name: &str) -> PackageAddress {
    let owner = owner.to_lowercase();
    PackageAddress {
        format: RUBYGEMS,
        shown: format!("{owner}/{name}"),
        owner,
        name: package_name(name),
    }
}

/// Gives the name inside the owner of a gem's package.
pub(crate) fn package_name(name: &str) -> PackageName {
    PackageName::new(name, name.to_ascii_lowercase())
}

/// Gives the version of a number on a platform.
pub(crate) fn version_name(build: &Build) -> VersionName {
    named(build.to_string())
}

/// Gives the version that a client names by number and platform; any text is looked up.
pub(crate) fn asked_version(number: &str, platform: &str) -> VersionName {
    named(match platform {
        "" | "ruby" => number.to_owned(),
        platform => format!("{number}-{platform}"),
    })
}

/// Versions are told apart by case.
pub(crate) fn named(text: String) -> VersionName {
    VersionName::new(text.clone(), text)
}

/// Gives the reserved name of a version's full name.
pub(crate) fn reserved_full(full: &str) -> String {
    format!("file {full}")
}

/// Gives the names that a version has for ever: under which its files are asked for, also by clients
/// that normalise platforms; its number, however it is written; and the spelling of the gem.
pub(crate) fn reserves(spec: &Gemspec) -> Vec<Reserved> {
    let package = spec.name.as_str().to_owned();
    let build = Build::of(spec);
    let of_version = |name: String| Reserved {
        name,
        package: package.clone(),
        version: Some(build.to_string()),
    };
    let lower = package.to_ascii_lowercase();
    let written = build.full_name(&spec.name);
    let normalized = build.normalized_full_name(&spec.name);
    let mut names = vec![
        Reserved {
            name: format!("name {lower}"),
            package: package.clone(),
            version: None,
        },
        of_version(format!(
            "number {lower} {} {}",
            spec.version.canonical(),
            spec.platform.normalized()
        )),
        of_version(reserved_full(&written)),
    ];
    if normalized != written {
        names.push(of_version(reserved_full(&normalized)));
    }
    names
}

/// Gives the name of a version's `.gem` inside its package.
pub(crate) fn gem_file(name: &str, version: &str) -> String {
    format!("{name}-{version}.gem")
}

/// Gives the name of a version's gemspec inside its package.
pub(crate) fn quick_file(name: &str, version: &str) -> String {
    format!("{name}-{version}.gemspec.rz")
}

/// Gives the name of a version's attestations inside its package.
pub(crate) fn attestations_file(name: &str, version: &str) -> String {
    format!("{name}-{version}.attestations.json")
}
