//! A format whose versions are named by the digest of their bytes, and short ways to push to it.

use std::cmp::Ordering;

use packhouse_core::actor::Actor;
use packhouse_core::digest::ContentDigest;
use packhouse_core::format::{Format, FormatId, NameError, Summary, VersionError};
use packhouse_core::package::{PackageName, VersionName};
use packhouse_registry::bytes::StagedFile;
use packhouse_registry::publish::{Publish, PublishFile, Published, Reference, ReferenceKind};
use packhouse_registry::rows::Referrer;
use packhouse_registry::signature::SignatureClaim;
use packhouse_registry::{PackageAddress, PackageHandle, Registry, Result};

use super::World;

pub(crate) const CONTENT: FormatId = FormatId::new("content");

/// The metadata of what only says something about another version.
const STATEMENT: &str = "{\"statement\":true}";

/// Versions are `sha256:…`; tags that begin with `sig-` or `sha256-` belong to another version.
pub(crate) struct ContentFormat;

impl Format for ContentFormat {
    fn id(&self) -> FormatId {
        CONTENT
    }

    fn label(&self) -> &'static str {
        "Content"
    }

    fn normalize_name(&self, raw: &str) -> std::result::Result<PackageName, NameError> {
        Ok(PackageName::new(raw, raw.to_lowercase()))
    }

    fn normalize_version(&self, raw: &str) -> std::result::Result<VersionName, VersionError> {
        Ok(VersionName::new(raw, raw))
    }

    fn compare_versions(&self, a: &VersionName, b: &VersionName) -> Ordering {
        a.key().cmp(b.key())
    }

    fn is_prerelease(&self, _: &VersionName) -> bool {
        false
    }

    fn summary(&self, _: &str) -> Summary {
        Summary::default()
    }

    fn is_content_addressed(&self) -> bool {
        true
    }

    fn is_statement(&self, metadata: &str) -> bool {
        metadata == STATEMENT
    }

    fn is_derived_tag(&self, tag: &str) -> bool {
        tag.starts_with("sig-") || tag.starts_with("sha256-")
    }
}

/// Gives the address of `owner/name`.
pub(crate) fn content(name: &str) -> PackageAddress {
    let (owner, rest) = name.split_once('/').unwrap();
    PackageAddress {
        format: CONTENT,
        owner: owner.to_owned(),
        name: PackageName::new(rest, rest),
        shown: name.to_owned(),
    }
}

/// A version that is to be pushed.
#[derive(Clone, Default)]
pub(crate) struct Push {
    pub(crate) bytes: String,
    pub(crate) tags: Vec<String>,
    pub(crate) references: Vec<Reference>,
    pub(crate) subject: Option<String>,
    pub(crate) signatures: Vec<SignatureClaim>,
}

impl Push {
    pub(crate) fn new(bytes: &str, tags: &[&str]) -> Self {
        Self {
            bytes: bytes.to_owned(),
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn naming(mut self, digest: &str, size: usize, kind: ReferenceKind) -> Self {
        self.references.push(Reference {
            digest: digest.parse().unwrap(),
            size: size as u64,
            kind,
        });
        self
    }

    pub(crate) fn about(mut self, subject: &str) -> Self {
        self.subject = Some(subject.to_owned());
        self
    }
}

/// Stages bytes with all digests.
pub(crate) async fn stage(registry: &Registry, bytes: &str) -> StagedFile {
    let mut upload = registry.begin_blob(1 << 30, true);
    upload
        .write(bytes.to_owned().into_bytes().into())
        .await
        .unwrap();
    upload.finish().await.unwrap()
}

/// Gives the digest that names these bytes.
pub(crate) async fn digest(registry: &Registry, bytes: &str) -> String {
    let staged = stage(registry, bytes).await;
    ContentDigest::Sha256(staged.digests().sha256).to_string()
}

impl World {
    /// Brings bytes for a package.
    pub(crate) async fn bring(&self, actor: &Actor, name: &str, bytes: &str) -> Result<String> {
        let registry = &self.registry;
        let staged = stage(registry, bytes).await;
        let digest = ContentDigest::Sha256(staged.digests().sha256);
        registry
            .keep_blob(actor, &self.client, &content(name), &staged, &digest)
            .await?;
        Ok(digest.to_string())
    }

    /// Pushes a version and gives its name and what became of it.
    pub(crate) async fn push(
        &self,
        actor: &Actor,
        name: &str,
        push: Push,
    ) -> Result<(String, Published)> {
        let registry = &self.registry;
        let staged = stage(registry, &push.bytes).await;
        let digest = ContentDigest::Sha256(staged.digests().sha256).to_string();
        let version = VersionName::new(digest.clone(), digest.clone());
        let metadata = match push.signatures.is_empty() {
            true => "{}",
            false => STATEMENT,
        };
        let publish = Publish {
            metadata: metadata.to_owned(),
            files: vec![PublishFile {
                name: "manifest".to_owned(),
                content_type: "application/json".to_owned(),
                staged,
            }],
            tags: push.tags,
            references: push.references,
            referrer: push.subject.map(|subject| Referrer {
                subject,
                kind: None,
                entry: "{}".to_owned(),
            }),
            signatures: push.signatures,
            ..Publish::new(content(name), version)
        };
        let done = registry.publish(actor, &self.client, publish).await?;
        Ok((digest, done))
    }

    /// Gives a package that the actor may read.
    pub(crate) async fn handle(&self, actor: &Actor, name: &str) -> Option<PackageHandle> {
        let action = packhouse_core::permission::Action::Read;
        self.registry
            .authorize(actor, &content(name), action)
            .await
            .ok()
            .flatten()
    }

    /// Tells whether somebody sees these bytes in a package.
    pub(crate) async fn sees(&self, actor: &Actor, name: &str, digest: &str) -> bool {
        let package = self.handle(actor, name).await;
        let digest = digest.parse().unwrap();
        let found = self
            .registry
            .find_blob(actor, &content(name), package.as_ref(), &digest)
            .await;
        found.unwrap().is_some()
    }
}
