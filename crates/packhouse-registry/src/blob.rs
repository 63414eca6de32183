//! Bytes that packages hold besides the files of their versions. They are read through the link of
//! a package alone: knowing a digest opens nothing.

use std::sync::Arc;

use chrono::Duration;
use packhouse_blob::StagedFile;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::digest::ContentDigest;
use packhouse_core::event::EventKind;
use packhouse_core::package::PackageName;
use packhouse_core::permission::Action;
use packhouse_db::blob_link::{self, Draft, HeldBlob, Holder};
use packhouse_db::readable::Viewer;
use packhouse_db::reference::Target;
use packhouse_db::{AnyConn, blob, package};
use serde_json::json;

use crate::authorize::{
    Found, PackageAddress, PackageHandle, authorize_in, draft_in, has_draft, package_in,
    token_brings,
};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::keep;
use crate::pin;
use crate::registry::Registry;

/// How fresh a link is kept that a client was told of, in minutes; collection spares it for a day.
const FRESH_MINUTES: i64 = 60;
/// How often keeping bytes starts over when they vanish in between.
const TRIES: usize = 3;
/// How many packages that are yet to be are tried as the source of a mount that names none.
const MAX_SOURCES: i64 = 20;

impl Registry {
    /// Finds bytes that a package holds, or that the asker brought for one that is yet to be. On
    /// SQLite the answer is kept until something is committed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_blob(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        package: Option<&PackageHandle>,
        digest: &ContentDigest,
    ) -> Result<Option<Arc<HeldBlob>>> {
        let holder = match package {
            Some(package) => Holder::Package(package.package.id),
            None => match self.draft(actor, address).await? {
                Some(draft) => Holder::Draft(draft),
                None => return Ok(None),
            },
        };
        let key = (holder.clone(), *digest);
        let stamp = self.moment()?;
        if let Some(found) = self.inner.blobs.get(&key, stamp) {
            return Ok(Some(found));
        }
        let digest = *digest;
        let found = self
            .inner
            .db
            .read_point(move |conn| blob_link::find(conn, &holder, &digest))
            .await?
            .map(Arc::new);
        if let Some(found) = &found {
            self.inner.blobs.keep(key, stamp, Arc::clone(found));
        }
        Ok(found)
    }

    async fn draft(&self, actor: &Actor, address: &PackageAddress) -> Result<Option<Draft>> {
        let Some(account) = actor.account() else {
            return Ok(None);
        };
        let (owner, format) = (address.owner.clone(), address.format);
        let package_key = address.name.key().to_owned();
        let found: Option<_> = self
            .inner
            .db
            .read_point(move |conn| packhouse_db::account::find_account(conn, &owner))
            .await?;
        Ok(found.map(|owner| Draft {
            owner: owner.id,
            format,
            package_key,
            account,
        }))
    }

    /// Renews a link whose holder is told that the bytes are there, so that collection does not
    /// take them before the version that needs them arrives. Gives false when it was quicker: then
    /// nobody may be told so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn promise_blob(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        package: Option<&PackageHandle>,
        held: &HeldBlob,
    ) -> Result<bool> {
        let now = self.now();
        if now - held.touched_at < Duration::minutes(FRESH_MINUTES) {
            return Ok(true);
        }
        let holder = match package {
            Some(package) => Holder::Package(package.package.id),
            None => match self.draft(actor, address).await? {
                Some(draft) => Holder::Draft(draft),
                None => return Ok(false),
            },
        };
        let sha256 = held.digests.sha256;
        let renewed = self
            .inner
            .db
            .write(move |conn| blob_link::renew(conn, &holder, &sha256, now))
            .await?;
        Ok(renewed)
    }

    /// Keeps bytes that arrived whole and links them to a package, which need not exist yet.
    ///
    /// # Errors
    /// Needs Publish; `DigestMismatch` when they are other bytes than was said; nothing is kept
    /// then.
    pub async fn keep_blob(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        staged: &StagedFile,
        digest: &ContentDigest,
    ) -> Result<()> {
        self.keep_and(actor, client, address, staged, digest, |_, _| Ok(()))
            .await
    }

    /// Keeps bytes as [`Self::keep_blob`] does, and does `more` in the same transaction.
    pub(crate) async fn keep_and(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        staged: &StagedFile,
        digest: &ContentDigest,
        more: impl Fn(&mut AnyConn, &By) -> Result<()> + Clone + Send + 'static,
    ) -> Result<()> {
        check_digest(staged, digest)?;
        let by = self.by(actor, client);
        let sha256 = staged.digests().sha256;
        let mut known = self
            .inner
            .db
            .read_point(move |conn| keep::locations(conn, &[sha256]))
            .await?;
        for _ in 0..TRIES {
            let kept = Arc::new(self.keep_bytes(&[staged], known).await?);
            let (by, address, parts) = (by.clone(), address.clone(), Arc::clone(&kept));
            let more = more.clone();
            let standing = self
                .inner
                .db
                .write(move |conn| {
                    let holder = holder_in(conn, &by.actor, &address)?;
                    let Some(standing) = keep::record(conn, &by, &parts)? else {
                        return Ok(None);
                    };
                    blob_link::link(conn, &holder, &sha256, by.now)?;
                    more(conn, &by)?;
                    Ok::<_, Error>(Some(standing))
                })
                .await?;
            if let Some(standing) = standing {
                self.remove_twins(&kept, &standing).await;
                return Ok(());
            }
            known = vec![None];
        }
        let text = format!("{digest} is being removed by somebody else: try again");
        Err(Error::Raced(text))
    }

    /// Links bytes to a package that another one holds, after Read on that one; tells whether it
    /// could. Whether the asker may read the source is settled before anyone looks what it holds.
    /// Without a source the other packages of the same owner are tried that the asker may read, of
    /// an access token those that it states.
    /// What the asker brought for a package that is yet to be is a source, too.
    ///
    /// # Errors
    /// Needs Publish; `Unstated` when the account may read the source and its access token does
    /// not say so.
    pub async fn mount_blob(
        &self,
        actor: &Actor,
        client: &Client,
        target: &PackageAddress,
        digest: &ContentDigest,
        from: Option<&PackageAddress>,
    ) -> Result<bool> {
        let by = self.by(actor, client);
        let (target, digest) = (target.clone(), *digest);
        let from = from.cloned();
        self.inner
            .db
            .write(move |conn| {
                let holder = holder_in(conn, &by.actor, &target)?;
                let sources = match from {
                    Some(from) => source(conn, &by.actor, &from)?.into_iter().collect(),
                    None => own_sources(conn, &by.actor, &target, &digest)?,
                };
                for source in sources {
                    let held = blob_link::find(conn, &source, &digest)?;
                    // Collection may have taken them since: then they are not there to be mounted.
                    if let Some(held) = held
                        && blob::hold_blob(conn, &held.digests)?.is_some()
                    {
                        blob_link::link(conn, &holder, &held.digests.sha256, by.now)?;
                        return Ok(true);
                    }
                }
                Ok(false)
            })
            .await
    }

    /// Takes bytes out of a package: they are hidden at once and come back when they are pushed or
    /// mounted again, or with a restored version that needs them. What was brought for a package
    /// that is yet to be can be taken back by whoever brought it.
    ///
    /// # Errors
    /// Needs Delete; `NotFound` when the package does not hold them; `InUse` while a live version
    /// needs them.
    pub async fn delete_blob(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        digest: &ContentDigest,
    ) -> Result<()> {
        let by = self.by(actor, client);
        let (address, digest) = (address.clone(), *digest);
        self.inner
            .db
            .write(move |conn| {
                let missing = || Error::not_found(format!("{} {digest}", address.shown));
                if let Some(draft) = draft_of(conn, &by.actor, &address, Action::Delete)? {
                    let holder = Holder::Draft(draft.clone());
                    let held = blob_link::find(conn, &holder, &digest)?.ok_or_else(missing)?;
                    blob_link::take_back(conn, &draft, &held.digests.sha256)?;
                    return Ok(());
                }
                let record = package_in(conn, &by.actor, &address, Action::Delete)?;
                let id = record.package.id;
                let holder = Holder::Package(id);
                let held = blob_link::find(conn, &holder, &digest)?.ok_or_else(missing)?;
                // Holds the package's row, so that no version that needs them arrives meanwhile.
                package::bump(conn, id, by.now)?;
                let sha256 = held.digests.sha256;
                let target = Target::Blob(sha256.to_string());
                if let Some(user) = pin::live_user(conn, id, &target)? {
                    return Err(Error::InUse(format!(
                        "{digest} is part of {user} in {}: delete that first",
                        address.shown
                    )));
                }
                blob_link::hide(conn, id, &sha256, by.now)?;
                let about = About::of(&record, None);
                let detail = json!({ "package": address.shown, "digest": digest.to_string() });
                by.record(conn, EventKind::BlobDeleted, about, detail)?;
                Ok(())
            })
            .await
    }
}

