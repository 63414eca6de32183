//! Signed-in browsers. A session is named by the sha256 of its cookie in hex.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use packhouse_core::account::Account;
use packhouse_core::id::AccountId;

use crate::error::Result;
use crate::row::AccountRow;
use crate::schema::{account, session};
use crate::{AnyConn, time};

/// Begins a session; `csrf` is the text that its forms must carry.
pub fn insert(
    conn: &mut AnyConn,
    hash: &str,
    account: AccountId,
    csrf: &str,
    now: DateTime<Utc>,
    expires: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(session::table)
        .values((
            session::hash.eq(hash),
            session::account_id.eq(account.0),
            session::csrf.eq(csrf),
            session::created_at.eq(time::to_row(now)),
            session::expires_at.eq(time::to_row(expires)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives the account of a session that has not expired, which may be disabled, and the text that
/// its forms must carry.
pub fn find(
    conn: &mut AnyConn,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Account, String)>> {
    let row: Option<(AccountRow, String)> = session::table
        .inner_join(account::table.on(account::id.eq(session::account_id)))
        .filter(session::hash.eq(hash))
        .filter(session::expires_at.gt(time::to_row(now)))
        .select((AccountRow::as_select(), session::csrf))
        .first(conn)
        .optional()?;
    row.map(|(account, csrf)| Ok((account.into_account()?, csrf)))
        .transpose()
}

/// Ends a session; gives whether there was one.
pub fn delete(conn: &mut AnyConn, hash: &str) -> Result<bool> {
    Ok(diesel::delete(session::table.find(hash)).execute(conn)? > 0)
}

/// Ends all sessions of an account and gives how many.
pub fn delete_of_account(conn: &mut AnyConn, account: AccountId) -> Result<usize> {
    let sessions = session::table.filter(session::account_id.eq(account.0));
    Ok(diesel::delete(sessions).execute(conn)?)
}

/// Removes what has expired and gives how many.
pub fn purge(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<usize> {
    let expired = session::table.filter(session::expires_at.le(time::to_row(now)));
    Ok(diesel::delete(expired).execute(conn)?)
}
