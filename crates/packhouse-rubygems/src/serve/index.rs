//! Texts of the compact index as they are sent (RubyGems notes §4): the entity tag is the MD5 of the
//! whole text, the digests are of it too, and no range is ever refused.

use actix_web::HttpResponse;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap,
    IF_NONE_MATCH, RANGE, VARY,
};
use actix_web::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::error::ErrorKind;
use packhouse_http::conditional::{Facts, Outcome, RefusedRanges, evaluate};
use packhouse_http::{Call, HttpError, Result, packed};

use super::documents::{Documents, Made, Text};
use super::pieces;

/// From how many bytes on a text is packed.
const WORTH_PACKING: usize = 1024;

/// Sends a text of the compact index.
pub(crate) async fn send(
    documents: &Documents,
    call: &Call,
    text: Text,
    public: bool,
) -> Result<HttpResponse> {
    let headers = call.request.headers();
    let length = text.bytes.len();
    let md5 = hex::encode(text.md5);
    let etag = format!("\"{md5}\"");
    // Parts are of GET alone.
    let length_of_get = match *call.request.method() {
        Method::HEAD => None,
        _ => u64::try_from(length).ok(),
    };
    let outcome = match knows(headers, &md5) {
        true => Outcome::NotModified,
        false => evaluate(
            headers,
            &Facts {
                etag: &etag,
                modified: None,
                length: length_of_get,
                refused: RefusedRanges::None,
            },
        ),
    };
    let mut response = HttpResponse::build(match outcome {
        Outcome::NotModified => StatusCode::NOT_MODIFIED,
        Outcome::Part(_) => StatusCode::PARTIAL_CONTENT,
        Outcome::PreconditionFailed => {
            let message = "the index is not what the request's condition expects";
            return Err(HttpError::new(ErrorKind::Precondition, message));
        }
        Outcome::Full | Outcome::Unsatisfiable => StatusCode::OK,
    });
    let digest = STANDARD.encode(text.sha256);
    response.insert_header((ETAG, etag));
    response.insert_header(("repr-digest", format!("sha-256=:{digest}:")));
    response.insert_header(("digest", format!("sha-256={digest}")));
    response.insert_header((ACCEPT_RANGES, "bytes"));
    response.insert_header((CACHE_CONTROL, fresh(public)));
    response.insert_header((VARY, "authorization, accept-encoding"));
    if outcome == Outcome::NotModified {
        return Ok(response.finish());
    }
    response.insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"));
    if let Outcome::Part(range) = outcome {
        let shown = format!("bytes {}-{}/{length}", range.start, range.end - 1);
        response.insert_header((CONTENT_RANGE, shown));
        // Both ends lie within the text, whose length is a usize.
        let at = |end: u64| usize::try_from(end).unwrap_or(length);
        return Ok(response.body(pieces::body(
            text.bytes.slice(at(range.start)..at(range.end)),
        )));
    }
    // Who asked for a part counts bytes of the text itself.
    let whole = !headers.contains_key(RANGE);
    if whole && length > WORTH_PACKING && packed::is_wanted(headers) {
        response.insert_header((CONTENT_ENCODING, "gzip"));
        return Ok(response.body(pieces::body(documents.made(&text, Made::Packed).await?)));
    }
    Ok(response.body(pieces::body(text.bytes)))
}

/// Tells whether a client has the text: Bundler 2.5.0 to 2.5.4 write the tag without quotes.
fn knows(headers: &HeaderMap, md5: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH);
    let mut tags = values.filter_map(|value| value.to_str().ok());
    tags.any(|list| list.split(',').any(|tag| tag.trim() == md5))
}

/// How long a list may be kept without asking: what anyone may read changes for all alike.
pub(crate) fn fresh(public: bool) -> &'static str {
    match public {
        true => "public, no-cache",
        false => "private, max-age=0",
    }
}
