//! What is published in one go of a version whose files arrive one by one: the version itself, or
//! one build of a snapshot.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{count_star, exists, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use packhouse_core::id::{AccountId, PackageId, VersionId};
use packhouse_core::package::VersionState;

use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::{build, version};
use crate::{AnyConn, row, time};

/// A build row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The version it belongs to.
    pub version: VersionId,
    /// The package of that version.
    pub package: PackageId,
    /// Its name; empty for the version itself.
    pub name: String,
    /// Open or live.
    pub state: VersionState,
    /// Who put its first file.
    pub publisher: Option<AccountId>,
    /// When its first file came.
    pub created_at: DateTime<Utc>,
    /// When its last file came.
    pub touched_at: DateTime<Utc>,
    /// When it is to be looked at, if it is.
    pub due_at: Option<DateTime<Utc>>,
}

/// What the files of a build say about its version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// What the format keeps about the version, as JSON; empty before a file says anything.
    pub metadata: String,
    /// The source repository that is named.
    pub source_repository: Option<String>,
    /// The source branch or tag that is named.
    pub source_ref: Option<String>,
    /// What the package is to contribute to documents over several packages, as JSON.
    pub entries: String,
}

type Row = (
    i64,
    i64,
    String,
    String,
    Option<i64>,
    NaiveDateTime,
    NaiveDateTime,
    Option<NaiveDateTime>,
);

/// The columns of a [`Row`]. A macro, because a tuple of columns has no short type.
macro_rules! columns {
    () => {
        (
            build::version_id,
            build::package_id,
            build::name,
            build::state,
            build::publisher_id,
            build::created_at,
            build::touched_at,
            build::due_at,
        )
    };
}

/// Tells of a build that it is open: as text, because an index of the open ones alone is found by
/// SQLite only where the statement itself says so.
fn is_open() -> SqlLiteral<Bool> {
    sql("build.state = 'open'")
}

/// Tells of a build that it is live and one of several of its version; as text like [`is_open`].
fn is_live_and_named() -> SqlLiteral<Bool> {
    sql("build.state = 'live' AND build.name <> ''")
}

fn read(row: Row) -> Result<Build> {
    let (version, package, name, state, publisher, created_at, touched_at, due_at) = row;
    Ok(Build {
        version: VersionId(version),
        package: PackageId(package),
        name,
        state: row::read("build.state", &state, VersionState::parse)?,
        publisher: publisher.map(AccountId),
        created_at: time::from_row(created_at),
        touched_at: time::from_row(touched_at),
        due_at: due_at.map(time::from_row),
    })
}

/// Notes that a file of a build came: makes an open build when there is none, and has it looked at
/// again at `due`. Gives the build.
pub fn touch(
    conn: &mut AnyConn,
    (version, package): (VersionId, PackageId),
    name: &str,
    publisher: Option<AccountId>,
    now: DateTime<Utc>,
    due: DateTime<Utc>,
) -> Result<Build> {
    let (at, due) = (time::to_row(now), time::to_row(due));
    on_backend!(conn, |conn| diesel::insert_into(build::table)
        .values((
            build::version_id.eq(version.0),
            build::package_id.eq(package.0),
            build::name.eq(name),
            build::state.eq(VersionState::Open.as_str()),
            build::publisher_id.eq(publisher.map(|id| id.0)),
            build::created_at.eq(at),
            build::touched_at.eq(at),
            build::due_at.eq(due),
            build::metadata.eq(""),
            build::entries.eq(""),
        ))
        .on_conflict((build::version_id, build::name))
        .do_update()
        .set(build::touched_at.eq(at))
        .execute(conn))?;
    let open = build::table.find((version.0, name)).filter(is_open());
    diesel::update(open)
        .set(build::due_at.eq(due))
        .execute(conn)?;
    let row: Row = build::table
        .find((version.0, name))
        .select(columns!())
        .first(conn)?;
    read(row)
}

/// Gives what the files of a build say.
pub fn said(conn: &mut AnyConn, build: &Build) -> Result<Said> {
    let row: Option<(String, Option<String>, Option<String>, String)> = build::table
        .find((build.version.0, &build.name))
        .select((
            build::metadata,
            build::source_repository,
            build::source_ref,
            build::entries,
        ))
        .first(conn)
        .optional()?;
    let said = |(metadata, source_repository, source_ref, entries)| Said {
        metadata,
        source_repository,
        source_ref,
        entries,
    };
    Ok(row.map(said).unwrap_or_default())
}

