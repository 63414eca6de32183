//! Downloads, counted for each version and day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::upsert::excluded;
use packhouse_core::id::{PackageId, VersionId};

use crate::AnyConn;
use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::{download_count, version};

/// Rows of one statement: three parameters each, far below what the engines allow.
const BATCH: usize = 500;

#[derive(Insertable)]
#[diesel(table_name = download_count, treat_none_as_default_value = false)]
struct CountRow {
    version_id: i64,
    day: NaiveDate,
    count: i64,
}

/// Adds downloads to what was counted. Those of versions that are no longer there are dropped.
pub fn add(conn: &mut AnyConn, counts: &[(VersionId, NaiveDate, i64)]) -> Result<()> {
    // One row for each day, in one order for all processes that add at once.
    let mut sums = BTreeMap::new();
    for (version, day, count) in counts {
        *sums.entry((version.0, *day)).or_insert(0) += *count;
    }
    let rows: Vec<_> = sums.into_iter().collect();
    for rows in rows.chunks(BATCH) {
        let asked: BTreeSet<i64> = rows.iter().map(|((version, _), _)| *version).collect();
        let there: Vec<i64> = version::table
            .filter(version::id.eq_any(asked))
            .select(version::id)
            .load(conn)?;
        let there = BTreeSet::from_iter(there);
        let rows: Vec<CountRow> = rows
            .iter()
            .filter(|((version, _), _)| there.contains(version))
            .map(|((version_id, day), count)| CountRow {
                version_id: *version_id,
                day: *day,
                count: *count,
            })
            .collect();
        if rows.is_empty() {
            continue;
        }
        on_backend!(conn, |conn| diesel::insert_into(download_count::table)
            .values(&rows)
            .on_conflict((download_count::version_id, download_count::day))
            .do_update()
            .set(download_count::count.eq(download_count::count + excluded(download_count::count)))
            .execute(conn))?;
    }
    Ok(())
}

/// Gives how often a version was downloaded.
pub fn total(conn: &mut AnyConn, version: VersionId) -> Result<i64> {
    Ok(download_count::table
        .filter(download_count::version_id.eq(version.0))
        .select(diesel::dsl::sql::<BigInt>(
            "CAST(COALESCE(SUM(count), 0) AS BIGINT)",
        ))
        .get_result(conn)?)
}

/// Gives how often each version of a package was downloaded; those that never were are left out.
pub fn totals(conn: &mut AnyConn, package: PackageId) -> Result<HashMap<VersionId, i64>> {
    let sum = diesel::dsl::sql::<BigInt>("CAST(SUM(count) AS BIGINT)");
    let rows: Vec<(i64, i64)> = version::table
        .inner_join(download_count::table.on(download_count::version_id.eq(version::id)))
        .filter(version::package_id.eq(package.0))
        .group_by(version::id)
        .select((version::id, sum))
        .load(conn)?;
    let rows = rows.into_iter();
    Ok(rows.map(|(id, count)| (VersionId(id), count)).collect())
}
