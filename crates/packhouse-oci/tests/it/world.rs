//! The world of most tests: `acme`, owned by ada, and the requests that clients make.

use packhouse_core::account::{AccountName, OrganisationRole};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::format::Format;
use packhouse_core::visibility::Visibility;
use packhouse_oci::format::{CONTAINER, Oci};
use packhouse_registry::PackageAddress;
use packhouse_registry::token::MadeToken;
use packhouse_registry::visibility::AccessSource;
use packhouse_testkit::app::{Answer, Kept, Options, TestApp, TestClient, send};
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use sha2::Digest;

use crate::image::IMAGE;

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
    start: Kept,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let app = TestApp::with(Oci, options).await;
        let owner = app.user("ada").await;
        app.organisation("acme", "ada").await;
        let start = app.kept().await;
        Self { app, owner, start }
    }

    /// Makes a user who belongs to `acme`.
    pub async fn member(&self, login: &str) -> TestClient {
        let client = self.app.user(login).await;
        let role = Some(OrganisationRole::Member);
        self.app.member("acme", login, role).await;
        client
    }

    /// Gives an image of `acme` as its owner sees it.
    pub fn image(&self, name: &str) -> Image {
        Image::of(&self.owner, &format!("acme/{name}"))
    }

    /// Lets everybody read an image that is there.
    pub async fn publish(&self, name: &str) {
        self.show(name, Visibility::Public).await;
    }

    /// Gives an image that is there another visibility.
    pub async fn show(&self, name: &str, visibility: Visibility) {
        let (address, wanted) = (address(name), AccessSource::Own(visibility));
        let registry = &self.app.registry;
        let set = registry.set_visibility(&Actor::System, &HERE, &address, wanted);
        set.await.unwrap();
    }

    /// Gives a user another password.
    pub async fn set_password(&self, login: &str, new: &str) {
        let (name, registry) = (AccountName::parse(login).unwrap(), &self.app.registry);
        let set = registry.set_password(&Actor::System, &HERE, &name, new.to_owned());
        set.await.unwrap();
    }

    /// Disables a user.
    pub async fn disable(&self, login: &str) {
        let (name, registry) = (AccountName::parse(login).unwrap(), &self.app.registry);
        let set = registry.set_disabled(&Actor::System, &HERE, &name, true);
        set.await.unwrap();
    }

    /// Revokes a personal token.
    pub async fn revoke(&self, made: &MadeToken) {
        let registry = &self.app.registry;
        let revoked = registry.revoke_token(&Actor::System, &HERE, made.token.id);
        revoked.await.unwrap();
    }

    /// Begins to watch what is kept anew.
    pub async fn mark(&mut self) {
        self.start = self.app.kept().await;
    }

    /// Insists that nothing was kept since the world began: no blob, no upload, no change.
    pub async fn expect_untouched(&self, told: &str) {
        assert_eq!(self.app.kept().await, self.start, "{told}");
    }
}

/// Names an image of `acme` for the use cases.
pub fn address(name: &str) -> PackageAddress {
    PackageAddress {
        format: CONTAINER,
        owner: "acme".to_owned(),
        name: Oci.normalize_name(name).unwrap(),
        shown: format!("acme/{name}"),
    }
}

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Sha256,
    Sha512,
}

impl Algorithm {
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sha512];

    /// Gives the digest of some bytes.
    pub fn of(self, bytes: &[u8]) -> String {
        match self {
            Self::Sha256 => format!("sha256:{}", hex::encode(sha2::Sha256::digest(bytes))),
            Self::Sha512 => format!("sha512:{}", hex::encode(sha2::Sha512::digest(bytes))),
        }
    }
}

/// Gives the sha256 digest of some bytes.
pub fn sha256(bytes: &[u8]) -> String {
    Algorithm::Sha256.of(bytes)
}

/// Makes bytes that no other seed makes, `length` of them.
pub fn bytes(seed: &str, length: usize) -> Vec<u8> {
    let mut all = Vec::with_capacity(length + 64);
    let mut piece = sha2::Sha512::digest(seed);
    while all.len() < length {
        all.extend_from_slice(&piece);
        piece = sha2::Sha512::digest(piece);
    }
    all.truncate(length);
    all
}

/// Gives the address of a Location below the protocol's scope.
#[track_caller]
pub fn location(answer: &Answer) -> String {
    let location = answer.header("location").expect("there is a Location");
    let path = location.strip_prefix("/v2").expect("it begins with /v2");
    path.to_owned()
}

/// Gives the code of the only entry of an error body.
#[track_caller]
pub fn code(answer: &Answer) -> String {
    let body = answer.json();
    let errors = body["errors"].as_array().expect("a list of errors");
    assert_eq!(errors.len(), 1, "{body}");
    assert!(
        body.get("details").is_none(),
        "docker would print it: {body}"
    );
    let message = errors[0]["message"].as_str().unwrap_or_default();
    assert!(!message.is_empty(), "{body}");
    let type_ = answer.header("content-type");
    assert_eq!(type_, Some("application/json"));
    errors[0]["code"].as_str().unwrap().to_owned()
}

