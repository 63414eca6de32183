//! Files that came alone, into versions whose files arrive one by one.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::digest::Sha256;
use packhouse_core::id::{AccountId, FileId, PackageId, VersionId};
use packhouse_core::package::VersionState;

use super::{BlobRow, FileRow, Row, StoredFile, read};
use crate::error::Result;
use crate::schema::{blob, build, file, version};
use crate::{AnyConn, row, time};

/// A file of a version as a put looks at it.
#[derive(Debug, Clone)]
pub struct JoinedFile {
    /// The file and where its bytes lie.
    pub stored: StoredFile,
    /// Whether its bytes are doubted.
    pub suspect: bool,
    /// Who put it.
    pub publisher: Option<AccountId>,
}

/// A file of a published build, as lists of builds show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltFile {
    /// The build; empty for a file that belongs to the version itself.
    pub build: String,
    /// What it is in there.
    pub part: String,
    /// When it came.
    pub created_at: DateTime<Utc>,
}

/// Gives the file of that name in a version.
pub fn find_joined(conn: &mut AnyConn, id: VersionId, name: &str) -> Result<Option<JoinedFile>> {
    let found: Option<(FileRow, BlobRow, bool, Option<i64>)> = file::table
        .inner_join(blob::table.on(blob::sha256.eq(file::sha256)))
        .filter(file::version_id.eq(id.0))
        .filter(file::name.eq(name))
        .select((
            FileRow::as_select(),
            BlobRow::as_select(),
            file::suspect,
            file::publisher_id,
        ))
        .first(conn)
        .optional()?;
    let Some((row, blob, suspect, publisher)) = found else {
        return Ok(None);
    };
    Ok(Some(JoinedFile {
        stored: read((row, blob))?,
        suspect,
        publisher: publisher.map(AccountId),
    }))
}

