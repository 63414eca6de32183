//! Undoing a deletion, within 30 days and while the name is free.

use chrono::{DateTime, Duration, Utc};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::id::VersionId;
use packhouse_core::package::{Version, VersionName};
use packhouse_core::permission::{Action, Decision, decide};
use packhouse_db::package::PackageRecord;
use packhouse_db::reference::{self, Target};
use packhouse_db::{AnyConn, blob_link, event, package, tag, version};
use serde_json::json;

use crate::authorize::{PackageAddress, answer, package_facts, package_in};
use crate::delete::unbury;
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::feed::change;
use crate::latest;
use crate::registry::Registry;

/// How long a deletion can be undone, in days.
pub const RESTORE_DAYS: i64 = 30;

/// A version that was deleted.
#[derive(Debug, Clone)]
pub struct DeletedVersion {
    /// The version.
    pub version: Version,
    /// When it was deleted.
    pub at: DateTime<Utc>,
    /// Until when it can be restored.
    pub until: DateTime<Utc>,
    /// Whether another of that name was published since, so that it cannot be restored.
    pub live_again: bool,
}

impl Registry {
    /// Brings back a deleted version of a live package.
    ///
    /// # Errors
    /// Needs Restore; `NotFound` when nothing of that name was deleted in the last 30 days;
    /// `Conflict` when the version is live again.
    pub async fn restore_version(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        name: &VersionName,
    ) -> Result<()> {
        let format = std::sync::Arc::clone(self.format(address.format.as_str())?);
        let by = self.by(actor, client);
        let (address, name) = (address.clone(), name.clone());
        self.inner
            .db
            .write(move |conn| {
                let what = format!("{} {name}", address.shown);
                let record = live_package(conn, &by, &address)?;
                let package = record.package.id;
                package::bump(conn, package, by.now)?;
                let deleted = version::find_deleted_version(conn, package, name.key())?
                    .filter(|version| in_time(version.deleted_at, &by))
                    .ok_or_else(|| Error::not_found(&what))?;
                if version::find_version(conn, package, name.key())?.is_some() {
                    return Err(Error::Conflict(format!("{what} is live again")));
                }
                version::mark_restored(conn, deleted.id)?;
                if format.is_content_addressed() {
                    show_bytes(conn, &deleted)?;
                    bring_back_tags(conn, &by, &record, &deleted)?;
                }
                unbury(conn, &record, format.as_ref(), (deleted.id, &name))?;
                let detail = json!({ "version": name.as_str() });
                let about = About::of(&record, Some(deleted.id));
                by.record(conn, EventKind::VersionRestored, about, detail)?;
                latest::settle_change(conn, &by, about, format.as_ref(), package, 1)?;
                let back = (deleted.id, &deleted.name);
                change::came_back(conn, &by, &record, format.as_ref(), back)?;
                Ok(())
            })
            .await
    }

    /// Gives a page of the deleted versions before one that can still be restored, those published
    /// last first; also of a package that was deleted itself.
    ///
    /// # Errors
    /// Needs Restore.
    pub async fn list_deleted_versions(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        before: Option<VersionId>,
        limit: usize,
    ) -> Result<Vec<DeletedVersion>> {
        let by = self.by(actor, client);
        let address = address.clone();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.inner
            .db
            .read(move |conn| {
                let (owner, key) = (&address.owner, address.name.key());
                let live = package::find_record(conn, owner, address.format, key)?.is_some();
                let record = if live {
                    live_package(conn, &by, &address)?
                } else {
                    package_in(conn, &by.actor, &address, Action::Restore)?
                };
                let package = record.package.id;
                let since = by.now - Duration::days(RESTORE_DAYS);
                let page = version::list_deleted_after(conn, package, since, before, limit)?;
                let mut deleted = Vec::with_capacity(page.len());
                for version in page {
                    let Some(at) = version.deleted_at else {
                        continue;
                    };
                    let again = version::find_version(conn, package, version.name.key())?;
                    deleted.push(DeletedVersion {
                        version,
                        at,
                        until: at + Duration::days(RESTORE_DAYS),
                        live_again: again.is_some(),
                    });
                }
                Ok(deleted)
            })
            .await
    }

