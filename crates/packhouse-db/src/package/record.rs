//! A package with all that rights and documents need to know of it, in one query.

use diesel::prelude::*;
use packhouse_core::account::Account;
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId, VersionId};
use packhouse_core::package::Package;
use packhouse_core::repository::Repository;
use packhouse_core::visibility::Visibility;

use super::PackageRow;
use crate::AnyConn;
use crate::conn::on_backend;
use crate::error::Result;
use crate::readable::{Readable, Viewer};
use crate::row::{AccountRow, RepositoryRow};
use crate::schema::{account, package, repository};

/// A package, its owner, its repository and its derived columns.
#[derive(Debug, Clone)]
pub struct PackageRecord {
    /// The package.
    pub package: Package,
    /// The account it belongs to.
    pub owner: Account,
    /// The repository it is linked to.
    pub repository: Option<Repository>,
    /// Its latest version, as its format counts.
    pub latest: Option<VersionId>,
    /// How many versions are live.
    pub live_versions: i64,
}

impl PackageRecord {
    /// Gives the repository whose access and visibility count instead of the package's own; `None`
    /// when its own count. The same line is drawn in [`crate::readable`].
    pub fn inherited_from(&self) -> Option<&Repository> {
        self.repository.as_ref().filter(|_| self.package.inherits)
    }

    /// Gives the visibility that counts.
    pub fn visibility(&self) -> Visibility {
        let source = self.inherited_from();
        source.map_or(self.package.visibility, |repository| repository.visibility)
    }

    /// Tells whether anyone may read it.
    pub fn is_public(&self) -> bool {
        self.visibility() == Visibility::Public
    }
}

type Row = (PackageRow, AccountRow, Option<RepositoryRow>);

fn read(row: Row) -> Result<PackageRecord> {
    let (package, owner, repository) = row;
    let latest = package.latest_id.map(VersionId);
    let live_versions = package.live_versions;
    Ok(PackageRecord {
        package: package.into_package()?,
        owner: owner.into_account()?,
        repository: repository.map(RepositoryRow::into_repository).transpose()?,
        latest,
        live_versions,
    })
}

/// The three joined tables. A macro, because the type of a join has no short name.
macro_rules! records {
    () => {
        package::table
            .inner_join(account::table.on(account::id.eq(package::owner_id)))
            .left_join(repository::table.on(package::repository_id.eq(repository::id.nullable())))
            .select((
                PackageRow::as_select(),
                AccountRow::as_select(),
                Option::<RepositoryRow>::as_select(),
            ))
    };
}

/// Gives the live package of that name. One query on indexes: every read of a package starts here,
/// so each engine gets a statement of its own, whose text is not put together again at each use.
pub fn find_record(
    conn: &mut AnyConn,
    owner_key: &str,
    format: FormatId,
    name_key: &str,
) -> Result<Option<PackageRecord>> {
    // No name holds a NUL, and PostgreSQL refuses a text with one.
    if owner_key.contains('\0') || name_key.contains('\0') {
        return Ok(None);
    }
    on_backend!(conn, |conn| records!()
        .filter(account::name_key.eq(owner_key))
        .filter(package::format.eq(format.as_str()))
        .filter(package::name_key.eq(name_key))
        .filter(package::deleted_at.is_null())
        .first::<Row>(conn)
        .optional())?
    .map(read)
    .transpose()
}

/// Gives the live package of an owner that lies at a path, in whichever repository.
pub fn find_record_at(
    conn: &mut AnyConn,
    owner_key: &str,
    format: FormatId,
    path: &str,
) -> Result<Option<PackageRecord>> {
    records!()
        .filter(account::name_key.eq(owner_key))
        .filter(package::format.eq(format.as_str()))
        .filter(package::path.eq(path))
        .filter(package::deleted_at.is_null())
        .first::<Row>(conn)
        .optional()?
        .map(read)
        .transpose()
}

