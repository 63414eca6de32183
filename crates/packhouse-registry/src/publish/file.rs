//! Files that arrive one by one: each is stored on its own, into a version that stays open until
//! [its publisher says that it is complete, or nothing more comes](super::open).
//!
//! The first file of a package makes the package and the version; both are there for whoever knows
//! the exact path, and in no list.

use std::sync::Arc;

use chrono::Duration;
use packhouse_blob::StagedFile;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::digest::Digests;
use packhouse_core::event::EventKind;
use packhouse_core::format::Format;
use packhouse_core::package::{Provenance, Traits, Version, VersionName, VersionState};
use packhouse_core::permission::Action;
use packhouse_db::file::joined;
use packhouse_db::package::PackageRecord;
use packhouse_db::version::NewVersion;
use packhouse_db::{AnyConn, DbError, announced_digest, build, file, package, version};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{TRIES, create, raced};
use crate::authorize::{Found, PackageAddress, authorize_in};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::keep::{self, Kept, Locations};
use crate::registry::Registry;
use crate::text;
use place::{Place, announced_path, find_place, mismatch, refuse_buried, refuse_reuse};

pub(super) mod describe;
mod place;

/// How many seconds after its last file a build is looked at whose publisher says nothing more.
pub(crate) const QUIET_SECONDS: i64 = 30;

/// One file of a version whose files arrive one by one, checked by its format.
pub struct PutFile {
    /// The package, which need not exist.
    pub address: PackageAddress,
    /// The version, which need not exist.
    pub version: VersionName,
    /// The build, where a version is made of several; empty for the version itself.
    pub build: String,
    /// Its name inside the package, by which it is asked for.
    pub name: String,
    /// What it is in its build; of several builds the newest that has it counts.
    pub part: Option<String>,
    /// What it is served as.
    pub content_type: String,
    /// Its bytes, staged and measured.
    pub staged: StagedFile,
    /// Whether other bytes may take its place.
    pub replaceable: bool,
    /// What it says about its version.
    pub description: Option<Description>,
    /// What it contributes to documents over several packages.
    pub entries: Vec<PutEntry>,
}

/// Makes the stored metadata of a version out of what is stored so far (an empty text at first).
pub type Describe = Arc<dyn Fn(&str) -> Result<String> + Send + Sync>;

/// What a file says about its version.
#[derive(Clone)]
pub struct Description {
    /// Makes the stored metadata.
    pub metadata: Describe,
    /// The source repository that it names.
    pub source_repository: Option<String>,
    /// The source branch or tag that it names.
    pub source_ref: Option<String>,
}

/// What a package contributes to a document over several packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutEntry {
    /// The document.
    pub topic: String,
    /// Its name in there.
    pub name: String,
    /// What the format keeps about it.
    pub value: String,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is there now.
    New,
    /// It took the place of other bytes.
    Replaced,
    /// The same bytes were there already: nothing changed.
    Same,
}

/// A file without its bytes, as it goes into the transaction.
struct Facts {
    address: PackageAddress,
    format: Arc<dyn Format>,
    version: VersionName,
    build: String,
    name: String,
    part: Option<String>,
    content_type: String,
    replaceable: bool,
    description: Option<Description>,
    entries: Vec<PutEntry>,
}

