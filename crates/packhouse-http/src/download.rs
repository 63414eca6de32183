//! Sending stored files: ETag from the digest, conditions, one range, HEAD; small local files at
//! once, large ones in large pieces, never with a content encoding.

use std::time::SystemTime;

use actix_web::body::{BodyStream, SizedStream};
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    LAST_MODIFIED,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::StreamExt;
use packhouse_core::error::ErrorKind;
use packhouse_registry::Registry;
use packhouse_registry::rows::StoredFile;

use crate::conditional::{RefusedRanges, Facts, Outcome, evaluate, whole_seconds};
use crate::error::{HttpError, Result};

/// How a route sends its files.
#[derive(Debug, Clone, Copy)]
pub struct DownloadPolicy {
    /// The Cache-Control of a success.
    pub cache_control: &'static str,
}

/// Stored bytes as they are sent.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The store's own key.
    pub location: &'a str,
    /// Length in bytes.
    pub size: u64,
    /// What they are served as.
    pub content_type: &'a str,
    /// Their entity tag, without quotes.
    pub etag: &'a str,
    /// When they came, where the answer is to say so.
    pub modified: Option<SystemTime>,
    /// Which ranges of them are refused.
    pub refused_ranges: RefusedRanges,
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
    let etag = format!("sha256:{}", file.digests.sha256);
    let sent = Sent {
        location: &stored.location,
        size: file.digests.size,
        content_type: &file.content_type,
        etag: &etag,
        modified: Some(file.created_at.into()),
        refused_ranges: RefusedRanges::Beyond,
    };
    send_bytes(registry, method, headers, sent, policy).await
}

/// Sends stored bytes as [`send`] does.
///
/// # Errors
/// As [`send`].
pub async fn send_bytes(
    registry: &Registry,
    method: &Method,
    headers: &HeaderMap,
    sent: Sent<'_>,
    policy: DownloadPolicy,
) -> Result<HttpResponse> {
    let length = sent.size;
    let etag = format!("\"{}\"", sent.etag);
    let facts = Facts {
        etag: &etag,
        modified: sent.modified,
        length: Some(length),
        refused: sent.refused_ranges,
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
            let error = HttpError::new(ErrorKind::RangeNotSatisfiable, message);
            return Err(error.with_header(CONTENT_RANGE, bytes_of(length)));
        }
    });
    response.insert_header((ETAG, etag));
    if let Some(modified) = sent.modified {
        let modified = httpdate::fmt_http_date(whole_seconds(modified));
        response.insert_header((LAST_MODIFIED, modified));
    }
    response.insert_header((CACHE_CONTROL, policy.cache_control));
    if outcome == Outcome::NotModified {
        return Ok(response.finish());
    }
    response.insert_header((ACCEPT_RANGES, "bytes"));
    response.insert_header((CONTENT_TYPE, sent.content_type));
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
        && let Some(bytes) = registry.read_small_at(sent.location, length)?
    {
        return Ok(response.body(bytes));
    }
    let pieces = registry.open_at(sent.location, range).await?;
    let pieces = pieces.map(|piece| piece.map_err(std::io::Error::other));
    if size == 0 {
        return Ok(response.body(BodyStream::new(pieces)));
    }
    Ok(response.body(SizedStream::new(size, pieces)))
}

/// Gives the Content-Range of a refused range: how many bytes there are.
fn bytes_of(length: u64) -> HeaderValue {
    let text = format!("bytes */{length}");
    // Digits and ASCII always make a header value.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("bytes */*"))
}
