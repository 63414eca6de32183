//! Reading what a package holds. Rights were settled before: everything here takes a package that
//! [`Registry::authorize`] gave out.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use packhouse_blob::{BlobKey, ByteStream};
use packhouse_core::actor::Actor;
use packhouse_core::format::FormatId;
use packhouse_core::id::{PackageId, VersionId};
use packhouse_core::package::{Tag, Version, VersionName, VersionState};
use packhouse_db::feed::running;
use packhouse_db::file::StoredFile;
use packhouse_db::package::PackageRecord;
use packhouse_db::readable::Viewer;
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, download, file, package, reference, tag, version};

use packhouse_core::permission::Action;

use crate::authorize::{PackageAddress, package_in};
use crate::error::{Error, Result};
use crate::registry::Registry;
use crate::signature::{self, SignedBy};

/// How many versions are read at once, so that memory does not grow with their number.
const PAGE: i64 = 100;

/// How many referrers' lengths are read at once.
const REFERRERS: usize = 500;

/// A page of what is said about something.
#[derive(Debug, Clone, Default)]
pub struct ReferrerPage {
    /// The entries, JSON each, oldest first.
    pub entries: Vec<String>,
    /// The version of the last entry, when more follow.
    pub last: Option<VersionId>,
}

/// A version as lists show it.
#[derive(Debug, Clone)]
pub struct VersionListing {
    /// The version.
    pub version: Version,
    /// The tags that point to it.
    pub tags: Vec<String>,
    /// Which keys of the owner signed it.
    pub signed: Vec<SignedBy>,
    /// How often it was downloaded, as far as the counters were written.
    pub downloads: i64,
}

/// A package as it was at one moment: every question is answered from the same snapshot.
pub struct Snapshot<'a> {
    conn: &'a mut AnyConn,
    /// The package row of that moment.
    pub record: PackageRecord,
}

impl Snapshot<'_> {
    pub(crate) fn conn(&mut self) -> &mut AnyConn {
        self.conn
    }

    /// Hands out every live version in the order they were published, a page at a time.
    ///
    /// # Errors
    /// When the database fails, or what `each` returns.
    pub fn each_version(&mut self, mut each: impl FnMut(Version) -> Result<()>) -> Result<()> {
        let mut after = None;
        loop {
            let page = version::list_versions(self.conn, self.record.package.id, after, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.id);
            page.into_iter().try_for_each(&mut each)?;
        }
    }

    /// Gives the live versions without what their format keeps about them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn summaries(&mut self) -> Result<Vec<VersionSummary>> {
        Ok(version::list_summaries(self.conn, self.record.package.id)?)
    }

    /// Gives the lines of the package's own list, in the order in which its versions appeared.
    ///
    /// # Errors
    /// When the database fails.
    pub fn version_lines(&mut self) -> Result<Vec<String>> {
        let lines = running::list_version_lines(self.conn, self.record.package.id)?;
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }

    /// Gives those of these versions that are live, with all that their format keeps about them, in
    /// no order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn versions(&mut self, ids: &[VersionId]) -> Result<Vec<Version>> {
        Ok(version::list_by_id(self.conn, self.record.package.id, ids)?)
    }

    /// Gives how often each version was downloaded, as far as the counters were written; those that
    /// never were are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub fn downloads(&mut self) -> Result<HashMap<VersionId, i64>> {
        Ok(download::totals(self.conn, self.record.package.id)?)
    }

    /// Finds a live version.
    ///
    /// # Errors
    /// When the database fails.
    pub fn version(&mut self, name: &VersionName) -> Result<Option<Version>> {
        let found = version::find_version(self.conn, self.record.package.id, name.key())?;
        Ok(found.filter(|version| version.state == VersionState::Live))
    }

    /// Finds a version by its row.
    ///
    /// # Errors
    /// When the database fails.
    pub fn version_by_id(&mut self, id: VersionId) -> Result<Option<Version>> {
        Ok(version::find_version_by_id(self.conn, id)?)
    }

    /// Gives the tags.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tags(&mut self) -> Result<Vec<Tag>> {
        Ok(tag::list_tags(self.conn, self.record.package.id)?)
    }

    /// Gives each tag with the name of the live version that it points to.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tag_names(&mut self) -> Result<Vec<(String, String)>> {
        Ok(tag::list_tag_names(self.conn, self.record.package.id)?)
    }

    /// Gives the readme of a version.
    ///
    /// # Errors
    /// When the database fails.
    pub fn readme(&mut self, version: VersionId) -> Result<Option<String>> {
        Ok(version::readme(self.conn, version)?)
    }
}