/// Insists on a refusal.
#[track_caller]
pub fn refused(answer: Answer, status: u16, wanted: &str) -> Answer {
    let answer = answer.expect(status);
    assert_eq!(code(&answer), wanted, "{}", answer.text());
    answer
}

/// Gives the text of a refusal.
#[track_caller]
pub fn message(answer: &Answer) -> String {
    let body = answer.json();
    body["errors"][0]["message"].as_str().unwrap().to_owned()
}

/// An image as somebody works with it.
#[derive(Clone)]
pub struct Image {
    pub client: TestClient,
    pub name: String,
}

impl Image {
    pub fn of(client: &TestClient, name: &str) -> Self {
        Self {
            client: client.clone(),
            name: name.to_owned(),
        }
    }

    /// Gives the same image as somebody else works with it.
    pub fn by(&self, client: &TestClient) -> Self {
        Self::of(client, &self.name)
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/{}/{rest}", self.name)
    }

    pub fn request(&self, method: Method, rest: &str) -> RequestBuilder {
        self.client.request(method, &self.path(rest))
    }

    pub async fn get(&self, rest: &str) -> Answer {
        self.client.get(&self.path(rest)).await
    }

    pub async fn head(&self, rest: &str) -> Answer {
        self.client.head(&self.path(rest)).await
    }

    pub async fn delete(&self, rest: &str) -> Answer {
        self.client.delete(&self.path(rest)).await
    }

    /// POSTs to the uploads with this query.
    pub async fn post(&self, query: &str, body: &[u8]) -> Answer {
        let request = self.request(Method::POST, &format!("blobs/uploads/{query}"));
        send(request.body(body.to_vec())).await
    }

    /// Begins an upload and gives its address.
    pub async fn begin(&self) -> String {
        location(&self.post("", b"").await.expect(202))
    }

    /// Sends a chunk, with its place when told.
    pub async fn patch(&self, at: &str, chunk: &[u8], range: Option<&str>) -> Answer {
        let request = self.client.request(Method::PATCH, at);
        let request = request.header(CONTENT_TYPE, "application/octet-stream");
        send(ranged(request, range).body(chunk.to_vec())).await
    }

    /// Ends an upload, with the last chunk when there is one.
    pub async fn close(&self, at: &str, digest: &str, last: &[u8], range: Option<&str>) -> Answer {
        let at = format!("{at}?digest={digest}");
        let request = self.client.request(Method::PUT, &at);
        send(ranged(request, range).body(last.to_vec())).await
    }

    /// Pushes a blob in one request, and gives its sha256 digest.
    pub async fn blob(&self, bytes: &[u8]) -> String {
        self.blob_as(Algorithm::Sha256, bytes).await
    }

    /// Pushes a blob under a digest of this algorithm.
    pub async fn blob_as(&self, algorithm: Algorithm, bytes: &[u8]) -> String {
        let digest = algorithm.of(bytes);
        let answer = self.post(&format!("?digest={digest}"), bytes).await;
        answer.expect(201);
        digest
    }

    /// Pushes a manifest under a tag or digest.
    pub async fn put(&self, reference: &str, media_type: &str, bytes: &[u8]) -> Answer {
        let request = self.request(Method::PUT, &format!("manifests/{reference}"));
        send(
            request
                .header(CONTENT_TYPE, media_type)
                .body(bytes.to_vec()),
        )
        .await
    }

    /// Pushes a small image of its own under a tag, and gives its manifest.
    pub async fn push(&self, tag: &str, seed: &str) -> Vec<u8> {
        let manifest = self.layers(seed).await;
        self.put(tag, IMAGE, &manifest).await.expect(201);
        manifest
    }

    /// Pushes the blobs of a small image, and gives its manifest.
    pub async fn layers(&self, seed: &str) -> Vec<u8> {
        let (config, layer) = (crate::image::config(seed), bytes(seed, 200));
        self.blob(&config).await;
        self.blob(&layer).await;
        crate::image::manifest(&config, &[&layer])
    }

    /// Lists the tags.
    pub async fn tags(&self) -> Vec<String> {
        let body = self.get("tags/list").await.expect(200).json();
        assert_eq!(body["name"], Value::from(self.name.clone()));
        serde_json::from_value(body["tags"].clone()).unwrap()
    }

    /// Lists what refers to a digest.
    pub async fn referrers(&self, digest: &str) -> Vec<Value> {
        let answer = self.get(&format!("referrers/{digest}")).await.expect(200);
        let body = answer.json();
        assert_eq!(body["schemaVersion"], 2);
        body["manifests"].as_array().unwrap().clone()
    }
}

fn ranged(request: RequestBuilder, range: Option<&str>) -> RequestBuilder {
    match range {
        Some(range) => request.header(CONTENT_RANGE, range),
        None => request,
    }
}
