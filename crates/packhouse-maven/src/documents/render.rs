//! From rows to documents.

use std::sync::Arc;

use packhouse_core::package::VersionState;
use packhouse_registry::Result;
use packhouse_registry::resolve::Snapshot;

use super::cache::Document;
use crate::coordinates::Ga;
use crate::metadata::{ArtifactDoc, SnapshotFile, VersionDoc, render_artifact, render_version};
use crate::path::Build;
use crate::{address, part};

/// Gives the listed versions of a package.
pub(super) fn versions(snapshot: &mut Snapshot<'_>) -> Result<Vec<String>> {
    let versions = snapshot.summaries()?.into_iter();
    Ok(versions
        .map(|version| version.name.as_str().to_owned())
        .collect())
}

/// Draws the document that lists the versions of a package.
pub(super) fn artifact(snapshot: &mut Snapshot<'_>, ga: Ga) -> Result<Option<Arc<Document>>> {
    let modified = snapshot.record.package.updated_at;
    let document = ArtifactDoc {
        ga: Some(ga),
        versions: versions(snapshot)?,
        last_updated: modified,
        plugins: Vec::new(),
    };
    let text = render_artifact(&document);
    Ok(text.map(|text| Arc::new(Document::new(text, Some(modified)))))
}

/// Draws the document that lists the builds of a snapshot.
pub(super) fn version(
    snapshot: &mut Snapshot<'_>,
    ga: Ga,
    version: &str,
) -> Result<Option<Arc<Document>>> {
    let modified = snapshot.record.package.updated_at;
    let found = snapshot.version(&address::version(version))?;
    let Some(found) = found.filter(|found| found.state == VersionState::Live) else {
        return Ok(None);
    };
    let files = snapshot
        .built_files(found.id)?
        .into_iter()
        .filter_map(|file| {
            let part = part::parse(&file.part)?;
            Some(SnapshotFile {
                build: Build::parse(&file.build),
                classifier: part.classifier,
                extension: part.extension,
                stored_at: file.created_at,
            })
        });
    let document = VersionDoc {
        ga,
        version: version.to_owned(),
        last_updated: modified,
        files: files.collect(),
    };
    let text = render_version(&document);
    Ok(text.map(|text| Arc::new(Document::new(text, Some(modified)))))
}
