//! What changes about a version after it came to be.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::id::{PackageId, VersionId};
use packhouse_core::package::{Deprecation, VersionState};

use crate::error::Result;
use crate::schema::{file, version};
use crate::{AnyConn, time};

/// Stores why a version should not be used, or that it may.
pub fn set_deprecation(conn: &mut AnyConn, id: VersionId, new: Option<&Deprecation>) -> Result<()> {
    diesel::update(version::table.find(id.0))
        .set((
            version::deprecation.eq(new.map(|new| new.text.as_str())),
            version::deprecation_detail.eq(new.and_then(|new| new.detail.as_deref())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores whether lists show a version.
pub fn set_listed(conn: &mut AnyConn, id: VersionId, listed: bool) -> Result<()> {
    diesel::update(version::table.find(id.0))
        .set(version::listed.eq(listed))
        .execute(conn)?;
    Ok(())
}

/// Publishes an open version; tells whether it was open.
pub fn mark_published(conn: &mut AnyConn, id: VersionId, now: DateTime<Utc>) -> Result<bool> {
    let open = version::table
        .find(id.0)
        .filter(version::state.eq(VersionState::Open.as_str()));
    let changed = diesel::update(open)
        .set((
            version::state.eq(VersionState::Live.as_str()),
            version::created_at.eq(time::to_row(now)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Removes an open version with its builds and files.
pub fn discard_open(conn: &mut AnyConn, id: VersionId) -> Result<()> {
    diesel::delete(file::table.filter(file::version_id.eq(id.0))).execute(conn)?;
    let open = version::table
        .find(id.0)
        .filter(version::state.eq(VersionState::Open.as_str()));
    diesel::delete(open).execute(conn)?;
    Ok(())
}

/// Stores what the format keeps about a version, and the source that it names.
pub fn set_metadata(
    conn: &mut AnyConn,
    id: VersionId,
    metadata: &str,
    (source_repository, source_ref): (Option<&str>, Option<&str>),
) -> Result<()> {
    diesel::update(version::table.find(id.0))
        .set((
            version::metadata.eq(metadata),
            version::source_repository.eq(source_repository),
            version::source_ref.eq(source_ref),
        ))
        .execute(conn)?;
    Ok(())
}

/// Deletes a live version so that it can be restored; tells whether it was live.
pub fn mark_deleted(conn: &mut AnyConn, id: VersionId, now: DateTime<Utc>) -> Result<bool> {
    let live = version::table
        .find(id.0)
        .filter(version::state.eq(VersionState::Live.as_str()));
    let changed = diesel::update(live)
        .set((
            version::state.eq(VersionState::Deleted.as_str()),
            version::deleted_at.eq(time::to_row(now)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Deletes the live versions of a package and gives their rows in order. Open ones stay open,
/// unreachable under a deleted package: restoring must not publish them.
pub fn mark_all_deleted(
    conn: &mut AnyConn,
    package: PackageId,
    now: DateTime<Utc>,
) -> Result<Vec<VersionId>> {
    let live = version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::state.eq(VersionState::Live.as_str()));
    let mut ids: Vec<i64> = diesel::update(live)
        .set((
            version::state.eq(VersionState::Deleted.as_str()),
            version::deleted_at.eq(time::to_row(now)),
        ))
        .returning(version::id)
        .get_results(conn)?;
    ids.sort_unstable();
    Ok(ids.into_iter().map(VersionId).collect())
}

/// Makes a deleted version live again; tells whether it was deleted.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when another version took the name.
pub fn mark_restored(conn: &mut AnyConn, id: VersionId) -> Result<bool> {
    let deleted = version::table
        .find(id.0)
        .filter(version::state.eq(VersionState::Deleted.as_str()));
    let changed = diesel::update(deleted)
        .set((
            version::state.eq(VersionState::Live.as_str()),
            version::deleted_at.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
