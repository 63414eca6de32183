//! Do rows lead to what they name?

use std::sync::Arc;

use packhouse_core::format::FormatId;
use packhouse_core::id::{FileId, PackageId, VersionId};
use packhouse_db::blob_link::{self, Holder};
use packhouse_db::check::{self, DanglingLink};
use packhouse_db::collect::Candidate;
use packhouse_db::reference::{self, Target};
use packhouse_db::{AnyConn, DbError, blob, file};

use super::{Check, PAGE};
use crate::error::Result;

impl Check<'_> {
    /// Looks for files whose bytes, or whose builds, are not recorded.
    pub(super) async fn files(&mut self) -> Result<()> {
        let mut after = FileId(0);
        loop {
            let (last, dangling) = self
                .registry
                .inner
                .db
                .read(move |conn| check::list_dangling_files(conn, after, PAGE))
                .await?;
            for one in dangling {
                let (name, version) = (&one.name, one.version);
                let text = match &one.build {
                    None => format!(
                        "file {name} of version {version} names sha256:{}, which is not recorded; \
                         push it again",
                        one.sha256
                    ),
                    Some(build) => format!(
                        "file {name} of version {version} is of the build {build:?}, which is not \
                         there; delete the version and push it again"
                    ),
                };
                self.found(text, false);
            }
            let Some(last) = last else {
                return Ok(());
            };
            after = last;
        }
    }

    /// Looks for links to bytes that are not recorded.
    pub(super) async fn links(&mut self) -> Result<()> {
        let mut after = DanglingLink {
            package: PackageId(0),
            sha256: String::new(),
        };
        loop {
            let from = after.clone();
            let (last, dangling) = self
                .registry
                .inner
                .db
                .read(move |conn| check::list_dangling_links(conn, &from, PAGE))
                .await?;
            for one in dangling {
                let text = format!(
                    "package {} is linked to sha256:{}, which is not recorded",
                    one.package, one.sha256
                );
                let db = &self.registry.inner.db;
                let mended = self.repair
                    && db
                        .write(move |conn| check::remove_dangling_link(conn, &one))
                        .await?;
                self.found(text, mended);
            }
            let Some(last) = last else {
                return Ok(());
            };
            after = last;
        }
    }

    /// Looks whether live versions of content-addressed formats have all that they are made of.
    pub(super) async fn versions(&mut self) -> Result<()> {
        let formats: Arc<Vec<FormatId>> = Arc::new(
            self.registry
                .inner
                .formats
                .iter()
                .filter(|format| format.is_content_addressed())
                .map(|format| format.id())
                .collect(),
        );
        let mut after = VersionId(0);
        loop {
            let formats = Arc::clone(&formats);
            let (last, count, faults) = self
                .registry
                .inner
                .db
                .read(move |conn| {
                    let page = check::list_live_versions(conn, after, PAGE)?;
                    let last = page.last().map(|(one, _)| one.id);
                    let count = page.len() as u64;
                    let mut faults = Vec::new();
                    for (one, format) in page {
                        if formats.contains(&format) {
                            faults.extend(faults_of(conn, &one)?);
                        }
                    }
                    Ok::<_, DbError>((last, count, faults))
                })
                .await?;
            self.done.versions += count;
            for fault in faults {
                let text = fault.text.clone();
                let mended = self.repair && self.mend(fault).await?;
                self.found(text, mended);
            }
            let Some(last) = last else {
                return Ok(());
            };
            after = last;
        }
    }

    /// Links bytes again that are recorded and that a live version needs.
    async fn mend(&self, fault: Fault) -> Result<bool> {
        let Some((package, sha256)) = fault.unlinked else {
            return Ok(false);
        };
        let now = self.terms.now;
        let linked = self
            .registry
            .inner
            .db
            .write(move |conn| {
                let Ok(sha256) = sha256.parse() else {
                    return Ok(false);
                };
                let Some((digests, _)) = blob::find_blob(conn, &sha256)? else {
                    return Ok(false);
                };
                if blob::hold_blob(conn, &digests)?.is_none() {
                    return Ok(false);
                }
                blob_link::link(conn, &Holder::Package(package), &sha256, now)?;
                Ok::<_, DbError>(true)
            })
            .await?;
        Ok(linked)
    }

    /// Looks for tags that point to no live version.
    pub(super) async fn tags(&mut self) -> Result<()> {
        let mut after = (PackageId(0), String::new());
        loop {
            let from = after.clone();
            let (last, dangling) = self
                .registry
                .inner
                .db
                .read(move |conn| check::list_dangling_tags(conn, &from, PAGE))
                .await?;
            for one in dangling {
                let text = format!(
                    "tag {} of {} points to no live version",
                    one.name, one.package_name
                );
                let db = &self.registry.inner.db;
                let mended = self.repair
                    && db
                        .write(move |conn| check::remove_dangling_tag(conn, &one))
                        .await?;
                self.found(text, mended);
            }
            let Some(last) = last else {
                return Ok(());
            };
            after = last;
        }
    }
}

/// Something that a live version lacks.
struct Fault {
    text: String,
    /// Bytes that it names and that its package is not linked to.
    unlinked: Option<(PackageId, String)>,
}

fn faults_of(conn: &mut AnyConn, one: &Candidate) -> Result<Vec<Fault>, DbError> {
    let what = format!("{} {}", one.package_name, one.name);
    let mut faults = Vec::new();
    let mut add = |text, unlinked| faults.push(Fault { text, unlinked });
    match file::list_files(conn, one.id)?.first() {
        None => add(format!("{what} has no file; push it again"), None),
        Some(stored) if format!("sha256:{}", stored.file.digests.sha256) != one.key => {
            let text = format!("{what} has a file of another digest; push it again");
            add(text, None);
        }
        Some(_) => {}
    }
    for target in reference::list(conn, one.id)? {
        match target {
            Target::Blob(sha256) => {
                if !check::is_linked(conn, one.package, &sha256)? {
                    let text = format!("{what} needs sha256:{sha256}, which its package lacks");
                    add(text, Some((one.package, sha256)));
                }
            }
            Target::Version(key) => {
                if !check::has_version(conn, one.package, &key)? {
                    let text = format!("{what} needs {key}, which is gone; push that again");
                    add(text, None);
                }
            }
        }
    }
    Ok(faults)
}
