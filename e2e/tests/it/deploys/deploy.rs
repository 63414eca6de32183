//! A deploy as its requests, and what must be there afterwards.

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;
use packhouse_e2e::http::{Request, Response};
use serde_json::Value;
use sha1::{Digest, Sha1};

/// The repository that everything goes to.
pub const REPOSITORY: &str = "acme/libs";

/// One version of `com.acme:lib`.
pub struct Deploy {
    pub version: &'static str,
    pub jar: Vec<u8>,
}

/// Makes the repository.
pub fn prepare(scene: &Scene) {
    scene.server.admin(&["repo", "create", REPOSITORY], "");
}

/// Begins a request with Alice's token; `path` is below the repository.
pub fn request(scene: &Scene, method: &str, path: &str) -> Request {
    let url = format!("{}/maven/{REPOSITORY}/{path}", scene.server.origin());
    Request::new(method, &url).token(&scene.token)
}

impl Deploy {
    pub fn new(version: &'static str, length: usize) -> Self {
        Self {
            version,
            jar: noise(version.len() as u64 + 7, length),
        }
    }

    fn pom(&self) -> String {
        let version = self.version;
        format!(
            "<project><modelVersion>4.0.0</modelVersion><groupId>com.acme</groupId>\
             <artifactId>lib</artifactId><version>{version}</version></project>"
        )
    }

    pub fn path(&self, extension: &str) -> String {
        let version = self.version;
        format!("com/acme/lib/{version}/lib-{version}.{extension}")
    }

    /// PUT of the jar.
    pub fn put_jar(&self, scene: &Scene) -> Request {
        request(scene, "PUT", &self.path("jar")).body(self.jar.clone())
    }

    /// PUT of the POM.
    pub fn put_pom(&self, scene: &Scene) -> Request {
        request(scene, "PUT", &self.path("pom")).body(self.pom().into_bytes())
    }

    /// PUT of the jar's checksum.
    pub fn put_sha1(&self, scene: &Scene) -> Request {
        let sha1 = hex::encode(Sha1::digest(&self.jar));
        request(scene, "PUT", &self.path("jar.sha1")).body(sha1.into_bytes())
    }

    /// PUT of the metadata that ends the deploy.
    pub fn put_metadata(&self, scene: &Scene) -> Request {
        let version = self.version;
        let text = format!(
            "<metadata><groupId>com.acme</groupId><artifactId>lib</artifactId><versioning>\
             <versions><version>{version}</version></versions></versioning></metadata>"
        );
        request(scene, "PUT", "com/acme/lib/maven-metadata.xml").body(text.into_bytes())
    }

    /// Sends everything, as a client does that has been interrupted at any point and begins again.
    pub fn send(&self, scene: &Scene) {
        for request in [
            self.put_pom(scene),
            self.put_jar(scene),
            self.put_sha1(scene),
            self.put_metadata(scene),
        ] {
            let answer = request.send();
            assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
        }
    }

    /// Asserts that the version is listed and its jar is what was sent.
    pub fn is_whole(&self, scene: &Scene) {
        assert!(versions(scene).contains(&self.version.to_owned()));
        let jar = request(scene, "GET", &self.path("jar")).send().expect(200);
        assert!(jar.body == self.jar, "the jar of {}", self.version);
        let pom = request(scene, "GET", &self.path("pom")).send().expect(200);
        assert_eq!(pom.text(), self.pom());
    }
}

/// Gives the versions that the metadata lists; none when there is no metadata.
pub fn versions(scene: &Scene) -> Vec<String> {
    let answer = request(scene, "GET", "com/acme/lib/maven-metadata.xml").send();
    if answer.status == 404 {
        return Vec::new();
    }
    let text = answer.expect(200).text();
    let after = text.split("<version>").skip(1);
    let versions = after.filter_map(|rest| rest.split_once("</version>"));
    versions.map(|(version, _)| version.to_owned()).collect()
}

/// Gives what a refusal says; panics when it has not the form of problem details.
pub fn detail(answer: &Response) -> String {
    let body: Value = answer.json();
    assert_eq!(body["status"], answer.status, "{body}");
    assert!(body["title"].is_string(), "{body}");
    body["detail"].as_str().expect("it says why").to_owned()
}
