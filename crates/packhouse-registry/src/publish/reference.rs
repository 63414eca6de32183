//! What a version is made of besides its files: bytes and versions that its package must have.

use std::collections::{BTreeMap, BTreeSet};

use packhouse_core::actor::Actor;
use packhouse_core::digest::{ContentDigest, Digests};
use packhouse_core::id::{AccountId, PackageId};
use packhouse_db::AnyConn;
use packhouse_db::blob_link::{self, Draft, Holder};
use packhouse_db::file;
use packhouse_db::package::PackageRecord;
use packhouse_db::reference::{self, Target};

use crate::authorize::PackageAddress;
use crate::error::{Error, Result};
use crate::event::By;

/// Something that a version names by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What is named.
    pub digest: ContentDigest,
    /// The length it is named with, in bytes.
    pub size: u64,
    /// What it may be.
    pub kind: ReferenceKind,
}

/// What a version may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    /// Bytes that the package holds.
    Blob,
    /// Bytes that the package need not hold.
    ForeignBlob,
    /// Another version, or bytes.
    VersionOrBlob,
}

/// Where the bytes may be that a publisher names: in the package, or brought for it before it was
/// there.
pub(super) struct Holders {
    package: Option<PackageId>,
    draft: Option<Draft>,
}

impl Holders {
    pub fn of(
        actor: &Actor,
        address: &PackageAddress,
        owner: AccountId,
        record: Option<&PackageRecord>,
    ) -> Self {
        Self {
            package: record.map(|record| record.package.id),
            draft: actor.account().map(|account| Draft {
                owner,
                format: address.format,
                package_key: address.name.key().to_owned(),
                account,
            }),
        }
    }
}

/// Looks whether everything named is there, before any byte is stored.
pub(super) fn find(
    conn: &mut AnyConn,
    holders: &Holders,
    references: &[Reference],
) -> Result<Vec<Target>> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let digests: Vec<_> = references
        .iter()
        .map(|reference| reference.digest)
        .collect();
    let mut blobs = Vec::new();
    if let Some(package) = holders.package {
        blobs.extend(blob_link::list(conn, &Holder::Package(package), &digests)?);
    }
    if let Some(draft) = &holders.draft {
        blobs.extend(blob_link::list(
            conn,
            &Holder::Draft(draft.clone()),
            &digests,
        )?);
    }
    settle(conn, holders.package, references, &blobs)
}

/// Takes over what the publisher brought, renews the links and gives what the version names; the
/// rows stay locked until the transaction ends.
pub(super) fn hold(
    conn: &mut AnyConn,
    by: &By,
    holders: &Holders,
    package: PackageId,
    references: &[Reference],
) -> Result<Vec<Target>> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(draft) = &holders.draft {
        blob_link::adopt(conn, draft, package, by.now)?;
    }
    let digests: Vec<_> = references
        .iter()
        .map(|reference| reference.digest)
        .collect();
    let found = blob_link::list(conn, &Holder::Package(package), &digests)?;
    let blobs = blob_link::touch(conn, package, found, by.now)?;
    settle(conn, Some(package), references, &blobs)
}

/// Turns what is named into what it is, or says what is missing or of another length.
fn settle(
    conn: &mut AnyConn,
    package: Option<PackageId>,
    references: &[Reference],
    blobs: &[Digests],
) -> Result<Vec<Target>> {
    let mut by_digest: BTreeMap<ContentDigest, &Digests> = BTreeMap::new();
    for blob in blobs {
        by_digest.insert(ContentDigest::Sha256(blob.sha256), blob);
        if let Some(sha512) = blob.sha512 {
            by_digest.insert(ContentDigest::Sha512(sha512), blob);
        }
    }
    let versions = versions(conn, package, references)?;
    let mut targets = Vec::with_capacity(references.len());
    let mut missing = BTreeSet::new();
    for reference in references {
        let digest = reference.digest;
        if let Some(key) = versions.get(&digest) {
            targets.push(Target::Version(key.clone()));
        } else if let Some(blob) = by_digest.get(&digest) {
            if blob.size != reference.size {
                return Err(Error::SizeMismatch {
                    digest,
                    claimed: reference.size,
                    actual: blob.size,
                });
            }
            targets.push(Target::Blob(blob.sha256.to_string()));
        } else if reference.kind != ReferenceKind::ForeignBlob {
            missing.insert(digest);
        }
    }
    if missing.is_empty() {
        Ok(targets)
    } else {
        Err(Error::UnknownReferences(missing.into_iter().collect()))
    }
}

/// Gives the live versions among what is named, each with its key.
fn versions(
    conn: &mut AnyConn,
    package: Option<PackageId>,
    references: &[Reference],
) -> Result<BTreeMap<ContentDigest, String>> {
    let mut found = BTreeMap::new();
    let Some(package) = package else {
        return Ok(found);
    };
    let named = references
        .iter()
        .filter(|reference| reference.kind == ReferenceKind::VersionOrBlob);
    let mut keys = Vec::new();
    for reference in named {
        match reference.digest {
            // A content-addressed version is named by its sha256.
            ContentDigest::Sha256(_) => keys.push(reference.digest.to_string()),
            ContentDigest::Sha512(sha512) => {
                if let Some(version) = file::find_live_by_sha512(conn, package, &sha512)? {
                    found.insert(reference.digest, version.name.key().to_owned());
                }
            }
        }
    }
    keys.sort_unstable();
    keys.dedup();
    for key in reference::live_versions(conn, package, &keys)? {
        if let Ok(digest) = key.parse() {
            found.insert(digest, key);
        }
    }
    Ok(found)
}
