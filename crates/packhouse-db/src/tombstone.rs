//! Version names that were used once: they outlive the version, its bytes and its package.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::digest::Sha256;
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, VersionId};

use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::tombstone;
use crate::{AnyConn, row, time};

/// What is kept of a deleted version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The row it had.
    pub version: VersionId,
    /// Its main file, where the format lets the same bytes come back.
    pub sha256: Option<Sha256>,
    /// When it was deleted last.
    pub deleted_at: DateTime<Utc>,
}

/// Keeps the name of a deleted version; a later deletion of the same name replaces what is kept.
#[expect(
    clippy::too_many_arguments,
    reason = "a key of four parts and three values, each of its own type or plain by its name"
)]
pub fn insert(
    conn: &mut AnyConn,
    owner: AccountId,
    format: FormatId,
    package_key: &str,
    version_key: &str,
    version: VersionId,
    sha256: Option<Sha256>,
    now: DateTime<Utc>,
) -> Result<()> {
    let kept = (
        tombstone::version_id.eq(version.0),
        tombstone::sha256.eq(sha256.map(|digest| digest.to_string())),
        tombstone::deleted_at.eq(time::to_row(now)),
    );
    on_backend!(conn, |conn| diesel::insert_into(tombstone::table)
        .values((
            tombstone::owner_id.eq(owner.0),
            tombstone::format.eq(format.as_str()),
            tombstone::package_key.eq(package_key),
            tombstone::version_key.eq(version_key),
            kept.clone(),
        ))
        .on_conflict((
            tombstone::owner_id,
            tombstone::format,
            tombstone::package_key,
            tombstone::version_key,
        ))
        .do_update()
        .set(kept)
        .execute(conn))?;
    Ok(())
}

/// Gives what is kept of a deleted version of that name.
pub fn find(
    conn: &mut AnyConn,
    owner: AccountId,
    format: FormatId,
    package_key: &str,
    version_key: &str,
) -> Result<Option<Tombstone>> {
    let found: Option<(i64, Option<String>, NaiveDateTime)> = tombstone::table
        .find((owner.0, format.as_str(), package_key, version_key))
        .select((
            tombstone::version_id,
            tombstone::sha256,
            tombstone::deleted_at,
        ))
        .first(conn)
        .optional()?;
    let Some((version, sha256, deleted_at)) = found else {
        return Ok(None);
    };
    Ok(Some(Tombstone {
        version: VersionId(version),
        sha256: sha256
            .map(|text| row::read("tombstone.sha256", &text, |text| text.parse().ok()))
            .transpose()?,
        deleted_at: time::from_row(deleted_at),
    }))
}

/// Forgets a name because its version is restored; tells whether it was kept.
pub fn remove(
    conn: &mut AnyConn,
    owner: AccountId,
    format: FormatId,
    package_key: &str,
    version_key: &str,
) -> Result<bool> {
    let key = (owner.0, format.as_str(), package_key, version_key);
    Ok(diesel::delete(tombstone::table.find(key)).execute(conn)? == 1)
}
