//! What collection asks and removes: deleted versions and packages whose time is over, and in
//! [`bytes`] what nothing refers to any more. Everything comes in pages, by key.

pub mod bytes;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use packhouse_core::id::{AccountId, PackageId, RepositoryId, VersionId};

use crate::error::Result;
use crate::schema::{file, package, tag, version, version_reference};
use crate::{AnyConn, time};

/// A version as collection looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its row.
    pub id: VersionId,
    /// Its package.
    pub package: PackageId,
    /// The account that owns the package.
    pub owner: AccountId,
    /// The repository that the package is linked to.
    pub repository: Option<RepositoryId>,
    /// The package's name inside the owner.
    pub package_name: String,
    /// Its name as it was published.
    pub name: String,
    /// Its name as names are compared.
    pub key: String,
    /// When it was deleted, if it was.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When its package was deleted, if it was.
    pub package_deleted_at: Option<DateTime<Utc>>,
}

impl Candidate {
    /// Tells whether it was deleted at that moment or before.
    pub fn is_expired(&self, until: DateTime<Utc>) -> bool {
        self.deleted_at.is_some_and(|at| at <= until)
    }

    /// Tells whether its package was deleted at that moment or before.
    pub fn is_of_expired_package(&self, until: DateTime<Utc>) -> bool {
        self.package_deleted_at.is_some_and(|at| at <= until)
    }
}

type Row = (
    i64,
    i64,
    i64,
    Option<i64>,
    String,
    String,
    String,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
);

/// Versions with their packages, as [`Row`]s. A macro, because the type of a join has no short
/// name.
macro_rules! candidates {
    () => {
        version::table
            .inner_join(package::table.on(package::id.eq(version::package_id)))
            .select((
                version::id,
                version::package_id,
                package::owner_id,
                package::repository_id,
                package::name,
                version::name,
                version::name_key,
                version::deleted_at,
                package::deleted_at,
            ))
    };
}
pub(crate) use candidates;

pub(crate) fn candidate(row: Row) -> Candidate {
    let (id, package, owner, repository, package_name, name, key, deleted_at, gone_at) = row;
    Candidate {
        id: VersionId(id),
        package: PackageId(package),
        owner: AccountId(owner),
        repository: repository.map(RepositoryId),
        package_name,
        name,
        key,
        deleted_at: deleted_at.map(time::from_row),
        package_deleted_at: gone_at.map(time::from_row),
    }
}

/// Gives a page of the versions that were deleted until a moment, oldest deletion first.
pub fn list_expired_versions(
    conn: &mut AnyConn,
    until: DateTime<Utc>,
    after: Option<(DateTime<Utc>, VersionId)>,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let mut query = candidates!()
        .filter(version::deleted_at.le(time::to_row(until)))
        .order((version::deleted_at, version::id))
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = after {
        let at = time::to_row(at);
        let later = version::deleted_at
            .gt(at)
            .or(version::deleted_at.eq(at).and(version::id.gt(id.0)));
        query = query.filter(version::deleted_at.ge(at)).filter(later);
    }
    let rows: Vec<Row> = query.load(conn)?;
    Ok(rows.into_iter().map(candidate).collect())
}

/// Tells whether another row has the name by now: a live one, or one that was deleted later. Then
/// nobody who names it means this one.
pub fn is_superseded(conn: &mut AnyConn, one: &Candidate) -> Result<bool> {
    let at = one.deleted_at.map(time::to_row);
    let later = version::deleted_at
        .gt(at)
        .or(version::deleted_at.eq(at).and(version::id.gt(one.id.0)));
    let others = version::table
        .filter(version::package_id.eq(one.package.0))
        .filter(version::name_key.eq(&one.key))
        .filter(version::id.ne(one.id.0))
        .filter(version::deleted_at.is_null().or(later));
    Ok(diesel::select(exists(others)).get_result(conn)?)
}

/// Who names something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namers {
    /// A version that is not deleted, or was after the moment that was asked for.
    Standing,
    /// None but these, deleted before; perhaps none at all.
    Expired(Vec<Candidate>),
}

/// The most namers that are looked at; with more than that it counts as standing.
const MAX_NAMERS: i64 = 1000;

