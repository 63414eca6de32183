//! Databases for tests: one for each test, on both engines.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

pub use packhouse_db::Engine;

use packhouse_db::Db;
use tokio::sync::OnceCell;

use crate::postgres::Postgres;

const TEMPLATE: &str = "packhouse_template";

/// Turns suites, `async fn(TestDatabase)` of the same module, into two tests each: `NAME::sqlite`
/// and `NAME::postgres`.
#[macro_export]
macro_rules! on_both_engines {
    ($($suite:ident),+ $(,)?) => {$(
        mod $suite {
            #[test]
            fn sqlite() {
                $crate::database::run($crate::database::Engine::Sqlite, super::$suite);
            }

            #[test]
            fn postgres() {
                $crate::database::run($crate::database::Engine::Postgres, super::$suite);
            }
        }
    )+};
}

/// A database of its own, gone with this value.
pub struct TestDatabase {
    /// The handle; its clones must not outlive this value.
    pub db: Db,
    /// Its address, for another process or handle.
    pub url: String,
    // Dropped last.
    _place: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "removed when dropped")] tempfile::TempDir),
    Database(String),
}

impl TestDatabase {
    /// Makes a migrated database.
    ///
    /// # Panics
    /// When the engine cannot be had.
    pub async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let database = Self::empty(engine).await;
                database.db.migrate().await.expect("migrations run");
                database
            }
            Engine::Postgres => Self::of_template(TEMPLATE).await,
        }
    }

    /// Makes a database without tables.
    ///
    /// # Panics
    /// When the engine cannot be had.
    pub async fn empty(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("there is room for a folder");
                let url = format!("sqlite://{}", folder.path().join("test.db").display());
                Self {
                    db: Db::open(&url).expect("a new file opens"),
                    url,
                    _place: Place::Folder(folder),
                }
            }
            Engine::Postgres => Self::of_template("template0").await,
        }
    }

    async fn of_template(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = server().await;
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        server.run(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        let url = server.url(&name);
        Self {
            db: Db::open(&url).expect("the address is well-formed"),
            url,
            _place: Place::Database(name),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let (Self::Database(name), Some(server)) = (self, SERVER.get()) {
            server.run(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// Runs a suite on a migrated database; behind [`on_both_engines!`](crate::on_both_engines).
///
/// # Panics
/// When the suite does.
pub fn run<F: Future<Output = ()>>(engine: Engine, suite: impl FnOnce(TestDatabase) -> F) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts")
        .block_on(async { suite(TestDatabase::new(engine).await).await });
}

static SERVER: OnceCell<Postgres> = OnceCell::const_new();

/// Gives the one server of this process, with a migrated database to copy.
async fn server() -> &'static Postgres {
    SERVER
        .get_or_init(|| async {
            let server = Postgres::start();
            server.run(&format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0"));
            let template = Db::open(&server.url(TEMPLATE)).expect("the address is well-formed");
            template.migrate().await.expect("migrations run");
            server
        })
        .await
}
