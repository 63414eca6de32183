//! Asking a Maven repository directly what it holds, and deploying to it without a Maven.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::Metadata;
use crate::http::{Request, Response};

/// A repository, as somebody sees it; credentials go along with every request.
#[derive(Clone, Debug)]
pub struct Repository {
    url: String,
    token: Option<String>,
}

/// Group, artifact and version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coordinates {
    /// The group, with dots.
    pub group: String,
    /// The artifact.
    pub artifact: String,
    /// The version; of a snapshot the one that ends in `-SNAPSHOT`.
    pub version: String,
}

impl Coordinates {
    /// Reads `GROUP:ARTIFACT:VERSION`; panics for anything else.
    pub fn of(text: &str) -> Self {
        let parts: Vec<_> = text.splitn(3, ':').map(str::to_owned).collect();
        let [group, artifact, version] = <[String; 3]>::try_from(parts)
            .unwrap_or_else(|_| panic!("{text} is not GROUP:ARTIFACT:VERSION"));
        Self {
            group,
            artifact,
            version,
        }
    }

    /// Gives the path of a file; `rest` follows artifact and version: `.jar`, `-sources.jar`.
    pub fn file(&self, rest: &str) -> String {
        self.build(&self.version, rest)
    }

    /// Gives the path of a file of the snapshot build `value`, `1.0-20240131.235959-7`.
    pub fn build(&self, value: &str, rest: &str) -> String {
        let (group, artifact) = (self.group.replace('.', "/"), &self.artifact);
        format!(
            "{group}/{artifact}/{}/{artifact}-{value}{rest}",
            self.version
        )
    }
}

impl Repository {
    /// Looks at the repository at `url`, which has a slash at its end, with a token or nothing.
    pub fn at(url: &str, token: Option<&str>) -> Self {
        Self {
            url: url.to_owned(),
            token: token.map(str::to_owned),
        }
    }

    /// Gives its address, with a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Begins a request; `path` is below its address.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let request = Request::new(method, &format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.header("Authorization", &basic(token)),
            None => request,
        }
    }

    /// Gets a path; the answer may be an error.
    pub fn get(&self, path: &str) -> Response {
        self.request("GET", path).send()
    }

    /// Puts bytes; the answer may be an error.
    pub fn put(&self, path: &str, bytes: &[u8]) -> Response {
        self.request("PUT", path).body(bytes.to_vec()).send()
    }

    /// Gives the bytes of a file that is there, after asserting that every checksum and header
    /// served with it is of those bytes.
    pub fn whole(&self, path: &str) -> Vec<u8> {
        let answer = self.get(path).expect(200);
        let body = &answer.body;
        let sums = [
            ("Md5", hex::encode(Md5::digest(body))),
            ("Sha1", hex::encode(Sha1::digest(body))),
            ("Sha256", hex::encode(Sha256::digest(body))),
            ("Sha512", hex::encode(Sha512::digest(body))),
        ];
        for (name, sum) in sums {
            assert_eq!(answer.header(&format!("X-Checksum-{name}")), sum, "{path}");
            let file = format!("{path}.{}", name.to_lowercase());
            assert_eq!(self.get(&file).expect(200).text(), sum, "{file}");
        }
        answer.body
    }

    /// Gives the versions of `GROUP:ARTIFACT`, none when nothing is listed.
    pub fn versions(&self, package: &str) -> Vec<String> {
        let path = format!("{}/maven-metadata.xml", folder(package));
        let answer = self.get(&path);
        match answer.status {
            404 => Vec::new(),
            _ => Metadata::parse(&answer.expect(200).text()).versions,
        }
    }

    /// Gives the metadata of `GROUP`, `GROUP:ARTIFACT` or `GROUP:ARTIFACT:VERSION`, after asserting
    /// that its checksums are of it.
    pub fn metadata(&self, of: &str) -> Metadata {
        let path = format!("{}/maven-metadata.xml", folder(of));
        Metadata::parse(&String::from_utf8_lossy(&self.whole(&path)))
    }

    /// Deploys a release as Maven does: each of `files`, `.pom` first, with its SHA-1, then the
    /// versions that the metadata had and this one. Panics when anything is refused.
    pub fn deploy(&self, coordinates: &Coordinates, files: &[(&str, &[u8])]) {
        for (rest, bytes) in files {
            self.upload(&coordinates.file(rest), bytes);
        }
        let Coordinates {
            group,
            artifact,
            version,
        } = coordinates;
        let mut versions = self.versions(&format!("{group}:{artifact}"));
        versions.push(version.clone());
        let versions: String = versions
            .iter()
            .map(|version| format!("<version>{version}</version>"))
            .collect();
        let document = format!(
            "<metadata><groupId>{group}</groupId><artifactId>{artifact}</artifactId>\
             <versioning><release>{version}</release><versions>{versions}</versions>\
             <lastUpdated>20240131235959</lastUpdated></versioning></metadata>"
        );
        let path = folder(&format!("{group}:{artifact}"));
        self.upload(&format!("{path}/maven-metadata.xml"), document.as_bytes());
    }

    /// Deploys a release of packaging `jar` with a POM of nothing but coordinates, and `jar` as
    /// its file.
    pub fn deploy_jar(&self, coordinates: &str, jar: &[u8]) {
        let coordinates = Coordinates::of(coordinates);
        let pom = bare_pom(&coordinates);
        self.deploy(&coordinates, &[(".pom", pom.as_bytes()), (".jar", jar)]);
    }

    fn upload(&self, path: &str, bytes: &[u8]) {
        let sha1 = hex::encode(Sha1::digest(bytes));
        for (path, bytes) in [
            (path.to_owned(), bytes),
            (format!("{path}.sha1"), sha1.as_bytes()),
        ] {
            let answer = self.put(&path, bytes);
            let taken = (200..300).contains(&answer.status);
            assert!(taken, "{path}: {} {}", answer.status, answer.text());
        }
    }
}

/// Gives the value of `Authorization` that carries a token as password.
pub fn basic(token: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("any:{token}")))
}

/// Gives the folder of `GROUP`, `GROUP:ARTIFACT` or `GROUP:ARTIFACT:VERSION`.
fn folder(of: &str) -> String {
    let mut parts = of.splitn(3, ':');
    let group = parts.next().unwrap_or_default().replace('.', "/");
    parts.fold(group, |path, part| format!("{path}/{part}"))
}

fn bare_pom(coordinates: &Coordinates) -> String {
    let Coordinates {
        group,
        artifact,
        version,
    } = coordinates;
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\
         <groupId>{group}</groupId><artifactId>{artifact}</artifactId>\
         <version>{version}</version></project>\n"
    )
}