/// Compares what came with what was announced.
///
/// # Errors
/// `DigestMismatch` with both.
pub fn check_digest(staged: &StagedFile, claimed: &ContentDigest) -> Result<()> {
    let digests = staged.digests();
    let actual = match claimed {
        ContentDigest::Sha256(_) => ContentDigest::Sha256(digests.sha256),
        ContentDigest::Sha512(_) => {
            let missing = || Error::Internal("the upload was not hashed with sha512".to_owned());
            ContentDigest::Sha512(digests.sha512.ok_or_else(missing)?)
        }
    };
    if actual == *claimed {
        Ok(())
    } else {
        Err(Error::DigestMismatch {
            claimed: Box::new(*claimed),
            actual: Box::new(actual),
        })
    }
}

/// Decides about publishing and gives who holds what is brought.
pub(crate) fn holder_in(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
) -> Result<Holder> {
    match authorize_in(conn, actor, address, Action::Publish)? {
        Found::Package(record) => Ok(Holder::Package(record.package.id)),
        Found::Absent(owner) => {
            if !token_brings(conn, actor, owner.id, address)? {
                let (what, action) = (address.shown.clone(), Action::Publish);
                return Err(Error::HiddenWrite { what, action });
            }
            let account = actor.account().ok_or_else(|| {
                Error::Internal("bytes were brought for a new package by no account".to_owned())
            })?;
            Ok(Holder::Draft(Draft {
                owner: owner.id,
                format: address.format,
                package_key: address.name.key().to_owned(),
                account,
            }))
        }
        Found::Nowhere => Err(Error::not_found(&address.shown)),
    }
}

