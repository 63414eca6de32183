//! The one way a version comes to be.
//!
//! Blobs first, then one transaction: package, version, files, tags, latest, search document and
//! events, or nothing of it (`design.md` §4). A crash between the two leaves bytes that nothing
//! refers to, which collection removes.

use std::sync::Arc;

use packhouse_blob::StagedFile;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::format::Format;
use packhouse_core::id::VersionId;
use packhouse_core::package::{Provenance, VersionName, VersionState};
use packhouse_core::permission::Action;
use packhouse_core::visibility::Visibility;
use packhouse_db::package::PackageRecord;
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, blob, file, package, tag, tombstone, version};
use serde_json::json;

use crate::authorize::{Found, PackageAddress, authorize_in};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::latest;
use crate::registry::Registry;

mod create;

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
    /// The source repository as the package names it.
    pub source_repository: Option<String>,
    /// The source commit.
    pub source_commit: Option<String>,
    /// The source branch or tag.
    pub source_ref: Option<String>,
    /// Its readme.
    pub readme: Option<String>,
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
    files: Vec<(
        file::NewFile,
        packhouse_core::digest::Digests,
        packhouse_blob::BlobKey,
    )>,
    tags: Vec<String>,
    visibility: Option<Visibility>,
    readme: Option<String>,
    provenance: Provenance,
}

impl Registry {
    /// Publishes one version.
    ///
    /// # Errors
    /// The refusals of the permission decision; `VersionExists` when it is live with other bytes,
    /// `VersionRetired` when it was deleted, `Refused` when a member may not create a package of
    /// the asked visibility. Nothing is kept of a publish that fails.
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
        if let Some(live) = self.settled_before(actor, &publish).await? {
            return Ok(live);
        }
        let provenance = Provenance {
            publisher: actor.account(),
            publisher_name: actor.shown().to_owned(),
            token: actor.token(),
            client: client.agent.clone(),
            source_repository: publish.source_repository,
            source_commit: publish.source_commit,
            source_ref: publish.source_ref,
        };
        let mut files = Vec::with_capacity(publish.files.len());
        for part in publish.files {
            let stored = inner.store.put(&part.staged).await?;
            let digests = *part.staged.digests();
            let new = file::NewFile {
                version: VersionId(0),
                name: part.name,
                content_type: part.content_type,
                sha256: digests.sha256,
            };
            files.push((new, digests, stored));
        }
        let facts = Arc::new(Facts {
            address,
            format,
            version: publish.version,
            metadata: publish.metadata,
            files,
            tags: publish.tags,
            visibility: publish.visibility,
            readme: publish.readme,
            provenance,
        });
        let by = self.by(actor, client);
        // Two first publishes of one package race for its row; the loser finds it the second time.
        let mut written = self.write_version(&by, &facts).await;
        if matches!(written, Err(Error::Db(packhouse_db::DbError::Duplicate(_)))) {
            written = self.write_version(&by, &facts).await;
        }
        match written {
            Err(Error::Db(packhouse_db::DbError::Duplicate(_))) => Err(raced(&facts.address.shown)),
            settled => settled,
        }
    }

    async fn write_version(&self, by: &By, facts: &Arc<Facts>) -> Result<Published> {
        let (by, facts) = (by.clone(), Arc::clone(facts));
        let settings = self.inner.settings.clone();
        self.inner
            .db
            .write(move |conn| publish_in(conn, &by, &settings, &facts))
            .await
    }

    /// Looks whether the publish is already decided, before any byte is stored.
    async fn settled_before(&self, actor: &Actor, publish: &Publish) -> Result<Option<Published>> {
        let (actor, address) = (actor.clone(), publish.address.clone());
        let name = publish.version.clone();
        let bytes = publish
            .files
            .first()
            .map(|file| file.staged.digests().sha256);
        self.inner
            .db
            .read_point(
                move |conn| match authorize_in(conn, &actor, &address, Action::Publish)? {
                    Found::Package(record) => settled(conn, &address, &record, &name, bytes),
                    Found::Absent(owner) => {
                        refuse_retired(conn, &address, owner.id, &name)?;
                        Ok(None)
                    }
                    Found::Nowhere => Ok(None),
                },
            )
            .await
    }
}

