//! PUT of a package (NuGet notes §6): streamed to staging, read on a blocking thread, published.

use actix_web::HttpResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use packhouse_core::error::ErrorKind;
use packhouse_http::{Call, HttpError, Result, upload};
use packhouse_registry::Error;
use packhouse_registry::bytes::StagedFile;
use packhouse_registry::publish::{Publish, PublishFile};

use crate::archive::Limits;
use crate::metadata::Metadata;
use crate::multipart::{Body, MultipartError};
use crate::nupkg::Nupkg;
use crate::{address, warning};

mod phrase;
mod symbols;

pub(crate) use symbols::push as symbols;

/// How much of a package is handed on at once.
const PIECE: usize = 256 * 1024;
/// How much may be kept about a version, in bytes of JSON: lists show dozens of versions at once.
const MAX_METADATA: usize = 256 * 1024;
/// How much a form may add to a package.
const FORM: u64 = 64 * 1024;

/// PUT `package`.
pub(crate) async fn push(mut call: Call, owner: &str) -> Result<HttpResponse> {
    let staged = receive(&mut call).await?;
    let (read, limits) = (staged.clone(), Limits::at(call.registry().now()));
    let nupkg = blocking(move || {
        let reader = read.open().map_err(broken)?;
        Nupkg::read(reader, &limits).map_err(|error| match error.is_io() {
            true => broken(error),
            false => HttpError::invalid(error.to_string()).coded(phrase::of_package(&error)),
        })
    });
    let nupkg = nupkg.await?;
    let (publish, mut warnings) = publish(&call, owner, nupkg, staged).await?;
    let (shown, version) = (publish.address.shown.clone(), publish.version.clone());
    let published = call.registry().publish(&call.actor, &call.client, publish);
    let done = published.await.map_err(refused)?;
    if !done.new {
        let package = shown;
        let version = version.to_string();
        return Err(refused(Error::VersionExists { package, version }));
    }
    warnings.extend(done.warning);
    let mut response = HttpResponse::Created();
    for text in &warnings {
        response.append_header((warning::HEADER, warning::value(text)));
    }
    Ok(response.finish())
}

/// What exists is told in the status line.
fn refused(error: Error) -> HttpError {
    let exists = matches!(
        error,
        Error::VersionExists { .. } | Error::VersionRetired { .. }
    );
    let error = HttpError::from(error);
    match exists {
        true => error.coded(phrase::EXISTS),
        false => error,
    }
}

/// Receives the body; the package goes to staging as it comes.
async fn receive(call: &mut Call) -> Result<StagedFile> {
    let limit = call.kit.limits.nuget;
    let body = Body::of(call.request.headers());
    let chunks = upload::receive_heard(call, limit.saturating_add(FORM)).await;
    let mut chunks = chunks.map_err(|error| over(error, limit))?;
    let mut staged = call.registry().begin_upload(limit);
    let mut piece = Vec::new();
    let received = async {
        let mut body = body.map_err(damaged)?;
        let mut any = false;
        while let Some(chunk) = chunks.next().await.map_err(|error| over(error, limit))? {
            any |= !chunk.is_empty();
            body.feed(&chunk, &mut piece).map_err(damaged)?;
            if piece.len() >= PIECE {
                let full = Bytes::from(std::mem::take(&mut piece));
                staged
                    .write(full)
                    .await
                    .map_err(|error| over(error.into(), limit))?;
            }
        }
        if !any {
            let text = "the request body is empty: old clients send it once and then not again \
                        with a sign-in; use an API key (-ApiKey TOKEN)";
            return Err(HttpError::invalid(text).coded(phrase::EMPTY));
        }
        body.finish().map_err(damaged)?;
        let rest = Bytes::from(std::mem::take(&mut piece));
        staged
            .write(rest)
            .await
            .map_err(|error| over(error.into(), limit))
    };
    if let Err(error) = received.await {
        chunks.give_up().await;
        return Err(error);
    }
    Ok(staged.finish().await?)
}

fn damaged(error: MultipartError) -> HttpError {
    HttpError::invalid(error.to_string()).coded(phrase::FORM)
}

/// The limit is that of the package, whatever the form adds.
fn over(error: HttpError, limit: u64) -> HttpError {
    match error.kind {
        ErrorKind::TooLarge => HttpError::too_large(limit),
        _ => error,
    }
}

/// Puts together what is published, and what its publisher is to know.
async fn publish(
    call: &Call,
    owner: &str,
    nupkg: Nupkg,
    staged: StagedFile,
) -> Result<(Publish, Vec<String>)> {
    let nuspec = &nupkg.nuspec;
    let version = address::version_name(&nuspec.version);
    let digests = *staged.digests();
    let sha512 = digests
        .sha512
        .ok_or_else(|| broken("no SHA-512 was computed"))?;
    let metadata = Metadata {
        size: digests.size,
        sha512: STANDARD.encode(sha512.0),
        icon: nupkg.icon.is_some(),
        readme: nupkg.readme.is_some(),
        nuspec: nuspec.clone().shown(),
    };
    let mut files = vec![PublishFile {
        name: address::nupkg(nuspec.id.as_str(), &version),
        content_type: "application/octet-stream".to_owned(),
        staged,
    }];
    let mut parts = vec![("nuspec", "application/xml", nupkg.nuspec_bytes)];
    parts.extend(nupkg.icon.map(|icon| ("icon", icon.media_type, icon.bytes)));
    parts.extend(
        nupkg
            .license
            .map(|text| ("license", text.media_type, text.bytes)),
    );
    for (part, content_type, bytes) in parts {
        files.push(PublishFile {
            name: address::part(&version, part),
            content_type: content_type.to_owned(),
            staged: stage(call, bytes.into()).await?,
        });
    }
    let traits = metadata.traits();
    let metadata = serde_json::to_string(&metadata).map_err(broken)?;
    if metadata.len() > MAX_METADATA {
        let text = format!(
            "the nuspec says {} bytes that lists show: at most {MAX_METADATA} are allowed, so leave \
             out dependencies or cut texts",
            metadata.len()
        );
        return Err(HttpError::invalid(text).coded(phrase::TOO_MUCH));
    }
    let repository = nuspec.repository.as_ref();
    let named = repository.and_then(|repository| repository.url.clone());
    let publish = Publish {
        traits,
        metadata,
        files,
        source_repository: named.or_else(|| nuspec.project_url.clone()),
        source_commit: repository.and_then(|repository| repository.commit.clone()),
        source_ref: repository.and_then(|repository| repository.branch.clone()),
        readme: nupkg
            .readme
            .map(|readme| String::from_utf8_lossy(&readme.bytes).into_owned()),
        ..Publish::new(address::of(owner, nuspec.id.as_str()), version)
    };
    Ok((publish, nupkg.warnings))
}

/// Stages bytes that are in memory.
async fn stage(call: &Call, bytes: Bytes) -> Result<StagedFile> {
    let mut upload = call.registry().begin_upload(bytes.len() as u64);
    upload.write(bytes).await?;
    Ok(upload.finish().await?)
}

/// Runs work that reads archives where it holds up nobody.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R> + Send + 'static,
) -> Result<R> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| HttpError::new(ErrorKind::Unavailable, "the server is stopping"))?
}

fn broken(error: impl std::fmt::Display) -> HttpError {
    tracing::error!(%error, "a push failed");
    HttpError::new(
        ErrorKind::Internal,
        "internal error: the server's log says more",
    )
}
