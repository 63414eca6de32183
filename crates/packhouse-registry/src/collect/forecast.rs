//! What a collection would remove.

use packhouse_core::id::PackageId;
use packhouse_db::DbError;
use packhouse_db::collect::{self, bytes};

use super::{Collected, PAGE, Terms, idle_uploads_before, rules};
use crate::error::Result;
use crate::registry::Registry;

impl Registry {
    /// Counts what would go of the database and of the bytes that it records.
    pub(super) async fn forecast(&self, terms: &Terms, done: &mut Collected) -> Result<()> {
        self.forecast_packages(*terms, done).await?;
        self.forecast_versions(*terms, done).await?;
        let idle = idle_uploads_before(terms.now);
        let uploads = self
            .inner
            .db
            .read(move |conn| bytes::count_idle_uploads(conn, idle))
            .await?;
        done.uploads = u64::try_from(uploads).unwrap_or_default();
        self.forecast_links(*terms, done).await?;
        self.forecast_blobs(*terms, done).await
    }

    async fn forecast_packages(&self, terms: Terms, done: &mut Collected) -> Result<()> {
        let mut after = PackageId(0);
        loop {
            let (last, packages, versions) = self
                .inner
                .db
                .read(move |conn| {
                    let until = terms.deleted_until;
                    let page = collect::list_expired_packages(conn, until, after, PAGE)?;
                    let mut versions = 0;
                    for package in &page {
                        versions += collect::count_versions(conn, package.id)?;
                    }
                    let last = page.last().map(|package| package.id);
                    Ok::<_, DbError>((last, page.len() as u64, versions))
                })
                .await?;
            done.packages += packages;
            done.versions += u64::try_from(versions).unwrap_or_default();
            let Some(last) = last else {
                return Ok(());
            };
            after = last;
        }
    }

    async fn forecast_versions(&self, terms: Terms, done: &mut Collected) -> Result<()> {
        let mut after = None;
        loop {
            let (last, going) = self
                .inner
                .db
                .read(move |conn| {
                    let until = terms.deleted_until;
                    let page = collect::list_expired_versions(conn, until, after, PAGE)?;
                    let mut going = 0;
                    for one in &page {
                        // Those of packages that go are counted with them.
                        let counted = one.is_of_expired_package(until);
                        going += u64::from(!counted && rules::version_goes(conn, &terms, one)?);
                    }
                    let last = page.last().map(|one| (one.deleted_at, one.id));
                    Ok::<_, DbError>((last, going))
                })
                .await?;
            done.versions += going;
            let Some((Some(at), id)) = last else {
                return Ok(());
            };
            after = Some((at, id));
        }
    }

    async fn forecast_links(&self, terms: Terms, done: &mut Collected) -> Result<()> {
        let mut after = (PackageId(0), String::new());
        loop {
            let (package, sha256) = after;
            let (last, going) = self
                .inner
                .db
                .read(move |conn| {
                    let page = bytes::list_links(conn, (package, &sha256), PAGE)?;
                    let mut going = 0;
                    for link in &page {
                        going += u64::from(rules::link_goes(conn, &terms, link)?);
                    }
                    Ok::<_, DbError>((page.into_iter().next_back(), going))
                })
                .await?;
            done.links += going;
            let Some(last) = last else {
                return Ok(());
            };
            after = (last.package, last.sha256);
        }
    }

    async fn forecast_blobs(&self, terms: Terms, done: &mut Collected) -> Result<()> {
        let mut after = String::new();
        loop {
            let (last, blobs, size) = self
                .inner
                .db
                .read(move |conn| {
                    let page = bytes::list_blobs(conn, &after, PAGE)?;
                    let (mut blobs, mut size) = (0, 0);
                    for blob in &page {
                        if rules::blob_goes(conn, &terms, blob)? {
                            blobs += 1;
                            size += blob.size;
                        }
                    }
                    let last = page.last().map(|blob| blob.sha256.to_string());
                    Ok::<_, DbError>((last, blobs, size))
                })
                .await?;
            done.blobs += blobs;
            done.blob_bytes += size;
            let Some(last) = last else {
                return Ok(());
            };
            after = last;
        }
    }
}
