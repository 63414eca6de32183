//! Which version stands for a package: its description, its search words, and the tag that its
//! format always has.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use packhouse_core::format::{Format, Summary};
use packhouse_core::id::{PackageId, VersionId};
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, Result, package, search, tag, version};

/// Orders two versions by how well they stand for the package: stable ones that are not
/// deprecated first, then by the format's own order (`npm.md` §7).
pub(crate) fn compare(format: &dyn Format, a: &VersionSummary, b: &VersionSummary) -> Ordering {
    let rank = |version: &VersionSummary| !version.prerelease && version.deprecation.is_none();
    rank(a)
        .cmp(&rank(b))
        .then_with(|| format.compare_versions(&a.name, &b.name))
}

/// Recomputes all that hangs on a package's live versions, after a deletion, a restoration or a
/// deprecation. Looks at every version; publishing compares with the latest so far alone.
pub(crate) fn settle(
    conn: &mut AnyConn,
    format: &dyn Format,
    package: PackageId,
    shown: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let live = version::list_summaries(conn, package)?;
    let count = i64::try_from(live.len()).unwrap_or(i64::MAX);
    let Some(latest) = live.iter().max_by(|a, b| compare(format, a, b)) else {
        package::set_latest(conn, package, None, 0, None)?;
        return search::delete_document(conn, package);
    };
    let summary = match version::find_version_by_id(conn, latest.id)? {
        Some(version) => format.summary(&version.metadata),
        None => Summary::default(),
    };
    stand(conn, package, shown, latest.id, count, &summary)?;
    settle_default_tag(conn, format, package, latest.id, now)?;
    Ok(())
}

/// Lets a version stand for its package.
pub(crate) fn stand(
    conn: &mut AnyConn,
    package: PackageId,
    shown: &str,
    latest: VersionId,
    count: i64,
    summary: &Summary,
) -> Result<()> {
    let description = summary.description.as_deref();
    package::set_latest(conn, package, Some(latest), count, description)?;
    search::upsert_document(conn, package, shown, description, &summary.keywords)
}

/// Points the tag that the format always has at this version when it points at none. Tells
/// whether it did, and the tag's name.
pub(crate) fn settle_default_tag(
    conn: &mut AnyConn,
    format: &dyn Format,
    package: PackageId,
    version: VersionId,
    now: DateTime<Utc>,
) -> Result<Option<&'static str>> {
    let Some(name) = format.default_tag() else {
        return Ok(None);
    };
    if tag::list_tags(conn, package)?
        .iter()
        .any(|tag| tag.name == name)
    {
        return Ok(None);
    }
    tag::set_tag(conn, package, name, version, now)?;
    Ok(Some(name))
}
