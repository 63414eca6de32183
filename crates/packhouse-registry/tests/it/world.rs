//! A registry with a clock that stands still, and short ways to people and packages.

mod content;
mod draft;
mod format;
mod image;
mod parts;
mod store;

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use packhouse_blob::{BlobStore, S3Settings, open_store};
use packhouse_core::account::{
    AccountKind, AccountName, OrganisationPolicy, OrganisationRole, TeamName,
};
use packhouse_core::actor::{Actor, Client, SignedIn};
use packhouse_core::error::ErrorKind;
use packhouse_core::id::AccountId;
use packhouse_core::package::VersionName;
use packhouse_core::permission::Role;
use packhouse_core::token::{Scopes, TokenLimits};
use packhouse_core::visibility::Visibility;
use packhouse_db::account::NewAccount;
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, DbError};
use packhouse_registry::account::NewUser;
use packhouse_registry::clock::Clock;
use packhouse_registry::grant::Grantee;
use packhouse_registry::repository::RepositoryAddress;
use packhouse_registry::token::TokenSpec;
use packhouse_registry::{PackageAddress, Registry, Result, Settings};
use packhouse_testkit::database::TestDatabase;

pub(crate) use content::{ContentFormat, Push, content, digest, stage};
pub(crate) use draft::Draft;
pub(crate) use format::{FORMAT, TestFormat, version};
pub(crate) use image::{Hub, Manifest, Named, image, stored};
pub(crate) use parts::{PARTS, Part, PartsFormat, parts, release};
pub(crate) use store::Scattered;

/// A clock that tests move.
pub(crate) struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

pub(crate) struct World {
    pub(crate) registry: Registry,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) client: Client,
    pub(crate) database: TestDatabase,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(database: TestDatabase) -> Self {
        Self::over(database, |store| store)
    }

    /// Makes a world whose bytes go through another store.
    pub(crate) fn over(
        database: TestDatabase,
        wrap: impl FnOnce(Arc<dyn BlobStore>) -> Arc<dyn BlobStore>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let start = DateTime::UNIX_EPOCH + TimeDelta::seconds(1_750_000_000);
        let clock = Arc::new(TestClock(Mutex::new(start)));
        let registry = registry(&database, &clock, folder.path(), wrap);
        let client = Client {
            address: Some([192, 0, 2, 7].into()),
            agent: Some("client/1".to_owned()),
        };
        Self {
            registry,
            clock,
            client,
            database,
            folder,
        }
    }

    /// Gives another server on the same database and store, which shares nothing in memory.
    pub(crate) fn replica(&self) -> Registry {
        registry(&self.database, &self.clock, self.folder.path(), |store| {
            store
        })
    }

    pub(crate) fn clock_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Gives a user as a browser session.
    pub(crate) async fn session_of(&self, name: &str) -> Actor {
        session(self.account_id(name).await, name, false)
    }

    /// Counts the files that wait in the store to become something.
    pub(crate) fn uploads_lying_about(&self) -> usize {
        let waiting = std::fs::read_dir(self.folder.path().join("uploads"));
        waiting.map_or(0, Iterator::count)
    }

    /// Runs work on the database that must succeed.
    pub(crate) async fn db<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<R, DbError> + Send + 'static,
    ) -> R {
        self.database.db.write(work).await.unwrap()
    }

    /// Makes a user without a password and gives it as a browser session.
    pub(crate) async fn user(&self, name: &str) -> Actor {
        let new = new_account(AccountKind::User, name);
        let at = self.clock.now();
        let account = self
            .db(move |conn| packhouse_db::account::insert_account(conn, &new, at))
            .await;
        session(account.id, name, false)
    }

    /// Makes a site admin and gives it as a browser session.
    pub(crate) async fn site_admin(&self, name: &str) -> Actor {
        let mut new = new_account(AccountKind::User, name);
        new.site_admin = true;
        let at = self.clock.now();
        let account = self
            .db(move |conn| packhouse_db::account::insert_account(conn, &new, at))
            .await;
        session(account.id, name, true)
    }

    /// Makes an organisation of an owner and members who exist.
    pub(crate) async fn organisation(&self, name: &str, owner: &Actor, members: &[&Actor]) {
        let (client, owner) = (&self.client, account(owner.shown()));
        let (system, organisation) = (&Actor::System, account(name));
        self.registry
            .create_organisation(system, client, organisation.clone(), &owner)
            .await
            .unwrap();
        for member in members {
            let (name, role) = (account(member.shown()), OrganisationRole::Member);
            self.registry
                .set_member(system, client, &organisation, &name, Some(role))
                .await
                .unwrap();
        }
    }

    /// Changes the rules of an organisation.
    pub(crate) async fn policy(&self, name: &str, policy: OrganisationPolicy) {
        let id = self.account_id(name).await;
        self.db(move |conn| packhouse_db::account::set_policy(conn, id, &policy))
            .await;
    }

    pub(crate) async fn account_id(&self, name: &str) -> AccountId {
        let key = name.to_owned();
        let found = self
            .db(move |conn| packhouse_db::account::find_account(conn, &key))
            .await;
        found.unwrap().id
    }

    /// Makes a team with members.
    pub(crate) async fn team(&self, organisation: &str, name: &str, members: &[&Actor]) {
        let members = members.iter().map(|actor| account(actor.shown())).collect();
        let (organisation, name) = (account(organisation), TeamName::parse(name).unwrap());
        self.registry
            .create_team(&Actor::System, &self.client, &organisation, name, members)
            .await
            .unwrap();
    }

    pub(crate) async fn repository(&self, address: &str, visibility: Visibility) {
        let address = RepositoryAddress::parse(address).unwrap();
        self.registry
            .create_repository(&Actor::System, &self.client, address, visibility)
            .await
            .unwrap();
    }

    pub(crate) async fn grant_repository(&self, address: &str, to: &str, role: Option<Role>) {
        let address = RepositoryAddress::parse(address).unwrap();
        let to = Grantee::parse(to).unwrap();
        self.registry
            .grant_on_repository(&Actor::System, &self.client, address, to, role)
            .await
            .unwrap();
    }

    pub(crate) async fn grant_package(&self, name: &str, to: &str, role: Option<Role>) {
        let to = Grantee::parse(to).unwrap();
        self.registry
            .grant_on_package(&Actor::System, &self.client, &package(name), to, role)
            .await
            .unwrap();
    }

    /// Makes a token for a user and signs in with it.
    pub(crate) async fn token(&self, user: &str, scopes: &str, limits: TokenLimits) -> Actor {
        let secret = self.secret(user, scopes, limits).await;
        let signed_in = self.registry.authenticate(&secret, &self.client).await;
        signed_in.unwrap()
    }

    /// Makes a token for a user and gives its text.
    pub(crate) async fn secret(&self, user: &str, scopes: &str, limits: TokenLimits) -> String {
        let spec = TokenSpec {
            name: "test".to_owned(),
            scopes: scopes.parse::<Scopes>().unwrap(),
            limits,
            expires_at: None,
        };
        self.registry
            .create_token(&Actor::System, &self.client, &account(user), spec)
            .await
            .unwrap()
            .secret
    }

    /// Gives a package's row as it is now.
    pub(crate) async fn record(&self, name: &str) -> PackageRecord {
        self.find(name).await.expect("the package is live")
    }

    /// Gives a live package's row.
    pub(crate) async fn find(&self, name: &str) -> Option<PackageRecord> {
        let at = package(name);
        self.db(move |conn| {
            packhouse_db::package::find_record(conn, &at.owner, FORMAT, at.name.key())
        })
        .await
    }

    /// Gives the tags of a package with the names of their versions, in order.
    pub(crate) async fn tags(&self, name: &str) -> Vec<(String, String)> {
        let id = self.record(name).await.package.id;
        self.db(move |conn| {
            let tags = packhouse_db::tag::list_tags(conn, id)?;
            let mut named = Vec::new();
            for tag in tags {
                let version = packhouse_db::version::find_version_by_id(conn, tag.version)?;
                named.push((tag.name, version.unwrap().name.to_string()));
            }
            Ok(named)
        })
        .await
    }

    /// Gives the name of the version that stands for a package.
    pub(crate) async fn latest(&self, name: &str) -> Option<String> {
        let latest = self.record(name).await.latest?;
        let found = self
            .db(move |conn| packhouse_db::version::find_version_by_id(conn, latest))
            .await;
        Some(found.unwrap().name.to_string())
    }

    /// Gives the kinds of all events so far, in order.
    pub(crate) async fn events(&self) -> Vec<&'static str> {
        let all = self.event_rows().await;
        all.iter().map(|event| event.kind.as_str()).collect()
    }

    pub(crate) async fn event_rows(&self) -> Vec<packhouse_core::event::Event> {
        let start = packhouse_core::id::EventId(0);
        self.db(move |conn| packhouse_db::event::list(conn, start, 10_000))
            .await
    }
}

