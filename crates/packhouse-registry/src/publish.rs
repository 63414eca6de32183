//! The one way a version comes to be.
//!
//! Blobs first, then one transaction: package, version, files, tags, latest, search document and
//! events, or nothing of it (`design.md` §4). A crash between the two leaves bytes that nothing
//! refers to, which collection removes.

use std::sync::Arc;

use packhouse_blob::StagedFile;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::format::Format;
use packhouse_core::id::{AccountId, VersionId};
use packhouse_core::package::{Provenance, Traits, VersionName};
use packhouse_core::permission::Action;
use packhouse_core::visibility::Visibility;
use packhouse_db::package::PackageRecord;
use packhouse_db::reference::Referrer;
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, DbError, package};

use crate::authorize::{Found, PackageAddress, authorize_in};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::feed::change;
use crate::keep::{self, Kept, Locations};
use crate::latest;
use crate::registry::Registry;
use crate::rule;
use crate::signature::{self, Made, SignatureClaim};
use crate::text;
use create::Created;
pub use file::{Describe, Description, Put, PutEntry, PutFile};
pub use join::Join;
pub use open::Complete;
use reference::Holders;
pub use reference::{Reference, ReferenceKind};
use settled::{refuse_retired, settled};
use tags::{moves_tags, set_tags};

mod appear;
mod create;
mod file;
mod join;
mod open;
mod reference;
mod reserve;
mod settled;
mod tags;
mod write;

/// How often a publish starts over when another change comes in between.
const TRIES: usize = 3;

/// A version to be published, checked by its format.
pub struct Publish {
    /// The package, which need not exist.
    pub address: PackageAddress,
    /// The version.
    pub version: VersionName,
    /// What the format keeps about the version, as JSON.
    pub metadata: String,
    /// The files; the first one is the version's own, whose bytes tell a repeat from a conflict.
    pub files: Vec<PublishFile>,
    /// Tags to set to this version.
    pub tags: Vec<String>,
    /// The visibility that the publisher asked for; counts for a new package only.
    pub visibility: Option<Visibility>,
    /// The repository of the same owner that the package's own name begins with.
    pub named_repository: Option<String>,
    /// The source repository as the package names it.
    pub source_repository: Option<String>,
    /// The source commit.
    pub source_commit: Option<String>,
    /// The source branch or tag.
    pub source_ref: Option<String>,
    /// Its readme.
    pub readme: Option<String>,
    /// Whether lists of versions show it, and it may stand for the package: not for a version that
    /// only says something about another.
    pub listed: bool,
    /// By what its format tells it from other versions in lists and searches.
    pub traits: Traits,
    /// Its line in running lists, where its format has some.
    pub line: Option<String>,
    /// Names across all that the owner has of the format that are the version's, or its package's,
    /// for ever.
    pub reserves: Vec<Reserved>,
    /// What it is made of besides its files; the package must have all of it.
    pub references: Vec<Reference>,
    /// The version it says something about, which need not exist.
    pub referrer: Option<Referrer>,
    /// The signatures it carries about versions of its package.
    pub signatures: Vec<SignatureClaim>,
}

impl Publish {
    /// Begins with nothing but a name: listed, without files, tags or anything else.
    pub fn new(address: PackageAddress, version: VersionName) -> Self {
        Self {
            address,
            version,
            metadata: String::new(),
            files: Vec::new(),
            tags: Vec::new(),
            visibility: None,
            named_repository: None,
            source_repository: None,
            source_commit: None,
            source_ref: None,
            readme: None,
            listed: true,
            traits: Traits::default(),
            line: None,
            reserves: Vec::new(),
            references: Vec::new(),
            referrer: None,
            signatures: Vec::new(),
        }
    }
}

/// A name that a publish reserves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// The name.
    pub name: String,
    /// The package's name as it is published.
    pub package: String,
    /// The version, when it is the version's.
    pub version: Option<String>,
}

/// A file of a version to be published.
pub struct PublishFile {
    /// Its name inside the version.
    pub name: String,
    /// What it is served as.
    pub content_type: String,
    /// Its bytes, staged and measured.
    pub staged: StagedFile,
}

/// What a publish came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The version that is live now.
    pub version: VersionId,
    /// False when the same bytes were live already and nothing changed.
    pub new: bool,
    /// Something the publisher should know, where the client can show it.
    pub warning: Option<String>,
}

/// A publish without its bytes, as it goes into the transaction.
struct Facts {
    address: PackageAddress,
    format: Arc<dyn Format>,
    version: VersionName,
    metadata: String,
    /// Name and type of each file.
    files: Vec<(String, String)>,
    tags: Vec<String>,
    visibility: Option<Visibility>,
    named_repository: Option<String>,
    readme: Option<String>,
    provenance: Provenance,
    listed: bool,
    traits: Traits,
    line: Option<String>,
    reserves: Vec<Reserved>,
    references: Vec<Reference>,
    referrer: Option<Referrer>,
}

