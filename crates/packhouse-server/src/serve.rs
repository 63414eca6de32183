//! Serving until a signal comes.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::rt;
use actix_web::{App, HttpServer, web};
use anyhow::Context;
use packhouse_http::Kit;
use packhouse_http::links::Hosts;
use packhouse_http::request_log::log_request;
use packhouse_registry::Registry;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use crate::app::{self, Parts};
use crate::chores::Chores;
use crate::config::Config;
use crate::failure::Failure;
use crate::open::open;
use crate::ops::{Metrics, Ops};
use crate::protocols::Protocols;
use crate::run::{block_on, print};
use crate::tls;

/// How long requests may take to end after a signal, in seconds.
const FINISH: u64 = 30;
/// How long a connection without requests stays open: longer than clients and proxies keep theirs,
/// so that they do not send into one that is just being closed.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a request's head may take to arrive. Bodies may take as long as they like.
const HEAD: Duration = Duration::from_secs(15);

/// Serves until SIGTERM or SIGINT, then ends requests and writes the counters.
///
/// # Errors
/// When it cannot be set up, and when the counters cannot be written at the end.
pub fn serve(config: &Config) -> Result<(), Failure> {
    // Before anything is opened: without a public address there is nothing to serve.
    config.public_url_at(config.listen)?;
    let tls = config.tls.as_ref().map(tls::load).transpose()?;
    let listener = TcpListener::bind(config.listen)
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let metrics = Metrics::install()?;
    block_on(serve_on(config, listener, tls, metrics))
}

async fn serve_on(
    config: &Config,
    listener: TcpListener,
    tls: Option<rustls::ServerConfig>,
    metrics: Metrics,
) -> Result<(), Failure> {
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    let own_url = config.own_url(address);
    let public_url = config.public_url_at(address)?;
    let protocols = Protocols::default();
    let opened = open(config, public_url.clone(), &protocols).await?;
    let registry = opened.registry;
    let parts = Parts {
        kit: Arc::new(kit(config, &registry, &public_url)),
        protocols,
        ops: Arc::new(Ops::new(registry.clone(), metrics.clone())),
    };
    let server = HttpServer::new(move || {
        let parts = parts.clone();
        App::new()
            .wrap(from_fn(log_request))
            .wrap(from_fn(app::guard_request))
            .configure(move |config| app::configure(config, &parts))
            .default_service(web::to(app::nothing_here))
    })
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(HEAD)
    .client_disconnect_timeout(Duration::from_secs(5))
    .tls_handshake_timeout(Duration::from_secs(10))
    .tcp_nodelay(true)
    .shutdown_timeout(FINISH)
    .disable_signals();
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls),
        None => server.listen_auto_h2c(listener),
    };
    let server = server.context("cannot serve on the listener")?.run();
    // From here on a signal ends the server in order.
    let stopping = rt::spawn(stop_at_signal(server.handle(), signals()?));
    let chores = Chores::start(&registry, metrics, opened.staging);
    tell_set_up(&registry, &public_url).await?;
    tracing::info!(url = %public_url, "serving {public_url}");
    #[cfg(feature = "failpoints")]
    crate::failpoint::arm()?;
    print(format_args!(
        "listening on {}",
        own_url.as_str().trim_end_matches('/')
    ))?;
    let ended = server.await;
    stopping.abort();
    drop(chores);
    registry.flush_counters().await.map_err(|error| {
        Failure::Failed(anyhow::Error::new(error).context("cannot write the last counters"))
    })?;
    ended.context("the server failed")?;
    tracing::info!("stopped");
    Ok(())
}

fn kit(config: &Config, registry: &Registry, public_url: &Url) -> Kit {
    let mut hosts = Hosts::default();
    for (name, scope) in &config.hosts {
        hosts.insert(name, scope, public_url);
    }
    Kit {
        registry: registry.clone(),
        limits: config.limits.of_protocols(),
        hosts,
        web_login: config.web_login,
        trusted_proxies: config.trusted_proxies.clone().into(),
    }
}

/// While nobody has an account, tells where the first one is made. The address is a secret, so it
/// goes to standard error and not into the log, which others may collect.
async fn tell_set_up(registry: &Registry, public_url: &Url) -> Result<(), Failure> {
    if let Some(secret) = registry.renew_setup_secret().await? {
        eprintln!("no account yet: make the first one at {public_url}setup/{secret}");
    }
    Ok(())
}

/// The two signals that end the server.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

fn signals() -> Result<Signals, Failure> {
    let listen = |kind| signal(kind).context("cannot listen for signals");
    Ok(Signals {
        terminate: listen(SignalKind::terminate())?,
        interrupt: listen(SignalKind::interrupt())?,
    })
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The first signal lets requests end, a second one does not wait for them.
async fn stop_at_signal(server: ServerHandle, mut signals: Signals) {
    signals.next().await;
    tracing::info!("stopping: requests have {FINISH} seconds to end");
    let ending = server.stop(true);
    tokio::select! {
        () = ending => {}
        () = signals.next() => {
            tracing::warn!("stopping at once");
            server.stop(false).await;
        }
    }
}
