//! Beginning running lists anew: one line a package in place of all that were added.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId};

use super::running::{Of, Position, position};
use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::{feed, feed_line, package, version_line};
use crate::{AnyConn, time};

/// How many rows one statement inserts.
const BATCH: usize = 500;

#[derive(Insertable)]
#[diesel(table_name = feed_line, treat_none_as_default_value = false)]
struct LineRow<'a> {
    owner_id: i64,
    format: &'a str,
    position: i64,
    package_id: i64,
    line: &'a str,
}

/// A package with versions in its own list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its row.
    pub id: PackageId,
    /// Its name as it was published.
    pub name: String,
}

/// Gives the lists there are that were begun before a moment: whose, and of which format.
pub fn list_begun_before(conn: &mut AnyConn, at: DateTime<Utc>) -> Result<Vec<(AccountId, String)>> {
    let rows: Vec<(i64, String)> = feed::table
        .filter(feed::begun_at.lt(time::to_row(at)))
        .order((feed::owner_id, feed::format))
        .select((feed::owner_id, feed::format))
        .load(conn)?;
    let rows = rows.into_iter();
    Ok(rows.map(|(owner, format)| (AccountId(owner), format)).collect())
}

/// Gives the length of a list's lines after a position, in bytes.
pub fn length_after(conn: &mut AnyConn, (owner, format): Of, after: i64) -> Result<i64> {
    let lines = feed_line::table
        .filter(feed_line::owner_id.eq(owner.0))
        .filter(feed_line::format.eq(format.as_str()))
        .filter(feed_line::position.gt(after))
        .select(sql::<BigInt>("COALESCE(SUM(LENGTH(line)), 0)"));
    Ok(lines.get_result(conn)?)
}

/// Gives a page of the packages that have versions in their own lists, deleted ones too, after one.
pub fn list_packages(
    conn: &mut AnyConn,
    (owner, format): Of,
    after: PackageId,
    limit: i64,
) -> Result<Vec<Listed>> {
    let shown = version_line::table
        .filter(version_line::package_id.eq(package::id))
        .filter(version_line::shown.eq(true));
    let rows: Vec<(i64, String)> = package::table
        .filter(package::owner_id.eq(owner.0))
        .filter(package::format.eq(format.as_str()))
        .filter(package::id.gt(after.0))
        .filter(exists(shown))
        .order(package::id)
        .limit(limit)
        .select((package::id, package::name))
        .load(conn)?;
    Ok(rows.into_iter().map(listed).collect())
}

/// Gives the packages that lines after a position are about.
pub fn list_changed(conn: &mut AnyConn, (owner, format): Of, after: i64) -> Result<Vec<Listed>> {
    let rows: Vec<(i64, String)> = feed_line::table
        .inner_join(package::table.on(package::id.eq(feed_line::package_id)))
        .filter(feed_line::owner_id.eq(owner.0))
        .filter(feed_line::format.eq(format.as_str()))
        .filter(feed_line::position.gt(after))
        .select((package::id, package::name))
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().map(listed).collect())
}

fn listed((id, name): (i64, String)) -> Listed {
    Listed {
        id: PackageId(id),
        name,
    }
}

/// Holds a list's row until the transaction ends, and gives how far it is.
pub fn hold(conn: &mut AnyConn, (owner, format): Of) -> Result<Option<Position>> {
    diesel::update(feed::table.find((owner.0, format.as_str())))
        .set(feed::revision.eq(feed::revision))
        .execute(conn)?;
    position(conn, (owner, format))
}

/// Puts lines in place of all that a list has, and begins it anew.
pub fn replace(
    conn: &mut AnyConn,
    (owner, format): (AccountId, FormatId),
    revision: i64,
    lines: &[(PackageId, String)],
    now: DateTime<Utc>,
) -> Result<()> {
    let old = feed_line::table
        .filter(feed_line::owner_id.eq(owner.0))
        .filter(feed_line::format.eq(format.as_str()));
    diesel::delete(old).execute(conn)?;
    let mut last = revision;
    for batch in lines.chunks(BATCH) {
        let mut rows = Vec::with_capacity(batch.len());
        for (package, line) in batch {
            last += 1;
            rows.push(LineRow {
                owner_id: owner.0,
                format: format.as_str(),
                position: last,
                package_id: package.0,
                line,
            });
        }
        on_backend!(conn, |conn| diesel::insert_into(feed_line::table)
            .values(&rows)
            .execute(conn))?;
    }
    diesel::update(feed::table.find((owner.0, format.as_str())))
        .set((
            feed::revision.eq(last),
            feed::begun_as.eq(last),
            feed::begun_at.eq(time::to_row(now)),
        ))
        .execute(conn)?;
    Ok(())
}
