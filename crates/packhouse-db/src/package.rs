//! Packages: the row that names one, and what counts for it.
//!
//! Whoever changes anything of a package calls [`bump`] first: it raises the revision by which
//! rendered documents are keyed and, on PostgreSQL, holds the row until the transaction ends, so
//! that the changes of one package come one after another.

mod record;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId, RepositoryId, VersionId};
use packhouse_core::package::{Package, PackageName};
use packhouse_core::visibility::Visibility;

use crate::error::Result;
use crate::feed::views::{Changed, redraw};
use crate::schema::{package, version};
use crate::{AnyConn, row, time};

pub(crate) use record::records_of;
pub use record::{
    PackageRecord, find_deleted_record, find_record, find_record_at, find_record_by_id, list_names,
    list_packages, list_readable,
};

/// What a package starts with.
#[derive(Debug, Clone)]
pub struct NewPackage {
    /// The account it belongs to.
    pub owner: AccountId,
    /// Its format.
    pub format: FormatId,
    /// Its name inside the owner.
    pub name: PackageName,
    /// The repository it is linked to.
    pub repository: Option<RepositoryId>,
    /// Takes access and visibility from its repository instead of its own.
    pub inherits: bool,
    /// Its own visibility.
    pub visibility: Visibility,
    /// One line about it.
    pub description: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = package)]
pub(crate) struct PackageRow {
    id: i64,
    owner_id: i64,
    format: String,
    name: String,
    name_key: String,
    repository_id: Option<i64>,
    inherits: bool,
    visibility: String,
    revision: i64,
    latest_id: Option<i64>,
    live_versions: i64,
    description: Option<String>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
    path: Option<String>,
}

impl PackageRow {
    fn into_package(self) -> Result<Package> {
        Ok(Package {
            id: PackageId(self.id),
            owner: AccountId(self.owner_id),
            format: FormatId::from_row(&self.format),
            name: PackageName::new(self.name, self.name_key),
            path: self.path,
            repository: self.repository_id.map(RepositoryId),
            inherits: self.inherits,
            visibility: row::read("package.visibility", &self.visibility, |text| {
                text.parse().ok()
            })?,
            revision: self.revision,
            description: self.description,
            created_at: time::from_row(self.created_at),
            updated_at: time::from_row(self.updated_at),
            deleted_at: self.deleted_at.map(time::from_row),
        })
    }
}

/// Inserts a package at revision 1, without versions, and gives it back.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when a live package has the name.
pub fn insert_package(conn: &mut AnyConn, new: &NewPackage, now: DateTime<Utc>) -> Result<Package> {
    let at = time::to_row(now);
    let path = new.name.home().map(|home| home.path.clone());
    let id: i64 = diesel::insert_into(package::table)
        .values((
            package::owner_id.eq(new.owner.0),
            package::format.eq(new.format.as_str()),
            package::name.eq(new.name.as_str()),
            package::name_key.eq(new.name.key()),
            package::repository_id.eq(new.repository.map(|id| id.0)),
            package::inherits.eq(new.inherits),
            package::visibility.eq(new.visibility.as_str()),
            package::revision.eq(1_i64),
            package::live_versions.eq(0_i64),
            package::description.eq(new.description.as_deref()),
            package::created_at.eq(at),
            package::updated_at.eq(at),
            package::path.eq(path.as_deref()),
        ))
        .returning(package::id)
        .get_result(conn)?;
    Ok(Package {
        id: PackageId(id),
        owner: new.owner,
        format: new.format,
        name: new.name.clone(),
        path,
        repository: new.repository,
        inherits: new.inherits,
        visibility: new.visibility,
        revision: 1,
        description: new.description.clone(),
        created_at: time::from_row(at),
        updated_at: time::from_row(at),
        deleted_at: None,
    })
}

/// Gives the live package of that name.
pub fn find_package(
    conn: &mut AnyConn,
    owner: AccountId,
    format: FormatId,
    key: &str,
) -> Result<Option<Package>> {
    package::table
        .filter(package::owner_id.eq(owner.0))
        .filter(package::format.eq(format.as_str()))
        .filter(package::name_key.eq(key))
        .filter(package::deleted_at.is_null())
        .select(PackageRow::as_select())
        .first(conn)
        .optional()?
        .map(PackageRow::into_package)
        .transpose()
}