/// Why the transaction of a publish is undone.
enum Halt {
    /// The same bytes are live by now: nothing is to change, the revision included.
    Settled(Published, Locations),
    /// Bytes that were known before the transaction are not any more.
    Collected,
    /// The signatures were tried with other keys than this owner has.
    OtherKeys(AccountId),
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

/// What was found before any byte was stored.
enum Before {
    /// The version is live with the same bytes.
    Settled(Published),
    /// It is to be written; of each file where its bytes lie already, and under whose name.
    New(Locations, Option<AccountId>),
}

impl Registry {
    /// Publishes one version.
    ///
    /// # Errors
    /// The refusals of the permission decision; `VersionExists` when it is live with other bytes,
    /// `VersionRetired` when it was deleted, `Refused` when a member may not create a package of
    /// the asked visibility. A publish that fails changes nothing; bytes that
    /// were stored before its transaction failed stay, for its repeat or for collection.
    pub async fn publish(
        &self,
        actor: &Actor,
        client: &Client,
        publish: Publish,
    ) -> Result<Published> {
        let inner = &self.inner;
        let format = Arc::clone(self.format(publish.address.format.as_str())?);
        let address = publish.address.clone();
        let key = (
            address.format,
            address.owner.clone(),
            address.name.key().to_owned(),
            publish.version.key().to_owned(),
        );
        let _turn = inner.publishing.lock(key).await;
        let (known, owner) = match self.look_before(actor, &publish).await? {
            Before::Settled(live) => return Ok(live),
            Before::New(known, owner) => (known, owner),
        };
        let claims = Arc::new(signature::distinct(publish.signatures));
        let mut made = Arc::new(self.makers(owner, &claims).await?);
        let provenance = Provenance {
            publisher: actor.account(),
            publisher_name: actor.shown().to_owned(),
            token: actor.token(),
            client: text::storable_option(client.agent.clone()),
            source_repository: text::storable_option(publish.source_repository),
            source_commit: text::storable_option(publish.source_commit),
            source_ref: text::storable_option(publish.source_ref),
        };
        let facts = Arc::new(Facts {
            address,
            format,
            version: publish.version,
            metadata: publish.metadata,
            tags: publish.tags,
            visibility: publish.visibility,
            named_repository: publish.named_repository,
            readme: text::storable_option(publish.readme),
            provenance,
            files: publish
                .files
                .iter()
                .map(|file| (file.name.clone(), file.content_type.clone()))
                .collect(),
            listed: publish.listed,
            traits: publish.traits,
            line: publish.line,
            reserves: publish.reserves,
            references: publish.references,
            referrer: publish.referrer,
        });
        let by = self.by(actor, client);
        let files: Vec<_> = publish.files.iter().map(|file| &file.staged).collect();
        let mut parts = Arc::new(self.keep_bytes(&files, known).await?);
        for _ in 0..TRIES {
            match self.write_version(&by, &facts, &parts, &made).await {
                Ok((done, standing)) | Err(Halt::Settled(done, standing)) => {
                    self.remove_twins(&parts, &standing).await;
                    return Ok(done);
                }
                Err(Halt::Collected) => {
                    let known = vec![None; files.len()];
                    parts = Arc::new(self.keep_bytes(&files, known).await?);
                }
                Err(Halt::OtherKeys(owner)) => {
                    made = Arc::new(self.makers(Some(owner), &claims).await?);
                }
                // Two first publishes of one package race for its row; the loser finds it the
                // next time. One that was being deleted is gone then.
                Err(Halt::Failed(Error::Db(DbError::Duplicate(_))) | Halt::Vanished) => {}
                Err(Halt::Failed(error)) => return Err(error),
            }
        }
        Err(raced(&facts.address.shown))
    }

    async fn write_version(
        &self,
        by: &By,
        facts: &Arc<Facts>,
        parts: &Arc<Vec<Kept>>,
        made: &Arc<Made>,
    ) -> Result<(Published, Locations), Halt> {
        let (by, facts, parts) = (by.clone(), Arc::clone(facts), Arc::clone(parts));
        let made = Arc::clone(made);
        let settings = self.inner.settings.clone();
        self.inner
            .db
            .write(move |conn| publish_in(conn, &by, &settings, &facts, &parts, &made))
            .await
    }

