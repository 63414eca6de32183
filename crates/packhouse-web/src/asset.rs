//! Style and icon, embedded in the binary. Pages name them with a part of their digest, under which
//! browsers may keep them for ever; without it they are asked for anew, by ETag.

use std::fmt::Write;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use actix_web::{HttpRequest, HttpResponse};
use packhouse_http::conditional::{RefusedRanges, Facts, Outcome, evaluate};
use packhouse_http::{HttpError, Result};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::answer;

#[derive(RustEmbed)]
#[folder = "../../web/static"]
struct Files;

/// Gives the address of a file of `/web/static`, for a page.
pub(crate) fn address(name: &str) -> String {
    match Files::get(name) {
        Some(file) => format!("/static/{name}?v={}", version(&file)),
        None => format!("/static/{name}"),
    }
}

/// Answers with a file.
///
/// # Errors
/// `NotFound` when there is no such file.
pub(crate) fn serve(request: &HttpRequest, name: &str) -> Result<HttpResponse> {
    let file = Files::get(name).ok_or_else(|| HttpError::not_found("this file"))?;
    let version = version(&file);
    let etag = format!("\"{version}\"");
    let facts = Facts {
        etag: &etag,
        modified: None,
        length: None,
        refused: RefusedRanges::Beyond,
    };
    let mut builder = match evaluate(request.headers(), &facts) {
        Outcome::NotModified => HttpResponse::NotModified(),
        Outcome::PreconditionFailed => HttpResponse::PreconditionFailed(),
        Outcome::Full | Outcome::Part(_) | Outcome::Unsatisfiable => HttpResponse::Ok(),
    };
    let named = request.query_string().strip_prefix("v=") == Some(version.as_str());
    let keep = if named {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    builder = answer::secured(builder);
    builder
        .insert_header((ETAG, etag))
        .insert_header((CACHE_CONTROL, keep));
    let mut response = builder.finish();
    if response.status() != actix_web::http::StatusCode::OK {
        return Ok(response);
    }
    response
        .headers_mut()
        .insert(CONTENT_TYPE, content_type(name));
    Ok(response
        .set_body(file.data.into_owned())
        .map_into_boxed_body())
}

fn content_type(name: &str) -> actix_web::http::header::HeaderValue {
    use actix_web::http::header::HeaderValue;
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => HeaderValue::from_static("text/css; charset=utf-8"),
        Some("svg") => HeaderValue::from_static("image/svg+xml"),
        _ => HeaderValue::from_static("application/octet-stream"),
    }
}

/// Half of the sha256 in hex.
fn version(file: &EmbeddedFile) -> String {
    let digest = file.metadata.sha256_hash();
    digest[..16]
        .iter()
        .fold(String::with_capacity(32), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
