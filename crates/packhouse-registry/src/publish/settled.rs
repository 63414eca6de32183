//! Whether a publish is decided already: the version is there, or was.

use packhouse_core::digest::Sha256;
use packhouse_core::format::{Format, Reuse};
use packhouse_core::id::AccountId;
use packhouse_core::package::{VersionName, VersionState};
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, tombstone, version};

use super::Published;
use crate::authorize::PackageAddress;
use crate::error::{Error, Result};

/// Tells whether the version is live with these bytes; refuses other bytes and deleted names.
pub(super) fn settled(
    conn: &mut AnyConn,
    address: &PackageAddress,
    record: &PackageRecord,
    name: &VersionName,
    bytes: Option<Sha256>,
    format: &dyn Format,
) -> Result<Option<Published>> {
    let Some(live) = version::find_version(conn, record.package.id, name.key())? else {
        refuse_retired(conn, address, record.owner.id, name, format)?;
        return Ok(None);
    };
    let files = packhouse_db::file::list_files(conn, live.id)?;
    let same = files.first().map(|stored| stored.file.digests.sha256) == bytes;
    if !same || live.state != VersionState::Live {
        return Err(Error::VersionExists {
            package: address.shown.clone(),
            version: name.to_string(),
        });
    }
    Ok(Some(Published {
        version: live.id,
        new: false,
        warning: None,
    }))
}

/// Refuses the name of a deleted version, where its format never uses one again.
pub(super) fn refuse_retired(
    conn: &mut AnyConn,
    address: &PackageAddress,
    owner: AccountId,
    name: &VersionName,
    format: &dyn Format,
) -> Result<()> {
    if format.reuse(name) != Reuse::Never {
        return Ok(());
    }
    match tombstone::find(conn, owner, address.format, address.name.key(), name.key())? {
        None => Ok(()),
        Some(_) => Err(Error::VersionRetired {
            package: address.shown.clone(),
            version: name.to_string(),
        }),
    }
}
