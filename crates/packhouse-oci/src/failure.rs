//! Failures as container clients read them: their codes, the error body and the one challenge
//! (OCI notes §3, §4).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use packhouse_core::error::ErrorKind;
use packhouse_http::{CredentialFault, ErrorView, HttpError};
use packhouse_registry::Error;
use serde_json::json;

use crate::challenge::{ChallengeError, challenge};
use crate::error::{Code, Problem, render};
use crate::route::Route;

/// Gives a refusal of the use cases the code that clients know it by.
pub(crate) fn of(error: Error) -> HttpError {
    let code = match &error {
        Error::DigestMismatch { .. } => Some(Code::DigestInvalid),
        Error::SizeMismatch { .. } => Some(Code::ManifestInvalid),
        Error::UnknownReferences(_) => Some(Code::ManifestBlobUnknown),
        Error::OutOfOrder { .. } | Error::BeingWritten { .. } => Some(Code::BlobUploadInvalid),
        Error::InUse(_) => Some(Code::Unsupported),
        _ => None,
    };
    let error = HttpError::from(error);
    match code {
        Some(code) => error.coded(code.as_str()),
        None => error,
    }
}

/// Makes a failure of a code.
pub(crate) fn coded(kind: ErrorKind, code: Code, message: impl Into<String>) -> HttpError {
    HttpError::new(kind, message).coded(code.as_str())
}

/// Reports a request that breaks a rule, under a code.
pub(crate) fn invalid(code: Code, message: impl Into<String>) -> HttpError {
    coded(ErrorKind::Invalid, code, message)
}

/// Gives what clients know a kind of failure by that came without a code.
fn code_of(kind: ErrorKind, route: Option<&Route>) -> Code {
    match kind {
        ErrorKind::Unauthenticated => Code::Unauthorized,
        ErrorKind::Forbidden | ErrorKind::QuotaExceeded => Code::Denied,
        ErrorKind::NotFound | ErrorKind::Gone => Code::NameUnknown,
        ErrorKind::Conflict | ErrorKind::MethodNotAllowed | ErrorKind::Unsupported => {
            Code::Unsupported
        }
        ErrorKind::TooLarge if matches!(route, Some(Route::PutManifest { .. })) => {
            Code::ManifestInvalid
        }
        ErrorKind::TooLarge | ErrorKind::UriTooLong => Code::SizeInvalid,
        ErrorKind::Invalid | ErrorKind::Unprocessable => match route {
            Some(Route::PutManifest { .. }) => Code::ManifestInvalid,
            Some(
                Route::BeginUpload { .. } | Route::PatchUpload { .. } | Route::PutUpload { .. },
            ) => Code::BlobUploadInvalid,
            _ => Code::Unsupported,
        },
        ErrorKind::RangeNotSatisfiable => Code::BlobUploadInvalid,
        ErrorKind::RateLimited => Code::TooManyRequests,
        ErrorKind::StorageFull | ErrorKind::Internal => Code::Unknown,
        ErrorKind::Precondition | ErrorKind::Unavailable => Code::Unavailable,
    }
}

/// Draws a failure.
pub(crate) fn draw(error: &ErrorView<'_>, route: Option<&Route>) -> HttpResponse {
    let status = match (error.kind, error.code) {
        // What is in use cannot be deleted now, which clients take for "not done here".
        (ErrorKind::Conflict, _) => StatusCode::METHOD_NOT_ALLOWED,
        // Something came in between. Clients send no conditions, and try again after a 503.
        (ErrorKind::Precondition, _) => StatusCode::SERVICE_UNAVAILABLE,
        _ => error.status,
    };
    let known = error
        .code
        .and_then(|text| Code::ALL.iter().find(|code| code.as_str() == text));
    let code = known.copied().unwrap_or(code_of(error.kind, route));
    let problems: Vec<Problem> = if code == Code::ManifestBlobUnknown && !error.about.is_empty() {
        let one = |digest: &String| {
            Problem::new(code, format!("{digest} was not pushed here: push it first"))
                .with_detail(json!({ "digest": digest }))
        };
        error.about.iter().map(one).collect()
    } else {
        vec![Problem::new(code, text(error))]
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, "no-store"));
    response.insert_header((CONTENT_TYPE, "application/json"));
    if error.kind == ErrorKind::Precondition {
        response.insert_header((RETRY_AFTER, 1));
    }
    if error.kind == ErrorKind::Unauthenticated {
        response.insert_header((WWW_AUTHENTICATE, challenge_of(error, route)));
    }
    response.body(render(&problems))
}

/// Gives the text, with the way out that clients of this protocol have.
fn text<'a>(error: &ErrorView<'a>) -> &'a str {
    match (error.kind, error.credential) {
        (ErrorKind::Unauthenticated, None) => Code::Unauthorized.message(),
        (ErrorKind::Unauthenticated, Some(CredentialFault::NoToken)) => {
            "a password works at the token address alone, which `docker login` asks: a token is \
             needed here"
        }
        _ => error.message,
    }
}

/// Gives the challenge: always one, always Bearer; why, only when a credential came.
fn challenge_of(error: &ErrorView<'_>, route: Option<&Route>) -> String {
    let service = error
        .origin
        .split_once("://")
        .map_or(error.origin, |(_, host)| host);
    let own = route.and_then(Route::scope);
    // A mount needs more than its address says.
    let scope = error.scope.or(own.as_deref());
    let why = match error.credential {
        Some(CredentialFault::Invalid | CredentialFault::NoToken) => {
            Some(ChallengeError::InvalidToken)
        }
        Some(CredentialFault::Insufficient) => Some(ChallengeError::InsufficientScope),
        // Nobody in particular may not: a token for somebody might.
        None => error.presented.then_some(ChallengeError::InsufficientScope),
    };
    let realm = format!("{}/v2/token", error.origin);
    challenge(&realm, service, scope, why)
}

#[cfg(test)]
mod tests {
    use packhouse_http::error::status;

    use super::*;

    fn drawn(error: Error) -> HttpResponse {
        let error = of(error);
        let view = ErrorView {
            hidden: false,
            kind: error.kind,
            status: status(error.kind),
            message: &error.message,
            code: error.code,
            about: error.about(),
            scope: error.scope(),
            credential: error.credential,
            presented: false,
            origin: "https://registry.example",
        };
        draw(&view, None)
    }

    async fn body(response: HttpResponse) -> String {
        let bytes = actix_web::body::to_bytes(response.into_body()).await;
        String::from_utf8(bytes.unwrap().to_vec()).unwrap()
    }

    #[actix_web::test]
    async fn what_came_in_between_is_tried_again() {
        let response = drawn(Error::Raced("a/b was changed since: try again".to_owned()));
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers().get(RETRY_AFTER).unwrap(), "1");
        let body = body(response).await;
        assert!(
            body.contains("UNAVAILABLE") && body.contains("a/b was changed"),
            "{body}"
        );
    }

    #[actix_web::test]
    async fn whoever_needs_to_sign_in_reads_how() {
        let what = "this".to_owned();
        let response = drawn(Error::SignInNeeded { what });
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let body = body(response).await;
        assert!(body.contains("`docker login`"), "{body}");
    }
}
