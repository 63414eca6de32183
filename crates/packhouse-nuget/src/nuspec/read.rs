//! From the tree of a nuspec to what is kept of it.

use packhouse_core::text::shown;
use packhouse_xml::Element;
use url::Url;

use super::groups;
use super::reader::{MAX_TEXT, MAX_WORD, attribute, check_prefixes, flag, only, text};
use super::{Identity, License, LicenseKind, Nuspec, NuspecError, Repository};
use crate::id::PackageId;
use crate::version::Version;

const MAX_RELEASE_NOTES: usize = 35_000;
const MAX_LICENSE: usize = 500;
const MAX_REPOSITORY_TYPE: usize = 100;

pub(super) fn identity(package: &Element) -> Result<Identity, NuspecError> {
    let metadata = metadata(package)?;
    let version = text(metadata, "version", MAX_TEXT)?.ok_or(NuspecError::Missing("version"))?;
    Ok(Identity {
        id: id(metadata)?,
        version: Version::parse(&version).map_err(NuspecError::Version)?,
        package_types: groups::package_types(metadata)?,
    })
}

/// Finds what a nuspec says; beside it is what packing was told.
fn metadata(package: &Element) -> Result<&Element, NuspecError> {
    check_prefixes(package)?;
    let mut metadata = package.all("metadata");
    match (metadata.next(), metadata.next()) {
        (Some(metadata), None) => Ok(metadata),
        (None, _) => Err(NuspecError::Missing("metadata")),
        (_, Some(_)) => Err(NuspecError::Duplicate("metadata")),
    }
}

pub(super) fn read(package: &Element) -> Result<(Nuspec, Vec<String>), NuspecError> {
    let Identity {
        id,
        version,
        package_types,
    } = identity(package)?;
    let metadata = metadata(package)?;
    let long = |name| text(metadata, name, MAX_TEXT);
    let required = |name| long(name)?.ok_or(NuspecError::Missing(name));
    let mut warnings = Vec::new();
    let mut link = |name| -> Result<_, NuspecError> {
        let text = long(name)?;
        Ok(text.and_then(|text| checked_link(name, text, &mut warnings)))
    };
    let written = text(metadata, "version", MAX_TEXT)?;
    let nuspec = Nuspec {
        id,
        authored_version: written.filter(|written| *written != version.full()),
        version,
        description: required("description")?,
        authors: required("authors")?,
        title: text(metadata, "title", MAX_WORD)?,
        owners: long("owners")?,
        summary: long("summary")?,
        release_notes: text(metadata, "releaseNotes", MAX_RELEASE_NOTES)?,
        copyright: long("copyright")?,
        language: text(metadata, "language", MAX_WORD)?,
        tags: tags(&long("tags")?.unwrap_or_default()),
        project_url: link("projectUrl")?,
        license_url: link("licenseUrl")?,
        icon_url: link("iconUrl")?,
        license: license(metadata)?,
        icon: path(metadata, "icon")?,
        readme: path(metadata, "readme")?,
        require_license_acceptance: flag(metadata, "requireLicenseAcceptance")?,
        development_dependency: flag(metadata, "developmentDependency")?,
        serviceable: flag(metadata, "serviceable")?,
        min_client_version: min_client_version(metadata)?,
        repository: repository(metadata)?,
        package_types,
        dependency_groups: groups::dependency_groups(metadata)?,
        framework_assemblies: groups::framework_assemblies(metadata)?,
        framework_references: groups::framework_references(metadata)?,
        references: groups::references(metadata)?,
        content_files: groups::content_files(metadata)?,
    };
    if nuspec.author_names().next().is_none() {
        return Err(NuspecError::Missing("authors"));
    }
    Ok((nuspec, warnings))
}

/// Reads the id. Clients do not take space around it away, so it is a part of it, and refused.
fn id(metadata: &Element) -> Result<PackageId, NuspecError> {
    text(metadata, "id", MAX_TEXT)?.ok_or(NuspecError::Missing("id"))?;
    let id = only(metadata, "id")?.map_or("", |id| &*id.text);
    PackageId::parse(id).map_err(NuspecError::Id)
}