/// Tells whether another repository of the owner has a package at that path: a live one, or one that
/// was deleted after `since`.
pub fn is_taken_elsewhere(
    conn: &mut AnyConn,
    owner: AccountId,
    format: FormatId,
    (path, repository): (&str, RepositoryId),
    since: DateTime<Utc>,
) -> Result<bool> {
    let since = time::to_row(since);
    let others = package::table
        .filter(package::owner_id.eq(owner.0))
        .filter(package::format.eq(format.as_str()))
        .filter(package::path.eq(path))
        .filter(package::repository_id.ne(repository.0))
        .filter(
            package::deleted_at
                .is_null()
                .or(package::deleted_at.gt(since)),
        );
    Ok(others.count().get_result::<i64>(conn)? > 0)
}

/// Raises the revision of a live package and gives the new one; `None` when it is gone. The first
/// statement of every change of a package.
pub fn bump(conn: &mut AnyConn, id: PackageId, now: DateTime<Utc>) -> Result<Option<i64>> {
    Ok(diesel::update(
        package::table
            .find(id.0)
            .filter(package::deleted_at.is_null()),
    )
    .set((
        package::revision.eq(package::revision + 1),
        package::updated_at.eq(time::to_row(now)),
    ))
    .returning(package::revision)
    .get_result(conn)
    .optional()?)
}

/// Holds the row of a live package until the transaction ends, as [`bump`] does, without raising its
/// revision: for changes that no document shows. Tells whether it is there.
pub fn hold(conn: &mut AnyConn, id: PackageId) -> Result<bool> {
    let live = package::table
        .find(id.0)
        .filter(package::deleted_at.is_null());
    let held = diesel::update(live)
        .set(package::revision.eq(package::revision))
        .execute(conn)?;
    Ok(held == 1)
}

/// Removes a live package that has no version in any state; tells whether it did.
pub fn remove_empty(conn: &mut AnyConn, id: PackageId) -> Result<bool> {
    let versions = version::table.filter(version::package_id.eq(package::id));
    let empty = package::table
        .find(id.0)
        .filter(package::deleted_at.is_null())
        .filter(not(exists(versions)));
    Ok(diesel::delete(empty).execute(conn)? == 1)
}

/// Stores what follows from a package's live versions: the latest, their number, the description.
pub fn set_latest(
    conn: &mut AnyConn,
    id: PackageId,
    latest: Option<VersionId>,
    live_versions: i64,
    description: Option<&str>,
) -> Result<()> {
    diesel::update(package::table.find(id.0))
        .set((
            package::latest_id.eq(latest.map(|id| id.0)),
            package::live_versions.eq(live_versions),
            package::description.eq(description),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores whether a package inherits, and its own visibility.
pub fn set_visibility(
    conn: &mut AnyConn,
    id: PackageId,
    inherits: bool,
    visibility: Visibility,
) -> Result<()> {
    diesel::update(package::table.find(id.0))
        .set((
            package::inherits.eq(inherits),
            package::visibility.eq(visibility.as_str()),
        ))
        .execute(conn)?;
    redraw(conn, Changed::Package(id))
}

/// Links a package to a repository or to none, and stores whether it inherits from it.
pub fn set_repository(
    conn: &mut AnyConn,
    id: PackageId,
    repository: Option<RepositoryId>,
    inherits: bool,
) -> Result<()> {
    diesel::update(package::table.find(id.0))
        .set((
            package::repository_id.eq(repository.map(|id| id.0)),
            package::inherits.eq(inherits),
        ))
        .execute(conn)?;
    redraw(conn, Changed::Package(id))
}

/// Deletes a live package so that it can be restored; tells whether there was one. Its versions
/// are deleted by [`crate::version::mark_all_deleted`].
pub fn mark_deleted(conn: &mut AnyConn, id: PackageId, now: DateTime<Utc>) -> Result<bool> {
    let changed = diesel::update(
        package::table
            .find(id.0)
            .filter(package::deleted_at.is_null()),
    )
    .set(package::deleted_at.eq(time::to_row(now)))
    .execute(conn)?;
    redraw(conn, Changed::Package(id))?;
    Ok(changed == 1)
}

/// Restores a deleted package at a higher revision; tells whether there was one.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when a live package has the name.
pub fn mark_restored(conn: &mut AnyConn, id: PackageId, now: DateTime<Utc>) -> Result<bool> {
    let deleted = package::table
        .find(id.0)
        .filter(package::deleted_at.is_not_null());
    let changed = diesel::update(deleted)
        .set((
            package::deleted_at.eq(None::<NaiveDateTime>),
            package::revision.eq(package::revision + 1),
            package::updated_at.eq(time::to_row(now)),
        ))
        .execute(conn)?;
    redraw(conn, Changed::Package(id))?;
    Ok(changed == 1)
}
