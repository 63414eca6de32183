//! A Maven repository of a scene, asked over plain HTTP.

use std::thread;
use std::time::{Duration, Instant};

use sha1::Digest as _;

use super::xml;
use crate::Scene;
use crate::http::{Request, Response};

/// How long a version may take to be listed that nobody announces: thirty seconds without an
/// upload, and then some on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The checksum files of Maven repositories.
pub const CHECKSUMS: [&str; 4] = ["md5", "sha1", "sha256", "sha512"];

/// A repository, `acme/lib`, with its Maven address.
#[derive(Debug)]
pub struct Shelf<'a> {
    scene: &'a Scene,
    repository: String,
}

impl<'a> Shelf<'a> {
    /// Makes a private repository, `acme/lib`.
    pub fn new(scene: &'a Scene, repository: &str) -> Self {
        Self::visible(scene, repository, "private")
    }

    /// Makes a repository with a visibility: `public`, `internal` or `private`.
    pub fn visible(scene: &'a Scene, repository: &str, visibility: &str) -> Self {
        let words = ["repo", "create", repository, "--visibility", visibility];
        scene.server.admin(&words, "");
        Self {
            scene,
            repository: repository.to_owned(),
        }
    }

    /// Makes the user `login`, who may `read` or `write` here, or whatever a grant gives; gives a
    /// token of theirs that may read and write packages.
    pub fn member(&self, login: &str, role: &str) -> String {
        let token = self
            .scene
            .user_with_token(login, "read:packages,write:packages");
        let words = ["grant", &self.repository, login, role];
        self.scene.server.admin(&words, "");
        token
    }

    /// Gives its address, with the slash at its end.
    pub fn url(&self) -> String {
        format!("{}/maven/{}/", self.scene.server.origin(), self.repository)
    }

    /// Begins a request for what is at `path`, without credentials.
    pub fn anonymous(&self, method: &str, path: &str) -> Request {
        Request::new(method, &format!("{}{path}", self.url()))
    }

    /// Begins a request for what is at `path`, with Alice's token.
    pub fn request(&self, method: &str, path: &str) -> Request {
        self.anonymous(method, path).token(&self.scene.token)
    }

    /// Reads what is at `path` with Alice's token.
    pub fn get(&self, path: &str) -> Response {
        self.request("GET", path).send()
    }

    /// Puts `content` at `path` with Alice's token.
    pub fn put(&self, path: &str, content: &[u8]) -> Response {
        self.request("PUT", path).body(content.to_vec()).send()
    }

    /// Puts the files of a release of `module` (`org/acme/lib`), a POM without dependencies and
    /// `files` by what follows the version in their names (`.jar`, `-sources.jar`), and then its
    /// `maven-metadata.xml`, which lists it.
    pub fn release(&self, module: &str, version: &str, files: &[(&str, &[u8])]) {
        let (group, name) = coordinates(module);
        let pom = pom(&group, name, version);
        for (end, content) in [(".pom", pom.as_bytes())].iter().chain(files) {
            let path = format!("{module}/{version}/{name}-{version}{end}");
            self.put(&path, content).expect(201);
        }
        self.announce(module, version);
    }

    /// Puts a `maven-metadata.xml` of `module` that says no more than that there is `version`.
    pub fn announce(&self, module: &str, version: &str) {
        let (group, name) = coordinates(module);
        let metadata = format!(
            "<metadata><groupId>{group}</groupId><artifactId>{name}</artifactId><versioning>\
             <versions><version>{version}</version></versions></versioning></metadata>"
        );
        let path = format!("{module}/maven-metadata.xml");
        self.put(&path, metadata.as_bytes()).expect(200);
    }

    /// Gives the `maven-metadata.xml` of a folder, `org/acme/lib` or `org/acme/lib/1.1-SNAPSHOT`.
    pub fn metadata(&self, folder: &str) -> String {
        self.whole(&format!("{folder}/maven-metadata.xml"));
        let answer = self.get(&format!("{folder}/maven-metadata.xml"));
        answer.expect(200).text()
    }

    /// Gives the versions that `maven-metadata.xml` of `module` lists; none when there is none.
    pub fn versions(&self, module: &str) -> Vec<String> {
        let answer = self.get(&format!("{module}/maven-metadata.xml"));
        if answer.status == 404 {
            return Vec::new();
        }
        let text = answer.expect(200).text();
        let versions = xml::all(&text, "version").into_iter();
        versions.map(str::to_owned).collect()
    }

    /// Waits until `maven-metadata.xml` of `module` lists `version`.
    pub fn wait_for(&self, module: &str, version: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.versions(module).iter().any(|found| found == version) {
            assert!(Instant::now() < until, "{module} {version} is not listed");
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Gives the name of the file with this `end` (`.jar`, `-sources.jar`) in the newest build of
    /// a snapshot, and that build's number.
    pub fn newest_build(&self, module: &str, version: &str, end: &str) -> (String, u32) {
        let (_, name) = coordinates(module);
        let metadata = self.metadata(&format!("{module}/{version}"));
        let timestamp = xml::first(&metadata, "timestamp");
        let number = xml::first(&metadata, "buildNumber");
        let base = version.trim_end_matches("SNAPSHOT");
        let file = format!("{module}/{version}/{name}-{base}{timestamp}-{number}{end}");
        (file, number.parse().expect("a build number is a number"))
    }

    /// Gives the bytes at `path` when every checksum file beside it, and every header about it,
    /// says what they are; panics otherwise.
    pub fn whole(&self, path: &str) -> Vec<u8> {
        let answer = self.get(path).expect(200);
        for algorithm in CHECKSUMS {
            let sum = checksum(algorithm, &answer.body);
            let beside = self.get(&format!("{path}.{algorithm}")).expect(200);
            assert_eq!(beside.text(), sum, "{path}.{algorithm}");
            let header = format!("X-Checksum-{algorithm}");
            assert_eq!(answer.header(&header), sum, "{header} of {path}");
        }
        answer.body
    }
}

/// Gives a checksum as repositories keep it: hexadecimal, in lower case, nothing else.
pub fn checksum(algorithm: &str, content: &[u8]) -> String {
    match algorithm {
        "md5" => hex::encode(md5::Md5::digest(content)),
        "sha1" => hex::encode(sha1::Sha1::digest(content)),
        "sha256" => hex::encode(sha2::Sha256::digest(content)),
        "sha512" => hex::encode(sha2::Sha512::digest(content)),
        other => panic!("no checksum is called {other}"),
    }
}

/// Gives a POM without dependencies.
pub fn pom(group: &str, name: &str, version: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  \
         <modelVersion>4.0.0</modelVersion>\n  <groupId>{group}</groupId>\n  \
         <artifactId>{name}</artifactId>\n  <version>{version}</version>\n</project>\n"
    )
}

/// Splits `org/acme/lib` into `org.acme` and `lib`.
fn coordinates(module: &str) -> (String, &str) {
    let (group, name) = module.rsplit_once('/').expect("a module has a group");
    (group.replace('/', "."), name)
}