/// Gives what the asker brought for a package that is yet to be and that they may create.
fn draft_of(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
    action: Action,
) -> Result<Option<Draft>> {
    let owner = draft_in(conn, actor, address, action)?;
    Ok(owner.zip(actor.account()).map(|(owner, account)| Draft {
        owner: owner.id,
        format: address.format,
        package_key: address.name.key().to_owned(),
        account,
    }))
}

/// Gives the holder that a mount names, when the asker may read there.
fn source(conn: &mut AnyConn, actor: &Actor, address: &PackageAddress) -> Result<Option<Holder>> {
    match package_in(conn, actor, address, Action::Read) {
        Ok(record) => return Ok(Some(Holder::Package(record.package.id))),
        Err(error @ Error::Unstated { .. }) => return Err(error),
        Err(error) if !error.is_refusal() => return Err(error),
        Err(_) => {}
    }
    // Where nothing was brought there is nothing to state either.
    let owner = packhouse_db::account::find_account(conn, &address.owner)?;
    match owner {
        Some(owner) if has_draft(conn, actor, owner.id, address)? => {
            Ok(draft_of(conn, actor, address, Action::Read)?.map(Holder::Draft))
        }
        _ => Ok(None),
    }
}

/// Gives who of the target's owner has the bytes and may be mounted from: a package that the asker
/// may read, and what they brought for packages that are yet to be.
fn own_sources(
    conn: &mut AnyConn,
    actor: &Actor,
    target: &PackageAddress,
    digest: &ContentDigest,
) -> Result<Vec<Holder>> {
    let Some(owner) = packhouse_db::account::find_account(conn, &target.owner)? else {
        return Ok(Vec::new());
    };
    let (viewer, format) = (Viewer::of_account(actor), target.format);
    let stated = stated_keys(actor, target);
    let whose = (owner.id, format);
    let found = blob_link::readable_with(conn, &viewer, whose, digest, stated.as_deref())?;
    let mut sources: Vec<Holder> = found.map(Holder::Package).into_iter().collect();
    if let Some(account) = actor.account() {
        let brought = (owner.id, account);
        for draft in blob_link::drafts_with(conn, brought, format, digest, MAX_SOURCES)? {
            let key = &draft.package_key;
            let address = PackageAddress {
                name: PackageName::new(key.clone(), key.clone()),
                ..target.clone()
            };
            let named = stated.as_ref().is_none_or(|keys| keys.contains(key));
            if named && draft_of(conn, actor, &address, Action::Read)?.is_some() {
                sources.push(Holder::Draft(draft));
            }
        }
    }
    if sources.is_empty()
        && stated.is_some()
        && let Some(id) = blob_link::readable_with(conn, &viewer, whose, digest, None)?
        && let Some(record) = package::find_record_by_id(conn, id)?
    {
        // A token that states it would do; its name is no secret to an account that may read it.
        let name = record.package.name.key();
        return Err(Error::Unstated {
            what: format!("{}/{name}", record.owner.name.key()),
            action: Action::Read,
        });
    }
    Ok(sources)
}

/// Gives the packages of the target's owner that the access token, if the asker came with one,
/// states to be read.
fn stated_keys(actor: &Actor, target: &PackageAddress) -> Option<Vec<String>> {
    let stated = actor.signed_in()?.stated.as_ref()?;
    let packages = stated
        .packages
        .iter()
        .filter(|(_, actions)| stated.format == target.format && actions.has(Action::Read))
        .filter_map(|(name, _)| name.split_once('/'))
        .filter(|(owner, _)| *owner == target.owner)
        .map(|(_, key)| key.to_owned());
    Some(packages.collect())
}
