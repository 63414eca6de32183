//! A server in this process, with one protocol on it and everything below it real: a database of
//! its own, a store in a folder of its own, a clock that stands until it is moved.
//!
//! [`TestApp::new`] starts it; the builders in `app/world.rs` fill it; [`TestClient`] asks it over
//! loopback; [`TestApp::kept`] looks at what is in the store afterwards.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use chrono::{DateTime, Duration, TimeZone, Utc};
use packhouse_blob::{S3Settings, open_store};
use packhouse_core::id::EventId;
use packhouse_db::{Db, DbError};
use packhouse_http::call::Kit;
use packhouse_http::limits::Limits;
use packhouse_http::links::Hosts;
use packhouse_http::mount::mount;
use packhouse_http::protocol::Protocol;
use packhouse_http::request_log::log_request;
use packhouse_registry::clock::Clock;
use packhouse_registry::{Registry, Settings};
use url::Url;

use crate::database::{Engine, TestDatabase};

mod client;
mod world;

pub use client::{Answer, TestClient, send};
pub use world::{PASSWORD, token_spec};

/// What a test may want otherwise.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database engine.
    pub engine: Engine,
    /// Size limits.
    pub limits: Limits,
    /// The address that clients are told; the listening one when not given.
    pub public_url: Option<Url>,
    /// Host names that lead to the protocol at their root.
    pub hosts: Vec<&'static str>,
    /// Networks of proxies that are believed.
    pub trusted_proxies: Vec<&'static str>,
}

impl Default for Options {
    /// SQLite, the limits of a release, the listening address.
    fn default() -> Self {
        Self {
            engine: Engine::Sqlite,
            limits: Limits::default(),
            public_url: None,
            hosts: Vec::new(),
            trusted_proxies: Vec::new(),
        }
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<Mutex<DateTime<Utc>>>);

impl Default for FakeClock {
    /// Stands at noon of 31 January 2026.
    fn default() -> Self {
        let noon = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).single();
        Self(Arc::new(Mutex::new(noon.expect("the date exists"))))
    }
}

impl FakeClock {
    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What lies in the store and the database's diary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Files under `blobs/`.
    pub blobs: usize,
    /// Files under `uploads/`.
    pub uploads: usize,
    /// Event rows: every change writes one in its transaction.
    pub events: usize,
}

/// A running server; it stops when this value goes.
pub struct TestApp {
    /// The use cases, for worlds built without HTTP.
    pub registry: Registry,
    /// The server's clock.
    pub clock: FakeClock,
    /// Where the protocol begins, without a slash at the end.
    pub base: String,
    db: Db,
    http: reqwest::Client,
    store: PathBuf,
    // In the order in which they must go: nobody writes after the server.
    _server: Server,
    _folder: tempfile::TempDir,
    _database: TestDatabase,
}

impl TestApp {
    /// Starts a server for a protocol on SQLite and a folder.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn new<P: Protocol>(protocol: P) -> Self {
        Self::with(protocol, Options::default()).await
    }

    /// Starts a server with other options.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn with<P: Protocol>(protocol: P, options: Options) -> Self {
        let database = TestDatabase::new(options.engine).await;
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let url = Url::from_directory_path(folder.path()).expect("the folder's path is absolute");
        let opened = open_store(&url, folder.path(), &S3Settings::default()).expect("folders open");
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let listening = Url::parse(&format!("http://{address}/")).expect("an address is a URL");
        let clock = FakeClock::default();
        let protocol = Arc::new(protocol);
        let settings = Settings {
            public_url: options.public_url.unwrap_or(listening),
            link_hosts: vec!["git.example".to_owned()],
        };
        let registry = Registry::new(
            database.db.clone(),
            opened.store,
            opened.staging,
            Arc::new(clock.clone()),
            vec![Arc::clone(&protocol) as _],
            settings,
        );
        registry.ensure_signing_key().await.expect("a key is made");
        let mut hosts = Hosts::default();
        for host in options.hosts {
            hosts.insert(host, P::SCOPE, &registry.settings().public_url);
        }
        let kit = Arc::new(Kit {
            registry: registry.clone(),
            limits: options.limits,
            hosts,
            web_login: true,
            trusted_proxies: options
                .trusted_proxies
                .iter()
                .map(|net| net.parse().expect("the test names a network"))
                .collect(),
        });
        Self {
            registry,
            clock,
            base: format!("http://{address}{}", P::SCOPE),
            db: database.db.clone(),
            http: client::http(),
            store: folder.path().to_owned(),
            _server: Server::start(listener, protocol, kit),
            _folder: folder,
            _database: database,
        }
    }

    /// Gives a client that sends this token, or one that sends none.
    pub fn client(&self, token: Option<&str>) -> TestClient {
        TestClient::new(self.http.clone(), self.base.clone(), token)
    }

    /// Gives a client without a credential.
    pub fn anonymous(&self) -> TestClient {
        self.client(None)
    }

    /// Counts what is kept now.
    ///
    /// # Panics
    /// When folders or database cannot be read.
    pub async fn kept(&self) -> Kept {
        let events = self
            .db
            .read(|conn| {
                let all = packhouse_db::event::list(conn, EventId(0), i64::MAX)?;
                Ok::<_, DbError>(all.len())
            })
            .await;
        Kept {
            blobs: files(&self.store.join("blobs")),
            uploads: files(&self.store.join("uploads")),
            events: events.expect("events can be read"),
        }
    }

    /// Waits until what is kept is as told: the end of a request whose client went away cannot be
    /// seen from outside.
    ///
    /// # Panics
    /// When it does not come to that within ten seconds.
    pub async fn settled(&self, as_told: impl Fn(Kept) -> bool) {
        let give_up = Instant::now() + std::time::Duration::from_secs(10);
        loop {
            let kept = self.kept().await;
            if as_told(kept) {
                return;
            }
            assert!(Instant::now() < give_up, "it stays at {kept:?}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

/// Counts the files below a folder.
fn files(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .map(|entry| {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() { files(&path) } else { 1 }
        })
        .sum()
}

/// The server's thread with its own runtime, as in the binary.
struct Server {
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start<P: Protocol>(listener: TcpListener, protocol: Arc<P>, kit: Arc<Kit>) -> Self {
        let (started, handle) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    let (protocol, kit) = (Arc::clone(&protocol), Arc::clone(&kit));
                    App::new()
                        .wrap(actix_web::middleware::from_fn(log_request))
                        .configure(move |config| mount(config, protocol, kit))
                })
                .workers(2)
                .disable_signals()
                .listen_auto_h2c(listener)
                .expect("a bound listener is taken")
                .run();
                started.send(server.handle()).expect("the test waits");
                server.await.expect("the server runs");
            });
        });
        Self {
            handle: handle.recv().expect("the server starts"),
            thread: Some(thread),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is sent at once; the thread's end tells that it was obeyed.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(
                ended.is_ok() || std::thread::panicking(),
                "the server panicked"
            );
        }
    }
}
