//! The world of most tests: `acme`, owned by ada, and the requests that clients make of its source.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::account::OrganisationRole;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::format::{DeprecationWish, Format};
use packhouse_core::package::VersionName;
use packhouse_core::permission::{Action, Role};
use packhouse_core::token::{Scope, Scopes};
use packhouse_core::visibility::Visibility;
use packhouse_nuget::format::{NUGET, Nuget};
use packhouse_registry::token::TokenSpec;
use packhouse_registry::visibility::AccessSource;
use packhouse_registry::{PackageAddress, PackageHandle};
use packhouse_testkit::app::{Answer, Kept, Options, TestApp, TestClient, send, token_spec};
use reqwest::{Body, Method, RequestBuilder};
use serde_json::Value;

use crate::pack::{Nupkg, form};

/// From where the tests change things without HTTP.
pub static HERE: Client = Client {
    address: None,
    agent: None,
};

/// A server with an organisation.
pub struct World {
    pub app: TestApp,
    /// Ada, who owns `acme`.
    pub owner: TestClient,
    /// A token of hers, for headers.
    pub key: String,
    start: Kept,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let app = TestApp::with(Nuget::default(), options).await;
        let owner = app.user("ada").await;
        app.organisation("acme", "ada").await;
        let key = app.token("ada", token_spec()).await.secret;
        let start = app.kept().await;
        Self {
            app,
            owner,
            key,
            start,
        }
    }

    /// Gives the source of `acme` as its owner sees it.
    pub fn source(&self) -> Source {
        Source::of(&self.owner, "acme")
    }

    /// Gives the source of `acme` as somebody sees it who has not signed in.
    pub fn stranger(&self) -> Source {
        Source::of(&self.app.anonymous(), "acme")
    }

    /// Makes a user outside `acme` with a role on a package.
    pub async fn colleague(&self, login: &str, id: &str, role: Role) -> Source {
        let client = self.app.user(login).await;
        self.app.grant(&address(id), login, Some(role)).await;
        Source::of(&client, "acme")
    }

    /// Makes a user who belongs to `acme`.
    pub async fn member(&self, login: &str) -> Source {
        let client = self.app.user(login).await;
        let role = Some(OrganisationRole::Member);
        self.app.member("acme", login, role).await;
        Source::of(&client, "acme")
    }

    /// Makes a token of ada's with these scopes alone.
    pub async fn narrow(&self, scopes: &[Scope]) -> String {
        let spec = TokenSpec {
            scopes: Scopes::of(scopes),
            ..token_spec()
        };
        self.app.token("ada", spec).await.secret
    }

    /// Lets a package be read by others.
    pub async fn show(&self, id: &str, visibility: Visibility) {
        let (registry, address) = (&self.app.registry, address(id));
        let wanted = AccessSource::Own(visibility);
        let set = registry.set_visibility(&Actor::System, &HERE, &address, wanted);
        set.await.unwrap();
    }

    /// Publishes a package that anyone may read.
    pub async fn public(&self, id: &str, version: &str) {
        self.source().publish(id, version).await;
        self.show(id, Visibility::Public).await;
    }

    /// Gives a package as it is now, or nothing.
    pub async fn package(&self, id: &str) -> Option<PackageHandle> {
        let (registry, address) = (&self.app.registry, address(id));
        let found = registry.authorize(&Actor::System, &address, Action::Read);
        found.await.ok().flatten()
    }

    /// Deprecates versions of a package, as `admin package deprecate` does.
    pub async fn deprecate(&self, id: &str, versions: &[&str], wish: &DeprecationWish) {
        let made = Nuget::default().deprecation(wish).unwrap();
        let wanted = versions
            .iter()
            .map(|text| (version(text), Some(made.clone())));
        let (registry, address) = (&self.app.registry, address(id));
        let set = registry.deprecate(&Actor::System, &HERE, &address, wanted.collect());
        assert_eq!(set.await.unwrap(), versions.len());
    }

    /// Deletes versions of a package for good, as the management API does.
    pub async fn delete(&self, id: &str, versions: &[&str]) {
        let (registry, address) = (&self.app.registry, address(id));
        let gone: Vec<_> = versions.iter().map(|text| version(text)).collect();
        let gone = registry.delete_versions(&Actor::System, &HERE, &address, gone, None);
        assert_eq!(gone.await.unwrap(), versions.len());
    }

    /// Deletes a package for good, as the management API does.
    pub async fn delete_package(&self, id: &str) {
        let (registry, address) = (&self.app.registry, address(id));
        let gone = registry.delete_package(&Actor::System, &HERE, &address, None);
        gone.await.unwrap();
    }

    /// Begins to watch what is kept anew.
    pub async fn mark(&mut self) {
        self.start = self.app.kept().await;
    }

    /// Insists that nothing was kept since the world began, or was marked: no blob, no upload, no
    /// change.
    pub async fn expect_untouched(&self, told: &str) {
        assert_eq!(self.app.kept().await, self.start, "{told}");
    }
}

/// Names a package of `acme` for the use cases.
pub fn address(id: &str) -> PackageAddress {
    of_owner("acme", id)
}

/// Names a package for the use cases.
pub fn of_owner(owner: &str, id: &str) -> PackageAddress {
    PackageAddress {
        format: NUGET,
        owner: owner.to_owned(),
        name: Nuget::default().normalize_name(id).unwrap(),
        shown: format!("{owner}/{id}"),
    }
}

