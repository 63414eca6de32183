//! The world of most tests: `acme`, owned by ada, its private repository `libs`, and the requests
//! that clients make.

use packhouse_core::account::OrganisationRole;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::format::Format;
use packhouse_core::package::VersionName;
use packhouse_core::permission::{Action, Role};
use packhouse_core::visibility::Visibility;
use packhouse_maven::format::{MAVEN, Maven};
use packhouse_registry::bytes::digests_of;
use packhouse_registry::resolve::Snapshot;
use packhouse_registry::{PackageAddress, PackageHandle};
use packhouse_testkit::app::{Answer, Kept, Options, TestApp, TestClient, send};
use reqwest::{Body, Method, RequestBuilder};

/// From where the tests change things without HTTP.
pub static HERE: Client = Client {
    address: None,
    agent: None,
};

/// A server with an organisation and its repository.
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
        let app = TestApp::with(Maven::default(), options).await;
        let owner = app.user("ada").await;
        app.organisation("acme", "ada").await;
        app.repository("acme/libs", Visibility::Private).await;
        let start = app.kept().await;
        Self { app, owner, start }
    }

    /// Gives `acme/libs` as its owner sees it.
    pub fn libs(&self) -> Repo {
        Repo::of(&self.owner, "acme/libs")
    }

    /// Makes a repository of `acme`, and gives it as its owner sees it.
    pub async fn repository(&self, name: &str, visibility: Visibility) -> Repo {
        let address = format!("acme/{name}");
        self.app.repository(&address, visibility).await;
        Repo::of(&self.owner, &address)
    }

    /// Makes a user outside `acme` with a role on `acme/libs`.
    pub async fn colleague(&self, login: &str, role: Option<Role>) -> TestClient {
        let client = self.app.user(login).await;
        self.app.grant_on_repository("acme/libs", login, role).await;
        client
    }

    /// Makes a user who belongs to `acme`.
    pub async fn member(&self, login: &str) -> TestClient {
        let client = self.app.user(login).await;
        let role = Some(OrganisationRole::Member);
        self.app.member("acme", login, role).await;
        client
    }

    /// Gives a package as it is now.
    pub async fn package(&self, name: &str) -> PackageHandle {
        let (registry, address) = (&self.app.registry, address(name));
        let found = registry.authorize(&Actor::System, &address, Action::Read);
        found.await.unwrap().expect("the package is there")
    }

    /// Gives what is told of a version besides its files, as pages do.
    pub async fn about(&self, name: &str, text: &str) -> Option<String> {
        let (package, wanted) = (self.package(name).await, version(text));
        let look = move |snapshot: &mut Snapshot<'_>| {
            let found = snapshot.version(&wanted)?;
            Ok(found.expect("the version is there").metadata)
        };
        let registry = &self.app.registry;
        let metadata = registry.snapshot(package.package.id, look).await.unwrap();
        Maven::default().about(&metadata)
    }

    /// Deletes versions of a package, as the management API does.
    pub async fn delete(&self, name: &str, versions: &[&str]) -> usize {
        let versions = versions.iter().map(|text| version(text)).collect();
        let (registry, address) = (&self.app.registry, address(name));
        let gone = registry.delete_versions(&Actor::System, &HERE, &address, versions, None);
        gone.await.unwrap()
    }

    /// Deletes a package, as the management API does.
    pub async fn delete_package(&self, name: &str) {
        let (registry, address) = (&self.app.registry, address(name));
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

/// Names a package of `acme`, `REPO/group:artifact`, for the use cases.
pub fn address(name: &str) -> PackageAddress {
    PackageAddress {
        format: MAVEN,
        owner: "acme".to_owned(),
        name: Maven::default().normalize_name(name).unwrap(),
        shown: format!("acme/{name}"),
    }
}

/// Names a version for the use cases.
pub fn version(text: &str) -> VersionName {
    Maven::default().normalize_version(text).unwrap()
}

/// A repository as somebody sees it.
#[derive(Clone)]
pub struct Repo {
    pub client: TestClient,
    address: String,
}

impl Repo {
    /// `address` is `OWNER/REPO`, spelled as requests will.
    pub fn of(client: &TestClient, address: &str) -> Self {
        Self {
            client: client.clone(),
            address: address.to_owned(),
        }
    }

    /// Gives it as somebody else sees it.
    pub fn seen_by(&self, client: &TestClient) -> Self {
        Self::of(client, &self.address)
    }

    /// Begins a request.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = format!("/{}/{path}", self.address);
        self.client.request(method, &path)
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::GET, path);
        let with =
            |request: RequestBuilder, (name, value): &(&str, &str)| request.header(*name, *value);
        send(headers.iter().fold(request, with)).await
    }

    pub async fn head(&self, path: &str) -> Answer {
        send(self.request(Method::HEAD, path)).await
    }

    pub async fn put(&self, path: &str, body: impl Into<Body>) -> Answer {
        send(self.request(Method::PUT, path).body(body)).await
    }

    pub async fn put_with(
        &self,
        path: &str,
        (name, value): (&str, &str),
        body: impl Into<Body>,
    ) -> Answer {
        let request = self.request(Method::PUT, path).header(name, value);
        send(request.body(body)).await
    }

    /// Puts a new file and then its checksums, as Maven does.
    pub async fn put_new(&self, path: &str, body: &[u8]) {
        self.put_summed(path, body, &["sha1", "md5"]).await;
    }

    /// Puts a new file and then these checksums of it.
    pub async fn put_summed(&self, path: &str, body: &[u8], algorithms: &[&str]) {
        self.put(path, body.to_vec()).await.expect(201);
        for algorithm in algorithms {
            let sum = sum(algorithm, body);
            self.put(&format!("{path}.{algorithm}"), sum)
                .await
                .expect(201);
        }
    }

    /// Puts a document with its checksums, as clients do with metadata.
    pub async fn put_metadata(&self, directory: &str, body: &[u8]) {
        let path = format!("{directory}/maven-metadata.xml");
        self.put(&path, body.to_vec()).await.expect(200);
        for algorithm in ["sha1", "md5"] {
            let sum = sum(algorithm, body);
            self.put(&format!("{path}.{algorithm}"), sum)
                .await
                .expect(200);
        }
    }

    /// Deploys a release of POM and jar: files, checksums, metadata.
    pub async fn deploy(&self, ga: &str, version: &str) {
        let at = Gav::new(ga, version);
        self.put_new(&at.file("pom"), &pom(ga, version)).await;
        self.put_new(&at.file("jar"), &jar(ga, version)).await;
        self.put_metadata(&at.directory(), &metadata(ga, &[version]))
            .await;
    }

    /// Gives the versions that the A-level metadata lists.
    pub async fn versions(&self, ga: &str) -> Vec<String> {
        let path = format!("{}/maven-metadata.xml", directory(ga));
        let answer = self.get(&path).await;
        match answer.status.as_u16() {
            404 => Vec::new(),
            _ => values(&answer.expect(200).text(), "version"),
        }
    }
}

