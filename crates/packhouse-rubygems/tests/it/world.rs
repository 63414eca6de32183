//! The world of most tests: `acme`, owned by ada, and the requests that clients make of its source.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use packhouse_core::account::OrganisationRole;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::format::Format;
use packhouse_core::package::VersionName;
use packhouse_core::permission::{Action, Role};
use packhouse_core::token::{Scope, Scopes};
use packhouse_core::visibility::Visibility;
use packhouse_registry::token::TokenSpec;
use packhouse_registry::visibility::AccessSource;
use packhouse_registry::{PackageAddress, PackageHandle};
use packhouse_rubygems::format::{RUBYGEMS, RubyGems};
use packhouse_rubygems::route::Specs;
use packhouse_testkit::app::{Answer, Kept, Options, TestApp, TestClient, send, token_spec};
use reqwest::{Body, Method, RequestBuilder};
use serde_json::Value;

pub mod form;
pub mod gem;

use form::Part;
use gem::Gem;

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
        let app = TestApp::with(RubyGems::default(), options).await;
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

    /// Makes a user who belongs to `acme`, with a role on a gem.
    pub async fn member(&self, login: &str, gem: &str, role: Role) -> Source {
        let client = self.app.user(login).await;
        let member = Some(OrganisationRole::Member);
        self.app.member("acme", login, member).await;
        self.app.grant(&address(gem), login, Some(role)).await;
        Source::of(&client, "acme")
    }

    /// Gives the source as ada sees it with a token of these scopes alone.
    pub async fn narrow(&self, scopes: &[Scope]) -> Source {
        let spec = TokenSpec {
            scopes: Scopes::of(scopes),
            ..token_spec()
        };
        let token = self.app.token("ada", spec).await.secret;
        Source::of(&self.app.client(Some(&token)), "acme")
    }

    /// Lets a gem be read by others.
    pub async fn show(&self, gem: &str, visibility: Visibility) {
        let (registry, address) = (&self.app.registry, address(gem));
        let wanted = AccessSource::Own(visibility);
        let set = registry.set_visibility(&Actor::System, &HERE, &address, wanted);
        set.await.unwrap();
    }

    /// Undoes a yank, as the management API does.
    pub async fn restore(&self, gem: &str, name: &str) {
        let (registry, address, name) = (&self.app.registry, address(gem), version(name));
        let restored = registry.restore_version(&Actor::System, &HERE, &address, &name);
        restored.await.unwrap();
    }

    /// Gives a gem as it is now, or nothing.
    pub async fn package(&self, gem: &str) -> Option<PackageHandle> {
        let (registry, address) = (&self.app.registry, address(gem));
        let found = registry.authorize(&Actor::System, &address, Action::Read);
        found.await.ok().flatten()
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

/// Names a gem of `acme` for the use cases.
pub fn address(gem: &str) -> PackageAddress {
    of_owner("acme", gem)
}

/// Names a gem for the use cases.
pub fn of_owner(owner: &str, gem: &str) -> PackageAddress {
    PackageAddress {
        format: RUBYGEMS,
        owner: owner.to_owned(),
        name: RubyGems::default().normalize_name(gem).unwrap(),
        shown: format!("{owner}/{gem}"),
    }
}

/// Names a version for the use cases.
pub fn version(text: &str) -> VersionName {
    RubyGems::default().normalize_version(text).unwrap()
}

/// Writes a Basic header.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Unpacks gzip.
pub fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

/// The source of an owner, and who asks.
#[derive(Clone)]
pub struct Source {
    client: TestClient,
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

    /// Gives it with another Authorization header.
    pub fn authorization(&self, value: &str) -> Self {
        Self::of(&self.client.clone().authorization(value), &self.owner)
    }

    /// Begins a request to an address below the source.
    pub fn request(&self, method: Method, below: &str) -> RequestBuilder {
        let path = format!("/{}/{below}", self.owner);
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

    /// Gives the text at an address, which must be there.
    pub async fn text(&self, below: &str) -> String {
        let answer = self.get(below).await;
        assert_eq!(answer.status, 200, "{below}: {}", answer.text());
        answer.text()
    }

    /// Gives the JSON at an address, which must be there.
    pub async fn json(&self, below: &str) -> Value {
        let answer = self.get(below).await;
        assert_eq!(answer.status, 200, "{below}: {}", answer.text());
        answer.json()
    }

    /// Gives a list of the old index, unpacked.
    pub async fn specs(&self, list: Specs) -> Vec<u8> {
        unpacked(&self.get(list.segment()).await.expect(200).body)
    }

    /// Pushes bytes as `gem push` does.
    pub async fn push_bytes(&self, bytes: impl Into<Body>) -> Answer {
        let request = self.request(Method::POST, "api/v1/gems");
        let request = request.header("content-type", "application/octet-stream");
        send(request.body(bytes)).await
    }

    /// Pushes a form.
    pub async fn push_form(&self, parts: &[Part<'_>]) -> Answer {
        let (kind, body) = form::form(parts);
        let request = self.request(Method::POST, "api/v1/gems");
        send(request.header("content-type", kind).body(body)).await
    }

    /// Pushes a gem.
    pub async fn push(&self, gem: &Gem) -> Answer {
        self.push_bytes(gem.bytes()).await
    }

    /// Pushes gems that must be taken.
    pub async fn push_all(&self, gems: &[Gem]) {
        for gem in gems {
            self.push(gem).await.expect(200);
        }
    }

    /// Pushes a gem of nothing much, which must be taken.
    pub async fn publish(&self, name: &str, number: &str) {
        self.push(&Gem::new(name, number)).await.expect(200);
    }

    /// Yanks as `gem yank` does; `None` names no platform.
    pub async fn yank(&self, name: &str, number: &str, platform: Option<&str>) -> Answer {
        let mut form = format!("gem_name={name}&version={number}");
        if let Some(platform) = platform {
            form.push_str(&format!("&platform={platform}"));
        }
        let request = self.request(Method::DELETE, "api/v1/gems/yank");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        send(request.body(form)).await
    }
}

/// Insists on a refusal in the form that clients print: plain text, which never begins like one of
/// those at which they ask for a password; gives the text.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, words: &[&str]) -> String {
    let text = answer.text();
    assert_eq!(answer.status.as_u16(), status, "{text}");
    for word in words {
        assert!(text.contains(word), "no {word:?} in: {text}");
    }
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8"),
        "{text}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{text}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        answer.headers.contains_key("www-authenticate"),
        status == 401
    );
    for magic in [
        "You have enabled multifactor authentication",
        "The API key doesn't have access",
    ] {
        assert!(!text.starts_with(magic), "clients would prompt: {text}");
    }
    text
}
