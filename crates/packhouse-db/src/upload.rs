//! Uploads of several requests: whose they are, how far, and who writes to them now.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::format::FormatId;
use packhouse_core::id::AccountId;

use crate::blob_link::Draft;
use crate::error::{DbError, Result};
use crate::schema::upload;
use crate::{AnyConn, time};

/// An upload that is under way.
#[derive(Debug, Clone)]
pub struct UploadRow {
    /// Its random name.
    pub id: String,
    /// For which package, and by whom.
    pub draft: Draft,
    /// How many bytes have arrived.
    pub position: u64,
    /// The store's own text about it.
    pub state: String,
    /// Who writes to it now.
    pub writer: Option<String>,
}

type Row = (
    String,
    i64,
    String,
    String,
    i64,
    i64,
    String,
    Option<String>,
);

macro_rules! columns {
    () => {
        (
            upload::id,
            upload::owner_id,
            upload::format,
            upload::package_key,
            upload::account_id,
            upload::position,
            upload::state,
            upload::writer,
        )
    };
}

fn read(row: Row) -> Result<UploadRow> {
    let (id, owner, format, package_key, account, position, state, writer) = row;
    Ok(UploadRow {
        id,
        draft: Draft {
            owner: AccountId(owner),
            format: FormatId::from_row(&format),
            package_key,
            account: AccountId(account),
        },
        position: u64::try_from(position).map_err(|_| DbError::Corrupt {
            column: "upload.position",
            value: position.to_string(),
        })?,
        state,
        writer,
    })
}

/// Inserts an upload at its beginning.
pub fn insert(
    conn: &mut AnyConn,
    id: &str,
    draft: &Draft,
    state: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let at = time::to_row(now);
    diesel::insert_into(upload::table)
        .values((
            upload::id.eq(id),
            upload::owner_id.eq(draft.owner.0),
            upload::format.eq(draft.format.as_str()),
            upload::package_key.eq(&draft.package_key),
            upload::account_id.eq(draft.account.0),
            upload::position.eq(0_i64),
            upload::state.eq(state),
            upload::created_at.eq(at),
            upload::touched_at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives an upload.
pub fn find(conn: &mut AnyConn, id: &str) -> Result<Option<UploadRow>> {
    upload::table
        .find(id)
        .select(columns!())
        .first::<Row>(conn)
        .optional()?
        .map(read)
        .transpose()
}

/// Lets a writer write until a moment, unless another does; gives the upload as it stands then.
/// `stolen` is a writer that is known to be gone.
pub fn claim(
    conn: &mut AnyConn,
    id: &str,
    writer: &str,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
    stolen: Option<&str>,
) -> Result<Option<UploadRow>> {
    let at = time::to_row(now);
    let free = upload::writer
        .is_null()
        .or(upload::writer_until.lt(at))
        .or(upload::writer.eq(stolen.unwrap_or_default()));
    diesel::update(upload::table.find(id).filter(free))
        .set((
            upload::writer.eq(writer),
            upload::writer_until.eq(time::to_row(until)),
            upload::touched_at.eq(at),
        ))
        .returning(columns!())
        .get_result::<Row>(conn)
        .optional()?
        .map(read)
        .transpose()
}

/// Lets a writer go on until a moment; tells whether it is still the writer.
pub fn renew(
    conn: &mut AnyConn,
    id: &str,
    writer: &str,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let row = upload::table.find(id).filter(upload::writer.eq(writer));
    let changed = diesel::update(row)
        .set((
            upload::writer_until.eq(time::to_row(until)),
            upload::touched_at.eq(time::to_row(now)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Records how far a writer came, which ends its writing; tells whether it was still the writer.
pub fn store(
    conn: &mut AnyConn,
    id: &str,
    writer: &str,
    position: u64,
    state: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let row = upload::table.find(id).filter(upload::writer.eq(writer));
    let changed = diesel::update(row)
        .set((
            // Far below 2^63: the largest file of any disk is.
            upload::position.eq(i64::try_from(position).unwrap_or(i64::MAX)),
            upload::state.eq(state),
            upload::writer.eq(None::<String>),
            upload::writer_until.eq(None::<NaiveDateTime>),
            upload::touched_at.eq(time::to_row(now)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Removes an upload that nobody writes to, or that `writer` does; tells whether it did.
pub fn delete(
    conn: &mut AnyConn,
    id: &str,
    writer: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let free = upload::writer
        .is_null()
        .or(upload::writer_until.lt(time::to_row(now)))
        .or(upload::writer.eq(writer.unwrap_or_default()));
    Ok(diesel::delete(upload::table.find(id).filter(free)).execute(conn)? == 1)
}

/// Removes an upload that a writer still writes to; tells whether it did.
pub fn delete_own(conn: &mut AnyConn, id: &str, writer: &str) -> Result<bool> {
    let row = upload::table.find(id).filter(upload::writer.eq(writer));
    Ok(diesel::delete(row).execute(conn)? == 1)
}

/// Removes an upload that nobody writes to and nothing happened to since a moment; tells whether it
/// did.
pub fn delete_idle(
    conn: &mut AnyConn,
    id: &str,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let free = upload::writer
        .is_null()
        .or(upload::writer_until.lt(time::to_row(now)));
    let row = upload::table
        .find(id)
        .filter(upload::touched_at.lt(time::to_row(since)))
        .filter(free);
    Ok(diesel::delete(row).execute(conn)? == 1)
}

/// Removes an upload to which nothing came and nobody writes; tells whether it did.
pub fn delete_untouched(conn: &mut AnyConn, id: &str, now: DateTime<Utc>) -> Result<bool> {
    let free = upload::writer
        .is_null()
        .or(upload::writer_until.lt(time::to_row(now)));
    let row = upload::table
        .find(id)
        .filter(upload::position.eq(0_i64))
        .filter(free);
    Ok(diesel::delete(row).execute(conn)? == 1)
}

/// Gives uploads that nothing happened to since a moment, oldest first.
pub fn list_idle(conn: &mut AnyConn, since: DateTime<Utc>, limit: i64) -> Result<Vec<UploadRow>> {
    upload::table
        .filter(upload::touched_at.lt(time::to_row(since)))
        .order(upload::touched_at)
        .limit(limit)
        .select(columns!())
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}
