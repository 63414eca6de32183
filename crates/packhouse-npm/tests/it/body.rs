//! Publish bodies as clients send them, each part of which a test can bend.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_testkit::app::{Answer, TestClient};
use serde_json::{Map, Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha512};

use crate::tarball::Tar;

/// A version to be published.
#[derive(Clone)]
pub struct Body {
    pub name: String,
    pub version: String,
    /// The tag; npm says `latest` when its user says nothing.
    pub tag: String,
    /// The manifest that the client sends.
    pub manifest: Value,
    pub tarball: Vec<u8>,
    pub access: Value,
    /// What comes beside the tarball: a provenance bundle.
    pub bundle: Option<Value>,
}

impl Body {
    /// A small package whose file and manifest agree.
    pub fn new(name: &str, version: &str) -> Self {
        Self::with(name, version, json!({}))
    }

    /// A small package with more fields in its package.json.
    pub fn with(name: &str, version: &str, fields: Value) -> Self {
        let mut manifest = json!({ "name": name, "version": version });
        let more: Map<String, Value> = fields.as_object().unwrap().clone();
        manifest.as_object_mut().unwrap().extend(more);
        let files = Tar::default()
            .file("package/package.json", manifest.to_string().as_bytes())
            .file("package/index.js", b"module.exports = 1;\n");
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            tag: "latest".to_owned(),
            manifest,
            tarball: files.gz(),
            access: Value::Null,
            bundle: None,
        }
    }

    /// The same with other bytes in the tarball.
    pub fn other_bytes(mut self, text: &str) -> Self {
        let files = Tar::default()
            .file("package/package.json", self.manifest.to_string().as_bytes())
            .file("package/index.js", text.as_bytes());
        self.tarball = files.gz();
        self
    }

    /// The same with another archive.
    pub fn archive(mut self, archive: Tar) -> Self {
        self.tarball = archive.gz();
        self
    }

    /// The same under another tag.
    pub fn tag(mut self, tag: &str) -> Self {
        self.tag = tag.to_owned();
        self
    }

    /// The same for everybody, or not.
    pub fn access(mut self, access: &str) -> Self {
        self.access = access.into();
        self
    }

    /// The same with provenance of this very tarball.
    pub fn proved(mut self) -> Self {
        let name = self.name.replace('@', "%40");
        self.bundle = Some(bundle(
            &format!("pkg:npm/{name}@{}", self.version),
            &self.tarball,
        ));
        self
    }

    /// Where it is sent, with the scope's slash encoded.
    pub fn path(&self) -> String {
        path(&self.name)
    }

    /// The name of the tarball among the attachments.
    pub fn attachment(&self) -> String {
        format!("{}-{}.tgz", self.name, self.version)
    }

    /// The digest that package managers check.
    pub fn integrity(&self) -> String {
        format!("sha512-{}", STANDARD.encode(Sha512::digest(&self.tarball)))
    }

    /// The older digest.
    pub fn shasum(&self) -> String {
        let digest = Sha1::digest(&self.tarball);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The document.
    pub fn json(&self) -> Value {
        let (name, version) = (&self.name, &self.version);
        let mut manifest = self.manifest.clone();
        manifest["_id"] = format!("{name}@{version}").into();
        manifest["readme"] = "# read me".into();
        manifest["dist"] = json!({
            "integrity": self.integrity(),
            "shasum": self.shasum(),
            "tarball": format!("http://registry.example/{name}/-/{name}-{version}.tgz"),
        });
        let mut document = json!({
            "_id": name,
            "name": name,
            "description": "",
            "dist-tags": { &self.tag: version },
            "versions": { version: manifest },
            "access": self.access,
            "_attachments": { self.attachment(): {
                "content_type": "application/octet-stream",
                "data": STANDARD.encode(&self.tarball),
                "length": self.tarball.len(),
            }},
        });
        if let Some(bundle) = &self.bundle {
            let data = bundle.to_string();
            document["_attachments"][format!("{name}-{version}.sigstore")] = json!({
                "content_type": bundle["mediaType"],
                "length": data.encode_utf16().count(),
                "data": data,
            });
        }
        document
    }

    /// Sends it.
    pub async fn publish(&self, client: &TestClient) -> Answer {
        client.put(&self.path(), &self.json()).await
    }
}

/// The path of a package, with the scope's slash encoded as npm does.
pub fn path(name: &str) -> String {
    format!("/{}", name.replace('/', "%2f"))
}

/// A provenance bundle about a package version and its tarball.
pub fn bundle(subject: &str, tarball: &[u8]) -> Value {
    let digest = Sha512::digest(tarball);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": subject, "digest": { "sha512": digest } }],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": { "buildDefinition": {} },
    });
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": { "certificate": { "rawBytes": "" } },
        "dsseEnvelope": {
            "payload": STANDARD.encode(statement.to_string()),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{ "sig": "MEU=", "keyid": "" }],
        },
    })
}
