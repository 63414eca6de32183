//! A format whose packages live in a repository and whose versions grow file by file, and short ways
//! to put to it.

use std::cmp::Ordering;
use std::sync::Arc;

use packhouse_core::actor::Actor;
use packhouse_core::format::{Format, FormatId, NameError, Reuse, Summary, VersionError};
use packhouse_core::id::VersionId;
use packhouse_core::package::{PackageName, Version, VersionName, VersionState};
use packhouse_db::build::Build;
use packhouse_db::package::PackageRecord;
use packhouse_registry::announce::{Announced, Check};
use packhouse_registry::bytes::StagedFile;
use packhouse_registry::publish::{Complete, Description, Put, PutEntry, PutFile};
use packhouse_registry::{PackageAddress, Registry, Result};

use super::{World, stage};

pub(crate) const PARTS: FormatId = FormatId::new("parts");

/// Packages are `OWNER/REPOSITORY/a:b:c` and lie at `a/b/c`. A version has all it needs with the parts
/// `pom` and `main`. The files of a deleted `…-SNAPSHOT` may come back with any bytes, those of
/// another with theirs, and nothing may of a version that begins with `0.`.
pub(crate) struct PartsFormat;

fn number(version: &VersionName) -> (Vec<u64>, bool) {
    let (numbers, word) = version.key().split_once('-').unwrap_or((version.key(), ""));
    let numbers = numbers.split('.').map(|part| part.parse().unwrap());
    (numbers.collect(), word.is_empty())
}

impl Format for PartsFormat {
    fn id(&self) -> FormatId {
        PARTS
    }

    fn label(&self) -> &'static str {
        "Parts"
    }

    fn normalize_name(&self, raw: &str) -> std::result::Result<PackageName, NameError> {
        let (repository, name) = raw
            .split_once('/')
            .ok_or_else(|| NameError("name the repository first".to_owned()))?;
        let path = name.replace(':', "/");
        Ok(match repository {
            "*" => PackageName::in_any_repository(name, path),
            repository => PackageName::in_repository(repository, name, path),
        })
    }

    fn normalize_version(&self, raw: &str) -> std::result::Result<VersionName, VersionError> {
        Ok(VersionName::new(raw, raw))
    }

    fn compare_versions(&self, a: &VersionName, b: &VersionName) -> Ordering {
        number(a).cmp(&number(b))
    }

    fn is_prerelease(&self, version: &VersionName) -> bool {
        version.key().ends_with("-SNAPSHOT")
    }

    fn summary(&self, metadata: &str) -> Summary {
        Summary {
            more: None,
            description: Some(metadata.to_owned()).filter(|text| !text.is_empty()),
            keywords: Vec::new(),
        }
    }

    fn reuse(&self, version: &VersionName) -> Reuse {
        match version.key() {
            key if key.ends_with("-SNAPSHOT") => Reuse::Any,
            key if key.starts_with("0.") => Reuse::Never,
            _ => Reuse::SameFiles,
        }
    }

    fn is_complete(&self, _: &str, parts: &[String]) -> bool {
        ["pom", "main"]
            .iter()
            .all(|needed| parts.iter().any(|part| part == needed))
    }
}

/// Gives the address of `OWNER/REPOSITORY/NAME`.
pub(crate) fn parts(name: &str) -> PackageAddress {
    let (owner, rest) = name.split_once('/').unwrap();
    PackageAddress {
        format: PARTS,
        owner: owner.to_lowercase(),
        name: PartsFormat.normalize_name(rest).unwrap(),
        shown: name.to_owned(),
    }
}

pub(crate) fn release(text: &str) -> VersionName {
    VersionName::new(text, text)
}

/// A file to put; its bytes tell package, version, build and part unless said otherwise.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) build: String,
    pub(crate) part: String,
    pub(crate) bytes: Option<String>,
    pub(crate) replaceable: bool,
    pub(crate) says: Option<String>,
    pub(crate) entries: Vec<PutEntry>,
}

