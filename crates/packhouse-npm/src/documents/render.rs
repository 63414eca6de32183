//! From rows to documents.

use std::collections::BTreeMap;

use packhouse_core::package::{Version, VersionState};
use packhouse_registry::resolve::Snapshot;
use packhouse_registry::rows::PackageRecord;
use packhouse_registry::{Error, Result};

use super::cache::Form;
use crate::metadata::Metadata;
use crate::name::ScopedName;
use crate::packument::{
    AttestationsView, PackageView, VersionView, write_abbreviated, write_full, write_manifest,
};
use crate::route::{PackageRef, Route};
use crate::version::canonical;

/// Writes the revision as clients send it back: `N-hex` (npm notes §5).
pub(crate) fn revision_text(record: &PackageRecord) -> String {
    format!("{}-{:016x}", record.package.revision, record.package.id.0)
}

/// Renders a packument.
pub(super) fn packument(
    snapshot: &mut Snapshot<'_>,
    name: &ScopedName,
    form: Form,
    base: &str,
) -> Result<Vec<u8>> {
    let mut versions: Vec<Version> = Vec::new();
    snapshot.each_version(|version| {
        versions.push(version);
        Ok(())
    })?;
    let tags = dist_tags(snapshot, &versions)?;
    let latest = tags
        .get("latest")
        .and_then(|tag| versions.iter().find(|version| version.name.as_str() == tag));
    let readme = match (latest, form) {
        (Some(latest), Form::Full) => snapshot.readme(latest.id)?,
        _ => None,
    };
    let metadata: Vec<Metadata<'_>> = versions.iter().map(parse).collect::<Result<_>>()?;
    let readme_file = latest
        .and_then(|latest| versions.iter().position(|version| version.id == latest.id))
        .and_then(|index| metadata[index].readme_file.clone());
    let mut maintainers: Vec<String> = Vec::new();
    for version in &versions {
        if !maintainers.contains(&version.provenance.publisher_name) {
            maintainers.push(version.provenance.publisher_name.clone());
        }
    }
    let record = &snapshot.record;
    let (full_name, rev) = (name.full(), revision_text(record));
    let view = PackageView {
        full_name: &full_name,
        rev: &rev,
        created: record.package.created_at,
        modified: record.package.updated_at,
        dist_tags: &tags,
        maintainers: &maintainers,
        readme: readme.as_deref(),
        readme_file: readme_file.as_deref(),
    };
    let size: usize = versions
        .iter()
        .map(|version| version.metadata.len() + 600)
        .sum();
    let mut out = Vec::with_capacity(size + 4096);
    let views = versions
        .iter()
        .zip(&metadata)
        .map(|(version, metadata)| view_of(version, metadata, name, base));
    match form {
        Form::Full => write_full(&mut out, &view, views),
        Form::Abbreviated => write_abbreviated(&mut out, &view, views),
    }
    .map_err(|error| Error::Internal(error.to_string()))?;
    Ok(out)
}

/// Renders the manifest of a dist-tag or version; `None` when there is no such thing.
pub(super) fn manifest(
    snapshot: &mut Snapshot<'_>,
    name: &ScopedName,
    spec: &str,
    base: &str,
) -> Result<Option<Vec<u8>>> {
    let tagged = snapshot.tags()?.into_iter().find(|tag| tag.name == spec);
    let found = match (tagged, canonical(spec)) {
        (Some(tag), _) => snapshot.version_by_id(tag.version)?,
        (None, Ok((wanted, _))) => snapshot.version(&wanted)?,
        (None, Err(_)) => None,
    };
    let Some(version) = found.filter(|version| version.state == VersionState::Live) else {
        return Ok(None);
    };
    let metadata = parse(&version)?;
    let mut out = Vec::with_capacity(version.metadata.len() + 1024);
    write_manifest(
        &mut out,
        &name.full(),
        &view_of(&version, &metadata, name, base),
    )
    .map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Some(out))
}

fn parse(version: &Version) -> Result<Metadata<'_>> {
    Metadata::parse(&version.metadata).map_err(|error| {
        Error::Internal(format!(
            "the metadata of version {} is damaged: {error}",
            version.id
        ))
    })
}

fn dist_tags(
    snapshot: &mut Snapshot<'_>,
    versions: &[Version],
) -> Result<BTreeMap<String, String>> {
    let names: std::collections::HashMap<_, _> = versions
        .iter()
        .map(|version| (version.id, version.name.as_str()))
        .collect();
    let tags = snapshot.tags()?;
    Ok(tags
        .into_iter()
        .filter_map(|tag| Some((tag.name, (*names.get(&tag.version)?).to_owned())))
        .collect())
}

fn view_of<'v>(
    version: &'v Version,
    metadata: &'v Metadata<'_>,
    name: &ScopedName,
    base: &str,
) -> VersionView<'v> {
    let package = PackageRef::scoped(&name.owner, name.name.as_str());
    let tarball = Route::Tarball {
        package: package.clone(),
        file: name.tarball_file(version.name.as_str()),
    };
    let attestations = metadata.provenance.as_deref().map(|predicate_type| {
        let route = Route::Attestations {
            package,
            version: version.name.as_str().to_owned(),
        };
        AttestationsView {
            url: format!("{base}/{}", route.path()),
            predicate_type,
        }
    });
    VersionView {
        name: version.name.as_str(),
        manifest_json: metadata.manifest.get(),
        deprecated: version.deprecation.as_ref().map(|it| it.text.as_str()),
        shasum: metadata.shasum.clone(),
        integrity: metadata.integrity.clone(),
        file_count: metadata.file_count,
        unpacked_size: metadata.unpacked_size,
        tarball_url: format!("{base}/{}", tarball.path()),
        signatures: &metadata.signatures,
        attestations,
        published_at: version.created_at,
        publisher: &version.provenance.publisher_name,
    }
}