/// Why the transaction of a file is undone.
enum Halt {
    /// The same bytes are there by now: nothing is to change, the revision included.
    Same(Locations),
    /// Another digest was announced.
    Announced(Error),
    /// Bytes that were known before the transaction are not any more.
    Collected,
    /// The package was deleted since it was looked up.
    Vanished,
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
    /// Puts one file.
    ///
    /// # Errors
    /// The refusals of the permission decision; `FileExists` when the name holds other bytes that
    /// may not be replaced, or held them before it was deleted; `VersionRetired` when the version
    /// was deleted and its format uses no name twice; `Conflict` when another repository of the
    /// owner has the package; `Invalid` when the bytes are not those that were announced. Nothing is
    /// changed then, but that what was announced is forgotten.
    pub async fn put_file(&self, actor: &Actor, client: &Client, put: PutFile) -> Result<Put> {
        let format = Arc::clone(self.format(put.address.format.as_str())?);
        let key = (
            put.address.format,
            put.address.owner.clone(),
            put.address.name.key().to_owned(),
            put.name.clone(),
        );
        let _turn = self.inner.publishing.lock(key).await;
        let staged = put.staged;
        let facts = Arc::new(Facts {
            address: put.address,
            format,
            version: put.version,
            build: put.build,
            name: put.name,
            part: put.part,
            content_type: put.content_type,
            replaceable: put.replaceable,
            description: put.description,
            entries: put.entries,
        });
        let by = self.by(actor, client);
        let known = match self.look_at_place(&by, &facts, staged.digests()).await? {
            Look::Same => return Ok(Put::Same),
            Look::Announced(mismatch) => {
                self.forget_announced(actor, &facts.address, &facts.name)
                    .await?;
                return Err(mismatch);
            }
            Look::Free(known) => known,
        };
        let mut parts = Arc::new(self.keep_bytes(&[&staged], known).await?);
        for _ in 0..TRIES {
            match self.write_file(&by, &facts, &parts).await {
                Ok((put, standing)) => {
                    self.remove_twins(&parts, &standing).await;
                    return Ok(put);
                }
                Err(Halt::Same(standing)) => {
                    self.remove_twins(&parts, &standing).await;
                    return Ok(Put::Same);
                }
                Err(Halt::Announced(mismatch)) => {
                    self.forget_announced(actor, &facts.address, &facts.name)
                        .await?;
                    return Err(mismatch);
                }
                Err(Halt::Collected) => {
                    parts = Arc::new(self.keep_bytes(&[&staged], vec![None]).await?);
                }
                // Two first files of one package race for its row; the loser finds it the next
                // time. One that was being deleted is gone then.
                Err(Halt::Vanished | Halt::Failed(Error::Db(DbError::Duplicate(_)))) => {}
                Err(Halt::Failed(error)) => return Err(error),
            }
        }
        Err(raced(&facts.address.shown))
    }

    async fn write_file(
        &self,
        by: &By,
        facts: &Arc<Facts>,
        parts: &Arc<Vec<Kept>>,
    ) -> Result<(Put, Locations), Halt> {
        let (by, facts, parts) = (by.clone(), Arc::clone(facts), Arc::clone(parts));
        let settings = self.inner.settings.clone();
        self.inner
            .db
            .write(move |conn| put_in(conn, &by, &settings, &facts, &parts))
            .await
    }

    /// Looks whether a file is already decided, before any byte is stored.
    async fn look_at_place(&self, by: &By, facts: &Arc<Facts>, digests: &Digests) -> Result<Look> {
        let (by, facts, digests) = (by.clone(), Arc::clone(facts), *digests);
        let settings = self.inner.settings.clone();
        self.inner
            .db
            .read_point(move |conn| {
                match authorize_in(conn, &by.actor, &facts.address, Action::Publish)? {
                    Found::Package(record) => {
                        let repository = record.package.repository;
                        if let Some(mismatch) = mismatch(conn, repository, &facts, &digests, &by)? {
                            return Ok(Look::Announced(mismatch));
                        }
                        let place = find_place(conn, &by, (&record, &facts), &digests.sha256)?;
                        if let Place::Same = place {
                            return Ok(Look::Same);
                        }
                    }
                    Found::Absent(owner) => {
                        let wish = wish(&facts);
                        create::check(conn, &by.actor, &settings, &owner, wish, by.now)?;
                        refuse_buried(conn, owner.id, &facts, &digests.sha256)?;
                        refuse_reuse(conn, owner.id, &facts)?;
                        let home = crate::announce::home_of(conn, &owner, &facts.address)?;
                        if let Some(mismatch) = mismatch(conn, home, &facts, &digests, &by)? {
                            return Ok(Look::Announced(mismatch));
                        }
                    }
                    Found::Nowhere => return Err(Error::not_found(&facts.address.shown)),
                }
                Ok(Look::Free(keep::locations(conn, &[digests.sha256])?))
            })
            .await
    }
}

