//! Uploading blobs (OCI notes §6): at once, in two requests, in chunks, or by mounting.

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::header::{
    CONTENT_LENGTH, CONTENT_RANGE, HeaderName, HeaderValue, LOCATION, RANGE, TRANSFER_ENCODING,
};
use packhouse_core::digest::ContentDigest;
use packhouse_core::error::ErrorKind;
use packhouse_http::upload::{self, Chunks};
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::bytes::StagedFile;
use packhouse_registry::upload::{UploadStatus, Writing};
use packhouse_registry::{Error, PackageAddress};

use crate::blobs::{CONTENT_DIGEST, digest, digest_value};
use crate::content_range::{ChunkRange, received_range};
use crate::error::Code;
use crate::route::{Route, mount_scope};
use crate::text::shown;
use crate::{address, failure};

/// The header that names an upload.
const UPLOAD_ID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// POST `blobs/uploads/`, with `mount` and `from`, or with `digest` and the bytes, or with neither.
pub(crate) async fn begin(mut call: Call, name: &str) -> Result<HttpResponse> {
    let address = address::of(name)?;
    if let Some(wanted) = call.query("mount")
        && let Some(mounted) = mount(&call, name, &address, &wanted).await?
    {
        return Ok(created(name, &mounted));
    }
    if let Some(raw) = call.query("digest") {
        let digest = digest(&raw)?;
        let staged = stage(&mut call, &digest).await?;
        let registry = call.registry();
        registry
            .keep_blob(&call.actor, &call.client, &address, &staged, &digest)
            .await
            .map_err(failure::of)?;
        return Ok(created(name, &digest));
    }
    let sha512 = match call.query("digest-algorithm").as_deref() {
        None | Some("sha256") => false,
        Some("sha512") => true,
        Some(other) => {
            let message = format!(
                "the digest algorithm {} is not supported: use sha256 or sha512",
                shown(other)
            );
            return Err(failure::invalid(Code::DigestInvalid, message));
        }
    };
    let begun = call
        .registry()
        .begin_upload_session(&call.actor, &address, sha512)
        .await
        .map_err(failure::of)?;
    Ok(going_on(HttpResponse::Accepted(), name, &begun))
}

/// Mounts a blob where that may be; what may not or cannot be mounted is uploaded instead.
async fn mount(
    call: &Call,
    name: &str,
    address: &PackageAddress,
    wanted: &str,
) -> Result<Option<ContentDigest>> {
    let Ok(digest) = wanted.parse::<ContentDigest>() else {
        return Ok(None);
    };
    let from = call.query("from").filter(|from| !from.is_empty());
    let source = match &from {
        None => None,
        Some(from) => match address::of(from) {
            Ok(source) => Some(source),
            Err(_) => return Ok(None),
        },
    };
    let mounted = call
        .registry()
        .mount_blob(&call.actor, &call.client, address, &digest, source.as_ref())
        .await;
    match mounted {
        Ok(true) => Ok(Some(digest)),
        Ok(false) => Ok(None),
        Err(Error::Unstated { what, action }) => {
            let scope = mount_scope(name, from.as_deref().unwrap_or(&what));
            Err(failure::of(Error::Unstated { what, action }).with_scope(scope))
        }
        Err(error) => Err(failure::of(error)),
    }
}

/// GET and HEAD `blobs/uploads/ID`.
pub(crate) async fn status(call: Call, name: &str, id: &str) -> Result<HttpResponse> {
    let address = address::of(name)?;
    let found = call
        .registry()
        .find_upload_session(&call.actor, &address, id)
        .await
        .map_err(unknown)?;
    Ok(going_on(HttpResponse::NoContent(), name, &found))
}

/// PATCH `blobs/uploads/ID`: a chunk with its place, or whatever comes next.
pub(crate) async fn patch(mut call: Call, name: &str, id: &str) -> Result<HttpResponse> {
    let address = address::of(name)?;
    let range = chunk_range(&call, &address, name, id).await?;
    let writing = resume(&call, &address, name, id, range).await?;
    let writing = append(&mut call, name, id, writing, range).await?;
    let position = writing
        .pause()
        .await
        .map_err(|error| refused(name, id, error))?;
    let status = UploadStatus {
        id: id.to_owned(),
        position,
    };
    Ok(going_on(HttpResponse::Accepted(), name, &status))
}

