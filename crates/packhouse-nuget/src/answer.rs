//! Answers that are documents: conditions, gzip and how long they may be kept.

use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_http::conditional::{RefusedRanges, Facts, Outcome, evaluate, whole_seconds};
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
        refused: RefusedRanges::Beyond,
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

/// From how many bytes on a document is packed where that holds up nobody.
const LARGE: usize = 64 * 1024;

/// Sends what was made for this request alone, packed when it is worth it.
pub(crate) async fn made(call: &Call, content_type: &str, body: String) -> Result<HttpResponse> {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, content_type));
    response.insert_header((VARY, "accept-encoding, authorization"));
    let public = matches!(call.actor, Actor::Anonymous);
    response.insert_header((CACHE_CONTROL, fresh(public)));
    let gzip = body.len() > 1024 && packed::is_wanted(call.request.headers());
    if !gzip {
        return Ok(response.body(body));
    }
    // To HEAD only the length goes out: that of what GET would send.
    let packed = match body.len() {
        ..LARGE => packed::gzip(body.as_bytes())?,
        _ => {
            let packing = tokio::task::spawn_blocking(move || packed::gzip(body.as_bytes()));
            let stopping = |_| HttpError::new(ErrorKind::Unavailable, "the server is stopping");
            packing.await.map_err(stopping)??
        }
    };
    response.insert_header((CONTENT_ENCODING, "gzip"));
    Ok(response.body(packed))
}

fn fresh(public: bool) -> &'static str {
    match public {
        true => "no-cache",
        false => "private, no-cache",
    }
}
