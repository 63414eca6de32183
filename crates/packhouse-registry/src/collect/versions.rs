//! Deleted packages and versions, 30 days later.

use futures_util::{StreamExt, TryStreamExt, stream};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::id::PackageId;
use packhouse_db::DbError;
use packhouse_db::collect::{self, Candidate, DeletedPackage};
use serde_json::json;

use super::{AT_ONCE, Collected, PAGE, Terms, rules};
use crate::error::Result;
use crate::event::{About, By};
use crate::registry::Registry;

/// How many rows of one package go in one transaction: other writers wait for it.
const BATCH: i64 = 50;

impl Registry {
    /// Purges packages that were deleted 30 days ago: all their versions, batch by batch, then
    /// the rest. The names of their versions stay known as used.
    pub(super) async fn purge_packages(&self, terms: &Terms, done: &mut Collected) -> Result<()> {
        let until = terms.deleted_until;
        let mut after = PackageId(0);
        loop {
            let page = self
                .inner
                .db
                .read(move |conn| collect::list_expired_packages(conn, until, after, PAGE))
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.id;
            for package in page {
                self.purge_package(terms, package, done).await?;
            }
        }
    }

    async fn purge_package(
        &self,
        terms: &Terms,
        package: DeletedPackage,
        done: &mut Collected,
    ) -> Result<()> {
        let (id, until) = (package.id, terms.deleted_until);
        let mut versions = 0;
        loop {
            let (gone, links) = self
                .inner
                .db
                .write(move |conn| {
                    if !collect::hold_expired_package(conn, id, until)? {
                        return Ok((0, 0));
                    }
                    let versions = collect::purge_versions_of(conn, id, BATCH)?;
                    let links = collect::bytes::delete_links_of(conn, id, BATCH)?;
                    Ok::<_, DbError>((versions as u64, links as u64))
                })
                .await?;
            versions += gone;
            done.links += links;
            if gone + links == 0 {
                break;
            }
        }
        let by = self.collector();
        let gone = self
            .inner
            .db
            .write(move |conn| {
                if !collect::hold_expired_package(conn, id, until)? {
                    return Ok(false);
                }
                collect::purge_package(conn, id)?;
                let detail = json!({ "package": package.name, "versions": versions });
                let about = About {
                    owner: Some(package.owner),
                    repository: package.repository,
                    package: Some(id),
                    version: None,
                };
                by.record(conn, EventKind::PackagePurged, about, detail)?;
                Ok::<_, DbError>(true)
            })
            .await?;
        done.versions += versions;
        done.packages += u64::from(gone);
        Ok(())
    }

    /// Purges versions that were deleted 30 days ago, of packages that are there.
    pub(super) async fn purge_versions(&self, terms: &Terms, done: &mut Collected) -> Result<()> {
        let terms = *terms;
        let mut after = None;
        loop {
            let (last, going) = self
                .inner
                .db
                .read(move |conn| {
                    let until = terms.deleted_until;
                    let page = collect::list_expired_versions(conn, until, after, PAGE)?;
                    let last = page.last().map(|one| (one.deleted_at, one.id));
                    let mut going = Vec::new();
                    for one in page {
                        if rules::version_goes(conn, &terms, &one)? {
                            going.push(one);
                        }
                    }
                    Ok::<_, DbError>((last, going))
                })
                .await?;
            let gone = stream::iter(going)
                .map(|one| self.purge_version(terms, one))
                .buffer_unordered(AT_ONCE)
                .try_fold(0, async |sum, gone| Ok(sum + u64::from(gone)))
                .await?;
            done.versions += gone;
            let Some((Some(at), id)) = last else {
                return Ok(());
            };
            after = Some((at, id));
        }
    }

    async fn purge_version(&self, terms: Terms, one: Candidate) -> Result<bool> {
        let by = self.collector();
        let purged = self
            .inner
            .db
            .write(move |conn| {
                // What names it may have changed since it was looked at.
                if !rules::version_goes(conn, &terms, &one)?
                    || !collect::purge_version(conn, one.id, terms.deleted_until)?
                {
                    return Ok(false);
                }
                let detail = json!({ "package": one.package_name, "version": one.name });
                let about = About {
                    owner: Some(one.owner),
                    repository: one.repository,
                    package: Some(one.package),
                    version: Some(one.id),
                };
                by.record(conn, EventKind::VersionPurged, about, detail)?;
                Ok::<_, DbError>(true)
            })
            .await?;
        Ok(purged)
    }

    fn collector(&self) -> By {
        let client = Client {
            address: None,
            agent: None,
        };
        self.by(&Actor::System, &client)
    }
}