fn registry(
    database: &TestDatabase,
    clock: &Arc<TestClock>,
    folder: &std::path::Path,
    wrap: impl FnOnce(Arc<dyn BlobStore>) -> Arc<dyn BlobStore>,
) -> Registry {
    let url = format!("file://{}", folder.display()).parse().unwrap();
    let opened = open_store(&url, folder, &S3Settings::default()).unwrap();
    let settings = Settings {
        public_url: "https://packages.registry.example/base/".parse().unwrap(),
        link_hosts: vec!["git.example".to_owned()],
    };
    Registry::new(
        database.db.clone(),
        wrap(opened.store),
        opened.staging,
        Arc::<TestClock>::clone(clock),
        vec![
            Arc::new(TestFormat),
            Arc::new(ContentFormat),
            Arc::new(PartsFormat),
        ],
        settings,
    )
}

fn new_account(kind: AccountKind, name: &str) -> NewAccount {
    NewAccount {
        kind,
        name: account(name),
        email: None,
        password_hash: None,
        site_admin: false,
        policy: OrganisationPolicy::default(),
    }
}

fn session(id: AccountId, name: &str, site_admin: bool) -> Actor {
    Actor::Account(Arc::new(SignedIn {
        account: id,
        name: account(name),
        site_admin,
        token: None,
        stated: None,
    }))
}

pub(crate) fn account(name: &str) -> AccountName {
    AccountName::parse(name).unwrap()
}

/// Describes a user who is yet to be made.
pub(crate) fn new_user(name: &str) -> NewUser {
    NewUser {
        name: account(name),
        email: None,
        password: "a good password".to_owned(),
        site_admin: false,
    }
}

/// Names a package: `OWNER/NAME`.
pub(crate) fn package(name: &str) -> PackageAddress {
    let (owner, short) = name.split_once('/').unwrap();
    PackageAddress {
        format: FORMAT,
        owner: owner.to_lowercase(),
        name: packhouse_core::package::PackageName::new(short, short.to_lowercase()),
        shown: name.to_owned(),
    }
}

pub(crate) fn versions(names: &[&str]) -> Vec<VersionName> {
    names.iter().map(|name| version(name)).collect()
}

/// Gives the kind of a refusal.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T>) -> ErrorKind {
    result.expect_err("this is refused").kind()
}