fn publish_in(
    conn: &mut AnyConn,
    by: &By,
    settings: &crate::Settings,
    facts: &Facts,
) -> Result<Published> {
    let mut warning = None;
    let (record, fresh) = match authorize_in(conn, &by.actor, &facts.address, Action::Publish)? {
        Found::Package(record) => (*record, false),
        Found::Absent(owner) => {
            let created = create::create(conn, by, settings, *owner, facts)?;
            warning = created.warning;
            (created.record, true)
        }
        Found::Nowhere => return Err(Error::not_found(&facts.address.shown)),
    };
    let id = record.package.id;
    if !fresh && package::bump(conn, id, by.now)?.is_none() {
        return Err(raced(&facts.address.shown));
    }
    let bytes = facts.files.first().map(|(_, digests, _)| digests.sha256);
    if let Some(live) = settled(conn, &facts.address, &record, &facts.version, bytes)? {
        return Ok(live);
    }
    let version = insert(conn, by, &record, facts)?;
    let about = About {
        owner: Some(record.owner.id),
        repository: record.package.repository,
        package: Some(id),
        version: Some(version),
    };
    let detail = json!({ "package": facts.address.shown, "version": facts.version.as_str() });
    by.record(conn, EventKind::VersionPublished, about, detail)?;
    for name in &facts.tags {
        let old = tag::set_tag(conn, id, name, version, by.now)?;
        let detail = json!({ "tag": name, "old": old, "version": facts.version.as_str() });
        by.record(conn, EventKind::TagSet, about, detail)?;
    }
    let format = facts.format.as_ref();
    if let Some(name) = latest::settle_default_tag(conn, format, id, version, by.now)? {
        let detail = json!({ "tag": name, "old": null, "version": facts.version.as_str() });
        by.record(conn, EventKind::TagSet, about, detail)?;
    }
    Ok(Published {
        version,
        new: true,
        warning,
    })
}

/// Tells whether the version is live with these bytes; refuses other bytes and deleted names.
fn settled(
    conn: &mut AnyConn,
    address: &PackageAddress,
    record: &PackageRecord,
    name: &VersionName,
    bytes: Option<packhouse_core::digest::Sha256>,
) -> Result<Option<Published>> {
    let Some(live) = version::find_version(conn, record.package.id, name.key())? else {
        refuse_retired(conn, address, record.owner.id, name)?;
        return Ok(None);
    };
    let files = file::list_files(conn, live.id)?;
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

fn raced(shown: &str) -> Error {
    Error::Raced(format!(
        "{shown} is being changed by somebody else: try again"
    ))
}

fn refuse_retired(
    conn: &mut AnyConn,
    address: &PackageAddress,
    owner: packhouse_core::id::AccountId,
    name: &VersionName,
) -> Result<()> {
    match tombstone::find(conn, owner, address.format, address.name.key(), name.key())? {
        None => Ok(()),
        Some(_) => Err(Error::VersionRetired {
            package: address.shown.clone(),
            version: name.to_string(),
        }),
    }
}

fn insert(conn: &mut AnyConn, by: &By, record: &PackageRecord, facts: &Facts) -> Result<VersionId> {
    let package = record.package.id;
    let prerelease = facts.format.is_prerelease(&facts.version);
    let new = version::NewVersion {
        package,
        name: facts.version.clone(),
        state: VersionState::Live,
        prerelease,
        metadata: facts.metadata.clone(),
        readme: facts.readme.clone(),
        provenance: facts.provenance.clone(),
    };
    let id = version::insert_version(conn, &new, by.now)?;
    for (part, digests, location) in &facts.files {
        blob::insert_blob(conn, digests, location.as_str(), by.now)?;
        file::insert_file(
            conn,
            &file::NewFile {
                version: id,
                ..part.clone()
            },
            by.now,
        )?;
    }
    let summary = VersionSummary {
        id,
        name: facts.version.clone(),
        prerelease,
        deprecation: None,
        listed: true,
        created_at: by.now,
    };
    stand_for_package(conn, record, &summary, facts)?;
    Ok(id)
}

/// Makes the new version the package's latest when it is; looks at the latest so far alone.
fn stand_for_package(
    conn: &mut AnyConn,
    record: &PackageRecord,
    new: &VersionSummary,
    facts: &Facts,
) -> Result<()> {
    let package = record.package.id;
    // The row was read before its lock was taken: read again what other writers may have changed.
    let now = package::find_record_by_id(conn, package)?
        .ok_or_else(|| Error::Internal(format!("package {package} vanished in its transaction")))?;
    let current = match now.latest {
        Some(id) => version::find_summary(conn, id)?,
        None => None,
    };
    let format = facts.format.as_ref();
    let count = now.live_versions + 1;
    if current.is_none_or(|current| latest::compare(format, new, &current).is_gt()) {
        let summary = format.summary(&facts.metadata);
        latest::stand(conn, package, &facts.address.shown, new.id, count, &summary)?;
    } else {
        let description = now.package.description.as_deref();
        package::set_latest(conn, package, now.latest, count, description)?;
    }
    Ok(())
}
