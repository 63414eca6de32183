//! `/-/health`, `/-/ready` and `/-/metrics`, for those who run the server; on every host.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Resource, Route};
use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use packhouse_http::request_log::note_route;
use packhouse_registry::Registry;
use tokio::sync::Mutex;

use crate::failure::Failure;

/// Request durations are counted up to these many seconds.
const SECONDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0,
];
/// For how long an answer about readiness counts: asking is open to everyone, and the store is
/// written to for it.
const FRESH: Duration = Duration::from_secs(1);

/// Where everything counts.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Makes the process count here.
    ///
    /// # Errors
    /// When it counts elsewhere already.
    pub fn install() -> Result<Self, Failure> {
        let recorder = PrometheusBuilder::new()
            .set_buckets(&SECONDS)
            .context("cannot set up metrics")?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).context("cannot set up metrics")?;
        Ok(Self { handle })
    }

    /// Sums up what was counted since; to be called every few seconds, or it takes memory.
    pub fn sum_up(&self) {
        self.handle.run_upkeep();
    }
}

/// What the three addresses tell; one for all workers.
pub struct Ops {
    registry: Registry,
    metrics: Metrics,
    /// When readiness was last found out, and how it was.
    ready: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Ops {
    /// Tells about this registry and these metrics.
    pub fn new(registry: Registry, metrics: Metrics) -> Self {
        Self {
            registry,
            metrics,
            ready: Mutex::new(None),
        }
    }

    /// Asks database and store, for one asker at a time, at most once a second.
    async fn check_ready(&self) -> Result<(), String> {
        let mut last = self.ready.lock().await;
        if let Some((_, found)) = last.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return found.clone();
        }
        let found = self.registry.check_ready().await.map_err(|error| {
            let reason = error.to_string();
            tracing::error!("not ready: {:#}", anyhow::Error::new(error));
            reason
        });
        *last = Some((Instant::now(), found.clone()));
        found
    }
}

/// Hangs the three addresses.
pub fn configure(config: &mut ServiceConfig, ops: &Arc<Ops>) {
    config
        .app_data(Data::from(Arc::clone(ops)))
        .service(resource(
            "/-/health",
            web::get().to(health),
            web::head().to(health),
        ))
        .service(resource(
            "/-/ready",
            web::get().to(ready),
            web::head().to(ready),
        ))
        .service(resource(
            "/-/metrics",
            web::get().to(show),
            web::head().to(show),
        ));
}

fn resource(path: &str, get: Route, head: Route) -> Resource {
    web::resource(path).route(get).route(head)
}

/// The process runs; whether it can do anything is not asked.
async fn health(request: HttpRequest) -> HttpResponse {
    note_route(&request, "-", "/-/health");
    text(HttpResponse::Ok(), "ok\n".to_owned())
}

async fn ready(request: HttpRequest, ops: Data<Ops>) -> HttpResponse {
    note_route(&request, "-", "/-/ready");
    match ops.check_ready().await {
        Ok(()) => text(HttpResponse::Ok(), "ready\n".to_owned()),
        Err(reason) => text(
            HttpResponse::ServiceUnavailable(),
            format!("not ready: {reason}\n"),
        ),
    }
}

async fn show(request: HttpRequest, ops: Data<Ops>) -> HttpResponse {
    note_route(&request, "-", "/-/metrics");
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(ops.metrics.handle.render())
}

fn text(mut response: HttpResponseBuilder, body: String) -> HttpResponse {
    response
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(body)
}
