//! A version appears: the moment at which it counts for its package, and its event.

use packhouse_core::event::EventKind;
use packhouse_core::format::Format;
use packhouse_db::package::PackageRecord;
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, package, version};
use serde_json::json;

use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::latest;

/// A version that is live from now on.
pub(super) struct Appearing<'a> {
    pub version: VersionSummary,
    pub metadata: &'a str,
    /// The package's name as the format's users write it.
    pub shown: &'a str,
}

/// Lets a version that was not live before count for its package, and writes its event.
pub(super) fn appear(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    format: &dyn Format,
    new: &Appearing<'_>,
) -> Result<()> {
    stand_for_package(conn, record, format, new)?;
    let detail = json!({ "package": new.shown, "version": new.version.name.as_str() });
    let about = About::of(record, Some(new.version.id));
    by.record(conn, EventKind::VersionPublished, about, detail)?;
    Ok(())
}

/// Makes the new version the package's latest when it is; looks at the latest so far alone.
fn stand_for_package(
    conn: &mut AnyConn,
    record: &PackageRecord,
    format: &dyn Format,
    new: &Appearing<'_>,
) -> Result<()> {
    let package = record.package.id;
    // The row was read before its lock was taken: read again what other writers may have changed.
    let now = package::find_record_by_id(conn, package)?
        .ok_or_else(|| Error::Internal(format!("package {package} vanished in its transaction")))?;
    let current = match now.latest {
        Some(id) => version::find_summary(conn, id)?,
        None => None,
    };
    let count = now.live_versions + 1;
    let id = new.version.id;
    if current.is_none_or(|current| latest::compare(format, &new.version, &current).is_gt()) {
        let summary = latest::summary(format, new.metadata);
        latest::stand(conn, format, package, id, count, &summary)?;
    } else {
        let description = now.package.description.as_deref();
        package::set_latest(conn, package, now.latest, count, description)?;
    }
    Ok(())
}

/// Stores anew what people look for in a package, when it is this version, live already, that stands
/// for it.
pub(super) fn describe_anew(
    conn: &mut AnyConn,
    record: &PackageRecord,
    format: &dyn Format,
    new: &Appearing<'_>,
) -> Result<()> {
    let package = record.package.id;
    let Some(now) = package::find_record_by_id(conn, package)? else {
        return Ok(());
    };
    if now.latest == Some(new.version.id) {
        let summary = latest::summary(format, new.metadata);
        latest::stand(
            conn,
            format,
            package,
            new.version.id,
            now.live_versions,
            &summary,
        )?;
    }
    Ok(())
}