fn page_size(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

impl Registry {
    /// Looks at a package in one consistent snapshot, on a blocking thread.
    ///
    /// # Errors
    /// `NotFound` when the package was deleted in the meantime; what `look` returns.
    pub async fn snapshot<R: Send + 'static>(
        &self,
        package: PackageId,
        look: impl FnOnce(&mut Snapshot<'_>) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.inner
            .db
            .read(move |conn| {
                let record = package::find_record_by_id(conn, package)?
                    .filter(|record| record.package.deleted_at.is_none())
                    .ok_or_else(|| Error::not_found("the package"))?;
                look(&mut Snapshot { conn, record })
            })
            .await
    }

    /// Gives a page of the live versions of a package before one, newest first.
    ///
    /// # Errors
    /// Needs Read.
    pub async fn list_version_page(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        before: Option<VersionId>,
        limit: usize,
    ) -> Result<Vec<VersionListing>> {
        let (actor, address, limit) = (actor.clone(), address.clone(), page_size(limit));
        self.inner
            .db
            .read(move |conn| {
                let record = package_in(conn, &actor, &address, Action::Read)?;
                let package = record.package.id;
                let page = version::list_newest(conn, package, before, limit)?;
                page.into_iter()
                    .map(|version| {
                        Ok(VersionListing {
                            tags: tag::list_of_version(conn, version.id)?,
                            signed: signature::of_version(conn, package, version.name.key())?,
                            downloads: packhouse_db::download::total(conn, version.id)?,
                            version,
                        })
                    })
                    .collect()
            })
            .await
    }

    /// Gives the names of the live versions of a package, in the order they were published.
    ///
    /// # Errors
    /// Needs Read.
    pub async fn list_version_names(
        &self,
        actor: &Actor,
        address: &PackageAddress,
    ) -> Result<Vec<VersionName>> {
        let (actor, address) = (actor.clone(), address.clone());
        self.inner
            .db
            .read(move |conn| {
                let record = package_in(conn, &actor, &address, Action::Read)?;
                let live = version::list_summaries(conn, record.package.id)?;
                Ok(live.into_iter().map(|version| version.name).collect())
            })
            .await
    }

    /// Gives a page of the names of a package's tags after one, in the order of their bytes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tag_names(
        &self,
        package: PackageId,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<String>> {
        let limit = page_size(limit);
        self.inner
            .db
            .read(move |conn| Ok(tag::list_names(conn, package, after.as_deref(), limit)?))
            .await
    }

    /// Gives a page of what is said about a subject in a package, oldest first, in `room` bytes:
    /// the first entry always, however long, and then as many as fit. What does not fit is not
    /// read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn referrers(
        &self,
        package: PackageId,
        subject: &str,
        kinds: &[String],
        after: Option<VersionId>,
        room: usize,
    ) -> Result<ReferrerPage> {
        let (subject, kinds) = (subject.to_owned(), kinds.to_vec());
        self.inner
            .db
            .read(move |conn| {
                let list = |conn: &mut AnyConn, after| {
                    let limit = page_size(REFERRERS);
                    reference::list_referrers(conn, package, &subject, &kinds, after, limit)
                };
                let (mut taken, mut bytes) = (Vec::new(), 0_usize);
                let more = 'pages: loop {
                    let page = list(conn, taken.last().copied().or(after))?;
                    let full = page.len() == REFERRERS;
                    for (id, length) in page {
                        // A comma each.
                        bytes = bytes.saturating_add(length + 1);
                        if bytes > room && !taken.is_empty() {
                            break 'pages true;
                        }
                        taken.push(id);
                    }
                    if !full {
                        break false;
                    }
                };
                Ok(ReferrerPage {
                    entries: reference::referrer_entries(conn, &taken)?,
                    last: taken.last().copied().filter(|_| more),
                })
            })
            .await
    }

    /// Gives a page of the packages of a format that somebody may read, as `owner/name` by owner
    /// and name, after one of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn readable_names(
        &self,
        actor: &Actor,
        format: FormatId,
        after: Option<(String, String)>,
        limit: usize,
    ) -> Result<Vec<String>> {
        let (viewer, limit) = (Viewer::of(actor), page_size(limit));
        self.inner
            .db
            .read(move |conn| Ok(package::list_names(conn, &viewer, format, after, limit)?))
            .await
    }

    /// Finds a file of a live version by its name. On SQLite the row is kept until something is
    /// committed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_file(
        &self,
        package: PackageId,
        name: &str,
    ) -> Result<Option<(VersionId, Arc<StoredFile>)>> {
        // No file is called so, and PostgreSQL refuses a text with a NUL.
        if name.contains('\0') {
            return Ok(None);
        }
        let key = (package, name.to_owned());
        let stamp = self.moment()?;
        if let Some(found) = self.inner.files.get(&key, stamp) {
            return Ok(Some(found));
        }
        let wanted = name.to_owned();
        let found: Option<(VersionId, StoredFile)> = self
            .inner
            .db
            .read_point(move |conn| file::find_package_file(conn, package, &wanted))
            .await?;
        let Some((version, stored)) = found else {
            return Ok(None);
        };
        let found = (version, Arc::new(stored));
        self.inner.files.keep(key, stamp, found.clone());
        Ok(Some(found))
    }

    /// Opens part of a stored file.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(&self, stored: &StoredFile, range: Range<u64>) -> Result<ByteStream> {
        self.open_at(&stored.location, range).await
    }

    /// Opens part of the bytes that lie at a location.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_at(&self, location: &str, range: Range<u64>) -> Result<ByteStream> {
        let key = BlobKey::new(location);
        Ok(self.inner.store.open(&key, range).await?)
    }

    /// Reads a small stored file at once, where the store can do that quickly on this thread.
    ///
    /// # Errors
    /// When the store fails.
    pub fn read_small(&self, stored: &StoredFile) -> Result<Option<Bytes>> {
        self.read_small_at(&stored.location, stored.file.digests.size)
    }

    /// Reads the few bytes that lie at a location as [`Self::read_small`] does.
    ///
    /// # Errors
    /// When the store fails.
    pub fn read_small_at(&self, location: &str, size: u64) -> Result<Option<Bytes>> {
        if let Some(bytes) = self.inner.small.get(location) {
            return Ok(Some(bytes));
        }
        let read = self.inner.store.read_small(&BlobKey::new(location), size);
        let read = read.transpose()?;
        if let Some(bytes) = &read {
            self.inner.small.insert(location.to_owned(), bytes.clone());
        }
        Ok(read)
    }

    /// Begins to receive a file of at most `limit` bytes, of which all digests are computed.
    pub fn begin_upload(&self, limit: u64) -> packhouse_blob::Upload {
        self.inner.staging.begin(limit)
    }

    /// Begins to receive a file of at most `limit` bytes, of which the sha256 is computed, and the
    /// sha512 if that is asked for.
    pub fn begin_blob(&self, limit: u64, sha512: bool) -> packhouse_blob::Upload {
        let hashing = if sha512 {
            packhouse_blob::Hashing::Sha256And512
        } else {
            packhouse_blob::Hashing::Sha256
        };
        self.inner.staging.begin_with(limit, hashing)
    }
}