/// PUT `blobs/uploads/ID?digest=D`: the last bytes, if any, and the end.
pub(crate) async fn put(mut call: Call, name: &str, id: &str) -> Result<HttpResponse> {
    let address = address::of(name)?;
    let Some(raw) = call.query("digest") else {
        let message = "the upload cannot end without its digest: add ?digest=sha256:…";
        return Err(failure::invalid(Code::DigestInvalid, message));
    };
    let digest = digest(&raw)?;
    let range = chunk_range(&call, &address, name, id).await?;
    let registry = call.registry().clone();
    let found = match registry
        .find_upload_session(&call.actor, &address, id)
        .await
    {
        Ok(found) => found,
        Err(error @ Error::NotFound { .. }) => {
            // The answer to the request that ended it may have been lost.
            if registry
                .was_uploaded(&call.actor, &address, &digest)
                .await?
            {
                upload::refuse(std::mem::replace(&mut call.payload, Payload::None));
                return Ok(created(name, &digest));
            }
            return Err(unknown(error));
        }
        Err(error) => return Err(error.into()),
    };
    let whole = found.position == 0 && has_body(&call);
    if whole && range.is_none_or(|range| range.start() == 0) {
        let ended = put_whole(&mut call, &address, (name, id), range, &digest).await;
        if let Err(error) = &ended
            && matches!(error.kind, ErrorKind::TooLarge | ErrorKind::StorageFull)
            && let Err(error) = registry
                .cancel_upload_session(&call.actor, &address, id)
                .await
        {
            // A full database, for one. The purge of idle uploads does it later.
            tracing::warn!(upload = %id, %error, "an upload that failed cannot be put away");
        }
        return ended.map(|()| created(name, &digest));
    }
    let writing = resume(&call, &address, name, id, range).await?;
    let writing = append(&mut call, name, id, writing, range).await?;
    registry
        .finish_upload_session(&call.actor, &call.client, &address, writing, &digest)
        .await
        .map_err(|error| refused(name, id, error))?;
    Ok(created(name, &digest))
}

/// Ends an upload to which nothing came before with the whole body.
async fn put_whole(
    call: &mut Call,
    address: &PackageAddress,
    (name, id): (&str, &str),
    range: Option<ChunkRange>,
    digest: &ContentDigest,
) -> Result<()> {
    let odd = |length| range.is_some_and(|range| range.len() != length);
    let misfit = || refused(name, id, Error::OutOfOrder { position: 0 });
    if announced(call).is_some_and(odd) {
        return Err(misfit());
    }
    let staged = stage(call, digest).await?;
    if odd(staged.digests().size) {
        return Err(misfit());
    }
    call.registry()
        .finish_at_once(&call.actor, &call.client, address, id, &staged, digest)
        .await
        .map_err(|error| refused(name, id, error))
}

