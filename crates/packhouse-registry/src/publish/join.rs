//! Files that join a published version as a group: a NuGet version's symbols. A further group of the
//! same kind takes the place of the one before, as a whole.

use std::sync::Arc;

use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::id::VersionId;
use packhouse_core::package::{VersionName, VersionState};
use packhouse_core::permission::Action;
use packhouse_db::file::joined;
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, DbError, file, package, version};
use serde_json::json;

use super::{PublishFile, TRIES, raced};
use crate::authorize::{PackageAddress, package_in};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::keep::{self, Kept, Locations};
use crate::registry::Registry;

/// Files that are to join a version.
pub struct Join {
    /// The package.
    pub address: PackageAddress,
    /// The version, which must be live.
    pub version: VersionName,
    /// What they are of the version; all that were this before go.
    pub part: &'static str,
    /// Whether others may take the place of those that were this before.
    pub replaces: bool,
    /// The files; their names are not those of other files of the version.
    pub files: Vec<PublishFile>,
}

/// A group without its bytes, as it goes into the transaction.
struct Facts {
    address: PackageAddress,
    version: VersionName,
    part: &'static str,
    replaces: bool,
    /// Name and type of each file.
    files: Vec<(String, String)>,
}

/// Why the transaction of a group is undone.
enum Halt {
    /// The same files are there by now: nothing is to change, the revision included.
    Same(Locations),
    /// Bytes that were known before the transaction are not any more.
    Collected,
    /// A refusal or failure.
    Failed(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<DbError> for Halt {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl Registry {
    /// Lets files join a live version; tells whether that changed anything.
    ///
    /// # Errors
    /// Needs Publish; `NotFound` when there is no such version. Nothing is changed then.
    pub async fn join(&self, actor: &Actor, client: &Client, join: Join) -> Result<bool> {
        let key = (
            join.address.format,
            join.address.owner.clone(),
            join.address.name.key().to_owned(),
            join.version.key().to_owned(),
        );
        let _turn = self.inner.publishing.lock(key).await;
        let by = self.by(actor, client);
        let staged: Vec<_> = join.files.iter().map(|file| &file.staged).collect();
        let digests: Vec<_> = staged.iter().map(|file| file.digests().sha256).collect();
        let files = join.files.iter();
        let facts = Arc::new(Facts {
            files: files
                .map(|file| (file.name.clone(), file.content_type.clone()))
                .collect(),
            address: join.address,
            version: join.version,
            part: join.part,
            replaces: join.replaces,
        });
        let (asker, asked) = (by.clone(), Arc::clone(&facts));
        let known = self.inner.db.read_point(move |conn| {
            find(conn, &asker, &asked)?;
            keep::locations(conn, &digests)
        });
        let mut parts = Arc::new(self.keep_bytes(&staged, known.await?).await?);
        for _ in 0..TRIES {
            let (asker, asked, kept) = (by.clone(), Arc::clone(&facts), Arc::clone(&parts));
            let written = self
                .inner
                .db
                .write(move |conn| join_in(conn, &asker, &asked, &kept));
            match written.await {
                Ok(standing) => {
                    self.remove_twins(&parts, &standing).await;
                    return Ok(true);
                }
                Err(Halt::Same(standing)) => {
                    self.remove_twins(&parts, &standing).await;
                    return Ok(false);
                }
                Err(Halt::Collected) => {
                    let known = vec![None; staged.len()];
                    parts = Arc::new(self.keep_bytes(&staged, known).await?);
                }
                Err(Halt::Failed(error)) => return Err(error),
            }
        }
        Err(raced(&facts.address.shown))
    }
}

/// Finds the version that the files are to join.
fn find(conn: &mut AnyConn, by: &By, facts: &Facts) -> Result<(PackageRecord, VersionId)> {
    let record = package_in(conn, &by.actor, &facts.address, Action::Publish)?;
    let found = version::find_version(conn, record.package.id, facts.version.key())?;
    match found.filter(|found| found.state == VersionState::Live) {
        Some(found) => Ok((record, found.id)),
        None => {
            let what = format!("{} {}", facts.address.shown, facts.version);
            Err(Error::not_found(what))
        }
    }
}

fn join_in(conn: &mut AnyConn, by: &By, facts: &Facts, parts: &[Kept]) -> Result<Locations, Halt> {
    let (record, _) = find(conn, by, facts)?;
    let package = record.package.id;
    if package::bump(conn, package, by.now)?.is_none() {
        return Err(Error::not_found(&facts.address.shown).into());
    }
    // Again, now that the package's row is held.
    let (record, version) = find(conn, by, facts)?;
    let digests = parts.iter().map(|part| part.digests.sha256);
    let mut new: Vec<_> = (facts.files.iter().zip(digests.clone()))
        .map(|((name, _), sha256)| (name.clone(), sha256))
        .collect();
    let mut old = joined::list_group(conn, version, facts.part)?;
    new.sort();
    old.sort();
    if new == old {
        let digests: Vec<_> = digests.collect();
        return Err(Halt::Same(keep::locations(conn, &digests)?));
    }
    if !old.is_empty() && !facts.replaces {
        let (package, version, part) = (&facts.address.shown, &facts.version, facts.part);
        let text = format!("{package} {version} has other {part} already, and they never change");
        return Err(Error::Conflict(text).into());
    }
    let standing = keep::record(conn, by, parts)?.ok_or(Halt::Collected)?;
    joined::remove_group(conn, version, facts.part)?;
    for ((name, content_type), part) in facts.files.iter().zip(parts) {
        let new = file::NewFile {
            version,
            name: name.clone(),
            content_type: content_type.clone(),
            sha256: part.digests.sha256,
            joined: file::Joined {
                build: None,
                part: Some(facts.part.to_owned()),
                publisher: by.actor.account(),
            },
        };
        file::insert_file(conn, &new, by.now)?;
    }
    let kind = match old.is_empty() {
        true => EventKind::FileJoined,
        false => EventKind::FileReplaced,
    };
    let shown = |files: &[(String, _)]| files.iter().map(|(name, _)| name.clone()).collect();
    let (new, old): (Vec<String>, Vec<String>) = (shown(&new), shown(&old));
    let detail = json!({
        "version": facts.version.as_str(), "part": facts.part, "new": new, "old": old,
    });
    by.record(conn, kind, About::of(&record, Some(version)), detail)?;
    Ok(standing)
}
