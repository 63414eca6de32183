//! PUT of files and of their checksums.

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use bytes::Bytes;
use packhouse_core::digest::Digests;
use packhouse_core::error::ErrorKind;
use packhouse_http::{Call, HttpError, Result, upload};
use packhouse_registry::announce::{Announced, Check};
use packhouse_registry::bytes::StagedFile;
use packhouse_registry::publish::{Put, PutFile};

use crate::checksum::{self, Algorithm};
use crate::content;
use crate::files::is_replaceable;
use crate::path::FilePath;
use crate::route::Place;
use crate::{address, media_type, part};

/// PUT of a file.
pub(crate) async fn file(mut call: Call, place: &Place, file: &FilePath) -> Result<HttpResponse> {
    let limit = call.kit.limits.maven;
    let staged = receive(&mut call, limit).await?;
    compare_headers(&call, file, staged.digests())?;
    let content = content::read(file, &staged).await?;
    let part = file.part.as_ref();
    let build = part.and_then(|part| part.build.as_ref());
    let put = PutFile {
        address: address::of(place, &file.ga),
        version: address::version(&file.version),
        build: build.map(ToString::to_string).unwrap_or_default(),
        name: file.name(),
        part: part.map(part::key),
        content_type: media_type::of(&file.file).to_owned(),
        staged,
        replaceable: is_replaceable(file),
        description: content.description,
        entries: content.entries,
    };
    let put = call
        .registry()
        .put_file(&call.actor, &call.client, put)
        .await?;
    Ok(HttpResponse::new(match put {
        Put::New => StatusCode::CREATED,
        Put::Replaced | Put::Same => StatusCode::OK,
    }))
}

/// PUT of a checksum: compared with the file when that is there, else kept until it comes.
pub(crate) async fn checksum(
    mut call: Call,
    place: &Place,
    file: &FilePath,
    algorithm: Algorithm,
) -> Result<HttpResponse> {
    let body = receive_text(&mut call, checksum::MAX_BODY).await?;
    let value = checksum::parse_body(algorithm, &body)
        .map_err(|error| HttpError::invalid(error.to_string()))?;
    let address = address::of(place, &file.ga);
    let announced = Announced {
        version: address::version(&file.version),
        name: file.name(),
        algorithm: algorithm.suffix(),
        value,
    };
    let check = call
        .registry()
        .announce_digest(&call.actor, &call.client, &address, announced)
        .await?;
    match check {
        Check::Fits | Check::Kept => Ok(HttpResponse::Created().finish()),
    }
}

/// Receives a body into the staging area, with all its digests.
async fn receive(call: &mut Call, limit: u64) -> Result<StagedFile> {
    let mut chunks = upload::receive_heard(call, limit).await?;
    let mut upload = call.registry().begin_upload(limit);
    while let Some(bytes) = chunks.next().await? {
        upload.write(bytes).await?;
    }
    Ok(upload.finish().await?)
}

/// Receives a short body into memory.
///
/// # Errors
/// `TooLarge` over `limit` bytes.
pub(crate) async fn receive_text(call: &mut Call, limit: usize) -> Result<Bytes> {
    let mut chunks = upload::receive_heard(call, limit as u64).await?;
    let mut body = Vec::new();
    while let Some(bytes) = chunks.next().await? {
        body.extend_from_slice(&bytes);
    }
    Ok(body.into())
}

/// PUT of what cannot be there: heard out, because clients listen when everything is sent.
pub(crate) async fn refused(mut call: Call, why: String) -> Result<HttpResponse> {
    let payload = std::mem::replace(&mut call.payload, Payload::None);
    upload::hear_out(payload, call.kit.limits.idle).await;
    Err(HttpError::invalid(why))
}

/// Compares what came with the checksums that some build servers send along.
fn compare_headers(call: &Call, file: &FilePath, digests: &Digests) -> Result<()> {
    for algorithm in Algorithm::ALL {
        let Some(claimed) = call.request.headers().get(algorithm.header()) else {
            continue;
        };
        let parsed = checksum::parse_body(algorithm, claimed.as_bytes());
        let claimed = parsed.map_err(|error| HttpError::invalid(error.to_string()))?;
        let actual = checksum::of(algorithm, digests).unwrap_or_default();
        if claimed != actual {
            let message = format!(
                "the {} of {} is {actual}, but {} says {claimed}: send the file again",
                algorithm.suffix(),
                file.name(),
                algorithm.header(),
            );
            return Err(HttpError::new(ErrorKind::Invalid, message));
        }
    }
    Ok(())
}
