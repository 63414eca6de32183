//! Logins of command-line clients that a person confirms in a browser. Hashes are sha256 in hex:
//! of what the client polls with, and of what the person opens.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::id::AccountId;

use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::cli_login;
use crate::{AnyConn, time};

/// What a waiting client starts with.
#[derive(Debug, Clone)]
pub struct NewCliLogin {
    /// Names it to the client.
    pub poll_hash: String,
    /// Names it to the person.
    pub page_hash: String,
    /// What the client calls itself.
    pub agent: Option<String>,
    /// From where it asked.
    pub address: Option<String>,
    /// What it calls its machine.
    pub hostname: Option<String>,
    /// From when on it is forgotten.
    pub expires_at: DateTime<Utc>,
}

/// A waiting client, as the person who confirms sees it.
#[derive(Debug, Clone)]
pub struct CliLogin {
    /// What the client calls itself.
    pub agent: Option<String>,
    /// From where it asked.
    pub address: Option<String>,
    /// What it calls its machine.
    pub hostname: Option<String>,
    /// Who confirmed it.
    pub account: Option<AccountId>,
    /// When it asked.
    pub created_at: DateTime<Utc>,
    /// From when on it is forgotten.
    pub expires_at: DateTime<Utc>,
}

/// What a polling client is told.
#[derive(Debug, Clone)]
pub enum Poll {
    /// Nobody has confirmed yet.
    Pending,
    /// Confirmed by this account. The row is gone: this is said once.
    Confirmed(AccountId, CliLogin),
    /// Unknown, expired, or fetched already.
    Gone,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = cli_login)]
struct Row {
    agent: Option<String>,
    address: Option<String>,
    hostname: Option<String>,
    account_id: Option<i64>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl From<Row> for CliLogin {
    fn from(row: Row) -> Self {
        Self {
            agent: row.agent,
            address: row.address,
            hostname: row.hostname,
            account: row.account_id.map(AccountId),
            created_at: time::from_row(row.created_at),
            expires_at: time::from_row(row.expires_at),
        }
    }
}

/// Notes a waiting client.
pub fn insert(conn: &mut AnyConn, new: &NewCliLogin, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(cli_login::table)
        .values((
            cli_login::poll_hash.eq(&new.poll_hash),
            cli_login::page_hash.eq(&new.page_hash),
            cli_login::agent.eq(&new.agent),
            cli_login::address.eq(&new.address),
            cli_login::hostname.eq(&new.hostname),
            cli_login::created_at.eq(time::to_row(now)),
            cli_login::expires_at.eq(time::to_row(new.expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Finds what a person opened, confirmed or not, until it expires.
pub fn find_by_page(
    conn: &mut AnyConn,
    page_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<CliLogin>> {
    let row: Option<Row> = cli_login::table
        .filter(cli_login::page_hash.eq(page_hash))
        .filter(cli_login::expires_at.gt(time::to_row(now)))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(CliLogin::from))
}

/// Confirms a login for an account; gives whether it was there and unconfirmed.
pub fn confirm(
    conn: &mut AnyConn,
    page_hash: &str,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let waiting = cli_login::table
        .filter(cli_login::page_hash.eq(page_hash))
        .filter(cli_login::account_id.is_null())
        .filter(cli_login::expires_at.gt(time::to_row(now)));
    let confirmed = diesel::update(waiting)
        .set(cli_login::account_id.eq(account.0))
        .execute(conn)?;
    Ok(confirmed > 0)
}

/// Removes a login that nobody has confirmed; gives whether it was there and unconfirmed.
pub fn deny(conn: &mut AnyConn, page_hash: &str, now: DateTime<Utc>) -> Result<bool> {
    let waiting = cli_login::table
        .filter(cli_login::page_hash.eq(page_hash))
        .filter(cli_login::account_id.is_null())
        .filter(cli_login::expires_at.gt(time::to_row(now)));
    Ok(diesel::delete(waiting).execute(conn)? > 0)
}

/// Tells whether a waiting login was confirmed; `None` when it is unknown or has expired.
pub fn is_confirmed(
    conn: &mut AnyConn,
    poll_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<bool>> {
    let account: Option<Option<i64>> = cli_login::table
        .filter(cli_login::poll_hash.eq(poll_hash))
        .filter(cli_login::expires_at.gt(time::to_row(now)))
        .select(cli_login::account_id)
        .first(conn)
        .optional()?;
    Ok(account.map(|account| account.is_some()))
}

/// Answers a polling client, and takes the row when it was confirmed.
pub fn poll(conn: &mut AnyConn, poll_hash: &str, now: DateTime<Utc>) -> Result<Poll> {
    let now = time::to_row(now);
    let confirmed = cli_login::table
        .filter(cli_login::poll_hash.eq(poll_hash))
        .filter(cli_login::account_id.is_not_null())
        .filter(cli_login::expires_at.gt(now));
    let row: Option<Row> = on_backend!(conn, |conn| diesel::delete(confirmed)
        .returning(Row::as_returning())
        .get_result(conn)
        .optional())?;
    let login = row.map(CliLogin::from);
    if let Some((account, login)) = login.and_then(|login| Some((login.account?, login))) {
        return Ok(Poll::Confirmed(account, login));
    }
    let waiting = cli_login::table
        .filter(cli_login::poll_hash.eq(poll_hash))
        .filter(cli_login::expires_at.gt(now));
    let pending: bool = diesel::select(diesel::dsl::exists(waiting)).get_result(conn)?;
    Ok(if pending { Poll::Pending } else { Poll::Gone })
}

/// Removes what has expired and gives how many.
pub fn purge(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<usize> {
    let expired = cli_login::table.filter(cli_login::expires_at.le(time::to_row(now)));
    Ok(diesel::delete(expired).execute(conn)?)
}
