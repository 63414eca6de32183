//! Finding packages: filtered by the right to read before paging.

use packhouse_core::actor::Actor;
use packhouse_core::package::Version;
use packhouse_db::package::PackageRecord;
use packhouse_db::readable::Viewer;
use packhouse_db::search::SearchQuery;
use packhouse_db::version;

use crate::error::Result;
use crate::registry::Registry;

pub use packhouse_db::search::{Property, SearchQuery as Query, Shown};

/// A package that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The package.
    pub record: PackageRecord,
    /// The version that stands for it.
    pub latest: Option<Version>,
}

/// A page of what was found.
#[derive(Debug, Clone)]
pub struct Hits {
    /// The packages of this page, best first.
    pub found: Vec<Found>,
    /// How many there are in all that the asker may read.
    pub total: i64,
}

impl Registry {
    /// Searches the packages that the asker may read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn search(
        &self,
        actor: &Actor,
        query: SearchQuery,
        offset: i64,
        limit: i64,
    ) -> Result<Hits> {
        let viewer = Viewer::of(actor);
        self.inner
            .db
            .read(move |conn| {
                let (packages, total) =
                    packhouse_db::search::search(conn, &viewer, &query, offset, limit)?;
                let mut found = Vec::with_capacity(packages.len());
                for record in packages {
                    let latest = match record.latest {
                        Some(id) => version::find_version_by_id(conn, id)?,
                        None => None,
                    };
                    found.push(Found { record, latest });
                }
                Ok(Hits { found, total })
            })
            .await
    }

    /// Searches as [`Self::search`] does, and gives the packages alone: what their formats keep about
    /// their latest versions is not read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn search_packages(
        &self,
        actor: &Actor,
        query: SearchQuery,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<PackageRecord>, i64)> {
        let viewer = Viewer::of(actor);
        self.inner
            .db
            .read(move |conn| {
                Ok(packhouse_db::search::search(
                    conn, &viewer, &query, offset, limit,
                )?)
            })
            .await
    }
}
