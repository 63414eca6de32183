//! Links that no version needs, bytes without a holder, and what the store keeps that no row knows.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use packhouse_core::digest::Sha256;
use packhouse_core::id::PackageId;

use super::{Candidate, candidate, candidates};
use crate::error::Result;
use crate::schema::{
    blob, blob_link, draft_blob, file, package, upload, version, version_reference,
};
use crate::{AnyConn, row, time};

/// How many texts one statement names.
const CHUNK: usize = 500;

/// A link between a package and bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The package.
    pub package: PackageId,
    /// The sha256 of the bytes, in hex.
    pub sha256: String,
    /// When it was made, or a client was last told that the bytes are there.
    pub touched_at: DateTime<Utc>,
    /// When the package was deleted, if it was.
    pub package_deleted_at: Option<DateTime<Utc>>,
    /// Whether any version of the package, deleted ones too, names the bytes.
    pub named: bool,
}

type LinkRow = (i64, String, NaiveDateTime, Option<NaiveDateTime>, bool);

/// Tells of a link whether a version of its package names the bytes.
macro_rules! named {
    () => {
        exists(
            version_reference::table
                .filter(version_reference::package_id.eq(blob_link::package_id))
                .filter(version_reference::kind.eq("blob"))
                .filter(version_reference::target.eq(blob_link::sha256)),
        )
    };
}

macro_rules! links {
    () => {
        blob_link::table
            .inner_join(package::table.on(package::id.eq(blob_link::package_id)))
            .order((blob_link::package_id, blob_link::sha256))
            .select((
                blob_link::package_id,
                blob_link::sha256,
                blob_link::touched_at,
                package::deleted_at,
                named!(),
            ))
    };
}

fn link((package, sha256, touched_at, gone_at, named): LinkRow) -> Link {
    Link {
        package: PackageId(package),
        sha256,
        touched_at: time::from_row(touched_at),
        package_deleted_at: gone_at.map(time::from_row),
        named,
    }
}

/// Gives a page of all links by key.
pub fn list_links(conn: &mut AnyConn, after: (PackageId, &str), limit: i64) -> Result<Vec<Link>> {
    let (package, sha256) = after;
    let rows: Vec<LinkRow> = links!()
        .filter(blob_link::package_id.ge(package.0))
        .filter(
            blob_link::package_id
                .gt(package.0)
                .or(blob_link::sha256.gt(sha256)),
        )
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(link).collect())
}

/// Gives the links to some bytes, at most `limit`.
pub fn links_to(conn: &mut AnyConn, sha256: &str, limit: i64) -> Result<Vec<Link>> {
    let rows: Vec<LinkRow> = links!()
        .filter(blob_link::sha256.eq(sha256))
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(link).collect())
}

/// Gives the versions that have some bytes as a file, at most `limit`.
pub fn versions_with(conn: &mut AnyConn, sha256: &str, limit: i64) -> Result<Vec<Candidate>> {
    let having = file::table
        .filter(file::sha256.eq(sha256))
        .select(file::version_id);
    let rows = candidates!()
        .filter(version::id.eq_any(having))
        .order(version::id)
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(candidate).collect())
}

/// Tells when some bytes were last touched that somebody brought for a package that is yet to be.
pub fn draft_touched(conn: &mut AnyConn, sha256: &str) -> Result<Option<DateTime<Utc>>> {
    let last: Option<NaiveDateTime> = draft_blob::table
        .filter(draft_blob::sha256.eq(sha256))
        .order(draft_blob::touched_at.desc())
        .select(draft_blob::touched_at)
        .first(conn)
        .optional()?;
    Ok(last.map(time::from_row))
}

/// Removes a link that was last touched before a moment and whose bytes no version of the package
/// names; tells whether it did. A link that is renewed at the same time stays.
pub fn delete_link(
    conn: &mut AnyConn,
    package: PackageId,
    sha256: &str,
    before: DateTime<Utc>,
) -> Result<bool> {
    let stale = blob_link::table
        .find((package.0, sha256))
        .filter(blob_link::touched_at.lt(time::to_row(before)))
        .filter(not(named!()));
    Ok(diesel::delete(stale).execute(conn)? == 1)
}

