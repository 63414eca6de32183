//! PUT of a manifest: read, checked against what it names, and published as a version.

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use bytes::Bytes;
use futures_util::TryStreamExt;
use packhouse_core::digest::ContentDigest;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionName;
use packhouse_core::permission::Action;
use packhouse_http::{Call, HttpError, Result, upload};
use packhouse_registry::publish::{Publish, PublishFile, Reference as Named, ReferenceKind};
use packhouse_registry::rows::Referrer;
use packhouse_registry::{PackageAddress, PackageHandle};

use super::signed;
use crate::address;
use crate::error::Code;
use crate::failure;
use crate::image_config::{self, ImageConfig};
use crate::manifest::{Descriptor, Manifest, parse, referrer_entry};
use crate::metadata::Metadata;
use crate::reference::{Reference, Tag};

/// How many tags one push may set besides. Each has a header of its own in the answer, and common
/// clients take no more than a hundred headers.
const MAX_TAGS: usize = 50;
/// What a manifest's file is called inside its version.
const FILE: &str = "manifest";

/// What a push came to.
pub(super) struct Pushed {
    /// The digest, in the algorithm of the address.
    pub digest: ContentDigest,
    /// The subject, as the manifest names it.
    pub subject: Option<String>,
    /// The tags that the query asked for.
    pub tags: Vec<String>,
    /// What the pusher should know.
    pub warning: Option<String>,
}

/// Pushes a manifest.
pub(super) async fn push(mut call: Call, name: &str, raw: &str) -> Result<Pushed> {
    let image = address::name(name)?;
    let address = address::of(name)?;
    let reference = reference(raw)?;
    let extra = extra_tags(&call, &reference)?;
    let bytes = receive(&mut call).await?;
    let header = call.header(CONTENT_TYPE).map(str::to_owned);
    let manifest = parse(&bytes, header.as_deref())
        .map_err(|error| failure::invalid(Code::ManifestInvalid, error.to_string()))?;
    let mut upload = call.registry().begin_upload(call.kit.limits.manifest);
    upload.write(bytes.clone()).await?;
    let staged = upload.finish().await?;
    let sha256 = ContentDigest::Sha256(staged.digests().sha256);
    let digest = match &reference {
        Reference::Tag(_) => sha256,
        Reference::Digest(claimed) => *claimed,
    };
    packhouse_registry::blob::check_digest(&staged, &digest).map_err(failure::of)?;
    let mut tags: Vec<String> = extra.iter().map(|tag| tag.as_str().to_owned()).collect();
    if let Reference::Tag(tag) = &reference {
        tags.push(tag.as_str().to_owned());
    }
    let config = config_of(&call, &address, &manifest).await?;
    let size = staged.digests().size;
    let metadata = Metadata::new(&manifest, size, config);
    let signatures = signed::claims(&call, &address, &tags, &manifest).await?;
    let source = metadata.source();
    let derived = tags.iter().any(|tag| crate::reference::is_derived_tag(tag));
    let rendered = metadata.render();
    let version = VersionName::new(sha256.to_string(), sha256.to_string());
    let publish = Publish {
        metadata: rendered.map_err(|error| {
            let text = format!("the manifest's facts cannot be written: {error}");
            HttpError::new(ErrorKind::Internal, text)
        })?,
        files: vec![PublishFile {
            name: FILE.to_owned(),
            content_type: manifest.media_type.as_str().to_owned(),
            staged,
        }],
        tags,
        named_repository: image.repository().map(str::to_owned),
        source_repository: source.repository,
        source_commit: source.commit,
        source_ref: source.reference,
        listed: manifest.subject.is_none() && !derived && metadata.kind.is_an_aim(),
        references: references(&manifest),
        referrer: manifest.subject.as_ref().map(|subject| Referrer {
            subject: subject.digest.to_string(),
            kind: manifest.effective_artifact_type().map(str::to_owned),
            entry: referrer_entry(&manifest, &sha256.to_string(), size).to_string(),
        }),
        signatures,
        ..Publish::new(address, version)
    };
    let done = call
        .registry()
        .publish(&call.actor, &call.client, publish)
        .await
        .map_err(failure::of)?;
    Ok(Pushed {
        digest,
        subject: manifest.subject.map(|subject| subject.digest.to_string()),
        tags: extra
            .into_iter()
            .map(|tag| tag.as_str().to_owned())
            .collect(),
        warning: done.warning,
    })
}

fn reference(raw: &str) -> Result<Reference> {
    raw.parse::<Reference>().map_err(|error| {
        let code = if raw.contains(':') {
            Code::DigestInvalid
        } else {
            Code::TagInvalid
        };
        failure::invalid(code, error.to_string())
    })
}

