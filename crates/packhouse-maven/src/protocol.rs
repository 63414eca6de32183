//! Maven as a [`Protocol`]: one `match` from addresses to handlers, and errors as its clients show
//! them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use packhouse_core::error::ErrorKind;
use packhouse_http::protocol::Protocol;
use packhouse_http::{Call, ErrorView, Result};
use serde_json::json;

use crate::format::Maven;
use crate::route::Route;
use crate::{documents, files, folders, put, signal};

/// The one challenge there is (Maven notes §10). sbt's users copy the realm into their credentials:
/// it never changes.
const CHALLENGE: &str = "Basic realm=\"Packhouse\"";

impl Protocol for Maven {
    type Route = Route;

    const SCOPE: &'static str = "/maven";

    /// Maven listens when everything is sent (Maven notes §0 rule 7).
    const HEARS_OUT: bool = true;

    async fn dispatch(&self, call: Call, route: Route) -> Result<HttpResponse> {
        match route {
            Route::File { file, checksum, .. } => files::get(call, &file, checksum).await,
            Route::Metadata {
                place,
                path,
                checksum,
            } => documents::metadata(self, call, &place, &path, checksum).await,
            Route::Catalog { place, checksum } => documents::catalog(call, &place, checksum).await,
            Route::Folder { place, path } => folders::get(call, &place, &path).await,
            Route::Nothing { place } => Err(documents::nothing(&call, &place)),
            Route::PutFile { place, file } => put::file(call, &place, &file).await,
            Route::PutChecksum {
                place,
                file,
                algorithm,
            } => put::checksum(call, &place, &file, algorithm).await,
            Route::PutMetadata {
                place,
                path,
                checksum: None,
            } => signal::put(call, &place, &path).await,
            Route::PutMetadata { .. } => signal::put_checksum(call).await,
            Route::Refused { why, .. } => put::refused(call, why).await,
            Route::Options => Ok(HttpResponse::NoContent()
                .insert_header((ALLOW, "GET, HEAD, PUT, OPTIONS"))
                .finish()),
        }
    }

    /// Problem details, which newer resolvers and Gradle show; others show the status line alone.
    ///
    /// Where the status of a read says all, plain text: Maven's resolver, since 1.9.24, takes problem
    /// details for a failed transfer before it looks whether the file is only not there, or is to be
    /// read from its start (its `ApacheTransporter`, `classify` and `resume`).
    ///
    /// A change to what the asker may not read is answered like a read of it; a quota is full
    /// storage; what another request changed in between is to be tried again, which clients do on
    /// 503 alone.
    fn error_body(&self, error: &ErrorView<'_>, route: Option<&Route>) -> HttpResponse {
        let writes = route.is_some_and(|route| route.method() == "PUT");
        let raced = error.kind == ErrorKind::Precondition && writes;
        let status = match error.kind {
            ErrorKind::Forbidden if error.hidden => StatusCode::NOT_FOUND,
            ErrorKind::QuotaExceeded => StatusCode::INSUFFICIENT_STORAGE,
            _ if raced => StatusCode::SERVICE_UNAVAILABLE,
            _ => error.status,
        };
        let by_status = [
            StatusCode::NOT_FOUND,
            StatusCode::GONE,
            StatusCode::PRECONDITION_FAILED,
        ];
        if !writes && by_status.contains(&status) {
            return HttpResponse::build(status)
                .content_type("text/plain; charset=utf-8")
                .insert_header((CACHE_CONTROL, "no-cache"))
                .body(format!("{}\n", error.message));
        }
        let body = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": error.message,
        });
        let mut response = HttpResponse::build(status);
        response.content_type("application/problem+json");
        response.insert_header((CACHE_CONTROL, "no-cache"));
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, CHALLENGE));
        }
        if raced {
            response.insert_header((RETRY_AFTER, "1"));
        }
        response.body(body.to_string())
    }

    fn seal(&self, headers: &mut HeaderMap) {
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }
}