/// Gives a file other bytes, which nobody doubts yet.
pub fn replace(
    conn: &mut AnyConn,
    id: FileId,
    sha256: &Sha256,
    publisher: Option<AccountId>,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(file::table.find(id.0))
        .set((
            file::sha256.eq(sha256.to_string()),
            file::publisher_id.eq(publisher.map(|id| id.0)),
            file::suspect.eq(false),
            file::created_at.eq(time::to_row(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores whether a file's bytes are doubted, unless it has other bytes by now.
pub fn set_suspect(conn: &mut AnyConn, id: FileId, sha256: &Sha256, suspect: bool) -> Result<()> {
    let same = file::table
        .find(id.0)
        .filter(file::sha256.eq(sha256.to_string()));
    diesel::update(same)
        .set(file::suspect.eq(suspect))
        .execute(conn)?;
    Ok(())
}

/// Gives the first file of a build (`''` for the version itself) whose bytes are doubted.
pub fn find_suspect(conn: &mut AnyConn, id: VersionId, build: &str) -> Result<Option<String>> {
    let suspects = file::table
        .filter(file::version_id.eq(id.0))
        .filter(file::build.eq(build))
        .filter(file::suspect);
    Ok(suspects
        .order(file::id)
        .select(file::name)
        .first(conn)
        .optional()?)
}

/// Gives name and digest of each file of a version that nobody doubts.
pub fn list_sound(conn: &mut AnyConn, id: VersionId) -> Result<Vec<(String, Sha256)>> {
    let rows: Vec<(String, String)> = file::table
        .filter(file::version_id.eq(id.0))
        .filter(file::suspect.eq(false))
        .order(file::id)
        .select((file::name, file::sha256))
        .load(conn)?;
    rows.into_iter()
        .map(|(name, sha256)| {
            let sha256 = row::read("file.sha256", &sha256, |text| text.parse().ok())?;
            Ok((name, sha256))
        })
        .collect()
}

/// Gives the parts that a build (`''` for the version itself) has so far.
pub fn list_parts(conn: &mut AnyConn, id: VersionId, build: &str) -> Result<Vec<String>> {
    Ok(file::table
        .filter(file::version_id.eq(id.0))
        .filter(file::build.eq(build))
        .filter(file::part.is_not_null())
        .order(file::id)
        .select(file::part.assume_not_null())
        .load(conn)?)
}

/// Removes the files of a build and gives their number.
pub fn delete_of_build(conn: &mut AnyConn, id: VersionId, build: &str) -> Result<usize> {
    let rows = file::table
        .filter(file::version_id.eq(id.0))
        .filter(file::build.eq(build));
    Ok(diesel::delete(rows).execute(conn)?)
}

/// Gives the files of the published builds of a version that are some part of them, and nobody
/// doubts, in the order they came.
pub fn list_built(conn: &mut AnyConn, id: VersionId) -> Result<Vec<BuiltFile>> {
    let rows: Vec<(Option<String>, Option<String>, NaiveDateTime)> = file::table
        .inner_join(build::table.on(build::version_id.eq(file::version_id)))
        .filter(file::version_id.eq(id.0))
        .filter(build::state.eq(VersionState::Live.as_str()))
        .filter(file::build.eq(build::name.nullable()))
        .filter(file::suspect.eq(false))
        .filter(file::part.is_not_null())
        .order(file::id)
        .select((file::build, file::part, file::created_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(build, part, created_at)| {
            Some(BuiltFile {
                build: build?,
                part: part?,
                created_at: time::from_row(created_at),
            })
        })
        .collect())
}

/// Gives that part of each published build of a version that has it, those that came last first.
pub fn list_part(
    conn: &mut AnyConn,
    package: PackageId,
    version_key: &str,
    part: &str,
    limit: i64,
) -> Result<Vec<StoredFile>> {
    file::table
        .inner_join(version::table.on(version::id.eq(file::version_id)))
        .inner_join(blob::table.on(blob::sha256.eq(file::sha256)))
        .inner_join(
            build::table.on(build::version_id
                .eq(file::version_id)
                .and(file::build.eq(build::name.nullable()))),
        )
        .filter(version::package_id.eq(package.0))
        .filter(version::name_key.eq(version_key))
        .filter(version::deleted_at.is_null())
        .filter(file::part.eq(part))
        .filter(file::suspect.eq(false))
        .filter(build::state.eq(VersionState::Live.as_str()))
        .order(file::id.desc())
        .limit(limit)
        .select((FileRow::as_select(), BlobRow::as_select()))
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// Gives the files of a version that lists may show, in the order of their names: those of published
/// builds, and nobody doubts.
pub fn list_shown(conn: &mut AnyConn, id: VersionId) -> Result<Vec<StoredFile>> {
    file::table
        .inner_join(blob::table.on(blob::sha256.eq(file::sha256)))
        .inner_join(build::table.on(build::version_id.eq(file::version_id)))
        .filter(file::version_id.eq(id.0))
        .filter(build::state.eq(VersionState::Live.as_str()))
        .filter(file::build.eq(build::name.nullable()))
        .filter(file::suspect.eq(false))
        .order(file::name)
        .select((FileRow::as_select(), BlobRow::as_select()))
        .load::<Row>(conn)?
        .into_iter()
        .map(read)
        .collect()
}

/// Gives name and bytes of the files that joined a version as one group.
pub fn list_group(
    conn: &mut AnyConn,
    version: VersionId,
    part: &str,
) -> Result<Vec<(String, Sha256)>> {
    let rows: Vec<(String, String)> = file::table
        .filter(file::version_id.eq(version.0))
        .filter(file::part.eq(part))
        .filter(file::build.is_null())
        .select((file::name, file::sha256))
        .load(conn)?;
    rows.into_iter()
        .map(|(name, sha256)| {
            let sha256 = row::read("file.sha256", &sha256, |text| text.parse().ok())?;
            Ok((name, sha256))
        })
        .collect()
}

/// Removes the files that joined a version as one group.
pub fn remove_group(conn: &mut AnyConn, version: VersionId, part: &str) -> Result<()> {
    let group = file::table
        .filter(file::version_id.eq(version.0))
        .filter(file::part.eq(part))
        .filter(file::build.is_null());
    diesel::delete(group).execute(conn)?;
    Ok(())
}
