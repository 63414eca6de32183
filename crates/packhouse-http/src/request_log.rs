//! One line and one count for every request: route template, status, actor, bytes and time.
//! Addresses are not logged as they came: some hold secrets.

use std::time::Instant;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;

/// What kind of error was answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told(pub ErrorKind);

#[derive(Debug, Clone)]
struct Noted {
    format: &'static str,
    route: &'static str,
}

struct NotedActor(Actor);

/// Notes which address a request is for.
pub fn note_route(request: &HttpRequest, format: &'static str, route: &'static str) {
    request.extensions_mut().insert(Noted { format, route });
}

/// Notes who asks.
pub fn note_actor(request: &HttpRequest, actor: &Actor) {
    request.extensions_mut().insert(NotedActor(actor.clone()));
}

/// Notes what kind of error is answered.
pub fn note_error(request: &HttpRequest, kind: ErrorKind) {
    request.extensions_mut().insert(Told(kind));
}

/// Logs and counts a request when its answer's head is ready.
///
/// # Errors
/// What the service below returns.
pub async fn log_request(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = Instant::now();
    let response = next.call(request).await?;
    let elapsed = started.elapsed();
    let request = response.request();
    let extensions = request.extensions();
    let noted = extensions.get::<Noted>();
    let (format, route) = noted.map_or(("-", "-"), |noted| (noted.format, noted.route));
    let actor = extensions
        .get::<NotedActor>()
        .map_or("-", |noted| noted.0.shown());
    let status = response.status().as_u16();
    let bytes = match response.response().body().size() {
        BodySize::Sized(size) => size,
        BodySize::None | BodySize::Stream => 0,
    };
    let outcome = match status {
        0..400 => "ok",
        400..500 => "refused",
        _ => "failed",
    };
    metrics::counter!(
        "packhouse_requests_total", "format" => format, "route" => route, "outcome" => outcome
    )
    .increment(1);
    metrics::histogram!("packhouse_request_duration_seconds", "format" => format)
        .record(elapsed.as_secs_f64());
    let error = extensions.get::<Told>().map(|told| told.0);
    tracing::info!(
        target: "packhouse::request",
        method = request.method().as_str(),
        format,
        route,
        status,
        actor.name = actor,
        size_bytes = bytes,
        duration_ms = elapsed.as_secs_f64() * 1000.0,
        error = error.map(tracing::field::debug),
        "{} {route} {status}",
        request.method()
    );
    drop(extensions);
    Ok(response)
}
