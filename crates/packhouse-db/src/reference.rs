//! What versions are made of besides their own files, and what speaks about them.

use diesel::prelude::*;
use diesel::sql_types::Text;
use packhouse_core::id::{PackageId, VersionId};
use packhouse_core::package::VersionState;

use crate::AnyConn;
use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::{referrer, version, version_reference};

/// How many rows one statement names.
const CHUNK: usize = 500;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Gives how long a text is, in bytes; neither engine reads all of a long one for that.
    fn octet_length(text: Text) -> Integer;
}

/// What a version refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Bytes, by the sha256 in hex.
    Blob(String),
    /// Another version of the package, by its key.
    Version(String),
}

impl Target {
    fn kind(&self) -> &'static str {
        match self {
            Self::Blob(_) => "blob",
            Self::Version(_) => "version",
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Blob(text) | Self::Version(text) => text,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = version_reference)]
#[diesel(treat_none_as_default_value = false)]
struct NewRow<'a> {
    version_id: i64,
    position: i64,
    package_id: i64,
    kind: &'static str,
    target: &'a str,
}

/// Stores what a version refers to, in order.
pub fn insert(
    conn: &mut AnyConn,
    version: VersionId,
    package: PackageId,
    targets: &[Target],
) -> Result<()> {
    let rows: Vec<NewRow<'_>> = targets
        .iter()
        .zip(0_i64..)
        .map(|(target, position)| NewRow {
            version_id: version.0,
            position,
            package_id: package.0,
            kind: target.kind(),
            target: target.text(),
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        on_backend!(conn, |conn| diesel::insert_into(version_reference::table)
            .values(chunk)
            .execute(conn))?;
    }
    Ok(())
}

/// Gives what a version refers to, in order.
pub fn list(conn: &mut AnyConn, version: VersionId) -> Result<Vec<Target>> {
    let rows: Vec<(String, String)> = version_reference::table
        .filter(version_reference::version_id.eq(version.0))
        .order(version_reference::position)
        .select((version_reference::kind, version_reference::target))
        .load(conn)?;
    let target = |(kind, target): (String, String)| match kind.as_str() {
        "version" => Target::Version(target),
        _ => Target::Blob(target),
    };
    Ok(rows.into_iter().map(target).collect())
}

/// Gives the names of live versions of a package that refer to something, at most `limit`.
pub fn live_referring(
    conn: &mut AnyConn,
    package: PackageId,
    target: &Target,
    limit: i64,
) -> Result<Vec<String>> {
    Ok(version_reference::table
        .inner_join(version::table.on(version::id.eq(version_reference::version_id)))
        .filter(version_reference::package_id.eq(package.0))
        .filter(version_reference::kind.eq(target.kind()))
        .filter(version_reference::target.eq(target.text()))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .order(version_reference::version_id)
        .limit(limit)
        .select(version::name)
        .load(conn)?)
}

/// Gives the keys of live versions of a package that refer to one of these versions, each once,
/// newest first, at most `limit`.
pub fn live_parents(
    conn: &mut AnyConn,
    package: PackageId,
    keys: &[String],
    limit: i64,
) -> Result<Vec<String>> {
    let rows: Vec<(String, i64)> = version_reference::table
        .inner_join(version::table.on(version::id.eq(version_reference::version_id)))
        .filter(version_reference::package_id.eq(package.0))
        .filter(version_reference::kind.eq("version"))
        .filter(version_reference::target.eq_any(keys))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .order(version::id.desc())
        .limit(limit)
        .select((version::name_key, version::id))
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().map(|(key, _)| key).collect())
}

/// Gives the keys of deleted versions of a package that refer to something.
pub fn deleted_referring(
    conn: &mut AnyConn,
    package: PackageId,
    target: &Target,
) -> Result<Vec<String>> {
    Ok(version_reference::table
        .inner_join(version::table.on(version::id.eq(version_reference::version_id)))
        .filter(version_reference::package_id.eq(package.0))
        .filter(version_reference::kind.eq(target.kind()))
        .filter(version_reference::target.eq(target.text()))
        .filter(version::state.eq(VersionState::Deleted.as_str()))
        .select(version::name_key)
        .load(conn)?)
}

/// Gives those of these keys that are live versions of the package.
pub fn live_versions(
    conn: &mut AnyConn,
    package: PackageId,
    keys: &[String],
) -> Result<Vec<String>> {
    let mut live = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(CHUNK) {
        let found: Vec<String> = version::table
            .filter(version::package_id.eq(package.0))
            .filter(version::name_key.eq_any(chunk))
            .filter(version::state.eq(VersionState::Live.as_str()))
            .select(version::name_key)
            .load(conn)?;
        live.extend(found);
    }
    Ok(live)
}

/// A version that speaks about another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// What it speaks about, as it names it.
    pub subject: String,
    /// What kind of thing it is, for filters.
    pub kind: Option<String>,
    /// What a list of referrers shows, as JSON.
    pub entry: String,
}

/// Stores that a version speaks about another.
pub fn insert_referrer(
    conn: &mut AnyConn,
    version: VersionId,
    package: PackageId,
    new: &Referrer,
) -> Result<()> {
    diesel::insert_into(referrer::table)
        .values((
            referrer::version_id.eq(version.0),
            referrer::package_id.eq(package.0),
            referrer::subject.eq(&new.subject),
            referrer::kind.eq(new.kind.as_deref()),
            referrer::entry.eq(&new.entry),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives a page of the live versions that speak about a subject, oldest first, each with how long
/// its entry is, in bytes. `kinds` narrows them to these; none means all.
pub fn list_referrers(
    conn: &mut AnyConn,
    package: PackageId,
    subject: &str,
    kinds: &[String],
    after: Option<VersionId>,
    limit: i64,
) -> Result<Vec<(VersionId, usize)>> {
    let mut query = referrer::table
        .inner_join(version::table.on(version::id.eq(referrer::version_id)))
        .filter(referrer::package_id.eq(package.0))
        .filter(referrer::subject.eq(subject))
        .filter(referrer::version_id.gt(after.map_or(0, |id| id.0)))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .into_boxed();
    if !kinds.is_empty() {
        query = query.filter(referrer::kind.eq_any(kinds));
    }
    let rows: Vec<(i64, i32)> = query
        .order(referrer::version_id)
        .limit(limit)
        .select((referrer::version_id, octet_length(referrer::entry)))
        .load(conn)?;
    Ok(rows
        .into_iter()
        // No length is below zero.
        .map(|(id, length)| (VersionId(id), usize::try_from(length).unwrap_or_default()))
        .collect())
}

/// Gives the entries of some versions that speak about others, oldest first.
pub fn referrer_entries(conn: &mut AnyConn, versions: &[VersionId]) -> Result<Vec<String>> {
    let ids: Vec<i64> = versions.iter().map(|id| id.0).collect();
    let mut entries = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let found: Vec<String> = referrer::table
            .filter(referrer::version_id.eq_any(chunk))
            .order(referrer::version_id)
            .select(referrer::entry)
            .load(conn)?;
        entries.extend(found);
    }
    Ok(entries)
}

/// Tells whether a version speaks about another.
pub fn is_referrer(conn: &mut AnyConn, version: VersionId) -> Result<bool> {
    let query = referrer::table.find(version.0).count();
    Ok(query.get_result::<i64>(conn)? > 0)
}
