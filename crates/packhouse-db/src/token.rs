//! Personal access tokens.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::account::Account;
use packhouse_core::id::{AccountId, TokenId};
use packhouse_core::token::{Scopes, Token, TokenLimits};

use crate::conn::on_backend;
use crate::error::{DbError, Result};
use crate::row::{self, AccountRow};
use crate::schema::{account, token};
use crate::{AnyConn, time};

/// What a token starts with.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whose rights it carries.
    pub account: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// The sha256 of its body in hex.
    pub hash: String,
    /// The end of its text.
    pub last4: String,
    /// The start of its body, by which clients find it again.
    pub first4: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Where it counts.
    pub limits: TokenLimits,
    /// From when on it is refused.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token that a request came with. It may be expired, and its account disabled.
#[derive(Debug, Clone)]
pub struct FoundToken {
    /// The token.
    pub token: Token,
    /// Whose rights it carries.
    pub account: Account,
    /// Whether it was revoked.
    pub revoked: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = token)]
struct TokenRow {
    id: i64,
    account_id: i64,
    name: String,
    first4: String,
    last4: String,
    scopes: String,
    limits: String,
    created_at: NaiveDateTime,
    expires_at: Option<NaiveDateTime>,
    revoked_at: Option<NaiveDateTime>,
    last_used_at: Option<NaiveDateTime>,
}

impl TokenRow {
    /// Gives the token and whether it was revoked.
    fn into_token(self) -> Result<(Token, bool)> {
        let token = Token {
            id: TokenId(self.id),
            account: AccountId(self.account_id),
            name: self.name,
            first4: self.first4,
            last4: self.last4,
            scopes: row::read("token.scopes", &self.scopes, |text| text.parse().ok())?,
            limits: row::read("token.limits", &self.limits, |text| {
                serde_json::from_str(text).ok()
            })?,
            created_at: time::from_row(self.created_at),
            expires_at: self.expires_at.map(time::from_row),
            last_used_at: self.last_used_at.map(time::from_row),
        };
        Ok((token, self.revoked_at.is_some()))
    }
}

/// Inserts a token and gives it back.
///
/// # Errors
/// [`DbError::Duplicate`] when the hash is there.
pub fn insert_token(conn: &mut AnyConn, new: &NewToken, now: DateTime<Utc>) -> Result<Token> {
    // What is stored here and cannot be written as text is a fault of ours.
    let limits = serde_json::to_string(&new.limits).map_err(|error| DbError::Corrupt {
        column: "token.limits",
        value: error.to_string(),
    })?;
    let row: TokenRow = on_backend!(conn, |conn| diesel::insert_into(token::table)
        .values((
            token::account_id.eq(new.account.0),
            token::name.eq(&new.name),
            token::hash.eq(&new.hash),
            token::first4.eq(&new.first4),
            token::last4.eq(&new.last4),
            token::scopes.eq(new.scopes.to_string()),
            token::limits.eq(&limits),
            token::created_at.eq(time::to_row(now)),
            token::expires_at.eq(new.expires_at.map(time::to_row)),
        ))
        .returning(TokenRow::as_returning())
        .get_result(conn))?;
    Ok(row.into_token()?.0)
}

/// Finds a token by the sha256 of its body in hex, with its account, in one query.
pub fn find_token_by_hash(conn: &mut AnyConn, hash: &str) -> Result<Option<FoundToken>> {
    let row: Option<(TokenRow, AccountRow)> = token::table
        .inner_join(account::table.on(account::id.eq(token::account_id)))
        .filter(token::hash.eq(hash))
        .select((TokenRow::as_select(), AccountRow::as_select()))
        .first(conn)
        .optional()?;
    row.map(|(token, account)| {
        let (token, revoked) = token.into_token()?;
        Ok(FoundToken {
            token,
            account: account.into_account()?,
            revoked,
        })
    })
    .transpose()
}

/// Finds a token by its row, and whether it was revoked.
pub fn find_token(conn: &mut AnyConn, id: TokenId) -> Result<Option<(Token, bool)>> {
    let row: Option<TokenRow> = token::table
        .find(id.0)
        .select(TokenRow::as_select())
        .first(conn)
        .optional()?;
    row.map(TokenRow::into_token).transpose()
}

/// Lists an account's tokens that were not revoked, newest first, leaving out the first `offset`.
pub fn list_tokens(
    conn: &mut AnyConn,
    account: AccountId,
    offset: i64,
    limit: i64,
) -> Result<Vec<Token>> {
    let rows: Vec<TokenRow> = token::table
        .filter(token::account_id.eq(account.0))
        .filter(token::revoked_at.is_null())
        .order(token::id.desc())
        .offset(offset)
        .limit(limit)
        .select(TokenRow::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|row| Ok(row.into_token()?.0))
        .collect()
}

/// Counts an account's tokens that were not revoked.
pub fn count_tokens(conn: &mut AnyConn, account: AccountId) -> Result<i64> {
    Ok(token::table
        .filter(token::account_id.eq(account.0))
        .filter(token::revoked_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Revokes a token; gives whether it was not revoked before.
pub fn revoke_token(conn: &mut AnyConn, id: TokenId, now: DateTime<Utc>) -> Result<bool> {
    let row = token::table
        .filter(token::id.eq(id.0))
        .filter(token::revoked_at.is_null());
    let revoked = diesel::update(row)
        .set(token::revoked_at.eq(time::to_row(now)))
        .execute(conn)?;
    Ok(revoked > 0)
}

/// Notes when tokens were last used; an older time than the one noted changes nothing.
pub fn touch_tokens(conn: &mut AnyConn, uses: &[(TokenId, DateTime<Utc>)]) -> Result<()> {
    let mut uses = uses.to_vec();
    // One order for all, so that two processes that do this at once do not wait for each other.
    uses.sort_unstable();
    for (id, at) in uses {
        let at = time::to_row(at);
        let older = token::last_used_at.is_null().or(token::last_used_at.lt(at));
        diesel::update(token::table.filter(token::id.eq(id.0)).filter(older))
            .set(token::last_used_at.eq(at))
            .execute(conn)?;
    }
    Ok(())
}