/// Removes up to `limit` links of a package; gives how many.
pub fn delete_links_of(conn: &mut AnyConn, package: PackageId, limit: i64) -> Result<usize> {
    let some: Vec<String> = blob_link::table
        .filter(blob_link::package_id.eq(package.0))
        .order(blob_link::sha256)
        .limit(limit)
        .select(blob_link::sha256)
        .load(conn)?;
    let mine = blob_link::table.filter(blob_link::package_id.eq(package.0));
    Ok(diesel::delete(mine.filter(blob_link::sha256.eq_any(some))).execute(conn)?)
}

/// Recorded bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Their sha256.
    pub sha256: Sha256,
    /// Their length in bytes.
    pub size: u64,
    /// The store's own key.
    pub location: String,
    /// When they were recorded.
    pub created_at: DateTime<Utc>,
    /// Whether a link, a draft or a file refers to them.
    pub held: bool,
}

/// Tells of bytes whether something refers to them.
macro_rules! held {
    () => {
        exists(blob_link::table.filter(blob_link::sha256.eq(blob::sha256)))
            .or(exists(file::table.filter(file::sha256.eq(blob::sha256))))
            .or(exists(
                draft_blob::table.filter(draft_blob::sha256.eq(blob::sha256)),
            ))
    };
}

/// Gives a page of all recorded bytes, by sha256.
pub fn list_blobs(conn: &mut AnyConn, after: &str, limit: i64) -> Result<Vec<Blob>> {
    let rows: Vec<(String, i64, String, NaiveDateTime, bool)> = blob::table
        .filter(blob::sha256.gt(after))
        .order(blob::sha256)
        .limit(limit)
        .select((
            blob::sha256,
            blob::size,
            blob::location,
            blob::created_at,
            held!(),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(sha256, size, location, created_at, held)| {
            Ok(Blob {
                sha256: row::read("blob.sha256", &sha256, |text| text.parse().ok())?,
                size: row::read("blob.size", &size.to_string(), |text| text.parse().ok())?,
                location,
                created_at: time::from_row(created_at),
                held,
            })
        })
        .collect()
}

/// Removes the record of bytes that lie at a location, were recorded before a moment, and that
/// nothing refers to; tells whether it did.
///
/// On PostgreSQL the row is locked first: whoever is about to refer to it has either committed and
/// is seen by the question that follows, or waits and finds the row gone.
pub fn delete_blob(
    conn: &mut AnyConn,
    sha256: &Sha256,
    location: &str,
    before: DateTime<Utc>,
) -> Result<bool> {
    let key = sha256.to_string();
    if let AnyConn::Postgres(conn) = conn {
        let row = blob::table.find(&key).select(blob::sha256);
        let locked: Option<String> = row.for_update().first(conn).optional()?;
        if locked.is_none() {
            return Ok(false);
        }
    }
    let unheld: Option<String> = blob::table
        .find(&key)
        .filter(blob::location.eq(location))
        .filter(blob::created_at.lt(time::to_row(before)))
        .filter(not(held!()))
        .select(blob::sha256)
        .first(conn)
        .optional()?;
    if unheld.is_none() {
        return Ok(false);
    }
    Ok(diesel::delete(blob::table.find(&key)).execute(conn)? == 1)
}

/// Gives those of these locations at which recorded bytes lie.
pub fn recorded(conn: &mut AnyConn, locations: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for chunk in locations.chunks(CHUNK) {
        let rows: Vec<String> = blob::table
            .filter(blob::location.eq_any(chunk))
            .select(blob::location)
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Tells whether bytes at a location are recorded, or an upload is about to become them: a bucket
/// dates an object by when its upload began.
pub fn is_wanted(conn: &mut AnyConn, location: &str) -> Result<bool> {
    if !recorded(conn, &[location.to_owned()])?.is_empty() {
        return Ok(true);
    }
    // Keys hold letters, digits and slashes, which mean nothing special to LIKE or JSON.
    let naming = upload::table.filter(upload::state.like(format!("%{location}%")));
    Ok(diesel::select(exists(naming)).get_result(conn)?)
}

/// Gives those of these names that are uploads under way.
pub fn uploads_among(conn: &mut AnyConn, ids: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<String> = upload::table
            .filter(upload::id.eq_any(chunk))
            .select(upload::id)
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Counts the uploads that nothing happened to since a moment.
pub fn count_idle_uploads(conn: &mut AnyConn, since: DateTime<Utc>) -> Result<i64> {
    let idle = upload::table.filter(upload::touched_at.lt(time::to_row(since)));
    Ok(idle.count().get_result(conn)?)
}
