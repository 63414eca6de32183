//! Deleting: soft, undoable for 30 days, and the name is never used again where the format says
//! so (`design.md` §4).

use packhouse_core::actor::{Actor, Client};
use packhouse_core::digest::Sha256;
use packhouse_core::event::EventKind;
use packhouse_core::format::{Format, Reuse};
use packhouse_core::id::{PackageId, VersionId};
use packhouse_core::package::{Version, VersionName, VersionState};
use packhouse_core::permission::Action;
use packhouse_db::file::joined;
use packhouse_db::package::PackageRecord;
use packhouse_db::reference::{self, Target};
use packhouse_db::{AnyConn, file, package, search, tag, tombstone, version};
use serde_json::json;

use crate::authorize::{PackageAddress, package_in};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::feed::change;
use crate::latest;
use crate::registry::Registry;
use crate::rule;

/// How many versions that name one are looked at before it goes.
const MAX_USERS: i64 = 1000;

impl Registry {
    /// Deletes some versions of a package in one step, with their tags. What is gone already is
    /// left alone. Gives the number of versions that went. `expected` is the revision the deletion
    /// is based on.
    ///
    /// # Errors
    /// Needs Delete; `Raced` when the package is at another revision; `InUse` when a version that
    /// stays names one that is to go; `Refused` when a rule keeps one of their tags.
    pub async fn delete_versions(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        names: Vec<VersionName>,
        expected: Option<i64>,
    ) -> Result<usize> {
        let format = std::sync::Arc::clone(self.format(address.format.as_str())?);
        let by = self.by(actor, client);
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Delete)?;
                let package = record.package.id;
                claim(conn, &by, &record, &address, expected)?;
                let mut gone = Vec::new();
                let mut discarded = 0;
                for name in &names {
                    let Some(live) = version::find_version(conn, package, name.key())? else {
                        continue;
                    };
                    if live.state == VersionState::Open {
                        discard(conn, &by, &record, &live)?;
                        discarded += 1;
                        continue;
                    }
                    refuse_used(conn, package, &live.name, &names, &address)?;
                    let tags = tag::list_of_version(conn, live.id)?;
                    let shown = &address.shown;
                    rule::refuse_removals(conn, format.as_ref(), &record, shown, &tags)?;
                    bury(conn, &by, &record, format.as_ref(), (live.id, &live.name))?;
                    version::mark_deleted(conn, live.id, by.now)?;
                    let tags = tag::remove_tags_of_version(conn, live.id)?;
                    let detail = json!({ "version": live.name.as_str(), "tags": tags });
                    let about = About::of(&record, Some(live.id));
                    by.record(conn, EventKind::VersionDeleted, about, detail)?;
                    gone.push((live.id, live.name));
                }
                let about = About::of(&record, None);
                if !gone.is_empty() {
                    let change = i64::try_from(gone.len()).map_or(i64::MIN, |gone| -gone);
                    latest::settle_change(conn, &by, about, format.as_ref(), package, change)?;
                }
                for (id, name) in &gone {
                    change::went(conn, &by, &record, format.as_ref(), (*id, name))?;
                }
                Ok(gone.len() + discarded)
            })
            .await
    }

    /// Deletes a package with all its versions, based on a revision.
    ///
    /// # Errors
    /// Needs Delete; `Raced` when the package is at another revision.
    pub async fn delete_package(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        expected: Option<i64>,
    ) -> Result<()> {
        let format = std::sync::Arc::clone(self.format(address.format.as_str())?);
        let by = self.by(actor, client);
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Delete)?;
                let package = record.package.id;
                claim(conn, &by, &record, &address, expected)?;
                if !format.is_content_addressed() {
                    for live in version::list_summaries(conn, package)? {
                        bury(conn, &by, &record, format.as_ref(), (live.id, &live.name))?;
                    }
                }
                let gone = version::mark_all_deleted(conn, package, by.now)?;
                package::mark_deleted(conn, package, by.now)?;
                search::delete_document(conn, package)?;
                let detail = json!({ "package": address.shown, "versions": gone.len() });
                by.record(
                    conn,
                    EventKind::PackageDeleted,
                    About::of(&record, None),
                    detail,
                )?;
                Ok(())
            })
            .await
    }
}

/// Takes the package's row and checks that it is at the revision the deletion is based on.
fn claim(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    address: &PackageAddress,
    expected: Option<i64>,
) -> Result<()> {
    let Some(revision) = package::bump(conn, record.package.id, by.now)? else {
        return Err(Error::not_found(&address.shown));
    };
    if expected.is_some_and(|expected| expected + 1 != revision) {
        return Err(Error::Raced(format!(
            "{} was changed since: try again",
            address.shown
        )));
    }
    Ok(())
}

/// Refuses to delete a version that another one, which stays, is made of.
fn refuse_used(
    conn: &mut AnyConn,
    package: PackageId,
    name: &VersionName,
    going: &[VersionName],
    address: &PackageAddress,
) -> Result<()> {
    let target = Target::Version(name.key().to_owned());
    let users = reference::live_referring(conn, package, &target, MAX_USERS)?;
    let stays = |user: &&String| !going.iter().any(|name| name.as_str() == user.as_str());
    match users.iter().find(stays) {
        None => Ok(()),
        Some(user) => Err(Error::InUse(format!(
            "{name} is part of {user} in {}: delete that first",
            address.shown
        ))),
    }
}

/// Removes a version that was never published, with the files that came for it: nobody was told
/// of it, so there is nothing to come back.
pub(crate) fn discard(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    open: &Version,
) -> Result<()> {
    version::discard_open(conn, open.id)?;
    let detail = json!({ "version": open.name.as_str(), "state": open.state.as_str() });
    let about = About::of(record, Some(open.id));
    by.record(conn, EventKind::VersionDeleted, about, detail)?;
    Ok(())
}

/// Remembers what was used of a version's name, as far as its format cares.
fn bury(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    format: &dyn Format,
    (id, name): (VersionId, &VersionName),
) -> Result<()> {
    let package = &record.package;
    let used: Vec<(String, Option<Sha256>)> = match format.reuse(name) {
        Reuse::Any => Vec::new(),
        Reuse::Never => {
            let files = file::list_files(conn, id)?;
            let own = files.first().map(|stored| stored.file.digests.sha256);
            vec![(name.key().to_owned(), own)]
        }
        // Doubted bytes were never handed out: others may come in their place.
        Reuse::SameFiles => {
            let files = joined::list_sound(conn, id)?.into_iter();
            files.map(|(name, sha256)| (name, Some(sha256))).collect()
        }
    };
    for (key, sha256) in used {
        let (owner, package_key) = (package.owner, package.name.key());
        tombstone::insert(
            conn,
            owner,
            package.format,
            package_key,
            &key,
            id,
            sha256,
            by.now,
        )?;
    }
    Ok(())
}

/// Forgets what [`bury`] remembered of a version, because it is back.
pub(crate) fn unbury(
    conn: &mut AnyConn,
    record: &PackageRecord,
    format: &dyn Format,
    (id, name): (VersionId, &VersionName),
) -> Result<()> {
    let keys = match format.reuse(name) {
        Reuse::Any => Vec::new(),
        Reuse::Never => vec![name.key().to_owned()],
        Reuse::SameFiles => joined::list_sound(conn, id)?
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
    };
    let package = &record.package;
    for key in keys {
        tombstone::remove(
            conn,
            package.owner,
            package.format,
            package.name.key(),
            &key,
        )?;
    }
    Ok(())
}
