//! Finding one version by tag or digest: how a content-addressed format is read.

use std::sync::Arc;

use packhouse_core::actor::Actor;
use packhouse_core::digest::ContentDigest;
use packhouse_core::format::Format;
use packhouse_core::id::{PackageId, VersionId};
use packhouse_core::package::VersionName;
use packhouse_core::permission::Action;
use packhouse_db::file::StoredFile;
use packhouse_db::reference::{self, Target};
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, file, rule, signature, tag, version};

use crate::authorize::{PackageAddress, PackageHandle};
use crate::error::{Error, Result};
use crate::pin;
use crate::registry::Registry;
use crate::rule::SIGNATURE_NEEDED;
use crate::signature::SignedBy;

/// How many indexes above an index are looked at for a signature, and how many of each step.
const MAX_DEPTH: usize = 4;
const MAX_PARENTS: i64 = 1000;

/// How somebody names a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum VersionReference {
    /// By a tag.
    Tag(String),
    /// By the digest of its bytes.
    Digest(ContentDigest),
}

/// A version with its bytes.
#[derive(Debug, Clone)]
pub struct FoundVersion {
    /// Its row.
    pub id: VersionId,
    /// Its name: the sha256 of its bytes.
    pub name: VersionName,
    /// Its file.
    pub stored: StoredFile,
    /// Whether reading it is a download: not for what only belongs to another version.
    pub counts: bool,
    /// Whether readers may have it although the package hands out only what is signed.
    pub trusted: bool,
}

impl Registry {
    /// Finds a live version of a package. A deleted one that a live one names is still found by
    /// its digest. On SQLite the answer is kept until something is committed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_version(
        &self,
        package: &PackageHandle,
        reference: &VersionReference,
    ) -> Result<Option<Arc<FoundVersion>>> {
        let id = package.package.id;
        let key = (id, reference.clone());
        let stamp = self.moment()?;
        if let Some(found) = self.inner.versions.get(&key, stamp) {
            return Ok(Some(found));
        }
        let format = Arc::clone(self.format(package.package.format.as_str())?);
        let wanted = reference.clone();
        let found = self
            .inner
            .db
            .read_point(move |conn| find(conn, id, &wanted, format.as_ref()))
            .await?;
        let Some(found) = found.map(Arc::new) else {
            return Ok(None);
        };
        self.inner.versions.keep(key, stamp, Arc::clone(&found));
        Ok(Some(found))
    }

    /// Refuses a version that is not signed where the package hands out only what is; whoever may
    /// publish gets it all the same, for signers must read what they sign.
    ///
    /// # Errors
    /// `Refused` with what to do.
    pub async fn refuse_unsigned(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        found: &FoundVersion,
    ) -> Result<()> {
        if found.trusted {
            return Ok(());
        }
        match self.authorize(actor, address, Action::Publish).await {
            Ok(_) => Ok(()),
            // It may publish, only its access token was made for reading.
            Err(Error::Unstated { .. }) => Ok(()),
            Err(error) if !error.is_refusal() => Err(error),
            Err(_) => Err(Error::Refused(format!(
                "{} {} is not signed by a key that its owner registered, and the package hands out \
                 only what is: ask its publisher to sign it",
                address.shown, found.name
            ))),
        }
    }

    /// Gives the signatures about a version by its owner's keys.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signatures_of(
        &self,
        package: PackageId,
        version: &VersionName,
    ) -> Result<Vec<SignedBy>> {
        let key = version.key().to_owned();
        self.inner
            .db
            .read_point(move |conn| crate::signature::of_version(conn, package, &key))
            .await
    }
}

fn find(
    conn: &mut AnyConn,
    package: PackageId,
    wanted: &VersionReference,
    format: &dyn Format,
) -> Result<Option<FoundVersion>> {
    let found = match wanted {
        VersionReference::Tag(name) => match tag::find_target(conn, package, name)? {
            Some(id) => version::find_summary(conn, id)?,
            None => None,
        },
        VersionReference::Digest(digest @ ContentDigest::Sha256(_)) => {
            let key = digest.to_string();
            match version::find_live_summary(conn, package, &key)? {
                Some(live) => Some(live),
                None => pinned(conn, package, &key)?,
            }
        }
        VersionReference::Digest(ContentDigest::Sha512(sha512)) => {
            match file::find_live_by_sha512(conn, package, sha512)? {
                Some(live) => version::find_summary(conn, live.id)?,
                None => None,
            }
        }
    };
    let Some(found) = found else {
        return Ok(None);
    };
    let Some(stored) = file::list_files(conn, found.id)?.into_iter().next() else {
        let text = format!("version {} has no file", found.id);
        return Err(Error::Internal(text));
    };
    let needed = rule::get(conn, package, SIGNATURE_NEEDED)?.is_some();
    let trusted = !needed || trusted(conn, package, &found, format)?;
    Ok(Some(FoundVersion {
        counts: counts(conn, package, wanted, &found, format)?,
        id: found.id,
        name: found.name,
        stored,
        trusted,
    }))
}

/// Tells whether reading a version is a download: not of what only says something about another,
/// and not of a part of another that nobody asks for by a tag.
fn counts(
    conn: &mut AnyConn,
    package: PackageId,
    wanted: &VersionReference,
    found: &VersionSummary,
    format: &dyn Format,
) -> Result<bool> {
    if !found.listed {
        return Ok(false);
    }
    if let VersionReference::Tag(name) = wanted {
        return Ok(!format.is_derived_tag(name));
    }
    let target = Target::Version(found.name.key().to_owned());
    if reference::live_referring(conn, package, &target, 1)?.is_empty() {
        return Ok(true);
    }
    let tags = tag::list_of_version(conn, found.id)?;
    Ok(tags.iter().any(|tag| !format.is_derived_tag(tag)))
}

/// Gives a deleted version that a live one is made of, directly or through others.
fn pinned(conn: &mut AnyConn, package: PackageId, key: &str) -> Result<Option<VersionSummary>> {
    let target = Target::Version(key.to_owned());
    if pin::live_user(conn, package, &target)?.is_none() {
        return Ok(None);
    }
    match version::find_deleted_version(conn, package, key)? {
        Some(deleted) => Ok(version::find_summary(conn, deleted.id)?),
        None => Ok(None),
    }
}

/// Tells whether readers may have a version where only signed ones are handed out: a key of the
/// owner signed it, or one that it is part of; or it is nothing but a statement about another.
fn trusted(
    conn: &mut AnyConn,
    package: PackageId,
    found: &VersionSummary,
    format: &dyn Format,
) -> Result<bool> {
    let mut names = vec![found.name.key().to_owned()];
    for _ in 0..MAX_DEPTH {
        if names.is_empty() {
            break;
        }
        if signature::any_signed(conn, package, &names)?
            || signature::any_signed_parent(conn, package, &names)?
        {
            return Ok(true);
        }
        names = reference::live_parents(conn, package, &names, MAX_PARENTS)?;
    }
    let whole = version::find_version_by_id(conn, found.id)?;
    Ok(whole.is_some_and(|version| format.is_statement(&version.metadata)))
}