/// Names a version for the use cases.
pub fn version(text: &str) -> VersionName {
    Nuget::default().normalize_version(text).unwrap()
}

/// Writes a Basic header.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Escapes a value of a query string.
pub fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte.is_ascii_alphanumeric() {
            true => out.push(byte.into()),
            false => write!(out, "%{byte:02X}").unwrap(),
        }
        out
    })
}

/// A source as somebody sees it.
#[derive(Clone)]
pub struct Source {
    pub client: TestClient,
    owner: String,
}

impl Source {
    /// `owner` is spelled as requests will.
    pub fn of(client: &TestClient, owner: &str) -> Self {
        Self {
            client: client.clone(),
            owner: owner.to_owned(),
        }
    }

    /// Gives it as somebody else sees it.
    pub fn seen_by(&self, client: &TestClient) -> Self {
        Self::of(client, &self.owner)
    }

    /// Begins a request to an address below the source.
    pub fn request(&self, method: Method, below: &str) -> RequestBuilder {
        let path = match below {
            "" => format!("/{}", self.owner),
            below => format!("/{}/{below}", self.owner),
        };
        self.client.request(method, &path)
    }

    pub async fn get(&self, below: &str) -> Answer {
        send(self.request(Method::GET, below)).await
    }

    pub async fn get_with(&self, below: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::GET, below);
        let with =
            |request: RequestBuilder, (name, value): &(&str, &str)| request.header(*name, *value);
        send(headers.iter().fold(request, with)).await
    }

    pub async fn head(&self, below: &str) -> Answer {
        send(self.request(Method::HEAD, below)).await
    }

    /// Gives the JSON at an address, which must be there.
    pub async fn json(&self, below: &str) -> Value {
        let answer = self.get(below).await;
        assert_eq!(answer.status, 200, "{below}: {}", answer.text());
        answer.json()
    }

    /// Sends a bare body.
    pub async fn put(&self, below: &str, body: impl Into<Body>) -> Answer {
        send(self.request(Method::PUT, below).body(body)).await
    }

    /// Sends a package as clients do, in a form.
    pub async fn send(&self, below: &str, package: &[u8]) -> Answer {
        let (kind, body) = form(package);
        let request = self.request(Method::PUT, below);
        send(request.header("content-type", kind).body(body)).await
    }

    /// Pushes a package.
    pub async fn push(&self, package: &Nupkg) -> Answer {
        self.send("package/", &package.bytes()).await
    }

    /// Pushes packages that must be taken.
    pub async fn push_all(&self, packages: &[Nupkg]) {
        for package in packages {
            self.push(package).await.expect(201);
        }
    }

    /// Pushes a package of nothing much, which must be taken.
    pub async fn publish(&self, id: &str, version: &str) {
        self.push(&Nupkg::new(id, version)).await.expect(201);
    }

    pub async fn unlist(&self, id: &str, version: &str) -> Answer {
        let below = format!("package/{id}/{version}");
        send(self.request(Method::DELETE, &below)).await
    }

    pub async fn relist(&self, id: &str, version: &str) -> Answer {
        let below = format!("package/{id}/{version}");
        send(self.request(Method::POST, &below)).await
    }

    /// Gives the versions that the flat container lists; none where there is no package.
    pub async fn versions(&self, id: &str) -> Vec<String> {
        let answer = self.get(&format!("download/{id}/index.json")).await;
        match answer.status.as_u16() {
            404 => Vec::new(),
            _ => strings(&answer.expect(200).json()["versions"]),
        }
    }

    /// Gets a package from the flat container.
    pub async fn download(&self, id: &str, version: &str) -> Answer {
        self.get(&format!("download/{id}/{version}/{id}.{version}.nupkg"))
            .await
    }

    /// Gives the registration of an id with all of its versions: external pages are fetched.
    pub async fn leaves(&self, hive: &str, id: &str) -> Vec<Value> {
        let index = self.json(&format!("{hive}/{id}/index.json")).await;
        let mut all = Vec::new();
        for page in index["items"].as_array().unwrap() {
            let page = match page.get("items") {
                Some(_) => page.clone(),
                None => self.follow(page["@id"].as_str().unwrap()).await,
            };
            let items = page["items"].as_array().unwrap();
            assert_eq!(page["count"], items.len());
            all.extend(items.iter().cloned());
        }
        all
    }

    /// Gets the JSON at an absolute address that an answer named.
    pub async fn follow(&self, at: &str) -> Value {
        self.json(self.below(at)).await
    }

    /// Gives an absolute address that an answer named as one below the source.
    #[track_caller]
    pub fn below<'a>(&self, at: &'a str) -> &'a str {
        let place = format!("/nuget/{}/", self.owner.to_lowercase());
        let (origin, below) = at.split_once(&place).expect("it lies in the source");
        assert!(origin.starts_with("http://127.0.0.1:"), "{at}");
        below
    }

    /// Searches, and gives the ids that were found.
    pub async fn found(&self, query: &str) -> Vec<String> {
        let found = self.json(&format!("query?{query}")).await;
        let data = found["data"].as_array().unwrap();
        data.iter().map(|hit| text(&hit["id"])).collect()
    }
}

/// Gives a text of an answer.
#[track_caller]
pub fn text(value: &Value) -> String {
    let text = value.as_str();
    text.unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

/// Gives a list of texts of an answer.
#[track_caller]
pub fn strings(value: &Value) -> Vec<String> {
    let members = value.as_array();
    let members = members.unwrap_or_else(|| panic!("{value} is no list"));
    members.iter().map(text).collect()
}