impl Part {
    pub(crate) fn new(package: &str, version: &str, part: &str) -> Self {
        Self {
            package: package.to_owned(),
            version: version.to_owned(),
            build: String::new(),
            part: part.to_owned(),
            bytes: None,
            replaceable: false,
            says: None,
            entries: Vec::new(),
        }
    }

    pub(crate) fn build(mut self, build: &str) -> Self {
        build.clone_into(&mut self.build);
        self
    }

    pub(crate) fn bytes(mut self, bytes: &str) -> Self {
        self.bytes = Some(bytes.to_owned());
        self
    }

    pub(crate) fn replaceable(mut self) -> Self {
        self.replaceable = true;
        self
    }

    /// Adds a line to the version's metadata.
    pub(crate) fn says(mut self, line: &str) -> Self {
        self.says = Some(line.to_owned());
        self
    }

    pub(crate) fn entry(mut self, topic: &str, name: &str, value: &str) -> Self {
        self.entries.push(PutEntry {
            topic: topic.to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self
    }

    /// The name by which it is asked for.
    pub(crate) fn name(&self) -> String {
        let (version, build, part) = (&self.version, &self.build, &self.part);
        format!("{version}/{build}{part}")
    }

    pub(crate) async fn staged(&self, registry: &Registry) -> StagedFile {
        let (package, name) = (&self.package, self.name());
        let bytes = self.bytes.clone();
        let mut upload = registry.begin_upload(1 << 20);
        let bytes = bytes.unwrap_or_else(|| format!("{package} {name}"));
        upload.write(bytes.into_bytes().into()).await.unwrap();
        upload.finish().await.unwrap()
    }

    pub(crate) async fn ready(self, registry: &Registry) -> PutFile {
        let staged = self.staged(registry).await;
        let description = self.says.clone().map(|line| Description {
            metadata: Arc::new(move |known| Ok(format!("{known}{line}."))),
            source_repository: Some(format!("https://git.example/{}", self.part)),
            source_ref: None,
        });
        PutFile {
            address: parts(&self.package),
            version: release(&self.version),
            build: self.build.clone(),
            name: self.name(),
            part: Some(self.part.clone()),
            content_type: "application/octet-stream".to_owned(),
            staged,
            replaceable: self.replaceable,
            description,
            entries: self.entries,
        }
    }
}

impl World {
    pub(crate) async fn put(&self, actor: &Actor, part: Part) -> Result<Put> {
        let put = part.ready(&self.registry).await;
        self.registry.put_file(actor, &self.client, put).await
    }

    /// Puts `pom` and `main` of a version.
    pub(crate) async fn deploy(&self, actor: &Actor, package: &str, version: &str) {
        for part in ["pom", "main"] {
            let part = Part::new(package, version, part);
            assert_eq!(self.put(actor, part).await.unwrap(), Put::New);
        }
    }

    /// Puts `pom` and `main` of a build of a version.
    pub(crate) async fn deploy_build(&self, actor: &Actor, at: (&str, &str), build: &str) {
        for part in ["pom", "main"] {
            let part = Part::new(at.0, at.1, part).build(build);
            assert_eq!(self.put(actor, part).await.unwrap(), Put::New);
        }
    }

    /// Puts a version and says that it is complete.
    pub(crate) async fn release(&self, actor: &Actor, package: &str, version: &str) {
        self.deploy(actor, package, version).await;
        let listed = self.complete(actor, package, &[version]).await;
        assert_eq!(listed.unwrap(), 1);
    }

    /// Says that versions are complete.
    pub(crate) async fn complete(
        &self,
        actor: &Actor,
        package: &str,
        versions: &[&str],
    ) -> Result<usize> {
        let versions = versions.iter().map(|name| release(name)).collect();
        let what = Complete::Versions(versions);
        self.registry
            .complete(actor, &self.client, &parts(package), what)
            .await
    }

    /// Says that one's builds of a version are complete.
    pub(crate) async fn complete_builds(
        &self,
        actor: &Actor,
        package: &str,
        version: &str,
    ) -> Result<usize> {
        let what = Complete::Builds(release(version));
        self.registry
            .complete(actor, &self.client, &parts(package), what)
            .await
    }

    /// Announces the sha256 of some bytes for a part.
    pub(crate) async fn announce(&self, actor: &Actor, part: &Part, bytes: &str) -> Result<Check> {
        let staged = stage(&self.registry, bytes).await;
        self.announce_as(actor, part, "sha256", &staged.digests().sha256.to_string())
            .await
    }

    pub(crate) async fn announce_as(
        &self,
        actor: &Actor,
        part: &Part,
        algorithm: &'static str,
        value: &str,
    ) -> Result<Check> {
        let announced = Announced {
            version: release(&part.version),
            name: part.name(),
            algorithm,
            value: value.to_owned(),
        };
        self.registry
            .announce_digest(actor, &self.client, &parts(&part.package), announced)
            .await
    }

    /// Deletes a version; gives how many went.
    pub(crate) async fn withdraw(&self, actor: &Actor, package: &str, version: &str) -> usize {
        let names = vec![release(version)];
        let at = parts(package);
        self.registry
            .delete_versions(actor, &self.client, &at, names, None)
            .await
            .unwrap()
    }

    /// Brings a deleted version back.
    pub(crate) async fn bring_back(
        &self,
        actor: &Actor,
        package: &str,
        version: &str,
    ) -> Result<()> {
        let (at, version) = (parts(package), release(version));
        self.registry
            .restore_version(actor, &self.client, &at, &version)
            .await
    }

    /// Deletes a package.
    pub(crate) async fn withdraw_all(&self, actor: &Actor, package: &str) {
        let at = parts(package);
        self.registry
            .delete_package(actor, &self.client, &at, None)
            .await
            .unwrap();
    }

    /// Brings a deleted package back.
    pub(crate) async fn bring_all_back(&self, actor: &Actor, package: &str) -> Result<()> {
        let at = parts(package);
        self.registry
            .restore_package(actor, &self.client, &at)
            .await
    }

    /// Gives a live package's row.
    pub(crate) async fn parts_record(&self, package: &str) -> Option<PackageRecord> {
        let at = parts(package);
        self.db(move |conn| {
            packhouse_db::package::find_record(conn, &at.owner, PARTS, at.name.key())
        })
        .await
    }

    /// Gives a version that is not deleted.
    pub(crate) async fn parts_version(&self, package: &str, version: &str) -> Option<Version> {
        let id = self.parts_record(package).await?.package.id;
        let key = version.to_owned();
        self.db(move |conn| packhouse_db::version::find_version(conn, id, &key))
            .await
    }

    pub(crate) async fn state(&self, package: &str, version: &str) -> Option<VersionState> {
        let found = self.parts_version(package, version).await;
        found.map(|version| version.state)
    }

    /// Gives the builds of a version by name, and whether each is live.
    pub(crate) async fn builds(&self, package: &str, version: &str) -> Vec<(String, bool)> {
        let Some(version) = self.parts_version(package, version).await else {
            return Vec::new();
        };
        let builds = self.builds_of(version.id).await;
        let shown = builds
            .into_iter()
            .map(|build| (build.name, build.state == VersionState::Live));
        shown.collect()
    }

    pub(crate) async fn builds_of(&self, version: VersionId) -> Vec<Build> {
        self.db(move |conn| packhouse_db::build::list(conn, version))
            .await
    }

    /// Gives the names of the files that a package hands out under these names.
    pub(crate) async fn handed_out(&self, parts: &[Part]) -> Vec<String> {
        let mut found = Vec::new();
        for part in parts {
            let Some(record) = self.parts_record(&part.package).await else {
                continue;
            };
            let (id, name) = (record.package.id, part.name());
            let stored = self.registry.find_file(id, &name).await.unwrap();
            found.extend(stored.map(|(_, stored)| stored.file.name.clone()));
        }
        found
    }
}
