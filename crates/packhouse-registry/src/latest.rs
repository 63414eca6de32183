//! Which version stands for a package: its description, its search words, and the tag that its
//! format always has.

use std::cmp::Ordering;

use packhouse_core::event::EventKind;
use packhouse_core::format::{Format, Summary};
use packhouse_core::id::{PackageId, VersionId};
use packhouse_core::package::VersionName;
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, Result, package, search, tag, version};
use serde_json::json;

use crate::event::{About, By};
use crate::text;

/// Orders two versions by how well they stand for the package: listed ones, then stable ones that
/// are not deprecated first, then by the format's own order (`npm.md` §7), or by age where names
/// are digests.
pub(crate) fn compare(format: &dyn Format, a: &VersionSummary, b: &VersionSummary) -> Ordering {
    let rank = |version: &VersionSummary| {
        let sound = !version.prerelease && version.deprecation.is_none();
        (version.listed, sound)
    };
    rank(a).cmp(&rank(b)).then_with(|| {
        if format.is_content_addressed() {
            a.id.cmp(&b.id)
        } else {
            format.compare_versions(&a.name, &b.name)
        }
    })
}

/// Recomputes all that hangs on a package's live versions, after a deletion, a restoration or a
/// deprecation. Looks at every version; publishing compares with the latest so far alone.
///
/// `about` says what the change concerned; the event of a tag that it moved says so too.
pub(crate) fn settle(
    conn: &mut AnyConn,
    by: &By,
    about: About,
    format: &dyn Format,
    package: PackageId,
) -> Result<()> {
    let live = version::list_summaries(conn, package)?;
    let count = i64::try_from(live.len()).unwrap_or(i64::MAX);
    let Some(latest) = live.iter().max_by(|a, b| compare(format, a, b)) else {
        package::set_latest(conn, package, None, 0, None)?;
        return search::delete_document(conn, package);
    };
    let summary = match version::find_version_by_id(conn, latest.id)? {
        Some(version) => summary(format, &version.metadata),
        None => Summary::default(),
    };
    stand(conn, format, package, latest.id, count, &summary)?;
    let target = (package, latest.id, &latest.name);
    settle_default_tag(conn, by, about, format, target)
}

/// Does what [`settle`] does after versions of a content-addressed format went or came back, without
/// looking at every version: the newest is the best there. `change` is how many more are live.
fn settle_newest(
    conn: &mut AnyConn,
    by: &By,
    about: About,
    format: &dyn Format,
    package: PackageId,
    change: i64,
) -> Result<()> {
    // The row was read before its lock was taken: read again what other writers may have changed.
    let Some(record) = package::find_record_by_id(conn, package)? else {
        return Ok(());
    };
    let count = record.live_versions + change;
    if change < 0
        && let Some(latest) = record.latest
        && version::is_live(conn, latest)?
    {
        let description = record.package.description.as_deref();
        package::set_latest(conn, package, Some(latest), count, description)?;
        if let Some(latest) = version::find_summary(conn, latest)? {
            let target = (package, latest.id, &latest.name);
            settle_default_tag(conn, by, about, format, target)?;
        }
        return Ok(());
    }
    let Some(newest) = version::find_newest(conn, package)? else {
        package::set_latest(conn, package, None, 0, None)?;
        return search::delete_document(conn, package);
    };
    let summary = summary(format, &newest.metadata);
    stand(conn, format, package, newest.id, count, &summary)?;
    let target = (package, newest.id, &newest.name);
    settle_default_tag(conn, by, about, format, target)
}

/// Recomputes what hangs on a package's live versions after some went or came back; `change` is how
/// many more are live now.
pub(crate) fn settle_change(
    conn: &mut AnyConn,
    by: &By,
    about: About,
    format: &dyn Format,
    package: PackageId,
    change: i64,
) -> Result<()> {
    if format.is_content_addressed() {
        settle_newest(conn, by, about, format, package, change)
    } else {
        settle(conn, by, about, format, package)
    }
}

/// Gives what people look for in a version, as it can be stored.
pub(crate) fn summary(format: &dyn Format, metadata: &str) -> Summary {
    let summary = format.summary(metadata);
    Summary {
        description: text::storable_option(summary.description),
        keywords: summary.keywords.into_iter().map(text::storable).collect(),
        more: text::storable_option(summary.more),
    }
}

/// Lets a version stand for its package. Search finds the package by its name as it was published
/// first, in whatever spelling a request names it.
pub(crate) fn stand(
    conn: &mut AnyConn,
    format: &dyn Format,
    package: PackageId,
    latest: VersionId,
    count: i64,
    summary: &Summary,
) -> Result<()> {
    let Some(record) = package::find_record_by_id(conn, package)? else {
        return Ok(());
    };
    let shown = format.show(record.owner.name.key(), &record.package.name);
    let description = summary.description.as_deref();
    package::set_latest(conn, package, Some(latest), count, description)?;
    let texts: Vec<&str> = description
        .into_iter()
        .chain(summary.more.as_deref())
        .collect();
    let text = (!texts.is_empty()).then(|| texts.join(" "));
    search::upsert_document(conn, package, &shown, text.as_deref(), &summary.keywords)
}

/// Points the tag that the format always has at this version when it points at none.
pub(crate) fn settle_default_tag(
    conn: &mut AnyConn,
    by: &By,
    about: About,
    format: &dyn Format,
    (package, version, shown): (PackageId, VersionId, &VersionName),
) -> Result<()> {
    let Some(name) = format.default_tag() else {
        return Ok(());
    };
    let tags = tag::list_tags(conn, package)?;
    if tags.iter().any(|tag| tag.name == name) {
        return Ok(());
    }
    tag::set_tag(conn, package, name, version, by.now)?;
    let about = About {
        version: Some(version),
        ..about
    };
    let detail = json!({ "tag": name, "old": null, "version": shown.as_str() });
    by.record(conn, EventKind::TagSet, about, detail)
}
