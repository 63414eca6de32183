//! What is where a file is to go, and whether it may go there.

use chrono::Duration;
use packhouse_core::digest::{Digests, Sha256};
use packhouse_core::format::Reuse;
use packhouse_core::id::{AccountId, RepositoryId};
use packhouse_db::file::joined::{self, JoinedFile};
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, announced_digest, tombstone, version};

use super::super::refuse_retired;
use super::Facts;
use crate::announce::{ANNOUNCED_HOURS, digest_text};
use crate::error::{Error, Result};
use crate::event::By;

/// What is where a file is to go.
pub(super) enum Place {
    Empty,
    Same,
    /// Other bytes, which may be replaced.
    Taken(Box<JoinedFile>),
}

pub(super) fn announced_path(facts: &Facts) -> String {
    crate::announce::path(&facts.address, &facts.name)
}

/// Compares the bytes with what was announced for their path.
pub(super) fn mismatch(
    conn: &mut AnyConn,
    repository: Option<RepositoryId>,
    facts: &Facts,
    digests: &Digests,
    by: &By,
) -> Result<Option<Error>> {
    let Some(repository) = repository else {
        return Ok(None);
    };
    let since = by.now - Duration::hours(ANNOUNCED_HOURS);
    let (path, account) = (announced_path(facts), by.actor.account());
    // What somebody else announced says nothing about this file.
    let announced = announced_digest::list(conn, repository, &path, account, since)?;
    for (algorithm, claimed) in announced {
        let actual = digest_text(digests, &algorithm);
        if actual.as_deref().is_some_and(|actual| actual != claimed) {
            let actual = actual.unwrap_or_default();
            return Ok(Some(Error::Invalid(format!(
                "the {algorithm} of {} is {actual}, but {claimed} was announced: send the file \
                 and its checksums again",
                facts.name
            ))));
        }
    }
    Ok(None)
}

/// Finds out what is where the file is to go; refuses other bytes where they may not be replaced.
///
/// Doubted bytes may be put anew by whoever put them, the same ones too: nobody doubts them then.
pub(super) fn find_place(
    conn: &mut AnyConn,
    by: &By,
    (record, facts): (&PackageRecord, &Facts),
    bytes: &Sha256,
) -> Result<Place> {
    let found = version::find_version(conn, record.package.id, facts.version.key())?;
    let there = match &found {
        Some(version) => joined::find_joined(conn, version.id, &facts.name)?,
        None => None,
    };
    if found.is_none() {
        refuse_reuse(conn, record.owner.id, facts)?;
    }
    let Some(there) = there else {
        refuse_buried(conn, record.owner.id, facts, bytes)?;
        return Ok(Place::Empty);
    };
    let old = there.stored.file.digests.sha256;
    let mends = there.suspect && there.publisher == by.actor.account();
    if old == *bytes && !mends {
        return Ok(Place::Same);
    }
    if facts.replaceable || mends {
        return Ok(Place::Taken(Box::new(there)));
    }
    Err(Error::FileExists {
        file: facts.name.clone(),
        sha256: old,
    })
}

/// Refuses other bytes under a name that was used by a version that was deleted.
pub(super) fn refuse_buried(
    conn: &mut AnyConn,
    owner: AccountId,
    facts: &Facts,
    bytes: &Sha256,
) -> Result<()> {
    if facts.replaceable || facts.format.reuse(&facts.version) != Reuse::SameFiles {
        return Ok(());
    }
    let (format, package) = (facts.address.format, facts.address.name.key());
    let buried = tombstone::find(conn, owner, format, package, &facts.name)?;
    match buried.and_then(|tombstone| tombstone.sha256) {
        Some(sha256) if sha256 != *bytes => Err(Error::FileExists {
            file: facts.name.clone(),
            sha256,
        }),
        _ => Ok(()),
    }
}

/// Refuses to open a version anew whose format uses no name twice.
pub(super) fn refuse_reuse(conn: &mut AnyConn, owner: AccountId, facts: &Facts) -> Result<()> {
    let format = facts.format.as_ref();
    refuse_retired(conn, &facts.address, owner, &facts.version, format)
}