/// Reads the tags of the query, for a push by digest (distribution-spec 1.2).
fn extra_tags(call: &Call, reference: &Reference) -> Result<Vec<Tag>> {
    if matches!(reference, Reference::Tag(_)) {
        return Ok(Vec::new());
    }
    let query = url::form_urlencoded::parse(call.request.query_string().as_bytes());
    let mut tags = Vec::new();
    for (_, text) in query.filter(|(key, _)| key == "tag") {
        match text.parse::<Reference>() {
            Ok(Reference::Tag(tag)) => tags.push(tag),
            Ok(Reference::Digest(_)) => {
                let message = format!("{text} is a digest, not a tag");
                return Err(failure::invalid(Code::TagInvalid, message));
            }
            Err(error) => return Err(failure::invalid(Code::TagInvalid, error.to_string())),
        }
    }
    if tags.len() > MAX_TAGS {
        let message = format!(
            "{} tags at once are too many: at most {MAX_TAGS}",
            tags.len()
        );
        return Err(HttpError::new(ErrorKind::UriTooLong, message).coded(Code::TagInvalid.as_str()));
    }
    Ok(tags)
}

async fn receive(call: &mut Call) -> Result<Bytes> {
    let payload = std::mem::replace(&mut call.payload, Payload::None);
    let (limit, idle) = (call.kit.limits.manifest, call.kit.limits.idle);
    let mut chunks = upload::receive(call.request.headers(), payload, limit, idle)?;
    let mut body = bytes::BytesMut::new();
    while let Some(bytes) = chunks.next().await? {
        body.extend_from_slice(&bytes);
    }
    Ok(body.freeze())
}

/// Gives what a manifest names, in its order.
fn references(manifest: &Manifest) -> Vec<Named> {
    let blob = |descriptor: &Descriptor| Named {
        digest: descriptor.digest,
        size: descriptor.size,
        kind: if descriptor.is_foreign() {
            ReferenceKind::ForeignBlob
        } else {
            ReferenceKind::Blob
        },
    };
    let child = |descriptor: &Descriptor| Named {
        digest: descriptor.digest,
        size: descriptor.size,
        kind: ReferenceKind::VersionOrBlob,
    };
    let blobs = manifest.config.iter().chain(&manifest.layers).map(blob);
    blobs.chain(manifest.children.iter().map(child)).collect()
}

/// Reads the configuration of an image; of an index that of its first image for linux/amd64, or of
/// its first one, from what was kept of it.
async fn config_of(
    call: &Call,
    address: &PackageAddress,
    manifest: &Manifest,
) -> Result<Option<ImageConfig>> {
    if let Some(config) = &manifest.config {
        let bytes = blob(call, address, config, image_config::MAX_BYTES as u64).await?;
        return Ok(bytes.and_then(|bytes| image_config::parse(&config.media_type, &bytes)));
    }
    let usual = |child: &&Descriptor| {
        child
            .platform
            .as_ref()
            .is_some_and(|platform| platform.os == "linux" && platform.architecture == "amd64")
    };
    let children = &manifest.children;
    let Some(child) = children.iter().find(usual).or_else(|| children.first()) else {
        return Ok(None);
    };
    let made = call
        .registry()
        .authorize(&call.actor, address, Action::Publish)
        .await?;
    let Some(package) = &made else {
        return Ok(None);
    };
    let key = child.digest.to_string();
    let name = VersionName::new(key.clone(), key);
    let kept = call
        .registry()
        .snapshot(package.package.id, move |snapshot| snapshot.version(&name))
        .await?;
    // Damaged facts of a child are no reason to refuse its index.
    let kept = kept.and_then(|version| Metadata::parse(&version.metadata).ok());
    Ok(kept.map(|kept| ImageConfig {
        labels: kept.labels,
        created: kept.created,
        ..ImageConfig::default()
    }))
}

/// Reads a small blob that the image holds; `None` when it does not or when it is larger.
pub(super) async fn blob(
    call: &Call,
    address: &PackageAddress,
    descriptor: &Descriptor,
    limit: u64,
) -> Result<Option<Bytes>> {
    if descriptor.size > limit {
        return Ok(None);
    }
    let registry = call.registry();
    let look = async |package: Option<&PackageHandle>| {
        let digest = &descriptor.digest;
        registry
            .find_blob(&call.actor, address, package, digest)
            .await
    };
    let mut found = look(call.package.as_ref()).await?;
    if found.is_none() && call.package.is_none() {
        // Another manifest of the same push may have made the image while this one was on its way,
        // which takes over all that was brought.
        let action = Action::Publish;
        let made = registry.authorize(&call.actor, address, action).await?;
        found = look(made.as_ref()).await?;
    }
    let Some(held) = found.filter(|held| held.digests.size <= limit) else {
        return Ok(None);
    };
    let size = held.digests.size;
    if let Some(bytes) = registry.read_small_at(&held.location, size)? {
        return Ok(Some(bytes));
    }
    let pieces = registry.open_at(&held.location, 0..size).await?;
    let collected: Vec<Bytes> = pieces.try_collect().await?;
    Ok(Some(collected.concat().into()))
}
