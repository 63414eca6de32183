//! Bytes in the store: a row per sha256 with where the bytes lie.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel::upsert::excluded;
use packhouse_core::digest::{Digests, Sha256};

use crate::conn::on_backend;
use crate::error::{DbError, Result};
use crate::schema::blob;
use crate::{AnyConn, row, time};

#[diesel::declare_sql_function]
extern "SQL" {
    /// Gives the first that is not NULL.
    fn coalesce(kept: Nullable<Text>, new: Nullable<Text>) -> Nullable<Text>;
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = blob)]
pub(crate) struct BlobRow {
    sha256: String,
    sha512: Option<String>,
    sha1: Option<String>,
    md5: Option<String>,
    size: i64,
    location: String,
}

impl BlobRow {
    pub(crate) fn into_digests(self) -> Result<(Digests, String)> {
        let digests = Digests {
            sha256: row::read("blob.sha256", &self.sha256, |text| text.parse().ok())?,
            sha512: row::read_option("blob.sha512", self.sha512.as_deref())?,
            sha1: row::read_option("blob.sha1", self.sha1.as_deref())?,
            md5: row::read_option("blob.md5", self.md5.as_deref())?,
            size: u64::try_from(self.size).map_err(|_| DbError::Corrupt {
                column: "blob.size",
                value: self.size.to_string(),
            })?,
        };
        Ok((digests, self.location))
    }
}

#[derive(Insertable)]
#[diesel(table_name = blob)]
struct NewRow<'a> {
    sha256: String,
    sha512: Option<String>,
    sha1: Option<String>,
    md5: Option<String>,
    size: i64,
    location: &'a str,
    created_at: NaiveDateTime,
}

/// Records bytes that lie at `location` and gives the location that now stands: an earlier row for
/// the same bytes wins. The row stays locked until the transaction ends, so that nobody collects
/// the blob before a file refers to it.
pub fn insert_blob(
    conn: &mut AnyConn,
    digests: &Digests,
    location: &str,
    now: DateTime<Utc>,
) -> Result<String> {
    let size = i64::try_from(digests.size).map_err(|_| DbError::Corrupt {
        column: "blob.size",
        value: digests.size.to_string(),
    })?;
    let row = NewRow {
        sha256: digests.sha256.to_string(),
        sha512: digests.sha512.map(|digest| digest.to_string()),
        sha1: digests.sha1.map(|digest| digest.to_string()),
        md5: digests.md5.map(|digest| digest.to_string()),
        size,
        location,
        created_at: time::to_row(now),
    };
    // Digests that the first upload did not ask for are added. Setting something is what makes
    // RETURNING give an existing row.
    let location = on_backend!(conn, |conn| diesel::insert_into(blob::table)
        .values(&row)
        .on_conflict(blob::sha256)
        .do_update()
        .set((
            blob::sha512.eq(coalesce(blob::sha512, excluded(blob::sha512))),
            blob::sha1.eq(coalesce(blob::sha1, excluded(blob::sha1))),
            blob::md5.eq(coalesce(blob::md5, excluded(blob::md5))),
        ))
        .returning(blob::location)
        .get_result::<String>(conn))?;
    Ok(location)
}

/// Records that known bytes, which are no longer at `from`, lie at `to`; nothing happens when they
/// are recorded elsewhere by now.
pub fn move_blob(conn: &mut AnyConn, sha256: &Sha256, from: &str, to: &str) -> Result<()> {
    let lost = blob::table
        .find(sha256.to_string())
        .filter(blob::location.eq(from));
    diesel::update(lost)
        .set(blob::location.eq(to))
        .execute(conn)?;
    Ok(())
}

/// Gives where known bytes lie, and keeps the row locked as [`insert_blob`] does; `None` when it is
/// gone. Digests that were not known yet are added.
pub fn hold_blob(conn: &mut AnyConn, digests: &Digests) -> Result<Option<String>> {
    let text = |digest: Option<String>| digest.into_sql::<Nullable<Text>>();
    let sha512 = digests.sha512.map(|digest| digest.to_string());
    let sha1 = digests.sha1.map(|digest| digest.to_string());
    let md5 = digests.md5.map(|digest| digest.to_string());
    Ok(diesel::update(blob::table.find(digests.sha256.to_string()))
        .set((
            blob::sha512.eq(coalesce(blob::sha512, text(sha512))),
            blob::sha1.eq(coalesce(blob::sha1, text(sha1))),
            blob::md5.eq(coalesce(blob::md5, text(md5))),
        ))
        .returning(blob::location)
        .get_result(conn)
        .optional()?)
}

/// Gives the digests of known bytes and where they lie.
pub fn find_blob(conn: &mut AnyConn, sha256: &Sha256) -> Result<Option<(Digests, String)>> {
    blob::table
        .find(sha256.to_string())
        .select(BlobRow::as_select())
        .first(conn)
        .optional()?
        .map(BlobRow::into_digests)
        .transpose()
}