/// Gives a package by its row, deleted ones too.
pub fn find_record_by_id(conn: &mut AnyConn, id: PackageId) -> Result<Option<PackageRecord>> {
    records!()
        .filter(package::id.eq(id.0))
        .first::<Row>(conn)
        .optional()?
        .map(read)
        .transpose()
}

/// Gives the package of that name that was deleted last, whether or not a live one has the name.
pub fn find_deleted_record(
    conn: &mut AnyConn,
    owner_key: &str,
    format: FormatId,
    name_key: &str,
) -> Result<Option<PackageRecord>> {
    if owner_key.contains('\0') || name_key.contains('\0') {
        return Ok(None);
    }
    records!()
        .filter(account::name_key.eq(owner_key))
        .filter(package::format.eq(format.as_str()))
        .filter(package::name_key.eq(name_key))
        .filter(package::deleted_at.is_not_null())
        .order((package::deleted_at.desc(), package::id.desc()))
        .first::<Row>(conn)
        .optional()?
        .map(read)
        .transpose()
}

/// Gives a page of an owner's live packages that have a live version, by row, whoever asks.
pub fn list_packages(
    conn: &mut AnyConn,
    owner: AccountId,
    format: Option<FormatId>,
    after: Option<PackageId>,
    limit: i64,
) -> Result<Vec<PackageRecord>> {
    list_readable(conn, &Viewer::SYSTEM, Some(owner), format, after, limit)
}

/// Gives a page of the live packages with a live version that the viewer may read, by row.
pub fn list_readable(
    conn: &mut AnyConn,
    viewer: &Viewer,
    owner: Option<AccountId>,
    format: Option<FormatId>,
    after: Option<PackageId>,
    limit: i64,
) -> Result<Vec<PackageRecord>> {
    let mut query = records!()
        .filter(package::deleted_at.is_null())
        .filter(package::live_versions.gt(0))
        .filter(package::id.gt(after.map_or(0, |id| id.0)))
        .filter(Readable::by(viewer))
        .into_boxed();
    if let Some(owner) = owner {
        query = query.filter(package::owner_id.eq(owner.0));
    }
    if let Some(format) = format {
        query = query.filter(package::format.eq(format.as_str()));
    }
    query
        .order(package::id)
        .limit(limit)
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// Gives a page of the live packages of a format with a live version that the viewer may read, as
/// `owner/name` in lower case, by owner and name, after one of them.
pub fn list_names(
    conn: &mut AnyConn,
    viewer: &Viewer,
    format: FormatId,
    after: Option<(String, String)>,
    limit: i64,
) -> Result<Vec<String>> {
    let mut query = package::table
        .inner_join(account::table.on(account::id.eq(package::owner_id)))
        .filter(package::format.eq(format.as_str()))
        .filter(package::deleted_at.is_null())
        .filter(package::live_versions.gt(0))
        .filter(Readable::by(viewer))
        .into_boxed();
    if let Some((owner, name)) = after {
        let same_owner = account::name_key
            .eq(owner.clone())
            .and(package::name_key.gt(name));
        query = query.filter(account::name_key.gt(owner).or(same_owner));
    }
    let rows: Vec<(String, String)> = query
        .order((account::name_key, package::name_key))
        .limit(limit)
        .select((account::name_key, package::name_key))
        .load(conn)?;
    let whole = |(owner, name): (String, String)| format!("{owner}/{name}");
    Ok(rows.into_iter().map(whole).collect())
}

/// Gives these packages in this order; rows that are gone are left out.
pub(crate) fn records_of(conn: &mut AnyConn, ids: &[i64]) -> Result<Vec<PackageRecord>> {
    let mut rows: Vec<Row> = records!().filter(package::id.eq_any(ids)).load(conn)?;
    rows.sort_by_key(|(row, ..)| ids.iter().position(|id| *id == row.id));
    rows.into_iter().map(read).collect()
}
