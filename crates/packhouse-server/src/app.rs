//! What the server answers: operations, protocols, pages, in this order, and what surrounds every
//! request.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::ServiceConfig;
use actix_web::{Error, HttpResponse};
use futures_util::FutureExt;
use packhouse_http::Kit;
use tracing::Instrument;

use crate::ops::{self, Ops};
use crate::protocols::Protocols;

/// What the workers share.
#[derive(Clone)]
pub struct Parts {
    /// What protocols and pages share.
    pub kit: Arc<Kit>,
    /// The protocols.
    pub protocols: Protocols,
    /// What operators ask.
    pub ops: Arc<Ops>,
}

/// Hangs everything under its address. Operations come first, since they are on every host.
pub fn configure(config: &mut ServiceConfig, parts: &Parts) {
    ops::configure(config, &parts.ops);
    parts.protocols.mount_all(config, &parts.kit);
    // Pages last: they have the root, and never answer on a protocol's host.
    packhouse_web::configure(config, Arc::clone(&parts.kit));
}

/// Answers what nothing else does.
pub async fn nothing_here() -> HttpResponse {
    HttpResponse::NotFound()
        .content_type("text/plain; charset=utf-8")
        .body("there is nothing at this address\n")
}

/// Names the request, in the log and in `X-Request-Id`, and keeps a panic inside it.
///
/// # Errors
/// What the service below returns; a panic as 500.
pub async fn guard_request(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = next_id();
    let span = tracing::info_span!("request", id);
    let called = AssertUnwindSafe(next.call(request)).catch_unwind();
    let answered = called.instrument(span).await.unwrap_or_else(|_| {
        // The panic itself was logged when it happened.
        let message = "internal error: the server's log says more\n";
        Err(ErrorInternalServerError(message))
    });
    let mut response = answered?;
    // Hex digits and a dash always make a header value.
    if let Ok(value) = HeaderValue::from_str(&id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}

/// Gives a name that no other request has, also after a restart and on another replica.
fn next_id() -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!(
        "{:016x}-{:x}",
        *PROCESS,
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, try_call_service};
    use actix_web::{App, web};

    use super::*;

    async fn faulty() -> HttpResponse {
        panic!("a fault of ours")
    }

    #[actix_web::test]
    async fn a_panic_is_one_answer_and_requests_have_names_of_their_own() {
        let app = App::new()
            .wrap(from_fn(guard_request))
            .route("/faulty", web::get().to(faulty))
            .default_service(web::to(nothing_here));
        let app = init_service(app).await;
        let request = TestRequest::get().uri("/faulty").to_request();
        let error = try_call_service(&app, request).await.err().unwrap();
        let answer = error.as_response_error().error_response();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);

        let mut names = Vec::new();
        for _ in 0..2 {
            let request = TestRequest::get().uri("/elsewhere").to_request();
            let answer = call_service(&app, request).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
            names.push(answer.headers().get("x-request-id").unwrap().clone());
        }
        assert_ne!(names[0], names[1]);
    }
}
