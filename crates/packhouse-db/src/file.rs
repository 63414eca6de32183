//! Files of versions.

pub mod joined;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::digest::{Sha256, Sha512};
use packhouse_core::id::{AccountId, FileId, PackageId, VersionId};
use packhouse_core::package::{File, Version, VersionState};

use crate::blob::BlobRow;
use crate::error::Result;
use crate::schema::{blob, file, version};
use crate::{AnyConn, time};

/// What a file starts with; its blob is recorded before.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// The version it belongs to.
    pub version: VersionId,
    /// Its name inside the version.
    pub name: String,
    /// What it is served as.
    pub content_type: String,
    /// Its bytes.
    pub sha256: Sha256,
    /// What it has besides when it came alone.
    pub joined: Joined,
}

/// What a file has that came alone, into a version whose files arrive one by one.
#[derive(Debug, Clone, Default)]
pub struct Joined {
    /// The build it belongs to; empty for the version itself, `None` for a file that came with its
    /// version in one piece.
    pub build: Option<String>,
    /// What it is in its build; of several builds the newest that has it counts.
    pub part: Option<String>,
    /// Who put it.
    pub publisher: Option<AccountId>,
}

/// A file and where its bytes lie in the store.
#[derive(Debug, Clone)]
pub struct StoredFile {
    /// The file.
    pub file: File,
    /// The store's own key of the bytes.
    pub location: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = file)]
pub(crate) struct FileRow {
    id: i64,
    version_id: i64,
    name: String,
    content_type: String,
    build: Option<String>,
    created_at: NaiveDateTime,
}

pub(crate) type Row = (FileRow, BlobRow);

pub(crate) fn read((file, blob): Row) -> Result<StoredFile> {
    let (digests, location) = blob.into_digests()?;
    Ok(StoredFile {
        file: File {
            id: FileId(file.id),
            version: VersionId(file.version_id),
            name: file.name,
            content_type: file.content_type,
            digests,
            build: file.build.filter(|build| !build.is_empty()),
            created_at: time::from_row(file.created_at),
        },
        location,
    })
}

/// Inserts a file and gives its row.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when the version has a file of that name;
/// [`crate::DbError::Query`] with `NotFound` when there is no such version.
pub fn insert_file(conn: &mut AnyConn, new: &NewFile, now: DateTime<Utc>) -> Result<FileId> {
    let package: i64 = version::table
        .find(new.version.0)
        .select(version::package_id)
        .first(conn)?;
    let id = diesel::insert_into(file::table)
        .values((
            file::version_id.eq(new.version.0),
            file::package_id.eq(package),
            file::name.eq(&new.name),
            file::content_type.eq(&new.content_type),
            file::sha256.eq(new.sha256.to_string()),
            file::created_at.eq(time::to_row(now)),
            file::build.eq(new.joined.build.as_deref()),
            file::part.eq(new.joined.part.as_deref()),
            file::suspect.eq(false),
            file::publisher_id.eq(new.joined.publisher.map(|id| id.0)),
        ))
        .returning(file::id)
        .get_result(conn)?;
    Ok(FileId(id))
}

/// Gives the newest file of that name among the versions of a package that are not deleted, and its
/// version: how a tarball is found. One whose bytes are doubted is not there. One query on indexes.
pub fn find_package_file(
    conn: &mut AnyConn,
    package: PackageId,
    name: &str,
) -> Result<Option<(VersionId, StoredFile)>> {
    let found = file::table
        .inner_join(version::table.on(version::id.eq(file::version_id)))
        .inner_join(blob::table.on(blob::sha256.eq(file::sha256)))
        .filter(file::package_id.eq(package.0))
        .filter(file::name.eq(name))
        .filter(file::suspect.eq(false))
        .filter(version::deleted_at.is_null())
        .order(file::id.desc())
        .select((FileRow::as_select(), BlobRow::as_select()))
        .first::<Row>(conn)
        .optional()?
        .map(read)
        .transpose()?;
    Ok(found.map(|stored| (stored.file.version, stored)))
}

/// Gives the live version of a package that has a file with this sha512, by row the newest.
pub fn find_live_by_sha512(
    conn: &mut AnyConn,
    package: PackageId,
    sha512: &Sha512,
) -> Result<Option<Version>> {
    let id: Option<i64> = file::table
        .inner_join(version::table.on(version::id.eq(file::version_id)))
        .inner_join(blob::table.on(blob::sha256.eq(file::sha256)))
        .filter(file::package_id.eq(package.0))
        .filter(blob::sha512.eq(sha512.to_string()))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .order(file::id.desc())
        .select(version::id)
        .first(conn)
        .optional()?;
    match id {
        Some(id) => crate::version::find_version_by_id(conn, VersionId(id)),
        None => Ok(None),
    }
}

/// Gives the files of a version in the order they came.
pub fn list_files(conn: &mut AnyConn, version: VersionId) -> Result<Vec<StoredFile>> {
    file::table
        .inner_join(blob::table.on(blob::sha256.eq(file::sha256)))
        .filter(file::version_id.eq(version.0))
        .order(file::id)
        .select((FileRow::as_select(), BlobRow::as_select()))
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}