/// Takes the words apart: spaces are between them, by the letter; old packages have commas or
/// semicolons there.
fn tags(text: &str) -> Vec<String> {
    let separates = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let tags = text.split(separates).filter(|tag| !tag.is_empty());
    tags.map(str::to_owned).collect()
}

/// Gives an address that may be shown as a link: http or https, written out, with a host.
fn checked_link(name: &str, text: String, warnings: &mut Vec<String>) -> Option<String> {
    let lower = text.get(..8).unwrap_or(&text).to_ascii_lowercase();
    let mut schemes = ["http://", "https://"].iter();
    // Readers of addresses differ in what a third slash is.
    let written_out = schemes.any(|scheme| {
        let rest = lower.starts_with(scheme).then(|| &text[scheme.len()..]);
        rest.is_some_and(|rest| !rest.starts_with(['/', '\\']))
    });
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let has_host = Url::parse(&text).is_ok_and(|url| url.has_host());
    if written_out && plain && has_host {
        return Some(text);
    }
    warnings.push(format!(
        "{name} in the nuspec, {}, is not an absolute http or https address: it is not shown",
        shown(&text)
    ));
    None
}

fn license(metadata: &Element) -> Result<Option<License>, NuspecError> {
    let value = text(metadata, "license", MAX_LICENSE)?;
    let (Some(value), Some(element)) = (value, only(metadata, "license")?) else {
        return Ok(None);
    };
    let kind = attribute(element, "type", "license/@type", MAX_WORD)?.unwrap_or_default();
    let kind = match &*kind.to_ascii_lowercase() {
        "expression" if is_expression(&value) => LicenseKind::Expression,
        "expression" => return Err(NuspecError::LicenseExpression(value)),
        "file" => {
            check_path("license", &value)?;
            LicenseKind::File
        }
        _ => return Err(NuspecError::LicenseKind(kind)),
    };
    Ok(Some(License {
        kind,
        value,
        version: attribute(element, "version", "license/@version", MAX_WORD)?,
    }))
}

/// Tells whether a text has the characters of an SPDX expression, and letters among them.
fn is_expression(text: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || b".-+() ".contains(&b);
    text.bytes().all(good) && text.contains(|c: char| c.is_ascii_alphanumeric())
}

fn path(metadata: &Element, name: &'static str) -> Result<Option<String>, NuspecError> {
    let path = text(metadata, name, MAX_TEXT)?;
    if let Some(path) = &path {
        check_path(name, path)?;
    }
    Ok(path)
}

/// Checks a path for what the archive cannot have in it.
fn check_path(what: &'static str, path: &str) -> Result<(), NuspecError> {
    let mut parts = path.split(['/', '\\']);
    if parts.any(|part| part == "..") || path.contains(':') {
        let path = path.to_owned();
        return Err(NuspecError::Path { what, path });
    }
    Ok(())
}

fn min_client_version(metadata: &Element) -> Result<Option<String>, NuspecError> {
    let what = "metadata/@minClientVersion";
    let version = attribute(metadata, "minClientVersion", what, MAX_WORD)?;
    if let Some(version) = &version {
        Version::parse(version).map_err(NuspecError::MinClientVersion)?;
    }
    Ok(version)
}

fn repository(metadata: &Element) -> Result<Option<Repository>, NuspecError> {
    let Some(element) = only(metadata, "repository")? else {
        return Ok(None);
    };
    let long = |name, what| attribute(element, name, what, MAX_TEXT);
    let repository = Repository {
        kind: attribute(element, "type", "repository/@type", MAX_REPOSITORY_TYPE)?,
        url: long("url", "repository/@url")?,
        branch: long("branch", "repository/@branch")?,
        commit: long("commit", "repository/@commit")?,
    };
    Ok((repository != Repository::default()).then_some(repository))
}
