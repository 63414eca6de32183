//! When a version whose files arrive one by one is complete (`docs/adr/0007-visibility-of-a-deploy.md`):
//! its publisher says so, or it has what its format asks for and nothing more comes.

use std::collections::HashSet;
use std::sync::Arc;

use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::format::Format;
use packhouse_core::id::PackageId;
use packhouse_core::package::{Version, VersionName, VersionState};
use packhouse_core::permission::Action;
use packhouse_db::build::{self, Build};
use packhouse_db::file::joined;
use packhouse_db::package::PackageRecord;
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, package, version};
use serde_json::json;

use super::appear;
use super::file::describe;
use crate::authorize::{PackageAddress, package_in};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::registry::Registry;

/// How many builds are looked at in one go.
const PAGE: i64 = 100;

/// What a publisher says to be complete.
#[derive(Debug, Clone)]
pub enum Complete {
    /// These versions, as far as their files are the publisher's to list.
    Versions(Vec<VersionName>),
    /// The builds of a version that the publisher put.
    Builds(VersionName),
}

impl Complete {
    /// Gives the keys of the versions it speaks of.
    fn keys(&self) -> HashSet<&str> {
        match self {
            Self::Versions(names) => names.iter().map(VersionName::key).collect(),
            Self::Builds(name) => HashSet::from([name.key()]),
        }
    }
}

impl Registry {
    /// Lists what a publisher says to be complete; gives how many builds were. What is listed
    /// already, or is not there, changes nothing.
    ///
    /// # Errors
    /// Needs Publish; `Invalid` when something of it has a file whose checksum did not fit.
    pub async fn complete(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        complete: Complete,
    ) -> Result<usize> {
        let format = Arc::clone(self.format(address.format.as_str())?);
        let by = self.by(actor, client);
        let (asker, at, what) = (by.clone(), address.clone(), complete.clone());
        let asked = Arc::clone(&format);
        let anything = self
            .inner
            .db
            .read(move |conn| {
                let (_, builds) = to_list(conn, &asker, &at, &what, asked.as_ref())?;
                Ok::<_, Error>(!builds.is_empty())
            })
            .await?;
        if !anything {
            return Ok(0);
        }
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                // The row is held first: no file is doubted between the look and the listing.
                let record = package_in(conn, &by.actor, &address, Action::Publish)?;
                if package::bump(conn, record.package.id, by.now)?.is_none() {
                    return Err(Error::not_found(&address.shown));
                }
                let (record, builds) = to_list(conn, &by, &address, &complete, format.as_ref())?;
                let of = (record, address.shown.as_str());
                let mut listed = 0;
                for build in &builds {
                    listed +=
                        usize::from(publish(conn, &by, (&of.0, of.1), format.as_ref(), build)?);
                }
                Ok(listed)
            })
            .await
    }

    /// Lists the builds of one package, or of any, that have what their format asks for and for
    /// which nothing more came; gives how many were.
    ///
    /// One that cannot be listed now is left for the next time, and does not keep the others.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn publish_due(&self, package: Option<PackageId>) -> Result<usize> {
        let now = self.now();
        if let Some(package) = package {
            let look = self
                .inner
                .db
                .read_point(move |conn| Ok::<_, Error>(build::any_due(conn, package, now)?));
            if !look.await? {
                return Ok(0);
            }
        }
        let mut listed = 0;
        loop {
            let due = self
                .inner
                .db
                .read(move |conn| Ok::<_, Error>(build::list_due(conn, package, now, PAGE)?))
                .await?;
            let last = due.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            let mut failed = false;
            for build in due {
                let version = build.version;
                match self.settle_build(build).await {
                    Ok(done) => listed += usize::from(done),
                    Err(error) => {
                        failed = true;
                        tracing::error!(%error, version.id = %version, "a deploy cannot be listed now");
                    }
                }
            }
            if last || failed {
                return Ok(listed);
            }
        }
    }

    /// Lists a build that is due, or notes that something is missing; tells whether it was listed.
    async fn settle_build(&self, build: Build) -> Result<bool> {
        let client = Client {
            address: None,
            agent: None,
        };
        let by = self.by(&Actor::System, &client);
        let registry = self.clone();
        self.inner
            .db
            .write(move |conn| settle(conn, &registry, &by, &build))
            .await
    }
}