/// A version of a package, for addresses.
#[derive(Debug, Clone, Copy)]
pub struct Gav<'a> {
    ga: &'a str,
    version: &'a str,
}

impl<'a> Gav<'a> {
    pub fn new(ga: &'a str, version: &'a str) -> Self {
        Self { ga, version }
    }

    /// Gives the directory of the package.
    pub fn directory(self) -> String {
        directory(self.ga)
    }

    /// Gives the address of the file with this ending: `jar`, or with a classifier `-sources.jar`.
    pub fn file(self, ending: &str) -> String {
        self.named(self.version, ending)
    }

    /// Gives the address of a file of a build of a snapshot: `20260131.120000-1`.
    pub fn of_build(self, build: &str, ending: &str) -> String {
        let base = self.version.strip_suffix("SNAPSHOT").unwrap();
        self.named(&format!("{base}{build}"), ending)
    }

    fn named(self, value: &str, ending: &str) -> String {
        let artifact = self.ga.rsplit(':').next().unwrap();
        let ending = match ending.starts_with('-') {
            true => ending.to_owned(),
            false => format!(".{ending}"),
        };
        let directory = self.directory();
        format!("{directory}/{}/{artifact}-{value}{ending}", self.version)
    }
}

/// Gives the directory of a package.
pub fn directory(ga: &str) -> String {
    let (group, artifact) = ga.split_once(':').unwrap();
    format!("{}/{artifact}", group.replace('.', "/"))
}