    /// Brings back a deleted package with the versions that went with it.
    ///
    /// # Errors
    /// Needs Restore; `NotFound` when nothing of that name was deleted in the last 30 days;
    /// `Conflict` when a new package took the name.
    pub async fn restore_package(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
    ) -> Result<()> {
        let format = std::sync::Arc::clone(self.format(address.format.as_str())?);
        let by = self.by(actor, client);
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Restore)?;
                if !in_time(record.package.deleted_at, &by) {
                    return Err(Error::not_found(&address.shown));
                }
                let key = record.package.name.key();
                if package::find_package(conn, record.owner.id, address.format, key)?.is_some() {
                    return Err(Error::Conflict(format!(
                        "a new package {} took the name of the deleted one",
                        address.shown
                    )));
                }
                let package = record.package.id;
                package::mark_restored(conn, package, by.now)?;
                package::bump(conn, package, by.now)?;
                if let Some(deleted_at) = record.package.deleted_at {
                    for version in version::list_deleted_at(conn, package, deleted_at)? {
                        version::mark_restored(conn, version.id)?;
                        if format.is_content_addressed() {
                            // Their tags are in place still: they went with the package alone.
                            show_bytes(conn, &version)?;
                        }
                        unbury(conn, &record, format.as_ref(), (version.id, &version.name))?;
                    }
                }
                let (detail, about) = (
                    json!({ "package": address.shown }),
                    About::of(&record, None),
                );
                by.record(conn, EventKind::PackageRestored, about, detail)?;
                latest::settle(conn, &by, about, format.as_ref(), package)?;
                Ok(())
            })
            .await
    }
}

/// Shows the bytes again that a version names.
fn show_bytes(conn: &mut AnyConn, version: &Version) -> Result<()> {
    let named = reference::list(conn, version.id)?;
    let blobs: Vec<String> = named
        .into_iter()
        .filter_map(|target| match target {
            Target::Blob(sha256) => Some(sha256),
            Target::Version(_) => None,
        })
        .collect();
    blob_link::show(conn, version.package, &blobs)?;
    Ok(())
}

/// Brings back those tags of a version that point to no other by now. The event of its deletion
/// says which they were.
fn bring_back_tags(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    version: &Version,
) -> Result<()> {
    let package = record.package.id;
    let kind = EventKind::VersionDeleted;
    let Some(deletion) = event::find_last(conn, package, version.id, kind)? else {
        return Ok(());
    };
    let tags = serde_json::from_str::<serde_json::Value>(&deletion.detail)
        .ok()
        .and_then(|detail| serde_json::from_value::<Vec<String>>(detail["tags"].clone()).ok())
        .unwrap_or_default();
    for name in tags {
        if tag::find_target(conn, package, &name)?.is_some() {
            continue;
        }
        tag::set_tag(conn, package, &name, version.id, by.now)?;
        let detail = json!({ "tag": name, "old": null, "version": version.name.as_str() });
        by.record(
            conn,
            EventKind::TagSet,
            About::of(record, Some(version.id)),
            detail,
        )?;
    }
    Ok(())
}

/// Finds the live package of a deleted version; asks the decision about a deleted object.
fn live_package(conn: &mut AnyConn, by: &By, address: &PackageAddress) -> Result<PackageRecord> {
    let found = package::find_record(conn, &address.owner, address.format, address.name.key())?;
    let Some(record) = found else {
        // Nothing live: answers as for a package that the asker may not see.
        answer(&by.actor, Decision::Hide, Action::Restore, &address.shown)?;
        return Err(Error::not_found(&address.shown));
    };
    let mut facts = package_facts(conn, &by.actor, &record, Action::Administer)?;
    if let packhouse_core::permission::ObjectFacts::Live(access) = facts.object {
        facts.object = packhouse_core::permission::ObjectFacts::Deleted(access);
    }
    answer(
        &by.actor,
        decide(&facts, Action::Restore),
        Action::Restore,
        &address.shown,
    )?;
    Ok(record)
}

fn in_time(deleted_at: Option<chrono::DateTime<chrono::Utc>>, by: &By) -> bool {
    deleted_at.is_some_and(|at| by.now - at < Duration::days(RESTORE_DAYS))
}