fn settle(conn: &mut AnyConn, registry: &Registry, by: &By, build: &Build) -> Result<bool> {
    let found = package::find_record_by_id(conn, build.package)?;
    let record = found.filter(|record| record.package.deleted_at.is_none());
    let format = record
        .as_ref()
        .and_then(|record| registry.format(record.package.format.as_str()).ok());
    // Of a format that this server does not have nothing can be said: it waits for its next file.
    let (Some(record), Some(format)) = (record, format) else {
        build::clear_due(conn, build)?;
        return Ok(false);
    };
    if !is_whole(conn, format.as_ref(), build)? {
        build::clear_due(conn, build)?;
        return Ok(false);
    }
    if package::bump(conn, record.package.id, by.now)?.is_none() {
        return Ok(false);
    }
    // Now that the row is held: a file may have come, or be doubted, since the build was found due.
    let now = build::find(conn, build.version, &build.name)?;
    if now.is_none_or(|now| now.due_at != build.due_at) || !is_whole(conn, format.as_ref(), build)?
    {
        return Ok(false);
    }
    let shown = format.show(record.owner.name.as_str(), &record.package.name);
    publish(conn, by, (&record, &shown), format.as_ref(), build)
}

/// Tells whether a build has all that its format asks for, and nothing in it is doubted.
fn is_whole(conn: &mut AnyConn, format: &dyn Format, build: &Build) -> Result<bool> {
    let Some(version) = version::find_version_by_id(conn, build.version)? else {
        return Ok(false);
    };
    let parts = joined::list_parts(conn, build.version, &build.name)?;
    Ok(version.state != VersionState::Deleted
        && format.is_complete(&build::said(conn, build)?.metadata, &parts)
        && joined::find_suspect(conn, build.version, &build.name)?.is_none())
}

/// Finds what is to be listed of what a publisher says to be complete.
fn to_list(
    conn: &mut AnyConn,
    by: &By,
    address: &PackageAddress,
    complete: &Complete,
    format: &dyn Format,
) -> Result<(PackageRecord, Vec<Build>)> {
    let record = package_in(conn, &by.actor, address, Action::Publish)?;
    let package = record.package.id;
    let keys = complete.keys();
    let mut builds = Vec::new();
    for (key, build) in build::list_open_of_package(conn, package)? {
        if !keys.contains(key.as_str()) {
            continue;
        }
        let own = build.publisher == by.actor.account() || matches!(by.actor, Actor::System);
        // A build is one person's; a version's own files may come from several machines, and
        // somebody else may say so once it has all that it needs.
        let whole = build.name.is_empty()
            && matches!(complete, Complete::Versions(_))
            && is_whole(conn, format, &build)?;
        if !own && !whole {
            continue;
        }
        if let Some(file) = joined::find_suspect(conn, build.version, &build.name)? {
            return Err(Error::Invalid(format!(
                "{} {key} cannot be listed: a checksum of {file} did not fit; send the file and \
                 its checksums again",
                address.shown
            )));
        }
        builds.push(build);
    }
    Ok((record, builds))
}

/// Makes a build live, and with the first one its version; tells whether it was open.
fn publish(
    conn: &mut AnyConn,
    by: &By,
    (record, shown): (&PackageRecord, &str),
    format: &dyn Format,
    build: &Build,
) -> Result<bool> {
    if !build::publish(conn, build)? {
        return Ok(false);
    }
    let found = version::find_version_by_id(conn, build.version)?;
    let version = found.ok_or_else(|| Error::Internal(format!("no version {}", build.version)))?;
    let first = version::mark_published(conn, version.id, by.now)?;
    let said = build::said(conn, build)?;
    let version = describe::count(conn, record, version, &said)?;
    let id = version.id;
    let (summary, metadata) = summary(version, by, first);
    let new = appear::Appearing {
        version: summary,
        metadata: &metadata,
        shown,
    };
    if first {
        appear::appear(conn, by, record, format, &new)?;
    } else {
        appear::describe_anew(conn, record, format, &new)?;
        let detail = json!({
            "package": shown, "version": new.version.name.as_str(), "build": build.name,
        });
        by.record(
            conn,
            EventKind::BuildPublished,
            About::of(record, Some(id)),
            detail,
        )?;
    }
    Ok(true)
}

fn summary(version: Version, by: &By, first: bool) -> (VersionSummary, String) {
    let mut summary = VersionSummary::of(&version);
    if first {
        summary.created_at = by.now;
    }
    (summary, version.metadata)
}
