//! The nuspec: what a package says about itself (NuGet notes §10). It is read strictly, since a
//! push is the one moment when somebody can still mend it; clients get its bytes as they came.

mod error;
mod groups;
mod read;
mod reader;

use packhouse_xml as xml;
use serde::{Deserialize, Serialize};

use crate::id::PackageId;
use crate::range::VersionRange;
use crate::version::Version;

pub use error::NuspecError;

/// How long a nuspec may be, in bytes.
pub const MAX_NUSPEC: usize = 3 << 20;

/// The type of a package that names none.
pub const DEPENDENCY: &str = "Dependency";

/// The type of a package that holds the symbols of another.
pub const SYMBOLS_PACKAGE: &str = "SymbolsPackage";

/// What is read from a nuspec, ready to be stored as JSON: no member is null, and those that say
/// nothing are left out. Texts are as written, without space around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Nuspec {
    /// The package.
    pub id: PackageId,
    /// Its version.
    pub version: Version,
    /// Its version as it is written, where that is not how it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authored_version: Option<String>,
    /// What it is.
    pub description: String,
    /// Who wrote it: names with commas between them.
    pub authors: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whom it belongs to, as its author says. Never to be taken for who may push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owners: Option<String>,
    /// A short form of the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What is new in this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_notes: Option<String>,
    /// Who holds the rights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copyright: Option<String>,
    /// The language its texts are in: `en-US`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Its home page, an http or https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_url: Option<String>,
    /// Its licence, an http or https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_url: Option<String>,
    /// Its picture, an http or https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Its licence, as an expression or a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<License>,
    /// Where its picture lies in the archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Where its readme lies in the archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readme: Option<String>,
    /// Whether the client must ask whether its licence is accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_license_acceptance: bool,
    /// Whether it is needed to build only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub development_dependency: bool,
    /// Whether the platform's updates may replace its files.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub serviceable: bool,
    /// The oldest client that can install it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_client_version: Option<String>,
    /// Where its source is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Repository>,
    /// The types it names. Where none is named it is of one all the same: see [`Nuspec::types`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub package_types: Vec<PackageType>,
    /// What it needs, by framework. A group that needs nothing says something too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_groups: Vec<DependencyGroup>,
    /// What it needs of the .NET Framework itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub framework_assemblies: Vec<FrameworkAssembly>,
    /// The shared frameworks it needs, by framework.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub framework_references: Vec<NameGroup>,
    /// Which of its assemblies projects refer to, by framework; none for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<NameGroup>,
    /// What becomes of its content files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content_files: Vec<ContentFiles>,
}

/// Under what a package may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// What the value is.
    #[serde(rename = "type")]
    pub kind: LicenseKind,
    /// `MIT OR Apache-2.0`, or where the licence lies in the archive.
    pub value: String,
    /// The version of the language of expressions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// How a licence is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenseKind {
    /// By the names of well-known ones.
    Expression,
    /// By its text.
    File,
}

/// Where the source of a package is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// `git`, ...
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its address, as written: anything that such a tool understands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// What a package is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageType {
    /// `DotnetTool`, `Template`, ...; compared without case.
    pub name: String,
    /// The version of that type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
}

/// What a package needs for one framework.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DependencyGroup {
    /// The framework as written; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_framework: Option<String>,
    /// What it needs; an id comes once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
}

/// Something that a package needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its id.
    pub id: PackageId,
    /// Which of its versions will do.
    #[serde(default, skip_serializing_if = "VersionRange::is_any")]
    pub range: VersionRange,
    /// Which of its parts are used, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include: Option<String>,
    /// Which of its parts are not, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<String>,
}

/// An assembly of the .NET Framework that a package needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameworkAssembly {
    /// Its name.
    pub name: String,
    /// For which frameworks, as written; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_framework: Option<String>,
}

/// Names that belong to one framework.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NameGroup {
    /// The framework as written; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_framework: Option<String>,
    /// The names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// What becomes of some content files. All members are as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentFiles {
    /// Which files.
    pub include: String,
    /// Which of them not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<String>,
    /// `Compile`, `None`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_action: Option<String>,
    /// Whether they are copied beside what is built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_to_output: Option<String>,
    /// Whether they are copied without their folders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flatten: Option<String>,
}

/// What identifies a package: all that a package of symbols says for sure. What packs them
/// leaves out even what a nuspec must have, such as its authors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The package.
    pub id: PackageId,
    /// Its version.
    pub version: Version,
    /// The types it names.
    pub package_types: Vec<PackageType>,
}

impl Identity {
    /// Reads the identity out of a nuspec.
    ///
    /// # Errors
    /// As [`Nuspec::parse`], but about these parts of it alone.
    pub fn parse(bytes: &[u8]) -> Result<Self, NuspecError> {
        read::identity(&package(bytes)?)
    }

    /// Tells whether it names a type, ignoring case.
    pub fn is_type(&self, name: &str) -> bool {
        let mut types = self.package_types.iter();
        types.any(|kind| kind.name.eq_ignore_ascii_case(name))
    }
}

fn package(bytes: &[u8]) -> Result<xml::Element, NuspecError> {
    Ok(xml::parse(bytes, MAX_NUSPEC)?.expect("package")?)
}

impl Nuspec {
    /// Reads a nuspec, and says in a sentence each what was left out of it and why: an address
    /// that is no link would cost clients the whole page of search results that shows it.
    ///
    /// # Errors
    /// When it is not XML within the limits, lacks what it must say, or breaks a rule of NuGet
    /// notes §10. The message names the element and the way out.
    pub fn parse(bytes: &[u8]) -> Result<(Self, Vec<String>), NuspecError> {
        read::read(&package(bytes)?)
    }

    /// Leaves out what only those look at who have the package: no list shows it.
    #[must_use]
    pub fn shown(mut self) -> Self {
        self.framework_assemblies.clear();
        self.framework_references.clear();
        self.references.clear();
        self.content_files.clear();
        self.owners = None;
        self
    }

    /// Gives the names of those who wrote it.
    pub fn author_names(&self) -> impl Iterator<Item = &str> {
        let names = self.authors.split(',').map(str::trim);
        names.filter(|name| !name.is_empty())
    }

    /// Gives the names of its types, at least one.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        let unnamed = self.package_types.is_empty().then_some(DEPENDENCY);
        let named = self.package_types.iter().map(|kind| &*kind.name);
        named.chain(unnamed)
    }

    /// Tells whether it is of a type, ignoring case.
    pub fn is_type(&self, name: &str) -> bool {
        self.types().any(|kind| kind.eq_ignore_ascii_case(name))
    }

    /// Tells whether only clients that know SemVer 2 may see it: its version is such a one, or the
    /// end of a range of something that it needs.
    pub fn is_semver2(&self) -> bool {
        let groups = self.dependency_groups.iter();
        let mut dependencies = groups.flat_map(|group| &group.dependencies);
        self.version.is_semver2() || dependencies.any(|dependency| dependency.range.is_semver2())
    }
}

#[cfg(test)]
mod tests;