    /// Looks whether the publish is already decided, before any byte is stored.
    async fn look_before(&self, actor: &Actor, publish: &Publish) -> Result<Before> {
        let (actor, address) = (actor.clone(), publish.address.clone());
        let name = publish.version.clone();
        let source = text::storable_option(publish.source_repository.clone());
        let named = publish.named_repository.clone();
        let (visibility, settings) = (publish.visibility, self.inner.settings.clone());
        let now = self.now();
        let (tags, references) = (publish.tags.clone(), publish.references.clone());
        let reserves = publish.reserves.clone();
        let format = Arc::clone(self.format(publish.address.format.as_str())?);
        let digests = publish.files.iter();
        let digests: Vec<_> = digests.map(|file| file.staged.digests().sha256).collect();
        self.inner
            .db
            .read_point(move |conn| {
                let owner = match authorize_in(conn, &actor, &address, Action::Publish)? {
                    Found::Package(record) => {
                        let bytes = digests.first().copied();
                        let format = format.as_ref();
                        if let Some(live) = settled(conn, &address, &record, &name, bytes, format)?
                            && !moves_tags(conn, format, &record, live.version, &tags)?
                        {
                            return Ok(Before::Settled(live));
                        }
                        reserve::refuse_held(conn, record.owner.id, address.format, &reserves)?;
                        rule::refuse_moves(conn, format, &record, &address.shown, &tags, &name)?;
                        let holders = Holders::of(&actor, &address, record.owner.id, Some(&record));
                        reference::find(conn, &holders, &references)?;
                        Some(record.owner.id)
                    }
                    Found::Absent(owner) => {
                        refuse_retired(conn, &address, owner.id, &name, format.as_ref())?;
                        reserve::refuse_held(conn, owner.id, address.format, &reserves)?;
                        let holders = Holders::of(&actor, &address, owner.id, None);
                        reference::find(conn, &holders, &references)?;
                        let wish = create::Wish {
                            address: &address,
                            named_repository: named.as_deref(),
                            source: source.as_deref(),
                            visibility,
                        };
                        create::check(conn, &actor, &settings, &owner, wish, now)?;
                        Some(owner.id)
                    }
                    Found::Nowhere => None,
                };
                Ok(Before::New(keep::locations(conn, &digests)?, owner))
            })
            .await
    }
}

fn publish_in(
    conn: &mut AnyConn,
    by: &By,
    settings: &crate::Settings,
    facts: &Facts,
    parts: &[Kept],
    made: &Made,
) -> Result<(Published, Locations), Halt> {
    let found = authorize_in(conn, &by.actor, &facts.address, Action::Publish)?;
    let Created { record, warning } = match found {
        Found::Package(record) => {
            if package::bump(conn, record.package.id, by.now)?.is_none() {
                return Err(Halt::Vanished);
            }
            create::link_late(conn, by, settings, *record, facts)?
        }
        Found::Absent(owner) => {
            let wish = create::Wish {
                address: &facts.address,
                named_repository: facts.named_repository.as_deref(),
                source: facts.provenance.source_repository.as_deref(),
                visibility: facts.visibility,
            };
            create::create(conn, by, settings, *owner, wish)?
        }
        Found::Nowhere => return Err(Error::not_found(&facts.address.shown).into()),
    };
    let id = record.package.id;
    let format = facts.format.as_ref();
    let bytes = parts.first().map(|part| part.digests.sha256);
    if let Some(live) = settled(conn, &facts.address, &record, &facts.version, bytes, format)? {
        let digests: Vec<_> = parts.iter().map(|part| part.digests.sha256).collect();
        let standing = keep::locations(conn, &digests)?;
        if !moves_tags(conn, format, &record, live.version, &facts.tags)? {
            return Err(Halt::Settled(live, standing));
        }
        // Under this tag it may be a signature, which it was not before.
        keep_signatures(conn, &record, live.version, made)?;
        set_tags(conn, by, &record, facts, live.version)?;
        return Ok((live, standing));
    }
    let holders = Holders::of(&by.actor, &facts.address, record.owner.id, Some(&record));
    let targets = reference::hold(conn, by, &holders, id, &facts.references)?;
    reserve::reserve(conn, record.owner.id, facts)?;
    let standing = keep::record(conn, by, parts)?.ok_or(Halt::Collected)?;
    let version = write::insert(conn, by, &record, facts, parts)?;
    let new = appear::Appearing {
        version: VersionSummary {
            id: version,
            name: facts.version.clone(),
            prerelease: format.is_prerelease(&facts.version),
            deprecation: None,
            listed: facts.listed,
            traits: facts.traits.clone(),
            created_at: by.now,
        },
        metadata: &facts.metadata,
        shown: &facts.address.shown,
    };
    appear::appear(conn, by, &record, format, &new)?;
    packhouse_db::reference::insert(conn, version, id, &targets)?;
    if let Some(referrer) = &facts.referrer {
        packhouse_db::reference::insert_referrer(conn, version, id, referrer)?;
    }
    keep_signatures(conn, &record, version, made)?;
    set_tags(conn, by, &record, facts, version)?;
    let about = About::of(&record, Some(version));
    latest::settle_default_tag(conn, by, about, format, (id, version, &facts.version))?;
    let line = facts.line.as_deref();
    change::came(conn, by, &record, format, (version, &facts.version), line)?;
    let done = Published {
        version,
        new: true,
        warning,
    };
    Ok((done, standing))
}

fn keep_signatures(
    conn: &mut AnyConn,
    record: &PackageRecord,
    version: VersionId,
    made: &Made,
) -> Result<(), Halt> {
    let owner = record.owner.id;
    if signature::keep(conn, owner, (record.package.id, version), made)? {
        return Ok(());
    }
    Err(Halt::OtherKeys(owner))
}

fn raced(shown: &str) -> Error {
    Error::Raced(format!(
        "{shown} is being changed by somebody else: try again"
    ))
}
