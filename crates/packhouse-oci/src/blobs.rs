//! Reading and deleting blobs (OCI notes §5): through the link of their image alone.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use packhouse_core::digest::ContentDigest;
use packhouse_core::error::ErrorKind;
use packhouse_http::conditional::RefusedRanges;
use packhouse_http::download::{DownloadPolicy, Sent, send_bytes};
use packhouse_http::{Call, HttpError, Result};

use crate::error::Code;
use crate::{address, failure};

/// Bytes under a digest never change, and whether the asker may have them is asked each time.
const FOREVER: DownloadPolicy = DownloadPolicy {
    cache_control: "private, max-age=31536000, immutable",
};

/// The header that tells the digest.
pub(crate) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// Reads a digest.
///
/// # Errors
/// `DIGEST_INVALID` with what digests look like.
pub(crate) fn digest(raw: &str) -> Result<ContentDigest> {
    raw.parse::<ContentDigest>()
        .map_err(|error| failure::invalid(Code::DigestInvalid, error.to_string()))
}

/// Makes a digest a header.
pub(crate) fn digest_value(digest: &ContentDigest) -> HeaderValue {
    // Letters, digits and a colon always make a header value.
    HeaderValue::from_str(&digest.to_string()).unwrap_or(HeaderValue::from_static(""))
}

fn unknown(digest: &ContentDigest) -> HttpError {
    let message = format!("this image has no blob {digest}");
    failure::coded(ErrorKind::NotFound, Code::BlobUnknown, message)
}

/// GET and HEAD `blobs/DIGEST`.
pub(crate) async fn get(call: Call, name: &str, raw: &str) -> Result<HttpResponse> {
    let (address, digest) = (address::of(name)?, digest(raw)?);
    let registry = call.registry();
    let package = call.package.as_ref();
    let found = registry
        .find_blob(&call.actor, &address, package, &digest)
        .await?;
    let held = found.ok_or_else(|| unknown(&digest))?;
    let method = call.request.method();
    if method == Method::HEAD {
        // A client that is told so pushes what needs it next.
        let promised = registry
            .promise_blob(&call.actor, &address, package, &held)
            .await?;
        if !promised {
            return Err(unknown(&digest));
        }
    }
    let etag = digest.to_string();
    let sent = Sent {
        location: &held.location,
        size: held.digests.size,
        content_type: "application/octet-stream",
        etag: &etag,
        modified: None,
        refused_ranges: RefusedRanges::All,
    };
    let headers = call.request.headers();
    let answered = send_bytes(registry, method, headers, sent, FOREVER).await;
    let mut response = answered.map_err(|error| match error.kind {
        ErrorKind::RangeNotSatisfiable => error.coded(Code::SizeInvalid.as_str()),
        _ => error,
    })?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_DIGEST, digest_value(&digest));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// DELETE `blobs/DIGEST`.
pub(crate) async fn delete(call: Call, name: &str, raw: &str) -> Result<HttpResponse> {
    let (address, digest) = (address::of(name)?, digest(raw)?);
    let deleted = call
        .registry()
        .delete_blob(&call.actor, &call.client, &address, &digest)
        .await;
    deleted.map_err(|error| match error {
        packhouse_registry::Error::NotFound { .. } => unknown(&digest),
        error => failure::of(error),
    })?;
    Ok(HttpResponse::Accepted().finish())
}
