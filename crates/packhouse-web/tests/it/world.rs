//! A server without a network: a registry on a fresh database and store, and a clock to move.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use packhouse_core::account::{Account, AccountName};
use packhouse_core::actor::{Actor, Client};
use packhouse_http::Kit;
use packhouse_registry::account::NewUser;
use packhouse_registry::clock::Clock;
use packhouse_registry::{Registry, Settings};
use packhouse_testkit::blob_suite;
use packhouse_testkit::database::{Engine, TestDatabase};

/// The password of every account made here.
pub const PASSWORD: &str = "correct horse";

pub struct World {
    pub kit: Arc<Kit>,
    clock: Arc<TestClock>,
    // Dropped after the registry.
    _database: TestDatabase,
    _store: blob_suite::World,
}

struct TestClock(Mutex<DateTime<Utc>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

impl World {
    pub async fn new() -> Self {
        Self::at("http://registry.example/").await
    }

    /// Makes a server with that public URL.
    pub async fn at(public_url: &str) -> Self {
        let database = TestDatabase::new(Engine::Sqlite).await;
        let store = blob_suite::World::local();
        let clock = Arc::new(TestClock(Mutex::new(Utc::now())));
        let registry = Registry::new(
            database.db.clone(),
            Arc::clone(&store.opened.store),
            store.opened.staging.clone(),
            clock.clone(),
            Vec::new(),
            Settings {
                public_url: public_url.parse().unwrap(),
                link_hosts: Vec::new(),
            },
        );
        let kit = Kit {
            registry,
            limits: Default::default(),
            hosts: Default::default(),
            web_login: true,
            trusted_proxies: Arc::new([]),
        };
        Self {
            kit: Arc::new(kit),
            clock,
            _database: database,
            _store: store,
        }
    }

    pub fn registry(&self) -> &Registry {
        &self.kit.registry
    }

    pub async fn user(&self, name: &str) -> Account {
        let user = NewUser {
            name: AccountName::parse(name).unwrap(),
            email: None,
            password: PASSWORD.to_owned(),
            site_admin: false,
        };
        self.registry()
            .create_user(&Actor::System, &Client::default(), user)
            .await
            .unwrap()
    }

    /// Makes the secret of the set-up address, which is open while there is no account.
    pub async fn setup_secret(&self) -> String {
        let secret = self.registry().renew_setup_secret().await.unwrap();
        secret.expect("there is no account yet")
    }

    pub fn pass(&self, time: Duration) {
        *self.clock.0.lock().unwrap() += time;
    }
}
