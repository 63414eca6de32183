//! What pushes and pulls do with a format whose versions are named by their digest.

use std::sync::Arc;

use chrono::Utc;
use futures_util::TryStreamExt;
use packhouse_blob::{BlobInfo, BlobStore, S3Settings, StagedFile, open_store};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::digest::ContentDigest;
use packhouse_core::package::VersionName;
use packhouse_core::permission::Action;
use packhouse_db::reference::Referrer;
use packhouse_registry::find::VersionReference;
use packhouse_registry::publish::{Publish, PublishFile, Reference, ReferenceKind};
use packhouse_registry::{Error, PackageAddress, PackageHandle, Registry, Result};

use super::World;
use super::content::CONTENT;

/// Names an image: `OWNER/NAME`.
pub(crate) fn image(name: &str) -> PackageAddress {
    PackageAddress {
        format: CONTENT,
        ..super::package(name)
    }
}

/// Something that is named by digest and length.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) digest: ContentDigest,
    pub(crate) size: u64,
}

/// A version to push: what it says, and what it is made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manifest {
    pub(crate) text: String,
    pub(crate) layers: Vec<Named>,
    pub(crate) children: Vec<Named>,
    pub(crate) tags: Vec<String>,
    pub(crate) subject: Option<Named>,
}

impl Manifest {
    pub(crate) fn of(text: &str, layers: &[&Named]) -> Self {
        Self {
            text: text.to_owned(),
            layers: layers.iter().map(|&layer| layer.clone()).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn index(text: &str, children: &[&Named]) -> Self {
        Self {
            text: text.to_owned(),
            children: children.iter().map(|&child| child.clone()).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn tag(mut self, tag: &str) -> Self {
        self.tags.push(tag.to_owned());
        self
    }

    pub(crate) fn subject(mut self, subject: &Named) -> Self {
        self.subject = Some(subject.clone());
        self
    }
}

/// Somebody who pushes and pulls through one server.
#[derive(Clone)]
pub(crate) struct Hub {
    pub(crate) registry: Registry,
    pub(crate) actor: Actor,
    pub(crate) client: Client,
}

impl World {
    /// Moves the clock to where the files' times are.
    pub(crate) fn at_present(self) -> Self {
        let behind = Utc::now() - packhouse_registry::clock::Clock::now(&*self.clock);
        self.clock.advance(behind);
        self
    }

    pub(crate) async fn hub(&self, name: &str) -> Hub {
        Hub {
            registry: self.registry.clone(),
            actor: self.user(name).await,
            client: self.client.clone(),
        }
    }

    /// Opens the folder in which the bytes lie once more.
    pub(crate) fn store(&self) -> Arc<dyn BlobStore> {
        let path = self.folder.path();
        let url = format!("file://{}", path.display()).parse().unwrap();
        open_store(&url, path, &S3Settings::default())
            .unwrap()
            .store
    }

    /// Gives the path of a blob.
    pub(crate) fn path_of(&self, named: &Named) -> std::path::PathBuf {
        let hex = named.digest.encoded();
        let path = self.folder.path().join("blobs/sha256").join(&hex[..2]);
        path.join(hex)
    }
}

/// Gives what lies in a store.
pub(crate) async fn stored(store: &dyn BlobStore) -> Vec<BlobInfo> {
    store.list("").try_collect().await.unwrap()
}

impl Hub {
    pub(crate) async fn stage(&self, bytes: &str) -> (Named, StagedFile) {
        let mut upload = self.registry.begin_upload(1 << 20);
        upload.write(bytes.to_owned().into()).await.unwrap();
        let staged = upload.finish().await.unwrap();
        let named = Named {
            digest: ContentDigest::Sha256(staged.digests().sha256),
            size: staged.digests().size,
        };
        (named, staged)
    }

    /// Uploads bytes to an image in one request.
    pub(crate) async fn bring(&self, to: &str, bytes: &str) -> Result<Named> {
        let (named, staged) = self.stage(bytes).await;
        self.registry
            .keep_blob(
                &self.actor,
                &self.client,
                &image(to),
                &staged,
                &named.digest,
            )
            .await?;
        Ok(named)
    }

    /// Uploads bytes to an image in several requests.
    pub(crate) async fn bring_slowly(&self, to: &str, bytes: &str) -> Result<Named> {
        let (registry, actor, at) = (&self.registry, &self.actor, image(to));
        let (named, _) = self.stage(bytes).await;
        let begun = registry.begin_upload_session(actor, &at, false).await?;
        let mut offset = 0;
        for half in [&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2..]] {
            let mut writing = registry
                .resume_upload_session(actor, &at, &begun.id, Some(offset), 1 << 20)
                .await?;
            writing.write(half.to_owned().into()).await?;
            offset = writing.pause().await?;
        }
        let writing = registry
            .resume_upload_session(actor, &at, &begun.id, None, 1 << 20)
            .await?;
        registry
            .finish_upload_session(actor, &self.client, &at, writing, &named.digest)
            .await?;
        Ok(named)
    }

    /// Asks whether an image has bytes already: a yes is a promise.
    pub(crate) async fn head(&self, at: &str, named: &Named) -> Result<bool> {
        let (registry, actor, at) = (&self.registry, &self.actor, image(at));
        let package = registry.authorize(actor, &at, Action::Publish).await?;
        let package = package.as_ref();
        let found = registry
            .find_blob(actor, &at, package, &named.digest)
            .await?;
        match found {
            Some(held) => registry.promise_blob(actor, &at, package, &held).await,
            None => Ok(false),
        }
    }

    pub(crate) async fn mount(&self, to: &str, from: &str, named: &Named) -> Result<bool> {
        let (to, from) = (image(to), image(from));
        self.registry
            .mount_blob(&self.actor, &self.client, &to, &named.digest, Some(&from))
            .await
    }

    pub(crate) async fn push(&self, to: &str, manifest: Manifest) -> Result<Named> {
        let manifest = manifest.written();
        let (named, staged) = self.stage(&manifest.text).await;
        let name = named.digest.to_string();
        let layers = manifest.layers.iter().map(|one| (one, ReferenceKind::Blob));
        let children = manifest.children.iter();
        let children = children.map(|one| (one, ReferenceKind::VersionOrBlob));
        let references = layers.chain(children).map(|(one, kind)| Reference {
            digest: one.digest,
            size: one.size,
            kind,
        });
        let publish = Publish {
            metadata: "{}".to_owned(),
            files: vec![PublishFile {
                name: "manifest".to_owned(),
                content_type: "application/json".to_owned(),
                staged,
            }],
            tags: manifest.tags.clone(),
            references: references.collect(),
            referrer: manifest.subject.as_ref().map(|subject| Referrer {
                subject: subject.digest.to_string(),
                kind: None,
                entry: "{}".to_owned(),
            }),
            ..Publish::new(image(to), VersionName::new(&*name, &*name))
        };
        self.registry
            .publish(&self.actor, &self.client, publish)
            .await?;
        Ok(named)
    }

    /// Pulls a version with all that it is made of, and compares every digest.
    pub(crate) async fn pull(&self, from: &str, what: VersionReference) -> Result<()> {
        let at = image(from);
        let handle = self
            .registry
            .authorize(&self.actor, &at, Action::Read)
            .await?;
        let handle = handle.unwrap();
        let mut open = vec![what];
        while let Some(what) = open.pop() {
            let found = self.registry.find_version(&handle, &what).await?;
            let Some(found) = found else {
                // The index of a build cache lists layers as if they were versions.
                let VersionReference::Digest(digest) = what else {
                    return Err(Error::not_found(format!("{what:?}")));
                };
                self.pull_layer(&at, &handle, &digest).await?;
                continue;
            };
            let (location, file) = (&found.stored.location, &found.stored.file.digests);
            self.read(location, file.size, &ContentDigest::Sha256(file.sha256))
                .await?;
            for named in self.made_of(location, file.size).await? {
                let (kind, digest) = named.split_once(' ').unwrap();
                let digest = digest.parse().unwrap();
                if kind == "version" {
                    open.push(VersionReference::Digest(digest));
                } else {
                    self.pull_layer(&at, &handle, &digest).await?;
                }
            }
        }
        Ok(())
    }

    async fn pull_layer(
        &self,
        at: &PackageAddress,
        handle: &PackageHandle,
        digest: &ContentDigest,
    ) -> Result<()> {
        let held = self
            .registry
            .find_blob(&self.actor, at, Some(handle), digest)
            .await?
            .ok_or_else(|| Error::not_found(digest))?;
        self.read(&held.location, held.digests.size, digest).await
    }

    pub(crate) async fn pull_tag(&self, from: &str, tag: &str) -> Result<()> {
        self.pull(from, VersionReference::Tag(tag.to_owned())).await
    }

    pub(crate) async fn pull_digest(&self, from: &str, named: &Named) -> Result<()> {
        self.pull(from, VersionReference::Digest(named.digest))
            .await
    }

    /// Reads what a manifest names from its text: lines `layer DIGEST` and `version DIGEST`.
    async fn made_of(&self, location: &str, size: u64) -> Result<Vec<String>> {
        let bytes = self.registry.open_at(location, 0..size).await?;
        let bytes: Vec<bytes::Bytes> = bytes.try_collect().await?;
        let text = String::from_utf8(bytes.concat()).unwrap();
        let lines = text.lines().filter(|line| line.contains(" sha256:"));
        Ok(lines.map(str::to_owned).collect())
    }

    async fn read(&self, location: &str, size: u64, digest: &ContentDigest) -> Result<()> {
        let bytes = self.registry.open_at(location, 0..size).await?;
        let bytes: Vec<bytes::Bytes> = bytes.try_collect().await?;
        let text = String::from_utf8(bytes.concat()).unwrap();
        let (named, _) = self.stage(&text).await;
        assert_eq!(named.digest, *digest);
        Ok(())
    }

    pub(crate) async fn delete(&self, from: &str, gone: &[&Named]) -> Result<usize> {
        let names = gone.iter().map(|named| name_of(named)).collect();
        self.registry
            .delete_versions(&self.actor, &self.client, &image(from), names, None)
            .await
    }

    pub(crate) async fn restore(&self, to: &str, named: &Named) -> Result<()> {
        self.registry
            .restore_version(&self.actor, &self.client, &image(to), &name_of(named))
            .await
    }
}

fn name_of(named: &Named) -> VersionName {
    let name = named.digest.to_string();
    VersionName::new(&*name, &*name)
}

impl Manifest {
    /// Writes what it names into its text, so that a pull finds it there.
    fn written(mut self) -> Self {
        for layer in &self.layers {
            self.text.push_str(&format!("\nlayer {}", layer.digest));
        }
        for child in &self.children {
            self.text.push_str(&format!("\nversion {}", child.digest));
        }
        self
    }
}
