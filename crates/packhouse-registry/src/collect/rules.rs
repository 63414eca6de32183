//! What may go: the rules that removing and forecasting share.

use std::collections::BTreeSet;

use packhouse_core::id::PackageId;
use packhouse_db::collect::bytes::{self, Blob, Link};
use packhouse_db::collect::{self, Candidate, Namers};
use packhouse_db::{AnyConn, Result};

use super::Terms;

/// How many holders of one blob a forecast looks at; with more it says that the blob stays.
const MAX_HOLDERS: i64 = 200;

/// Tells whether a version goes: its time is over, and no version that stays is made of it.
pub(super) fn version_goes(conn: &mut AnyConn, terms: &Terms, one: &Candidate) -> Result<bool> {
    if one.is_of_expired_package(terms.deleted_until) {
        return Ok(true);
    }
    if !one.is_expired(terms.deleted_until) {
        return Ok(false);
    }
    Ok(collect::is_superseded(conn, one)? || !is_pinned(conn, terms, one.package, &one.key)?)
}

/// Tells whether a version that stays names this one, or names one that does, and so on: what is
/// pinned by one that is pinned itself is served too.
fn is_pinned(conn: &mut AnyConn, terms: &Terms, package: PackageId, key: &str) -> Result<bool> {
    let mut seen = BTreeSet::from([key.to_owned()]);
    let mut open = vec![key.to_owned()];
    while let Some(key) = open.pop() {
        match collect::namers(conn, package, "version", &key, terms.deleted_until)? {
            Namers::Standing => return Ok(true),
            Namers::Expired(parents) => {
                let new = parents.into_iter().map(|parent| parent.key);
                open.extend(new.filter(|key| seen.insert(key.clone())));
            }
        }
    }
    Ok(false)
}

/// Tells whether a link will go once the versions have gone that go.
pub(super) fn link_goes(conn: &mut AnyConn, terms: &Terms, link: &Link) -> Result<bool> {
    let deleted = link.package_deleted_at;
    if deleted.is_some_and(|at| at <= terms.deleted_until) {
        return Ok(true);
    }
    if link.touched_at >= terms.idle_before {
        return Ok(false);
    }
    if !link.named {
        return Ok(true);
    }
    let (package, until) = (link.package, terms.deleted_until);
    match collect::namers(conn, package, "blob", &link.sha256, until)? {
        Namers::Standing => Ok(false),
        Namers::Expired(versions) => all(conn, terms, &versions),
    }
}

/// Tells whether a blob will go once the versions, links and drafts have gone that go.
pub(super) fn blob_goes(conn: &mut AnyConn, terms: &Terms, blob: &Blob) -> Result<bool> {
    if blob.created_at >= terms.idle_before {
        return Ok(false);
    }
    if !blob.held {
        return Ok(true);
    }
    let sha256 = blob.sha256.to_string();
    let drafted = bytes::draft_touched(conn, &sha256)?;
    if drafted.is_some_and(|at| at >= terms.idle_before) {
        return Ok(false);
    }
    let versions = bytes::versions_with(conn, &sha256, MAX_HOLDERS + 1)?;
    let links = bytes::links_to(conn, &sha256, MAX_HOLDERS + 1)?;
    let most = usize::try_from(MAX_HOLDERS).unwrap_or(usize::MAX);
    if versions.len() > most || links.len() > most || !all(conn, terms, &versions)? {
        return Ok(false);
    }
    for link in &links {
        if !link_goes(conn, terms, link)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn all(conn: &mut AnyConn, terms: &Terms, versions: &[Candidate]) -> Result<bool> {
    for version in versions {
        if !version_goes(conn, terms, version)? {
            return Ok(false);
        }
    }
    Ok(true)
}
