//! Public keys that owners trust.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::id::{AccountId, OwnerKeyId};

use crate::error::Result;
use crate::schema::{account, owner_key};
use crate::{AnyConn, time};

/// A public key of an owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerKey {
    /// Its row.
    pub id: OwnerKeyId,
    /// Whose it is.
    pub owner: AccountId,
    /// `SHA256:` and the base64 of the key's hash.
    pub fingerprint: String,
    /// What kind of key it is.
    pub algorithm: String,
    /// Base64 of the DER of the key (SPKI).
    pub public_key: String,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}

type Row = (i64, i64, String, String, String, NaiveDateTime);

fn read(row: Row) -> OwnerKey {
    let (id, owner, fingerprint, algorithm, public_key, created_at) = row;
    OwnerKey {
        id: OwnerKeyId(id),
        owner: AccountId(owner),
        fingerprint,
        algorithm,
        public_key,
        created_at: time::from_row(created_at),
    }
}

/// Registers a key and gives its row.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when the owner has it already.
pub fn insert(
    conn: &mut AnyConn,
    owner: AccountId,
    fingerprint: &str,
    algorithm: &str,
    public_key: &str,
    now: DateTime<Utc>,
) -> Result<OwnerKeyId> {
    let id: i64 = diesel::insert_into(owner_key::table)
        .values((
            owner_key::owner_id.eq(owner.0),
            owner_key::fingerprint.eq(fingerprint),
            owner_key::algorithm.eq(algorithm),
            owner_key::public_key.eq(public_key),
            owner_key::created_at.eq(time::to_row(now)),
        ))
        .returning(owner_key::id)
        .get_result(conn)?;
    Ok(OwnerKeyId(id))
}

/// Gives the keys of an owner, oldest first.
pub fn list(conn: &mut AnyConn, owner: AccountId) -> Result<Vec<OwnerKey>> {
    let rows: Vec<Row> = owner_key::table
        .filter(owner_key::owner_id.eq(owner.0))
        .order(owner_key::id)
        .select((
            owner_key::id,
            owner_key::owner_id,
            owner_key::fingerprint,
            owner_key::algorithm,
            owner_key::public_key,
            owner_key::created_at,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Removes a key of an owner; tells whether there was one. Signatures by it count no more.
pub fn delete(conn: &mut AnyConn, owner: AccountId, id: OwnerKeyId) -> Result<bool> {
    let row = owner_key::table
        .find(id.0)
        .filter(owner_key::owner_id.eq(owner.0));
    Ok(diesel::delete(row).execute(conn)? == 1)
}

/// Gives the rows of an owner's keys, oldest first, none of which goes and to which none comes
/// until the transaction ends.
pub fn hold(conn: &mut AnyConn, owner: AccountId) -> Result<Vec<OwnerKeyId>> {
    // SQLite has one writer at a time.
    if let AnyConn::Postgres(conn) = conn {
        let row = account::table.find(owner.0).select(account::id);
        let _: Option<i64> = row.for_share().first(conn).optional()?;
    }
    let ids: Vec<i64> = owner_key::table
        .filter(owner_key::owner_id.eq(owner.0))
        .order(owner_key::id)
        .select(owner_key::id)
        .load(conn)?;
    Ok(ids.into_iter().map(OwnerKeyId).collect())
}

/// Waits until nobody holds an owner's keys ([`hold`]), and keeps others from it until the
/// transaction ends. The first statement of every change of them.
pub fn lock(conn: &mut AnyConn, owner: AccountId) -> Result<()> {
    if let AnyConn::Postgres(conn) = conn {
        let row = account::table.find(owner.0).select(account::id);
        let _: Option<i64> = row.for_no_key_update().first(conn).optional()?;
    }
    Ok(())
}
