//! Finding one version by tag or digest: how a content-addressed format is read.

use std::sync::Arc;

use packhouse_core::actor::Actor;
use packhouse_core::digest::ContentDigest;
use packhouse_core::id::{PackageId, VersionId};
use packhouse_core::package::{Version, VersionName};
use packhouse_core::permission::Action;
use packhouse_db::file::StoredFile;
use packhouse_db::reference::{self, Target};
use packhouse_db::{AnyConn, file, rule, tag, version};

use crate::authorize::{PackageAddress, PackageHandle};
use crate::error::{Error, Result};
use crate::registry::Registry;
use crate::rule::SIGNATURE_NEEDED;
use crate::signature::{self, SignedBy};

/// How many parents of a version are looked at for a signature.
const MAX_PARENTS: i64 = 100;

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
            .read_point(move |conn| {
                let derived = |tag: &str| format.is_derived_tag(tag);
                find(conn, id, &wanted, &derived)
            })
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
            .read_point(move |conn| signature::of_version(conn, package, &key))
            .await
    }
}

fn find(
    conn: &mut AnyConn,
    package: PackageId,
    wanted: &VersionReference,
    derived: &dyn Fn(&str) -> bool,
) -> Result<Option<FoundVersion>> {
    let found = match wanted {
        VersionReference::Tag(name) => match tag::find_target(conn, package, name)? {
            Some(id) => version::find_version_by_id(conn, id)?,
            None => None,
        },
        VersionReference::Digest(digest @ ContentDigest::Sha256(_)) => {
            let key = digest.to_string();
            match version::find_version(conn, package, &key)? {
                Some(live) => Some(live),
                None => pinned(conn, package, &key)?,
            }
        }
        VersionReference::Digest(ContentDigest::Sha512(sha512)) => {
            file::find_live_by_sha512(conn, package, sha512)?
        }
    };
    let Some(found) = found else {
        return Ok(None);
    };
    let Some(stored) = file::list_files(conn, found.id)?.into_iter().next() else {
        let text = format!("version {} has no file", found.id);
        return Err(Error::Internal(text));
    };
    let by_tag = matches!(wanted, VersionReference::Tag(_));
    let tags = tag::list_of_version(conn, found.id)?;
    let accessory = match wanted {
        VersionReference::Tag(name) => derived(name),
        VersionReference::Digest(_) => tags.iter().any(|tag| derived(tag)),
    } || reference::is_referrer(conn, found.id)?;
    let target = Target::Version(found.name.key().to_owned());
    let parents = reference::live_referring(conn, package, &target, MAX_PARENTS)?;
    let needed = rule::get(conn, package, SIGNATURE_NEEDED)?.is_some();
    let trusted = !needed || accessory || signed(conn, package, &found, &parents)?;
    Ok(Some(FoundVersion {
        id: found.id,
        name: found.name,
        stored,
        counts: !accessory && (by_tag || parents.is_empty()),
        trusted,
    }))
}

/// Gives a deleted version that a live one names.
fn pinned(conn: &mut AnyConn, package: PackageId, key: &str) -> Result<Option<Version>> {
    let target = Target::Version(key.to_owned());
    if reference::live_referring(conn, package, &target, 1)?.is_empty() {
        return Ok(None);
    }
    Ok(version::find_deleted_version(conn, package, key)?)
}

/// Tells whether a key of the owner signed the version, or one that it is part of.
fn signed(
    conn: &mut AnyConn,
    package: PackageId,
    found: &Version,
    parents: &[String],
) -> Result<bool> {
    for name in std::iter::once(found.name.key()).chain(parents.iter().map(String::as_str)) {
        if !signature::of_version(conn, package, name)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
