//! Keys that sign versions.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::error::Result;
use crate::schema::signing_key;
use crate::{AnyConn, time};

/// A key pair. Retired ones stay, for what they signed.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its public name.
    pub key_id: String,
    /// What others check with.
    pub public_key: String,
    /// What signs; never leaves the server.
    pub private_key: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it signs nothing new.
    pub expires_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("key_id", &self.key_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_key)]
struct Row {
    key_id: String,
    public_key: String,
    private_key: String,
    created_at: NaiveDateTime,
    expires_at: Option<NaiveDateTime>,
}

impl From<Row> for SigningKey {
    fn from(row: Row) -> Self {
        Self {
            key_id: row.key_id,
            public_key: row.public_key,
            private_key: row.private_key,
            created_at: time::from_row(row.created_at),
            expires_at: row.expires_at.map(time::from_row),
        }
    }
}

/// Inserts a key.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when a key has the name.
pub fn insert(conn: &mut AnyConn, key: &SigningKey) -> Result<()> {
    diesel::insert_into(signing_key::table)
        .values((
            signing_key::key_id.eq(&key.key_id),
            signing_key::public_key.eq(&key.public_key),
            signing_key::private_key.eq(&key.private_key),
            signing_key::created_at.eq(time::to_row(key.created_at)),
            signing_key::expires_at.eq(key.expires_at.map(time::to_row)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Lists all keys, newest first.
pub fn list(conn: &mut AnyConn) -> Result<Vec<SigningKey>> {
    let rows: Vec<Row> = signing_key::table
        .order((signing_key::created_at.desc(), signing_key::key_id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(SigningKey::from).collect())
}

/// Gives the newest key that has not expired: the one that signs.
pub fn find_current(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<Option<SigningKey>> {
    let row: Option<Row> = signing_key::table
        .filter(
            signing_key::expires_at
                .is_null()
                .or(signing_key::expires_at.gt(time::to_row(now))),
        )
        .order((signing_key::created_at.desc(), signing_key::key_id))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(SigningKey::from))
}