/// Tells which versions of a package name another (`kind` version, by key) or bytes (`kind` blob,
/// by sha256).
pub fn namers(
    conn: &mut AnyConn,
    package: PackageId,
    kind: &'static str,
    target: &str,
    until: DateTime<Utc>,
) -> Result<Namers> {
    let until = time::to_row(until);
    let naming = version_reference::table
        .filter(version_reference::package_id.eq(package.0))
        .filter(version_reference::kind.eq(kind))
        .filter(version_reference::target.eq(target))
        .select(version_reference::version_id);
    let standing = version::table.filter(version::id.eq_any(naming)).filter(
        version::deleted_at
            .is_null()
            .or(version::deleted_at.gt(until)),
    );
    if diesel::select(exists(standing)).get_result(conn)? {
        return Ok(Namers::Standing);
    }
    let rows: Vec<Row> = candidates!()
        .filter(version::id.eq_any(naming))
        .order(version::id)
        .limit(MAX_NAMERS)
        .load(conn)?;
    if i64::try_from(rows.len()).unwrap_or(i64::MAX) == MAX_NAMERS {
        return Ok(Namers::Standing);
    }
    Ok(Namers::Expired(rows.into_iter().map(candidate).collect()))
}

/// Removes a version that was deleted until a moment, with all that hangs on it; tells whether it
/// was there. Its tombstone and its events stay.
pub fn purge_version(conn: &mut AnyConn, id: VersionId, until: DateTime<Utc>) -> Result<bool> {
    // Holds the row, so that it is not restored meanwhile.
    let expired = version::table
        .find(id.0)
        .filter(version::deleted_at.le(time::to_row(until)));
    let held = diesel::update(expired)
        .set(version::state.eq(version::state))
        .execute(conn)?;
    if held == 1 {
        remove_versions(conn, &[id.0])?;
    }
    Ok(held == 1)
}

/// References, signatures, referrers and counted downloads go with the row.
fn remove_versions(conn: &mut AnyConn, ids: &[i64]) -> Result<()> {
    diesel::delete(tag::table.filter(tag::version_id.eq_any(ids))).execute(conn)?;
    diesel::delete(file::table.filter(file::version_id.eq_any(ids))).execute(conn)?;
    diesel::delete(version::table.filter(version::id.eq_any(ids))).execute(conn)?;
    Ok(())
}

/// A deleted package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedPackage {
    /// Its row.
    pub id: PackageId,
    /// The account that owned it.
    pub owner: AccountId,
    /// The repository it was linked to.
    pub repository: Option<RepositoryId>,
    /// Its name inside the owner.
    pub name: String,
}

/// Gives a page of the packages that were deleted until a moment, by row.
pub fn list_expired_packages(
    conn: &mut AnyConn,
    until: DateTime<Utc>,
    after: PackageId,
    limit: i64,
) -> Result<Vec<DeletedPackage>> {
    let rows: Vec<(i64, i64, Option<i64>, String)> = package::table
        .filter(package::deleted_at.le(time::to_row(until)))
        .filter(package::id.gt(after.0))
        .order(package::id)
        .limit(limit)
        .select((
            package::id,
            package::owner_id,
            package::repository_id,
            package::name,
        ))
        .load(conn)?;
    let read = |(id, owner, repository, name): (i64, i64, Option<i64>, String)| DeletedPackage {
        id: PackageId(id),
        owner: AccountId(owner),
        repository: repository.map(RepositoryId),
        name,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Counts the versions of a package, whatever their state.
pub fn count_versions(conn: &mut AnyConn, package: PackageId) -> Result<i64> {
    let all = version::table.filter(version::package_id.eq(package.0));
    Ok(all.count().get_result(conn)?)
}

/// Holds the row of a package that was deleted until a moment, so that it is not restored
/// meanwhile; tells whether it is there.
pub fn hold_expired_package(
    conn: &mut AnyConn,
    id: PackageId,
    until: DateTime<Utc>,
) -> Result<bool> {
    let expired = package::table
        .find(id.0)
        .filter(package::deleted_at.le(time::to_row(until)));
    let held = diesel::update(expired)
        .set(package::revision.eq(package::revision))
        .execute(conn)?;
    Ok(held == 1)
}

/// Removes up to `limit` versions of a package, whatever their state; gives how many.
pub fn purge_versions_of(conn: &mut AnyConn, package: PackageId, limit: i64) -> Result<usize> {
    let ids: Vec<i64> = version::table
        .filter(version::package_id.eq(package.0))
        .order(version::id)
        .limit(limit)
        .select(version::id)
        .load(conn)?;
    remove_versions(conn, &ids)?;
    Ok(ids.len())
}

/// Removes a package without versions; its grants and rules go with the row.
pub fn purge_package(conn: &mut AnyConn, id: PackageId) -> Result<()> {
    diesel::delete(package::table.find(id.0)).execute(conn)?;
    Ok(())
}
