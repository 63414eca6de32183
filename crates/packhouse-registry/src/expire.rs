//! Old builds of snapshots, and deploys that were never finished.
//!
//! Of each version stay its newest builds, what is younger than two days (consumers keep metadata for
//! a day), and each build that is the newest to have some part (Maven notes §7). What goes is not
//! kept for restoring: a snapshot is replaced by its next build.

use std::collections::{HashMap, HashSet};

use chrono::Duration;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::id::VersionId;
use packhouse_db::build::{self, Build};
use packhouse_db::file::joined;
use packhouse_db::{AnyConn, package};
use serde_json::json;

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
        let by = self.by(
            &Actor::System,
            &Client {
                address: None,
                agent: None,
            },
        );
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
        let until = self.now() - Duration::days(ABANDONED_DAYS);
        let mut gone = 0;
        loop {
            let page = self
                .inner
                .db
                .read(move |conn| Ok::<_, Error>(build::list_abandoned(conn, until, PAGE)?))
                .await?;
            if page.is_empty() {
                return Ok(gone);
            }
            for build in page {
                let db = &self.inner.db;
                let went: bool = db
                    .write(move |conn| Ok::<_, Error>(build::abandon(conn, &build, until)?))
                    .await?;
                gone += usize::from(went);
            }
        }
    }
}

fn expire(conn: &mut AnyConn, by: &By, version: VersionId) -> Result<usize> {
    let builds = build::list_live(conn, version)?;
    let Some(package) = builds.first().map(|build| build.package) else {
        return Ok(0);
    };
    let Some(record) = package::find_record_by_id(conn, package)? else {
        return Ok(0);
    };
    let needed = needed(conn, version, &builds)?;
    let young = by.now - Duration::hours(KEPT_HOURS);
    let going: Vec<_> = newest_first(builds)
        .into_iter()
        .skip(KEPT_BUILDS)
        .filter(|build| build.touched_at <= young && !needed.contains(&build.name))
        .collect();
    if going.is_empty() {
        return Ok(0);
    }
    package::bump(conn, package, by.now)?;
    for build in &going {
        let files = joined::delete_of_build(conn, version, &build.name)?;
        build::delete(conn, version, &build.name)?;
        let detail = json!({ "build": build.name, "files": files });
        by.record(
            conn,
            EventKind::BuildExpired,
            About::of(&record, Some(version)),
            detail,
        )?;
    }
    Ok(going.len())
}

/// Gives the builds by age, as their first files came.
fn newest_first(mut builds: Vec<Build>) -> Vec<Build> {
    builds.sort_by(|a, b| (b.created_at, &b.name).cmp(&(a.created_at, &a.name)));
    builds
}

/// Gives the builds that are the newest to have some part.
fn needed(conn: &mut AnyConn, version: VersionId, builds: &[Build]) -> Result<HashSet<String>> {
    let age: HashMap<&str, _> = builds
        .iter()
        .map(|build| (build.name.as_str(), (build.created_at, build.name.as_str())))
        .collect();
    let mut newest: HashMap<String, String> = HashMap::new();
    for file in joined::list_built(conn, version)? {
        let older = newest
            .get(&file.part)
            .is_none_or(|known| age.get(known.as_str()) <= age.get(file.build.as_str()));
        if older && !file.build.is_empty() {
            newest.insert(file.part, file.build);
        }
    }
    Ok(newest.into_values().collect())
}
