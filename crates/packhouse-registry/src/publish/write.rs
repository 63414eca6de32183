//! The rows of a new version.

use packhouse_core::id::VersionId;
use packhouse_core::package::VersionState;
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, file, version};

use super::Facts;
use crate::error::Result;
use crate::event::By;
use crate::keep::Kept;

/// Inserts the version and its files.
pub(super) fn insert(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    facts: &Facts,
    parts: &[Kept],
) -> Result<VersionId> {
    let package = record.package.id;
    let prerelease = facts.format.is_prerelease(&facts.version);
    let new = version::NewVersion {
        package,
        name: facts.version.clone(),
        state: VersionState::Live,
        prerelease,
        metadata: facts.metadata.clone(),
        readme: facts.readme.clone(),
        listed: facts.listed,
        traits: facts.traits.clone(),
        provenance: facts.provenance.clone(),
    };
    let id = version::insert_version(conn, &new, by.now)?;
    for ((name, content_type), part) in facts.files.iter().zip(parts) {
        let new = file::NewFile {
            version: id,
            name: name.clone(),
            content_type: content_type.clone(),
            sha256: part.digests.sha256,
            joined: file::Joined::default(),
        };
        file::insert_file(conn, &new, by.now)?;
    }
    Ok(id)
}
