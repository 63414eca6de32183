//! NuGet as a [`Protocol`]: one `match` from addresses to handlers, and errors as its clients show
//! them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use packhouse_core::error::ErrorKind;
use packhouse_http::protocol::Protocol;
use packhouse_http::{Call, ErrorView, Result, challenge};
use serde_json::json;

use crate::format::Nuget;
use crate::route::{Route, What};
use crate::{
    autocomplete, flat, index, listed, push, registration, search, symbol_files, v2,
    vulnerabilities, warning,
};

impl Protocol for Nuget {
    type Route = Route;

    const SCOPE: &'static str = "/nuget";

    /// A key and a sign-in come together, and either may be a dummy (NuGet notes §8).
    const API_KEYS: bool = true;

    /// Clients that are busy sending see a broken connection instead of the refusal (NuGet notes
    /// §6).
    const HEARS_OUT: bool = true;

    async fn dispatch(&self, call: Call, route: Route) -> Result<HttpResponse> {
        let owner = route.owner.as_str();
        match &route.what {
            What::Index => index::get(call).await,
            What::Versions(id) => flat::versions(self, call, id).await,
            What::Nupkg(at) => flat::nupkg(call, at).await,
            What::Nuspec(at) => flat::nuspec(call, at).await,
            What::Readme(at) => flat::readme(call, at).await,
            What::Icon(at) => flat::icon(call, at).await,
            What::License(at) => flat::license(call, at).await,
            What::Registration(hive, id) => registration::index(self, call, owner, *hive, id).await,
            What::RegistrationPage(hive, id, lower, upper) => {
                registration::page(self, call, owner, (*hive, id), (lower, upper)).await
            }
            What::RegistrationLeaf(hive, at) => {
                registration::leaf(self, call, owner, *hive, at).await
            }
            What::Query => search::get(self, call, owner).await,
            What::Autocomplete => autocomplete::get(self, call, owner).await,
            What::Vulnerabilities => vulnerabilities::index(call, owner).await,
            What::VulnerabilityPage(page) => vulnerabilities::page(call, page).await,
            What::Symbols { file, key } => symbol_files::get(call, owner, file, key).await,
            What::Push => push::push(call, owner).await,
            What::PushSymbols => push::symbols(call, owner).await,
            What::Unlist(at) => listed::set(call, owner, at, false).await,
            What::Relist(at) => listed::set(call, owner, at, true).await,
            What::V2Root
            | What::V2Metadata
            | What::V2Feed { .. }
            | What::V2Entry(_)
            | What::V2Download { .. }
            | What::V2Batch => v2::answer(self, call, &route).await,
        }
    }

    /// Clients print the status line and every `X-NuGet-Warning`, never a body: the line says what
    /// kind of refusal it is, the header which (NuGet notes §6).
    ///
    /// What another request changed in between is to be tried again, which clients do on 503.
    fn error_body(&self, error: &ErrorView<'_>, route: Option<&Route>) -> HttpResponse {
        let changes = route.is_some_and(|route| route.method() != "GET");
        let raced = error.kind == ErrorKind::Precondition && changes;
        let status = match error.kind {
            _ if raced => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Unsupported => StatusCode::NOT_IMPLEMENTED,
            _ => error.status,
        };
        let mut response = HttpResponse::build(status);
        if let Some(reason) = reason(error, status) {
            response.reason(reason);
        }
        // Who is only asked to sign in has done nothing wrong yet, and signs in next.
        let asked = status == StatusCode::UNAUTHORIZED && !error.presented;
        let wrong = status == StatusCode::UNAUTHORIZED && error.presented;
        if changes && !asked || wrong {
            response.insert_header((warning::HEADER, warning::value(error.message)));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((
                WWW_AUTHENTICATE,
                challenge::basic(route.map_or("", |route| &route.owner)),
            ));
        }
        if raced {
            response.insert_header((RETRY_AFTER, "1"));
        }
        response.insert_header((CACHE_CONTROL, "no-store"));
        response.json(json!({ "error": error.message }))
    }

    fn seal(&self, headers: &mut HeaderMap) {
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // What publishers wrote is no page of ours, whoever opens it: a nuspec can hold scripts, and
        // a readme HTML.
        let nothing = HeaderValue::from_static("default-src 'none'; sandbox");
        headers.insert(CONTENT_SECURITY_POLICY, nothing);
    }
}

/// Gives the status line's words where its usual ones say too little: the line is all that most
/// clients print. It is ASCII and one of a few; what it is about stands in the header.
fn reason(error: &ErrorView<'_>, status: StatusCode) -> Option<&'static str> {
    if error.code.is_some() {
        return error.code;
    }
    Some(match status {
        StatusCode::FORBIDDEN if error.hidden => {
            "Forbidden: no write access here, or there is no such account"
        }
        StatusCode::FORBIDDEN => "Forbidden: this token or account may not do this",
        StatusCode::UNAUTHORIZED if error.presented => {
            "Unauthorized: this key or token is unknown, expired or revoked"
        }
        StatusCode::UNAUTHORIZED => "Unauthorized: sign in with a token",
        StatusCode::PAYLOAD_TOO_LARGE => "Payload Too Large: the package is over the limit",
        StatusCode::INSUFFICIENT_STORAGE => "Insufficient Storage: nothing was changed",
        _ => return None,
    })
}
