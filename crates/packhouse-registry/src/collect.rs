//! Collection: frees what was deleted long enough ago, and bytes that nothing refers to, while the
//! server runs (`docs/adr/0006-collection.md`, OCI notes §10).
//!
//! Four steps, each in pages and small transactions of its own: deleted packages and versions after
//! 30 days; links that no version needs and no client was lately told of; bytes without a holder;
//! what lies in the store and no row knows. Any number of processes may run it at once, and it can
//! end anywhere: what is half done, the next run finishes.

mod bytes;
mod forecast;
mod rules;
mod strays;
mod versions;

use std::time::SystemTime;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use packhouse_db::{AnyConn, DbError, setting};

use crate::error::Result;
use crate::registry::Registry;
use crate::restore::RESTORE_DAYS;
use crate::upload::IDLE_HOURS;

/// For how many hours bytes are spared that nothing refers to: a client was told that they are
/// there, or the transaction that refers to them is on its way.
pub const GRACE_HOURS: i64 = 24;
/// How many hours lie between two collections of a server.
const EVERY_HOURS: i64 = 6;
/// How many rows are looked at in one go.
const PAGE: i64 = 500;
/// How many small transactions are under way at once; on SQLite they share a commit.
const AT_ONCE: usize = 16;
/// The setting that says when a server last began a collection.
const STARTED: &str = "collection.started";

/// What a collection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Removes what can go.
    Remove,
    /// Only counts it.
    Forecast,
}

/// What went, or would go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Packages that were deleted 30 days ago.
    pub packages: u64,
    /// Versions that were deleted 30 days ago, those of these packages included.
    pub versions: u64,
    /// Uploads that nothing came for in a day.
    pub uploads: u64,
    /// Links between packages and bytes.
    pub links: u64,
    /// Blobs that nothing refers to any more.
    pub blobs: u64,
    /// Their length in bytes.
    pub blob_bytes: u64,
    /// Blobs in the store that no row knew.
    pub strays: u64,
    /// Their length in bytes.
    pub stray_bytes: u64,
    /// Upload sessions in the store that no row knew.
    pub sessions: u64,
    /// Blobs that somebody is putting just now, left for the next time.
    pub busy: u64,
    /// Blobs and sessions that the store would not give up; the log says why.
    pub failed: u64,
}

impl Collected {
    /// Tells whether there was nothing to do.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The moments that decide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub now: DateTime<Utc>,
    /// What was deleted until then can go.
    pub deleted_until: DateTime<Utc>,
    /// What was touched last before then is not waited for any more.
    pub idle_before: DateTime<Utc>,
}

impl Terms {
    pub(crate) fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            deleted_until: now - Duration::days(RESTORE_DAYS),
            idle_before: now - Duration::hours(GRACE_HOURS),
        }
    }

    /// Gives the same as [`Self::idle_before`], as stores tell the time.
    pub(crate) fn old(&self) -> SystemTime {
        self.idle_before.into()
    }
}

impl Registry {
    /// Collects everything that can go.
    ///
    /// # Errors
    /// When database or store fail; what went so far is gone, and the next run goes on.
    pub async fn collect(&self, mode: Mode) -> Result<Collected> {
        let terms = Terms::at(self.now());
        let mut done = Collected::default();
        match mode {
            Mode::Forecast => self.forecast(&terms, &mut done).await?,
            Mode::Remove => {
                self.purge_packages(&terms, &mut done).await?;
                self.purge_versions(&terms, &mut done).await?;
                done.uploads = self.purge_uploads().await? as u64;
                self.remove_links(&terms, &mut done).await?;
                self.remove_blobs(&terms, &mut done).await?;
            }
        }
        self.strays(mode, &terms, &mut done).await?;
        self.lost_sessions(mode, &terms, &mut done).await?;
        Ok(done)
    }

    /// Claims the collection that is due: of all replicas one gets it, some hours after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_collection(&self) -> Result<bool> {
        let now = self.now();
        let text = now.to_rfc3339_opts(SecondsFormat::Micros, true);
        let claimed = self
            .inner
            .db
            .write(move |conn| claim(conn, now, &text))
            .await?;
        Ok(claimed)
    }
}

fn claim(conn: &mut AnyConn, now: DateTime<Utc>, text: &str) -> Result<bool, DbError> {
    let Some(last) = setting::get(conn, STARTED)? else {
        return setting::insert_if_absent(conn, STARTED, text);
    };
    let recent = last
        .parse::<DateTime<Utc>>()
        .is_ok_and(|at| now - at < Duration::hours(EVERY_HOURS));
    if recent {
        return Ok(false);
    }
    setting::replace(conn, STARTED, &last, text)
}

/// Counts idle uploads by the same measure as their purge.
pub(crate) fn idle_uploads_before(now: DateTime<Utc>) -> DateTime<Utc> {
    now - Duration::hours(IDLE_HOURS)
}
