//! Answers that are documents: conditions, gzip and how long they may be kept.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_http::conditional::{BackwardRange, Facts, Outcome, evaluate, whole_seconds};
use packhouse_http::{Call, HttpError, Result, packed};

/// The type of most documents.
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// What is known about a document before it is drawn.
pub(crate) struct Head {
    /// What tells it from every other text, without quotes. The encoding is added.
    pub etag: String,
    /// When it last changed.
    pub modified: DateTime<Utc>,
    /// Whether anyone may have it.
    pub public: bool,
}

/// Sends a document that is drawn only when it is needed; `draw` is told whether to pack it.
pub(crate) async fn document(
    call: &Call,
    head: Head,
    content_type: &str,
    draw: impl AsyncFnOnce(bool) -> Result<Bytes>,
) -> Result<HttpResponse> {
    let headers = call.request.headers();
    let gzip = packed::is_wanted(headers);
    let etag = format!("\"{}{}\"", head.etag, if gzip { "-gzip" } else { "" });
    let modified = head.modified.into();
    let facts = Facts {
        etag: &etag,
        modified: Some(modified),
        length: None,
        backward: BackwardRange::Whole,
    };
    let outcome = evaluate(headers, &facts);
    let mut response = match outcome {
        Outcome::NotModified => HttpResponse::NotModified(),
        Outcome::PreconditionFailed => {
            let message = "the document is not what the request's condition expects";
            return Err(HttpError::new(ErrorKind::Precondition, message));
        }
        _ => HttpResponse::Ok(),
    };
    response.insert_header((ETAG, etag));
    let modified = httpdate::fmt_http_date(whole_seconds(modified));
    response.insert_header((LAST_MODIFIED, modified));
    response.insert_header((VARY, "accept-encoding, authorization"));
    response.insert_header((CACHE_CONTROL, fresh(head.public)));
    if outcome == Outcome::NotModified {
        return Ok(response.finish());
    }
    response.insert_header((CONTENT_TYPE, content_type));
    // To HEAD only the length of the body goes out, so it is drawn all the same.
    let body = draw(gzip).await?;
    if gzip {
        response.insert_header((CONTENT_ENCODING, "gzip"));
    }
    Ok(response.body(body))
}

/// Sends what was made for this request alone, packed when it is worth it.
pub(crate) fn made(call: &Call, content_type: &str, body: String) -> Result<HttpResponse> {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, content_type));
    response.insert_header((VARY, "accept-encoding, authorization"));
    let public = matches!(call.actor, Actor::Anonymous);
    response.insert_header((CACHE_CONTROL, fresh(public)));
    let gzip = body.len() > 1024 && packed::is_wanted(call.request.headers());
    if gzip && call.request.method() != Method::HEAD {
        response.insert_header((CONTENT_ENCODING, "gzip"));
        return Ok(response.body(packed::gzip(body.as_bytes())?));
    }
    Ok(response.body(body))
}

fn fresh(public: bool) -> &'static str {
    match public {
        true => "no-cache",
        false => "private, no-cache",
    }
}