/// DELETE `blobs/uploads/ID`.
pub(crate) async fn cancel(call: Call, name: &str, id: &str) -> Result<HttpResponse> {
    let address = address::of(name)?;
    call.registry()
        .cancel_upload_session(&call.actor, &address, id)
        .await
        .map_err(|error| refused(name, id, error))?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reads where a chunk belongs; one that cannot be read is answered with where the upload stands.
async fn chunk_range(
    call: &Call,
    address: &PackageAddress,
    name: &str,
    id: &str,
) -> Result<Option<ChunkRange>> {
    let Some(text) = call.header(CONTENT_RANGE) else {
        return Ok(None);
    };
    if let Ok(range) = text.parse() {
        return Ok(Some(range));
    }
    let found = call
        .registry()
        .find_upload_session(&call.actor, address, id)
        .await
        .map_err(unknown)?;
    let position = found.position;
    Err(refused(name, id, Error::OutOfOrder { position }))
}

async fn resume(
    call: &Call,
    address: &PackageAddress,
    name: &str,
    id: &str,
    range: Option<ChunkRange>,
) -> Result<Writing> {
    let (at, limit) = (range.map(ChunkRange::start), call.kit.limits.oci_layer);
    call.registry()
        .resume_upload_session(&call.actor, address, id, at, limit)
        .await
        .map_err(|error| refused(name, id, error))
}

/// Appends the request's body. What arrived of a broken one is kept; one of another length than its
/// range says is not.
async fn append(
    call: &mut Call,
    name: &str,
    id: &str,
    mut writing: Writing,
    range: Option<ChunkRange>,
) -> Result<Writing> {
    let before = writing.position();
    let announced = announced(call);
    let odd = range.is_some_and(|range| announced.is_some_and(|length| length != range.len()));
    let whole = call.kit.limits.oci_layer;
    let mut chunks = match chunks(call, whole.saturating_sub(before)) {
        Ok(chunks) => chunks,
        Err(_) => {
            writing.give_up().await?;
            return Err(too_large(call));
        }
    };
    if odd {
        return Err(misfit(name, id, writing).await?);
    }
    loop {
        match chunks.next().await {
            Ok(Some(bytes)) => writing
                .write(bytes)
                .await
                .map_err(|error| refused(name, id, error))?,
            Ok(None) => break,
            Err(error) if error.kind == ErrorKind::TooLarge => {
                writing.give_up().await?;
                return Err(too_large(call));
            }
            Err(error) => {
                writing.pause().await.map_err(failure::of)?;
                return Err(error);
            }
        }
    }
    let came = writing.position() - before;
    if range.is_some_and(|range| came != range.len()) {
        return Err(misfit(name, id, writing).await?);
    }
    Ok(writing)
}

/// Puts a chunk away that is not as long as its range says, and gives the refusal.
async fn misfit(name: &str, id: &str, writing: Writing) -> Result<HttpError> {
    let position = writing.rewind().await?;
    Ok(refused(name, id, Error::OutOfOrder { position }))
}

/// Takes a body in whole, apart from any session.
async fn stage(call: &mut Call, digest: &ContentDigest) -> Result<StagedFile> {
    let limit = call.kit.limits.oci_layer;
    let mut chunks = chunks(call, limit).map_err(|_| too_large(call))?;
    let sha512 = matches!(digest, ContentDigest::Sha512(_));
    let mut upload = call.registry().begin_blob(limit, sha512);
    loop {
        match chunks.next().await {
            Ok(Some(bytes)) => upload.write(bytes).await?,
            Ok(None) => return Ok(upload.finish().await?),
            Err(error) if error.kind == ErrorKind::TooLarge => return Err(too_large(call)),
            Err(error) => return Err(error),
        }
    }
}

/// Refuses a layer for its length. The limit is the layer's, however much of it came before this
/// request.
fn too_large(call: &Call) -> HttpError {
    let limit = call.kit.limits.oci_layer;
    let message = format!("the layer is over the limit of {limit} bytes");
    HttpError::new(ErrorKind::TooLarge, message)
}

/// Begins to receive the body; fails only when it is announced to be over the limit.
fn chunks(call: &mut Call, limit: u64) -> Result<Chunks> {
    let payload = std::mem::replace(&mut call.payload, Payload::None);
    let idle = call.kit.limits.idle;
    upload::receive(call.request.headers(), payload, limit, idle)
}

fn announced(call: &Call) -> Option<u64> {
    call.header(CONTENT_LENGTH)?.trim().parse().ok()
}

fn has_body(call: &Call) -> bool {
    let chunked = call.request.headers().contains_key(TRANSFER_ENCODING);
    let http2 = call.request.version() == actix_web::http::Version::HTTP_2;
    announced(call).map_or(chunked || http2, |length| length > 0)
}

/// Answers that a blob is there.
fn created(name: &str, digest: &ContentDigest) -> HttpResponse {
    let route = Route::Blob {
        name: name.to_owned(),
        digest: digest.to_string(),
    };
    HttpResponse::Created()
        .insert_header((LOCATION, route.path()))
        .insert_header((CONTENT_DIGEST, digest_value(digest)))
        .finish()
}

/// Answers how far an upload is and where it goes on.
fn going_on(
    mut response: actix_web::HttpResponseBuilder,
    name: &str,
    status: &UploadStatus,
) -> HttpResponse {
    response
        .insert_header((LOCATION, location(name, &status.id)))
        .insert_header((RANGE, received_range(status.position)))
        .insert_header((UPLOAD_ID, status.id.as_str()))
        .finish()
}

fn location(name: &str, id: &str) -> String {
    let route = Route::Upload {
        name: name.to_owned(),
        id: id.to_owned(),
    };
    route.path()
}

fn unknown(error: Error) -> HttpError {
    match error {
        error @ Error::NotFound { .. } => {
            HttpError::from(error).coded(Code::BlobUploadUnknown.as_str())
        }
        error => failure::of(error),
    }
}

/// Gives a refusal; where the upload stands elsewhere, with where that is.
fn refused(name: &str, id: &str, error: Error) -> HttpError {
    let (Error::OutOfOrder { position } | Error::BeingWritten { position }) = error else {
        return unknown(error);
    };
    let value = |text: &str| HeaderValue::from_str(text).ok();
    let mut refused = failure::of(error);
    for (header, text) in [
        (LOCATION, location(name, id)),
        (RANGE, received_range(position)),
        (UPLOAD_ID, id.to_owned()),
    ] {
        // Names, ids and numbers are ASCII.
        if let Some(value) = value(&text) {
            refused = refused.with_header(header, value);
        }
    }
    refused
}
