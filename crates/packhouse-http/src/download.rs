//! Sending stored files: ETag from the digest, conditions, one range, HEAD; small local files at
//! once, large ones in large pieces, never with a content encoding.

use actix_web::body::{BodyStream, SizedStream};
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, LAST_MODIFIED,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::StreamExt;
use packhouse_core::error::ErrorKind;
use packhouse_registry::Registry;
use packhouse_registry::rows::StoredFile;

use crate::conditional::{Facts, Outcome, evaluate, whole_seconds};
use crate::error::{HttpError, Result};

/// How a route sends its files.
#[derive(Debug, Clone, Copy)]
pub struct DownloadPolicy {
    /// The Cache-Control of a success.
    pub cache_control: &'static str,
}

/// Sends a stored file, or the part or nothing of it that the conditions ask for.
///
/// # Errors
/// `Precondition` and `RangeNotSatisfiable` by the request's conditions; what the store fails with.
pub async fn send(
    registry: &Registry,
    method: &Method,
    headers: &HeaderMap,
    stored: &StoredFile,
    policy: DownloadPolicy,
) -> Result<HttpResponse> {
    let file = &stored.file;
    let length = file.digests.size;
    let etag = format!("\"sha256:{}\"", file.digests.sha256);
    let modified = file.created_at.into();
    let facts = Facts {
        etag: &etag,
        modified: Some(modified),
        length: Some(length),
    };
    let outcome = evaluate(headers, &facts);
    let mut response = HttpResponseBuilder::new(match outcome {
        Outcome::Full => StatusCode::OK,
        Outcome::Part(_) => StatusCode::PARTIAL_CONTENT,
        Outcome::NotModified => StatusCode::NOT_MODIFIED,
        Outcome::PreconditionFailed => {
            let message = "the file is not what the request's condition expects";
            return Err(HttpError::new(ErrorKind::Precondition, message));
        }
        Outcome::Unsatisfiable => {
            let message = format!("the asked range lies outside the file of {length} bytes");
            return Err(HttpError::new(ErrorKind::RangeNotSatisfiable, message));
        }
    });
    response.insert_header((ETAG, etag));
    response.insert_header((
        LAST_MODIFIED,
        httpdate::fmt_http_date(whole_seconds(modified)),
    ));
    response.insert_header((CACHE_CONTROL, policy.cache_control));
    if outcome == Outcome::NotModified {
        return Ok(response.finish());
    }
    response.insert_header((ACCEPT_RANGES, "bytes"));
    response.insert_header((CONTENT_TYPE, file.content_type.as_str()));
    let range = match outcome {
        Outcome::Part(range) => {
            let shown = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            response.insert_header((CONTENT_RANGE, shown));
            range
        }
        _ => 0..length,
    };
    let size = range.end - range.start;
    if method == Method::HEAD {
        // The length of what GET would send; no byte is read.
        let nothing = futures_util::stream::empty::<Result<bytes::Bytes, std::io::Error>>();
        return Ok(response.body(SizedStream::new(size, nothing)));
    }
    if size == length
        && let Some(bytes) = registry.read_small(stored)?
    {
        return Ok(response.body(bytes));
    }
    let pieces = registry.open(stored, range).await?;
    let pieces = pieces.map(|piece| piece.map_err(std::io::Error::other));
    if size == 0 {
        return Ok(response.body(BodyStream::new(pieces)));
    }
    Ok(response.body(SizedStream::new(size, pieces)))
}