/// Stores what the files of a build say.
pub fn set_said(conn: &mut AnyConn, build: &Build, said: &Said) -> Result<()> {
    diesel::update(build::table.find((build.version.0, &build.name)))
        .set((
            build::metadata.eq(&said.metadata),
            build::source_repository.eq(said.source_repository.as_deref()),
            build::source_ref.eq(said.source_ref.as_deref()),
            build::entries.eq(&said.entries),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives the open builds of a package, each with the name of its version.
pub fn list_open_of_package(
    conn: &mut AnyConn,
    package: PackageId,
) -> Result<Vec<(String, Build)>> {
    let rows: Vec<(String, Row)> = build::table
        .inner_join(version::table.on(version::id.eq(build::version_id)))
        .filter(build::package_id.eq(package.0))
        .filter(is_open())
        .filter(version::deleted_at.is_null())
        .order((build::version_id, build::name))
        .select((version::name_key, columns!()))
        .load(conn)?;
    rows.into_iter()
        .map(|(version, row)| Ok((version, read(row)?)))
        .collect()
}

/// Tells whether a package has a build that is to be looked at by now.
pub fn any_due(conn: &mut AnyConn, package: PackageId, now: DateTime<Utc>) -> Result<bool> {
    let due = build::table
        .filter(build::package_id.eq(package.0))
        .filter(build::due_at.le(time::to_row(now)))
        .select(build::version_id)
        .first::<i64>(conn)
        .optional()?;
    Ok(due.is_some())
}

/// Gives the builds that are to be looked at by now, of one package or of any, those first that wait
/// longest.
pub fn list_due(
    conn: &mut AnyConn,
    package: Option<PackageId>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Build>> {
    let mut query = build::table
        .filter(build::due_at.le(time::to_row(now)))
        .into_boxed();
    if let Some(package) = package {
        query = query.filter(build::package_id.eq(package.0));
    }
    query
        .order((build::due_at, build::version_id, build::name))
        .limit(limit)
        .select(columns!())
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// Notes that a build was looked at and something is missing: not again before its next file. One
/// that a file came for meanwhile is still to be looked at.
pub fn clear_due(conn: &mut AnyConn, build: &Build) -> Result<()> {
    let seen = build::table
        .find((build.version.0, &build.name))
        .filter(build::due_at.eq(build.due_at.map(time::to_row)));
    diesel::update(seen)
        .set(build::due_at.eq(None::<NaiveDateTime>))
        .execute(conn)?;
    Ok(())
}

/// Gives a build as it is now.
pub fn find(conn: &mut AnyConn, version: VersionId, name: &str) -> Result<Option<Build>> {
    let row: Option<Row> = build::table
        .find((version.0, name))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// Makes an open build live; tells whether it was open.
pub fn publish(conn: &mut AnyConn, build: &Build) -> Result<bool> {
    let open = build::table
        .find((build.version.0, &build.name))
        .filter(is_open());
    let changed = diesel::update(open)
        .set((
            build::state.eq(VersionState::Live.as_str()),
            build::due_at.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Removes a build's row.
pub fn delete(conn: &mut AnyConn, version: VersionId, name: &str) -> Result<()> {
    diesel::delete(build::table.find((version.0, name))).execute(conn)?;
    Ok(())
}

/// Gives the builds of a version by name.
pub fn list(conn: &mut AnyConn, id: VersionId) -> Result<Vec<Build>> {
    build::table
        .filter(build::version_id.eq(id.0))
        .order(build::name)
        .select(columns!())
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// Gives the live builds of a version that have a name of their own.
pub fn list_live(conn: &mut AnyConn, id: VersionId) -> Result<Vec<Build>> {
    build::table
        .filter(build::version_id.eq(id.0))
        .filter(is_live_and_named())
        .order(build::name)
        .select(columns!())
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// Gives a page of the versions after one that have more live builds than `keep`, by row. Reads the
/// rows of such builds alone, in an index.
pub fn list_crowded(
    conn: &mut AnyConn,
    keep: i64,
    after: VersionId,
    limit: i64,
) -> Result<Vec<VersionId>> {
    let ids: Vec<i64> = build::table
        .filter(build::version_id.gt(after.0))
        .filter(is_live_and_named())
        .group_by(build::version_id)
        .having(count_star().gt(keep))
        .order(build::version_id)
        .limit(limit)
        .select(build::version_id)
        .load(conn)?;
    Ok(ids.into_iter().map(VersionId).collect())
}

/// Gives a page of the open builds that no file came for since a moment, the oldest first.
pub fn list_abandoned(conn: &mut AnyConn, until: DateTime<Utc>, limit: i64) -> Result<Vec<Build>> {
    build::table
        .filter(is_open())
        .filter(build::touched_at.le(time::to_row(until)))
        .order((build::touched_at, build::version_id, build::name))
        .limit(limit)
        .select(columns!())
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// Removes an open build that no file came for since a moment, with its files; tells whether it was
/// there.
pub fn abandon(conn: &mut AnyConn, build: &Build, until: DateTime<Utc>) -> Result<bool> {
    let open = build::table
        .find((build.version.0, &build.name))
        .filter(is_open())
        .filter(build::touched_at.le(time::to_row(until)));
    if diesel::delete(open).execute(conn)? == 0 {
        return Ok(false);
    }
    crate::file::joined::delete_of_build(conn, build.version, &build.name)?;
    Ok(true)
}

/// Tells whether a version has any build.
pub fn any_of(conn: &mut AnyConn, version: VersionId) -> Result<bool> {
    let builds = build::table.filter(build::version_id.eq(version.0));
    Ok(diesel::select(exists(builds)).get_result(conn)?)
}
