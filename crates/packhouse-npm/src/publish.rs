//! PUT `PKG`: publishing a version, streamed; what carries no tarball is an edit (npm notes §4, §6).

use actix_web::HttpResponse;
use bytes::Bytes;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionName;
use packhouse_http::{Call, HttpError, Result, upload};
use packhouse_registry::bytes::StagedFile;
use packhouse_registry::publish::{Publish, PublishFile};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::access::{address, name};
use crate::edit;
use crate::manifest::{parse_package_json, served_manifest};
use crate::metadata::Metadata;
use crate::name::ScopedName;
use crate::packument::integrity;
use crate::provenance;
use crate::publish_body::{BodyError, BodyLimits, PublishBody, PublishDocument};
use crate::route::PackageRef;
use crate::source::repository_address;
use crate::tarball::{ArchiveLimits, TarballInfo, inspect};

mod claims;

use claims::TarballDigests;
pub(crate) use claims::access;

/// How much of a tarball is handed on at once.
const PIECE: usize = 256 * 1024;

/// PUT `PKG` and `PKG/-rev/REV`.
pub(crate) async fn put(
    mut call: Call,
    package: &PackageRef,
    revision: Option<&str>,
) -> Result<HttpResponse> {
    let name = name(package)?;
    let (document, tarball) = receive(&mut call).await?;
    match (tarball, document.tarball.is_some()) {
        (Some(tarball), true) => publish(call, name, document, tarball).await,
        _ => edit::put(call, &name, document.document, revision).await,
    }
}

/// Reads the body; the tarball goes to staging as it comes.
async fn receive(call: &mut Call) -> Result<(PublishDocument, Option<StagedFile>)> {
    let limits = call.kit.limits;
    let payload = std::mem::replace(&mut call.payload, actix_web::dev::Payload::None);
    let mut chunks = upload::receive(call.request.headers(), payload, limits.npm, limits.idle)?;
    let mut body = PublishBody::new(BodyLimits {
        outside_attachments: limits.npm_metadata,
    });
    let mut staged = call.registry().begin_upload(limits.npm);
    let mut piece = Vec::new();
    while let Some(chunk) = chunks.next().await? {
        body.feed(&chunk, &mut piece).map_err(refused)?;
        if piece.len() >= PIECE {
            staged
                .write(Bytes::from(std::mem::take(&mut piece)))
                .await?;
        }
    }
    staged.write(Bytes::from(piece)).await?;
    let document = body.finish().map_err(refused)?;
    let tarball = match document.tarball {
        Some(_) => Some(staged.finish().await?),
        None => None,
    };
    Ok((document, tarball))
}

fn refused(error: BodyError) -> HttpError {
    HttpError::new(error.kind(), error.to_string())
}

async fn publish(
    call: Call,
    name: ScopedName,
    document: PublishDocument,
    tarball: StagedFile,
) -> Result<HttpResponse> {
    let claims = claims::read(&name, &document)?;
    let digests = TarballDigests::of(tarball.digests())?;
    claims::check_digests(&claims, &document, &digests)?;
    let info = look_into(&tarball).await?;
    let package_json = parse_package_json(&info.package_json).map_err(invalid)?;
    let manifest = served_manifest(
        claims.manifest,
        &package_json,
        &info,
        &name,
        &claims.version,
    )
    .map_err(invalid)?;
    let (integrity, version) = (integrity(&digests.sha512), claims.version.clone());
    let signed = format!("{}@{version}:{integrity}", name.full());
    let signature = call.registry().sign(&signed).await?;
    let bundle = document.provenance.as_deref();
    let checked = bundle
        .map(|bundle| provenance::check(bundle, &name, version.as_str(), &digests.sha512))
        .transpose()
        .map_err(invalid)?;
    let raw = raw_value(&manifest)?;
    let metadata = Metadata {
        shasum: digests.sha1.to_string(),
        integrity,
        file_count: info.file_count,
        unpacked_size: info.unpacked_size,
        signatures: vec![(signature.key_id, signature.signature)],
        provenance: checked.map(|checked| checked.predicate_type),
        readme_file: info.readme_file.clone(),
        manifest: &raw,
    };
    let metadata = serde_json::to_string(&metadata).map_err(broken)?;
    let mut files = vec![PublishFile {
        name: name.tarball_file(version.as_str()),
        content_type: "application/octet-stream".to_owned(),
        staged: tarball,
    }];
    if let Some(bundle) = bundle {
        files.push(bundle_file(&call, &name, &version, bundle).await?);
    }
    let publish = Publish {
        metadata,
        files,
        tags: claims.tags,
        visibility: claims.visibility,
        source_repository: repository_address(&manifest).map(str::to_owned),
        source_commit: text(claims.manifest, "gitHead"),
        readme: info.readme,
        ..Publish::new(address(&name), version.clone())
    };
    let done = call
        .registry()
        .publish(&call.actor, &call.client, publish)
        .await?;
    let mut response = if done.new {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    if let Some(warning) = done.warning {
        response.insert_header(("npm-notice", claims::header_text(&warning)));
    }
    let ok = format!("{}@{version} published", name.full());
    Ok(response.json(json!({ "ok": ok, "success": true, "id": name.full() })))
}

async fn look_into(tarball: &StagedFile) -> Result<TarballInfo> {
    let staged = tarball.clone();
    let looked = tokio::task::spawn_blocking(move || match staged.open() {
        Ok(reader) => inspect(reader, ArchiveLimits::default()),
        Err(error) => Err(crate::tarball::TarballError::Io(error)),
    });
    let info = looked.await.map_err(broken)?;
    info.map_err(|error| HttpError::new(error.kind(), error.to_string()))
}

async fn bundle_file(
    call: &Call,
    name: &ScopedName,
    version: &VersionName,
    bundle: &str,
) -> Result<PublishFile> {
    let mut upload = call
        .registry()
        .begin_upload(crate::publish_body::MAX_PROVENANCE);
    upload
        .write(Bytes::copy_from_slice(bundle.as_bytes()))
        .await?;
    Ok(PublishFile {
        name: bundle_name(name, version),
        content_type: "application/json".to_owned(),
        staged: upload.finish().await?,
    })
}

/// Gives the file name of a version's provenance.
pub(crate) fn bundle_name(name: &ScopedName, version: &VersionName) -> String {
    format!("{}-{version}.sigstore", name.name)
}

fn raw_value(manifest: &Map<String, Value>) -> Result<Box<RawValue>> {
    serde_json::value::to_raw_value(manifest).map_err(broken)
}

fn text(manifest: &Value, key: &str) -> Option<String> {
    let text = manifest.get(key)?.as_str()?;
    (text.len() <= 200).then(|| text.to_owned())
}

fn invalid(error: impl std::fmt::Display) -> HttpError {
    HttpError::invalid(error.to_string())
}

fn broken(error: impl std::fmt::Display) -> HttpError {
    tracing::error!(%error, "publish failed");
    HttpError::new(
        ErrorKind::Internal,
        "internal error: the server's log says more",
    )
}
