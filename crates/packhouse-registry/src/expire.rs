//! Old builds of snapshots, and deploys that were never finished.
//!
//! Of each version stay its newest builds, what is younger than two days (consumers keep metadata for
//! a day), and each build that is the newest to have some part (Maven notes §7). What goes is not
//! kept for restoring: a snapshot is replaced by its next build.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::id::VersionId;
use packhouse_core::package::VersionState;
use packhouse_db::build::{self, Build};
use packhouse_db::file::joined;
use packhouse_db::{AnyConn, event, package, version};
use serde_json::json;

use crate::delete;
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::registry::Registry;

/// How many builds of a version stay whatever their age.
pub const KEPT_BUILDS: usize = 10;
/// For how many hours every build stays.
pub const KEPT_HOURS: i64 = 48;
/// After how many days a deploy that was never finished goes.
pub const ABANDONED_DAYS: i64 = 7;
/// How many rows are looked at in one go.
const PAGE: i64 = 100;

impl Registry {
    /// Removes builds that are neither new nor needed; gives how many went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_builds(&self) -> Result<usize> {
        let by = self.tidier();
        let keep = i64::try_from(KEPT_BUILDS).unwrap_or(i64::MAX);
        let (mut after, mut gone) = (VersionId(0), 0);
        loop {
            let page = self
                .inner
                .db
                .read(move |conn| Ok::<_, Error>(build::list_crowded(conn, keep, after, PAGE)?))
                .await?;
            let Some(last) = page.last() else {
                return Ok(gone);
            };
            after = *last;
            for version in page {
                let by = by.clone();
                let db = &self.inner.db;
                gone += db.write(move |conn| expire(conn, &by, version)).await?;
            }
        }
    }

    /// Removes deploys that were begun and never finished, a week after their last file; gives how
    /// many went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn abandon_deploys(&self) -> Result<usize> {
        let by = self.tidier();
        let until = by.now - Duration::days(ABANDONED_DAYS);
        let mut gone = 0;
        loop {
            let page = self
                .inner
                .db
                .read(move |conn| Ok::<_, Error>(build::list_abandoned(conn, until, PAGE)?))
                .await?;
            let before = gone;
            for build in page {
                let by = by.clone();
                let db = &self.inner.db;
                let went = db
                    .write(move |conn| abandon(conn, &by, &build, until))
                    .await?;
                gone += usize::from(went);
            }
            if gone == before {
                return Ok(gone);
            }
        }
    }

    fn tidier(&self) -> By {
        let client = Client {
            address: None,
            agent: None,
        };
        self.by(&Actor::System, &client)
    }
}

/// Removes an open build that no file came for in a while; with it its version when that was never
/// published and nothing else is left of it, and its package when nothing of it ever was. Tells
/// whether it was still there.
fn abandon(conn: &mut AnyConn, by: &By, build: &Build, until: DateTime<Utc>) -> Result<bool> {
    // First, so that no file comes meanwhile. What a deleted package holds, nobody adds to.
    let live = package::hold(conn, build.package)?;
    let Some(record) = package::find_record_by_id(conn, build.package)? else {
        return Ok(false);
    };
    if !build::abandon(conn, build, until)? {
        return Ok(false);
    }
    if build::any_of(conn, build.version)? {
        return Ok(true);
    }
    let version = version::find_version_by_id(conn, build.version)?;
    let Some(open) = version.filter(|version| version.state == VersionState::Open) else {
        return Ok(true);
    };
    delete::discard(conn, by, &record, &open)?;
    let published = [EventKind::VersionPublished];
    if live
        && !event::any_about(conn, build.package, &published)?
        && package::remove_empty(conn, build.package)?
    {
        let detail = json!({ "package": record.package.name.as_str(), "versions": 0 });
        by.record(
            conn,
            EventKind::PackagePurged,
            About::of(&record, None),
            detail,
        )?;
    }
    Ok(true)
}

/// Removes the builds of a version that are neither new nor needed; gives how many went.
fn expire(conn: &mut AnyConn, by: &By, id: VersionId) -> Result<usize> {
    if going(conn, by, id)?.is_empty() {
        return Ok(0);
    }
    let Some(version) = version::find_version_by_id(conn, id)? else {
        return Ok(0);
    };
    if version.state != VersionState::Live
        || package::bump(conn, version.package, by.now)?.is_none()
    {
        return Ok(0);
    }
    let Some(record) = package::find_record_by_id(conn, version.package)? else {
        return Ok(0);
    };
    // What was deleted, by now too, may come back as it was.
    if !version::is_live(conn, id)? {
        return Ok(0);
    }
    // Once more, now that the row is held: a file may have come into one of them.
    let going = going(conn, by, id)?;
    for build in &going {
        let files = joined::delete_of_build(conn, id, &build.name)?;
        build::delete(conn, id, &build.name)?;
        let detail = json!({
            "version": version.name.as_str(), "build": build.name, "files": files,
        });
        let about = About::of(&record, Some(id));
        by.record(conn, EventKind::BuildExpired, about, detail)?;
    }
    Ok(going.len())
}

/// Gives the builds of a version that are neither new nor needed.
fn going(conn: &mut AnyConn, by: &By, version: VersionId) -> Result<Vec<Build>> {
    let builds = build::list_live(conn, version)?;
    let needed = needed(conn, version, &builds)?;
    let young = by.now - Duration::hours(KEPT_HOURS);
    let old = newest_first(builds).into_iter().skip(KEPT_BUILDS);
    Ok(old
        .filter(|build| build.touched_at <= young && !needed.contains(&build.name))
        .collect())
}

/// Gives the builds by age, as their first files came.
fn newest_first(mut builds: Vec<Build>) -> Vec<Build> {
    builds.sort_by(|a, b| (b.created_at, &b.name).cmp(&(a.created_at, &a.name)));
    builds
}

/// Gives the builds that are the newest to have some part: by when they came, and by their names,
/// which begin with the time of the machine that built them and by which documents order them.
fn needed(conn: &mut AnyConn, version: VersionId, builds: &[Build]) -> Result<HashSet<String>> {
    let came: HashMap<&str, _> = builds
        .iter()
        .map(|build| (build.name.as_str(), build.created_at))
        .collect();
    let mut last: HashMap<String, (DateTime<Utc>, String)> = HashMap::new();
    let mut highest: HashMap<String, String> = HashMap::new();
    for file in joined::list_built(conn, version)? {
        let Some(came) = came.get(file.build.as_str()) else {
            continue;
        };
        let age = (*came, file.build.clone());
        let known = last.entry(file.part.clone()).or_default();
        if age > *known {
            *known = age;
        }
        let known = highest.entry(file.part).or_default();
        if file.build > *known {
            *known = file.build;
        }
    }
    let last = last.into_values().map(|(_, build)| build);
    Ok(last.chain(highest.into_values()).collect())
}