/// What was found before any byte was stored.
enum Look {
    Same,
    /// Another digest was announced.
    Announced(Error),
    /// The file may come; where its bytes lie already.
    Free(Locations),
}

fn wish(facts: &Facts) -> create::Wish<'_> {
    create::Wish {
        address: &facts.address,
        named_repository: None,
        source: None,
        visibility: None,
    }
}

fn put_in(
    conn: &mut AnyConn,
    by: &By,
    settings: &crate::Settings,
    facts: &Facts,
    parts: &[Kept],
) -> Result<(Put, Locations), Halt> {
    let record = match authorize_in(conn, &by.actor, &facts.address, Action::Publish)? {
        Found::Package(record) => {
            if package::bump(conn, record.package.id, by.now)?.is_none() {
                return Err(Halt::Vanished);
            }
            *record
        }
        Found::Absent(owner) => create::create(conn, by, settings, *owner, wish(facts))?.record,
        Found::Nowhere => return Err(Error::not_found(&facts.address.shown).into()),
    };
    let Some(digests) = parts.first().map(|part| part.digests) else {
        return Err(Error::Internal("a file came without bytes".to_owned()).into());
    };
    let bytes = digests.sha256;
    // Again, now that the package's row is held: a digest may have been announced meanwhile.
    let repository = record.package.repository;
    if let Some(mismatch) = mismatch(conn, repository, facts, &digests, by)? {
        return Err(Halt::Announced(mismatch));
    }
    let old = match find_place(conn, by, (&record, facts), &bytes)? {
        Place::Same => return Err(Halt::Same(keep::locations(conn, &[bytes])?)),
        Place::Empty => None,
        Place::Taken(old) => Some(old),
    };
    let standing = keep::record(conn, by, parts)?.ok_or(Halt::Collected)?;
    let version = match version::find_version(conn, record.package.id, facts.version.key())? {
        Some(version) => version,
        None => open_version(conn, by, &record, facts)?,
    };
    let done = match old {
        None => {
            let new = file::NewFile {
                version: version.id,
                name: facts.name.clone(),
                content_type: facts.content_type.clone(),
                sha256: bytes,
                joined: file::Joined {
                    build: Some(facts.build.clone()),
                    part: facts.part.clone(),
                    publisher: by.actor.account(),
                },
            };
            file::insert_file(conn, &new, by.now)?;
            Put::New
        }
        Some(old) => {
            joined::replace(conn, old.stored.file.id, &bytes, by.actor.account(), by.now)?;
            if version.state == VersionState::Live {
                let old = old.stored.file.digests.sha256.to_string();
                let detail = json!({ "file": facts.name, "old": old, "new": bytes.to_string() });
                let about = About::of(&record, Some(version.id));
                by.record(conn, EventKind::FileReplaced, about, detail)?;
            }
            Put::Replaced
        }
    };
    let of = (version.id, record.package.id);
    let due = by.now + Duration::seconds(QUIET_SECONDS);
    let build = build::touch(conn, of, &facts.build, by.actor.account(), by.now, due)?;
    announced_digest::forget(conn, record.package.repository, &announced_path(facts))?;
    describe::describe(conn, &record, facts, (version, &build))?;
    Ok((done, standing))
}

fn open_version(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    facts: &Facts,
) -> Result<Version> {
    let new = NewVersion {
        package: record.package.id,
        name: facts.version.clone(),
        state: VersionState::Open,
        prerelease: facts.format.is_prerelease(&facts.version),
        metadata: String::new(),
        readme: None,
        listed: true,
        traits: Traits::default(),
        provenance: Provenance {
            publisher: by.actor.account(),
            publisher_name: by.actor.shown().to_owned(),
            token: by.actor.token(),
            client: text::storable_option(by.client.agent.clone()),
            source_repository: None,
            source_commit: None,
            source_ref: None,
        },
    };
    let id = version::insert_version(conn, &new, by.now)?;
    let version = version::find_version_by_id(conn, id)?;
    version.ok_or_else(|| Error::Internal(format!("version {id} was not kept")))
}
