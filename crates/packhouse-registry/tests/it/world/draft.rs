//! Versions to be published.

use packhouse_core::actor::Actor;
use packhouse_core::visibility::Visibility;
use packhouse_registry::publish::{Publish, PublishFile, Published, Reserved};
use packhouse_registry::{Registry, Result};

use super::{World, package, version};

/// A version with one file, which holds its name unless said otherwise.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) bytes: String,
    pub(crate) more: Vec<(String, String)>,
    pub(crate) metadata: String,
    pub(crate) tags: Vec<String>,
    pub(crate) visibility: Option<Visibility>,
    pub(crate) source: Option<String>,
    pub(crate) readme: Option<String>,
    pub(crate) line: Option<String>,
    pub(crate) reserves: Vec<Reserved>,
}

impl Draft {
    pub(crate) fn new(package: &str, version: &str) -> Self {
        Self {
            package: package.to_owned(),
            version: version.to_owned(),
            bytes: format!("{package} {version}"),
            more: Vec::new(),
            metadata: "{}".to_owned(),
            tags: vec!["latest".to_owned()],
            visibility: None,
            source: None,
            readme: None,
            line: None,
            reserves: Vec::new(),
        }
    }

    pub(crate) fn bytes(mut self, bytes: &str) -> Self {
        bytes.clone_into(&mut self.bytes);
        self
    }

    pub(crate) fn tags(mut self, tags: &[&str]) -> Self {
        self.tags = tags.iter().map(|&tag| tag.to_owned()).collect();
        self
    }

    pub(crate) fn visibility(mut self, visibility: Visibility) -> Self {
        self.visibility = Some(visibility);
        self
    }

    pub(crate) fn source(mut self, source: &str) -> Self {
        self.source = Some(source.to_owned());
        self
    }

    /// Reserves a name for the version.
    pub(crate) fn reserve(mut self, name: &str) -> Self {
        let (_, package) = self.package.split_once('/').unwrap();
        self.reserves.push(Reserved {
            name: name.to_owned(),
            package: package.to_owned(),
            version: Some(self.version.clone()),
        });
        self
    }

    pub(crate) fn metadata(mut self, metadata: &str) -> Self {
        metadata.clone_into(&mut self.metadata);
        self
    }

    /// Stages the files and hands them over.
    pub(crate) async fn ready(self, registry: &Registry) -> Publish {
        let mut files = Vec::new();
        let own = (format!("{}.bin", self.version), self.bytes);
        for (name, bytes) in std::iter::once(own).chain(self.more) {
            let mut upload = registry.begin_upload(1024);
            upload.write(bytes.into_bytes().into()).await.unwrap();
            files.push(PublishFile {
                name,
                content_type: "application/octet-stream".to_owned(),
                staged: upload.finish().await.unwrap(),
            });
        }
        Publish {
            metadata: self.metadata,
            files,
            tags: self.tags,
            visibility: self.visibility,
            source_repository: self.source,
            source_commit: Some("c0ffee".to_owned()),
            source_ref: Some("refs/heads/main".to_owned()),
            readme: self.readme,
            line: Some(self.line.unwrap_or_else(|| self.version.clone())),
            reserves: self.reserves,
            ..Publish::new(package(&self.package), version(&self.version))
        }
    }
}

impl World {
    /// Publishes.
    pub(crate) async fn publish(&self, actor: &Actor, draft: Draft) -> Result<Published> {
        let publish = draft.ready(&self.registry).await;
        self.registry.publish(actor, &self.client, publish).await
    }

    /// Publishes versions one after the other; all must work.
    pub(crate) async fn publish_all(&self, actor: &Actor, package: &str, versions: &[&str]) {
        for version in versions {
            let done = self.publish(actor, Draft::new(package, version)).await;
            assert!(done.unwrap().new);
        }
    }
}
