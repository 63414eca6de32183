//! How often signing in failed, by account name or address: one counter for each, which begins
//! anew when its window is over.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::sign_in_failure;
use crate::{AnyConn, time};

/// Counts a failure and gives how many there were in the window that is running.
pub fn record(
    conn: &mut AnyConn,
    subject: &str,
    now: DateTime<Utc>,
    window: TimeDelta,
) -> Result<i64> {
    let over = || sign_in_failure::window_start.le(time::to_row(now - window));
    let start = time::to_row(now);
    let count = on_backend!(conn, |conn| diesel::insert_into(sign_in_failure::table)
        .values((
            sign_in_failure::subject.eq(subject),
            sign_in_failure::failures.eq(1_i64),
            sign_in_failure::window_start.eq(start),
        ))
        .on_conflict(sign_in_failure::subject)
        .do_update()
        .set((
            sign_in_failure::failures.eq(case_when(over(), 1_i64.into_sql::<BigInt>())
                .otherwise(sign_in_failure::failures + 1_i64)),
            sign_in_failure::window_start.eq(case_when(
                over(),
                start.into_sql::<diesel::sql_types::Timestamp>()
            )
            .otherwise(sign_in_failure::window_start)),
        ))
        .returning(sign_in_failure::failures)
        .get_result(conn))?;
    Ok(count)
}

/// Gives how many failures there were in the window that is running.
pub fn failures(
    conn: &mut AnyConn,
    subject: &str,
    now: DateTime<Utc>,
    window: TimeDelta,
) -> Result<i64> {
    let count: Option<i64> = sign_in_failure::table
        .filter(sign_in_failure::subject.eq(subject))
        .filter(sign_in_failure::window_start.gt(time::to_row(now - window)))
        .select(sign_in_failure::failures)
        .first(conn)
        .optional()?;
    Ok(count.unwrap_or(0))
}

/// Takes one failure of a subject back.
pub fn forgive(conn: &mut AnyConn, subject: &str) -> Result<()> {
    diesel::update(sign_in_failure::table.find(subject))
        .filter(sign_in_failure::failures.gt(0))
        .set(sign_in_failure::failures.eq(sign_in_failure::failures - 1_i64))
        .execute(conn)?;
    Ok(())
}

/// Forgets the failures of a subject.
pub fn clear(conn: &mut AnyConn, subject: &str) -> Result<()> {
    diesel::delete(sign_in_failure::table.find(subject)).execute(conn)?;
    Ok(())
}

/// Removes counters whose window is over and gives how many.
pub fn purge(conn: &mut AnyConn, now: DateTime<Utc>, window: TimeDelta) -> Result<usize> {
    let over = sign_in_failure::window_start.le(time::to_row(now - window));
    Ok(diesel::delete(sign_in_failure::table.filter(over)).execute(conn)?)
}
