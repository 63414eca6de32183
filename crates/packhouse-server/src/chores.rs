//! What a server does on its own, now and then.

use std::time::Duration;

use actix_web::rt;
use actix_web::web;
use packhouse_blob::Staging;
use packhouse_registry::Registry;
use packhouse_registry::collect::Mode;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use crate::collect;
use crate::ops::Metrics;

/// How often counters are written.
const FLUSH: Duration = Duration::from_secs(30);
/// How often metrics are summed up.
const UPKEEP: Duration = Duration::from_secs(5);
/// An upload that nothing was written to for this long was left behind by a crash.
const STALE: Duration = Duration::from_secs(60 * 60);
/// How often deploys are looked for that nothing more comes for.
const LISTING: Duration = Duration::from_secs(5);
/// How often idle uploads are looked for, and whether a collection is due.
const TIDY: Duration = Duration::from_secs(10 * 60);

/// Chores under way; they end with this value.
pub struct Chores(Vec<rt::task::JoinHandle<()>>);

impl Chores {
    /// Begins them.
    pub fn start(registry: &Registry, metrics: Metrics, staging: Staging) -> Self {
        Self(vec![
            rt::spawn(write_counters(registry.clone())),
            rt::spawn(sum_up(metrics)),
            rt::spawn(purge(staging)),
            rt::spawn(purge_uploads(registry.clone())),
            rt::spawn(list_deploys(registry.clone())),
            rt::spawn(tidy_deploys(registry.clone())),
            rt::spawn(collect_when_due(registry.clone())),
        ])
    }
}

impl Drop for Chores {
    fn drop(&mut self) {
        self.0.iter().for_each(rt::task::JoinHandle::abort);
    }
}

async fn write_counters(registry: Registry) {
    let mut ticks = every(FLUSH, Instant::now());
    loop {
        ticks.tick().await;
        if let Err(error) = registry.flush_counters().await {
            tracing::error!(%error, "counters cannot be written now, they are kept");
        }
    }
}

async fn sum_up(metrics: Metrics) {
    let mut ticks = every(UPKEEP, Instant::now());
    loop {
        ticks.tick().await;
        metrics.sum_up();
    }
}

async fn purge(staging: Staging) {
    let mut ticks = every(STALE, Instant::now());
    loop {
        ticks.tick().await;
        let staging = staging.clone();
        match web::block(move || staging.purge(STALE)).await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::info!(removed, "removed {removed} broken-off uploads"),
            Ok(Err(error)) => tracing::error!(%error, "broken-off uploads cannot be removed"),
            Err(error) => tracing::error!(%error, "removing broken-off uploads was cut short"),
        }
    }
}

/// Every replica does it: finding nothing costs little.
async fn purge_uploads(registry: Registry) {
    let mut ticks = every(TIDY, Instant::now() + TIDY);
    loop {
        ticks.tick().await;
        match registry.purge_uploads().await {
            Ok(0) => {}
            Ok(uploads) => tracing::info!(uploads, "gave up {uploads} idle uploads"),
            Err(error) => tracing::error!(%error, "idle uploads cannot be given up"),
        }
    }
}

/// Lists deploys whose publisher says no more. Every replica does it: finding nothing is one probe.
async fn list_deploys(registry: Registry) {
    let mut ticks = every(LISTING, Instant::now());
    loop {
        ticks.tick().await;
        match registry.publish_due(None).await {
            Ok(0) => {}
            Ok(builds) => tracing::info!(builds, "listed {builds} deploys that had gone quiet"),
            Err(error) => tracing::error!(%error, "deploys that went quiet cannot be listed"),
        }
    }
}

/// Removes old builds of snapshots, deploys that were never finished and digests whose files never
/// came. Every replica does it: what another one removed is not there any more.
async fn tidy_deploys(registry: Registry) {
    let mut ticks = every(TIDY, Instant::now() + TIDY);
    loop {
        ticks.tick().await;
        let told = |what: &str, done: Result<usize, packhouse_registry::Error>| match done {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "removed {gone} {what}"),
            Err(error) => tracing::error!(%error, "{what} cannot be removed"),
        };
        told("old builds", registry.expire_builds().await);
        told("unfinished deploys", registry.abandon_deploys().await);
        told("announced digests", registry.purge_announced().await);
    }
}

/// One replica does it, every few hours.
async fn collect_when_due(registry: Registry) {
    let mut ticks = every(TIDY, Instant::now() + TIDY);
    loop {
        ticks.tick().await;
        match registry.claim_collection().await {
            Ok(false) => continue,
            Ok(true) => {}
            Err(error) => {
                tracing::error!(%error, "it cannot be told whether a collection is due");
                continue;
            }
        }
        match registry.begin_lists_anew().await {
            Ok(0) => {}
            Ok(lists) => tracing::info!(lists, "running lists were begun anew"),
            Err(error) => tracing::error!(%error, "running lists were not begun anew"),
        }
        match registry.collect(Mode::Remove).await {
            Ok(done) if done.is_nothing() => tracing::debug!("collected nothing"),
            Ok(done) => {
                let told = collect::lines(&done, Mode::Remove).join(", ");
                tracing::info!(
                    versions = done.versions,
                    blobs = done.blobs,
                    size_bytes = done.blob_bytes + done.stray_bytes,
                    failed = done.failed,
                    "collection: {told}"
                );
            }
            Err(error) => tracing::error!(%error, "a collection ended early, the next goes on"),
        }
    }
}

fn every(period: Duration, first: Instant) -> Interval {
    let mut ticks = tokio::time::interval_at(first, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
