//! The rows of a new version.

use packhouse_core::id::VersionId;
use packhouse_core::package::VersionState;
use packhouse_db::package::PackageRecord;
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, file, package, version};

use super::Facts;
use crate::error::{Error, Result};
use crate::event::By;
use crate::keep::Kept;
use crate::latest;

/// Inserts the version and its files, and lets it stand for the package when it is the best.
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
        provenance: facts.provenance.clone(),
    };
    let id = version::insert_version(conn, &new, by.now)?;
    for ((name, content_type), part) in facts.files.iter().zip(parts) {
        let new = file::NewFile {
            version: id,
            name: name.clone(),
            content_type: content_type.clone(),
            sha256: part.digests.sha256,
        };
        file::insert_file(conn, &new, by.now)?;
    }
    let summary = VersionSummary {
        id,
        name: facts.version.clone(),
        prerelease,
        deprecation: None,
        listed: facts.listed,
        created_at: by.now,
    };
    stand_for_package(conn, record, &summary, facts)?;
    Ok(id)
}

/// Makes the new version the package's latest when it is; looks at the latest so far alone.
fn stand_for_package(
    conn: &mut AnyConn,
    record: &PackageRecord,
    new: &VersionSummary,
    facts: &Facts,
) -> Result<()> {
    let package = record.package.id;
    // The row was read before its lock was taken: read again what other writers may have changed.
    let now = package::find_record_by_id(conn, package)?
        .ok_or_else(|| Error::Internal(format!("package {package} vanished in its transaction")))?;
    let current = match now.latest {
        Some(id) => version::find_summary(conn, id)?,
        None => None,
    };
    let format = facts.format.as_ref();
    let count = now.live_versions + 1;
    if current.is_none_or(|current| latest::compare(format, new, &current).is_gt()) {
        let summary = latest::summary(format, &facts.metadata);
        latest::stand(conn, package, &facts.address.shown, new.id, count, &summary)?;
    } else {
        let description = now.package.description.as_deref();
        package::set_latest(conn, package, now.latest, count, description)?;
    }
    Ok(())
}
