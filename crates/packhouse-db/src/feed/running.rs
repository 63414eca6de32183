//! Running lists: one text over all that an owner has of a format, to which every change adds a line.
//!
//! Whoever adds a line holds the list's row until the end of its transaction, so it comes last in
//! each.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId, VersionId};

use crate::conn::on_backend;
use crate::error::Result;
use crate::readable::{Readable, Viewer};
use crate::schema::{feed, feed_line, package, version, version_line};
use crate::{AnyConn, time};

/// Whose list of which format.
pub type Of = (AccountId, FormatId);

/// How far a running list is, and who could read it when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// The position of its last line.
    pub revision: i64,
    /// Rises with every change of who may read what of the owner.
    pub epoch: i64,
    /// When it was begun, or begun anew.
    pub begun_at: DateTime<Utc>,
    /// The position of its last line then.
    pub begun_as: i64,
}

/// Gives how far a list is; `None` when nothing was ever added.
pub fn position(conn: &mut AnyConn, (owner, format): Of) -> Result<Option<Position>> {
    let found: Option<(i64, i64, NaiveDateTime, i64)> = feed::table
        .find((owner.0, format.as_str()))
        .select((feed::revision, feed::epoch, feed::begun_at, feed::begun_as))
        .first(conn)
        .optional()?;
    Ok(found.map(|(revision, epoch, begun_at, begun_as)| Position {
        revision,
        epoch,
        begun_at: time::from_row(begun_at),
        begun_as,
    }))
}

/// Gives the next position of a list, which is begun when there is none.
pub fn advance(conn: &mut AnyConn, (owner, format): Of, now: DateTime<Utc>) -> Result<i64> {
    let next = diesel::update(feed::table.find((owner.0, format.as_str())))
        .set(feed::revision.eq(feed::revision + 1))
        .returning(feed::revision);
    if let Some(revision) = next.get_result(conn).optional()? {
        return Ok(revision);
    }
    let begun = on_backend!(conn, |conn| diesel::insert_into(feed::table)
        .values((
            feed::owner_id.eq(owner.0),
            feed::format.eq(format.as_str()),
            feed::revision.eq(1_i64),
            feed::epoch.eq(0_i64),
            feed::begun_at.eq(time::to_row(now)),
            feed::begun_as.eq(0_i64),
        ))
        .on_conflict((feed::owner_id, feed::format))
        .do_update()
        .set(feed::revision.eq(feed::revision + 1))
        .returning(feed::revision)
        .get_result(conn))?;
    Ok(begun)
}

/// Adds a line about a package.
pub fn insert_line(
    conn: &mut AnyConn,
    (owner, format): Of,
    position: i64,
    package: PackageId,
    line: &str,
) -> Result<()> {
    diesel::insert_into(feed_line::table)
        .values((
            feed_line::owner_id.eq(owner.0),
            feed_line::format.eq(format.as_str()),
            feed_line::position.eq(position),
            feed_line::package_id.eq(package.0),
            feed_line::line.eq(line),
        ))
        .execute(conn)?;
    Ok(())
}

/// Lines about live packages that a viewer may read, after a position and up to another. A macro,
/// because the type of a join has no short name.
macro_rules! lines {
    ($viewer:expr, $of:expr, $after:expr, $until:expr) => {
        feed_line::table
            .inner_join(package::table.on(package::id.eq(feed_line::package_id)))
            .filter(feed_line::owner_id.eq($of.0.0))
            .filter(feed_line::format.eq($of.1.as_str()))
            .filter(feed_line::position.gt($after))
            .filter(feed_line::position.le($until))
            .filter(package::deleted_at.is_null())
            .filter(Readable::by($viewer))
    };
}

/// Gives a page of such lines, with their positions.
pub fn list_lines(
    conn: &mut AnyConn,
    viewer: &Viewer,
    of: Of,
    (after, until): (i64, i64),
    limit: i64,
) -> Result<Vec<(i64, String)>> {
    let page = lines!(viewer, of, after, until)
        .order(feed_line::position)
        .limit(limit)
        .select((feed_line::position, feed_line::line));
    Ok(page.load(conn)?)
}

/// Counts such lines.
pub fn count_lines(
    conn: &mut AnyConn,
    viewer: &Viewer,
    of: Of,
    (after, until): (i64, i64),
) -> Result<i64> {
    Ok(lines!(viewer, of, after, until).count().get_result(conn)?)
}

/// Shows a version in its package's own list, at its end.
pub fn show_version(
    conn: &mut AnyConn,
    package: PackageId,
    version: VersionId,
    position: i64,
    line: &str,
) -> Result<()> {
    diesel::insert_into(version_line::table)
        .values((
            version_line::version_id.eq(version.0),
            version_line::package_id.eq(package.0),
            version_line::shown.eq(true),
            version_line::position.eq(position),
            version_line::line.eq(line),
        ))
        .execute(conn)?;
    Ok(())
}

/// Shows a version again in its package's own list, at its end; tells whether it ever was in it.
pub fn show_version_again(conn: &mut AnyConn, version: VersionId, position: i64) -> Result<bool> {
    let shown = diesel::update(version_line::table.find(version.0))
        .set((
            version_line::shown.eq(true),
            version_line::position.eq(position),
        ))
        .execute(conn)?;
    Ok(shown == 1)
}

/// Hides a version from its package's own list; tells whether it was shown.
pub fn hide_version(conn: &mut AnyConn, version: VersionId) -> Result<bool> {
    let line = version_line::table
        .find(version.0)
        .filter(version_line::shown.eq(true));
    let hidden = diesel::update(line)
        .set(version_line::shown.eq(false))
        .execute(conn)?;
    Ok(hidden == 1)
}

/// Gives the lines of a package's own list: of each version its name as shown, and the line.
pub fn list_version_lines(conn: &mut AnyConn, package: PackageId) -> Result<Vec<(String, String)>> {
    let lines = version_line::table
        .inner_join(version::table.on(version::id.eq(version_line::version_id)))
        .filter(version_line::package_id.eq(package.0))
        .filter(version_line::shown.eq(true))
        .order(version_line::position)
        .select((version::name, version_line::line));
    Ok(lines.load(conn)?)
}
