//! Reading across the packages of a repository, and inside versions of several builds.

use std::sync::Arc;

use packhouse_core::actor::{Actor, Client};
use packhouse_core::format::FormatId;
use packhouse_core::id::{PackageId, RepositoryId, VersionId};
use packhouse_core::package::VersionName;
use packhouse_core::permission::Action;
use packhouse_db::entry::{self, Entry, Within};
use packhouse_db::file::StoredFile;
use packhouse_db::file::joined::{self, BuiltFile};
use packhouse_db::readable::Viewer;
use packhouse_db::{folder, package};

use crate::authorize::{Found, PackageAddress, authorize_in};
use crate::error::Result;
use crate::publish::PutEntry;
use crate::registry::Registry;
use crate::resolve::Snapshot;

/// Of how many builds a part is looked at to find the newest one.
const NEWEST: i64 = 50;

/// In which packages entries are looked for.
#[derive(Debug, Clone)]
pub enum Scope {
    /// Those of one repository, by the lower-case forms of its owner's name and its own.
    Repository(String, String),
    /// Those of an account, by the lower-case form of its name.
    Owner(String),
}

impl Registry {
    /// Gives the names of the folders directly below a folder of a repository that lead to packages
    /// that the asker may read, in byte order, `limit` at most. `folder` is `""` for the root, and
    /// has no slash at its end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_folders(
        &self,
        actor: &Actor,
        of: (RepositoryId, FormatId),
        folder: &str,
        limit: usize,
    ) -> Result<Vec<String>> {
        let (viewer, folder) = (Viewer::of(actor), folder.to_owned());
        let db = &self.inner.db;
        db.read(move |conn| Ok(folder::list(conn, &viewer, of, &folder, limit)?))
            .await
    }

    /// Gives what packages that the asker may read contribute to a topic, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_entries(
        &self,
        actor: &Actor,
        format: FormatId,
        scope: Scope,
        topic: &str,
        limit: i64,
    ) -> Result<Vec<Entry>> {
        let (viewer, topic) = (Viewer::of(actor), topic.to_owned());
        let asked = topic.clone();
        let db = &self.inner.db;
        // Hardly any topic has entries, and documents ask for one at each request.
        if !db.read_point(move |conn| entry::any(conn, &asked)).await? {
            return Ok(Vec::new());
        }
        self.inner
            .db
            .read(move |conn| {
                let within = match &scope {
                    Scope::Repository(owner, key) => Within::Repository(owner, key),
                    Scope::Owner(key) => Within::Owner(key),
                };
                Ok(entry::list(conn, &viewer, format, within, &topic, limit)?)
            })
            .await
    }

    /// Sets what packages contribute to documents over several packages, all of it or nothing;
    /// gives how many of the packages are there.
    ///
    /// # Errors
    /// Needs Publish on each.
    pub async fn set_entries(
        &self,
        actor: &Actor,
        client: &Client,
        mut new: Vec<(PackageAddress, PutEntry)>,
    ) -> Result<usize> {
        let by = self.by(actor, client);
        // One order for all: else two writers wait for each other.
        new.sort_by(|(a, _), (b, _)| a.name.key().cmp(b.name.key()));
        self.inner
            .db
            .write(move |conn| {
                let mut there = 0;
                for (address, new) in &new {
                    let found = authorize_in(conn, &by.actor, address, Action::Publish)?;
                    let Found::Package(record) = found else {
                        continue;
                    };
                    let id = record.package.id;
                    let named = (new.name.as_str(), new.value.as_str());
                    // The package's row first, as everywhere.
                    if entry::differs(conn, id, &new.topic, named)? {
                        package::bump(conn, id, by.now)?;
                        entry::set(conn, id, &new.topic, named)?;
                    }
                    there += 1;
                }
                Ok(there)
            })
            .await
    }

    /// Gives that part of the published builds of a version that came last, those that came last
    /// first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_part(
        &self,
        package: PackageId,
        version: &VersionName,
        part: &str,
    ) -> Result<Vec<(VersionId, Arc<StoredFile>)>> {
        let (key, part) = (version.key().to_owned(), part.to_owned());
        let found: Vec<StoredFile> = self
            .inner
            .db
            .read_point(move |conn| joined::list_part(conn, package, &key, &part, NEWEST))
            .await?;
        Ok(found
            .into_iter()
            .map(|stored| (stored.file.version, Arc::new(stored)))
            .collect())
    }
}

impl Snapshot<'_> {
    /// Gives the files of the published builds of a version that are some part of them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn built_files(&mut self, version: VersionId) -> Result<Vec<BuiltFile>> {
        Ok(joined::list_built(self.conn(), version)?)
    }

    /// Gives the files of a version that lists may show.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shown_files(&mut self, version: VersionId) -> Result<Vec<StoredFile>> {
        Ok(joined::list_shown(self.conn(), version)?)
    }
}
