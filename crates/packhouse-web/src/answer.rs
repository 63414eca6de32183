//! Answers with the headers that every page has.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;
use packhouse_http::Result;
use packhouse_registry::Error;

const HEADERS: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// Draws a page.
///
/// # Errors
/// `Internal` when the template fails.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Result<HttpResponse> {
    let html = template
        .render()
        .map_err(|error| Error::Internal(format!("a page cannot be drawn: {error}")))?;
    Ok(secured(HttpResponse::build(status))
        .content_type("text/html; charset=utf-8")
        .body(html))
}

/// Leads the browser to a path of this server, which must be percent-encoded.
pub(crate) fn see_other(path: &str) -> HttpResponse {
    secured(HttpResponse::SeeOther())
        .insert_header(("location", path))
        .finish()
}

/// Begins an answer with the headers of every page.
pub(crate) fn secured(mut builder: HttpResponseBuilder) -> HttpResponseBuilder {
    for header in HEADERS {
        builder.insert_header(header);
    }
    builder
}

/// Adds a cookie.
pub(crate) fn set_cookie(headers: &mut HeaderMap, cookie: HeaderValue) {
    headers.append(HeaderName::from_static("set-cookie"), cookie);
}
