//! Beginning running lists anew: one line a package in place of all that were added.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId};

use super::running::{Of, Position, position};
use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::{feed, feed_line, package, version, version_line};
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

/// A package with its own list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its row.
    pub id: PackageId,
    /// Its name as it was published.
    pub name: String,
    /// The names of the versions in its own list, and their lines.
    pub lines: Vec<(String, String)>,
}

/// Gives the lists there are that were begun before a moment: whose, and of which format.
pub fn list_begun_before(
    conn: &mut AnyConn,
    at: DateTime<Utc>,
) -> Result<Vec<(AccountId, String)>> {
    let rows: Vec<(i64, String)> = feed::table
        .filter(feed::begun_at.lt(time::to_row(at)))
        .order((feed::owner_id, feed::format))
        .select((feed::owner_id, feed::format))
        .load(conn)?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(owner, format)| (AccountId(owner), format))
        .collect())
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

/// Gives a page of the packages of an owner, deleted ones too, after one, each with its own list.
pub fn list_packages(
    conn: &mut AnyConn,
    (owner, format): Of,
    after: PackageId,
    limit: i64,
) -> Result<Vec<Listed>> {
    let page = package::table
        .filter(package::owner_id.eq(owner.0))
        .filter(package::format.eq(format.as_str()))
        .filter(package::id.gt(after.0))
        .order(package::id)
        .limit(limit)
        .select((package::id, package::name))
        .load(conn)?;
    with_lines(conn, page)
}

/// Gives the packages that lines after a position are about, each with its own list.
pub fn list_changed(conn: &mut AnyConn, (owner, format): Of, after: i64) -> Result<Vec<Listed>> {
    let changed = feed_line::table
        .inner_join(package::table.on(package::id.eq(feed_line::package_id)))
        .filter(feed_line::owner_id.eq(owner.0))
        .filter(feed_line::format.eq(format.as_str()))
        .filter(feed_line::position.gt(after))
        .select((package::id, package::name))
        .distinct()
        .load(conn)?;
    with_lines(conn, changed)
}

fn with_lines(conn: &mut AnyConn, packages: Vec<(i64, String)>) -> Result<Vec<Listed>> {
    let mut lines = BTreeMap::new();
    for chunk in packages.chunks(BATCH) {
        let ids: Vec<i64> = chunk.iter().map(|(id, _)| *id).collect();
        let rows: Vec<(i64, String, String)> = version_line::table
            .inner_join(version::table.on(version::id.eq(version_line::version_id)))
            .filter(version_line::package_id.eq_any(ids))
            .filter(version_line::shown.eq(true))
            .order((version_line::package_id, version_line::position))
            .select((version_line::package_id, version::name, version_line::line))
            .load(conn)?;
        for (id, name, line) in rows {
            let list: &mut Vec<_> = lines.entry(id).or_default();
            list.push((name, line));
        }
    }
    let packages = packages.into_iter();
    Ok(packages
        .map(|(id, name)| Listed {
            id: PackageId(id),
            name,
            lines: lines.remove(&id).unwrap_or_default(),
        })
        .collect())
}

/// Gives the packages that are there, deleted ones too, none of which goes until the transaction ends.
pub fn hold_packages(conn: &mut AnyConn, (owner, format): Of) -> Result<HashSet<PackageId>> {
    let rows = package::table
        .filter(package::owner_id.eq(owner.0))
        .filter(package::format.eq(format.as_str()))
        .select(package::id);
    let ids: Vec<i64> = match conn {
        // One writer at a time.
        AnyConn::Sqlite(conn) => rows.load(conn)?,
        AnyConn::Postgres(conn) => rows.for_key_share().load(conn)?,
    };
    Ok(ids.into_iter().map(PackageId).collect())
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
