//! Digests that a client announced for a file that has not come yet.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use packhouse_core::id::{AccountId, RepositoryId};

use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::announced_digest;
use crate::{AnyConn, time};

/// Remembers a digest of the file at `path`, in place of what was announced before.
pub fn announce(
    conn: &mut AnyConn,
    repository: RepositoryId,
    path: &str,
    (algorithm, value): (&str, &str),
    account: Option<AccountId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let set = (
        announced_digest::value.eq(value),
        announced_digest::account_id.eq(account.map(|id| id.0)),
        announced_digest::at.eq(time::to_row(now)),
    );
    on_backend!(conn, |conn| diesel::insert_into(announced_digest::table)
        .values((
            announced_digest::repository_id.eq(repository.0),
            announced_digest::path.eq(path),
            announced_digest::algorithm.eq(algorithm),
            set,
        ))
        .on_conflict((
            announced_digest::repository_id,
            announced_digest::path,
            announced_digest::algorithm,
        ))
        .do_update()
        .set(set)
        .execute(conn))?;
    Ok(())
}

/// Gives what an account announced for a path after a moment: algorithm and value of each.
pub fn list(
    conn: &mut AnyConn,
    repository: RepositoryId,
    path: &str,
    account: Option<AccountId>,
    since: DateTime<Utc>,
) -> Result<Vec<(String, String)>> {
    let mut query = announced_digest::table
        .filter(announced_digest::repository_id.eq(repository.0))
        .filter(announced_digest::path.eq(path))
        .filter(announced_digest::at.gt(time::to_row(since)))
        .into_boxed();
    query = match account {
        Some(account) => query.filter(announced_digest::account_id.eq(account.0)),
        None => query.filter(announced_digest::account_id.is_null()),
    };
    Ok(query
        .order(announced_digest::algorithm)
        .select((announced_digest::algorithm, announced_digest::value))
        .load(conn)?)
}

/// Forgets what was announced for a path.
pub fn forget(conn: &mut AnyConn, repository: Option<RepositoryId>, path: &str) -> Result<()> {
    let Some(repository) = repository else {
        return Ok(());
    };
    let rows = announced_digest::table
        .filter(announced_digest::repository_id.eq(repository.0))
        .filter(announced_digest::path.eq(path));
    diesel::delete(rows).execute(conn)?;
    Ok(())
}

/// Forgets what was announced until a moment; gives how many there were.
pub fn purge(conn: &mut AnyConn, until: DateTime<Utc>) -> Result<usize> {
    let old = announced_digest::table.filter(announced_digest::at.le(time::to_row(until)));
    Ok(diesel::delete(old).execute(conn)?)
}