/// Writes the POM of a jar.
pub fn pom(ga: &str, version: &str) -> Vec<u8> {
    pom_with(ga, version, "")
}

/// Writes a POM with more in it.
pub fn pom_with(ga: &str, version: &str, more: &str) -> Vec<u8> {
    let (group, artifact) = ga.split_once(':').unwrap();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\
         <groupId>{group}</groupId><artifactId>{artifact}</artifactId>\
         <version>{version}</version>{more}</project>\n"
    )
    .into_bytes()
}

/// Gives the bytes of a jar, which nobody looks into.
pub fn jar(ga: &str, version: &str) -> Vec<u8> {
    format!("the classes of {ga} {version}, {}", "x".repeat(200)).into_bytes()
}

/// Writes the metadata that a client uploads for the level of the artifact.
pub fn metadata(ga: &str, versions: &[&str]) -> Vec<u8> {
    let (group, artifact) = ga.split_once(':').unwrap();
    let versions: String = versions
        .iter()
        .map(|version| format!("<version>{version}</version>"))
        .collect();
    format!(
        "<metadata><groupId>{group}</groupId><artifactId>{artifact}</artifactId><versioning>\
         <versions>{versions}</versions><lastUpdated>20260131120000</lastUpdated></versioning>\
         </metadata>"
    )
    .into_bytes()
}

/// Writes the metadata that a client uploads for the level of a snapshot.
pub fn builds(ga: &str, version: &str, build: &str) -> Vec<u8> {
    let (group, artifact) = ga.split_once(':').unwrap();
    let (timestamp, number) = build.split_once('-').unwrap();
    format!(
        "<metadata modelVersion=\"1.1.0\"><groupId>{group}</groupId>\
         <artifactId>{artifact}</artifactId><version>{version}</version><versioning><snapshot>\
         <timestamp>{timestamp}</timestamp><buildNumber>{number}</buildNumber></snapshot>\
         </versioning></metadata>"
    )
    .into_bytes()
}

/// Gives a checksum in lower-case hex.
pub fn sum(algorithm: &str, bytes: &[u8]) -> String {
    let digests = digests_of(bytes);
    match algorithm {
        "md5" => digests.md5.unwrap().to_string(),
        "sha1" => digests.sha1.unwrap().to_string(),
        "sha256" => digests.sha256.to_string(),
        "sha512" => digests.sha512.unwrap().to_string(),
        other => panic!("no algorithm {other}"),
    }
}

/// Gives the texts of all elements of a name, in order.
pub fn values(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open)
        .skip(1)
        .map(|rest| rest.split(&close).next().unwrap().to_owned())
        .collect()
}

/// Gives the text of the one element of a name.
#[track_caller]
pub fn value(xml: &str, name: &str) -> String {
    let mut values = values(xml, name);
    assert_eq!(values.len(), 1, "{name} in {xml}");
    values.remove(0)
}

/// Insists on a refusal in the form that clients show, with these words; gives its text.
#[track_caller]
pub fn refused(answer: Answer, status: u16, words: &[&str]) -> String {
    let answer = answer.expect(status);
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let content_type = answer.header("content-type").unwrap();
    let problem = content_type == "application/problem+json";
    let detail = match problem {
        true => {
            let body = answer.json();
            assert_eq!(body["type"], "about:blank");
            assert_eq!(body["status"], status);
            assert_eq!(body["title"], answer.status.canonical_reason().unwrap());
            body["detail"].as_str().expect("a text").to_owned()
        }
        false => {
            assert_eq!(content_type, "text/plain; charset=utf-8");
            answer.text().trim_end().to_owned()
        }
    };
    for word in words {
        assert!(detail.contains(word), "no {word:?} in: {detail}");
    }
    // Resolvers take problem details for a failure; what is absent, or has changed, is none.
    let by_status = status == 412 || status == 404 && detail.contains("was not found");
    assert_eq!(problem, !by_status, "{detail}");
    let challenges: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
    match status {
        401 => assert_eq!(challenges, ["Basic realm=\"Packhouse\""], "{detail}"),
        _ => assert!(challenges.is_empty(), "{detail}: {challenges:?}"),
    }
    detail
}
