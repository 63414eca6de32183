//! Asking a registry directly what it holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::sha256;
use crate::http::{Request, Response};

/// The types of manifest that a client of today takes.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// A registry, as somebody sees it; credentials go along with every request.
#[derive(Clone, Debug)]
pub struct Registry {
    host: String,
    authorization: Option<String>,
}

impl Registry {
    /// Looks at the registry at `host`, `127.0.0.1:PORT`, with a token or with nothing.
    pub fn at(host: &str, token: Option<&str>) -> Self {
        let basic = |token: &str| format!("Basic {}", STANDARD.encode(format!("any:{token}")));
        Self {
            host: host.to_owned(),
            authorization: token.map(basic),
        }
    }

    /// Gives its host and port, as images are named.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Gives how a client names an image here: `name` is `acme/x`, `acme/x:1` or `acme/x@sha256:…`.
    pub fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.host)
    }

    /// Begins a request; `path` is below `/v2/`, or a `Location`.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let path = path.strip_prefix("/v2/").unwrap_or(path);
        let request = Request::new(method, &format!("http://{}/v2/{path}", self.host));
        match &self.authorization {
            Some(value) => request.header("Authorization", value),
            None => request,
        }
    }

    /// Gets a manifest by tag or digest; the answer may be an error.
    pub fn manifest(&self, name: &str, reference: &str) -> Response {
        self.request("GET", &format!("{name}/manifests/{reference}"))
            .header("Accept", ACCEPT)
            .send()
    }

    /// Gives the digest that a tag stands for, by HEAD; panics when there is none.
    pub fn digest(&self, name: &str, tag: &str) -> String {
        let answer = self
            .request("HEAD", &format!("{name}/manifests/{tag}"))
            .header("Accept", ACCEPT)
            .send()
            .expect(200);
        answer.header("Docker-Content-Digest").to_owned()
    }

    /// Gets a blob; the answer may be an error.
    pub fn blob(&self, name: &str, digest: &str) -> Response {
        self.request("GET", &format!("{name}/blobs/{digest}"))
            .send()
    }

    /// Gives the tags of an image, in the registry's order.
    pub fn tags(&self, name: &str) -> Vec<String> {
        let path = format!("{name}/tags/list");
        let list = self.request("GET", &path).send().expect(200).json();
        let tags = list["tags"].as_array();
        let tags = tags.unwrap_or_else(|| panic!("no tags in {list}"));
        let text = |tag: &Value| tag.as_str().expect("a tag is text").to_owned();
        tags.iter().map(text).collect()
    }

    /// Gives the descriptors of what refers to a manifest.
    pub fn referrers(&self, name: &str, digest: &str) -> Vec<Value> {
        let path = format!("{name}/referrers/{digest}");
        let list = self.request("GET", &path).send().expect(200).json();
        let found = list["manifests"].as_array().cloned();
        found.unwrap_or_else(|| panic!("no manifests in {list}"))
    }

    /// Uploads a blob in two requests, and gives its digest.
    pub fn put_blob(&self, name: &str, bytes: &[u8]) -> String {
        let digest = sha256(bytes);
        let location = self.begin_upload(name);
        self.finish_upload(&location, &digest, bytes).expect(201);
        digest
    }

    /// Begins an upload, and gives the `Location` it goes on at.
    pub fn begin_upload(&self, name: &str) -> String {
        let answer = self
            .request("POST", &format!("{name}/blobs/uploads/"))
            .send()
            .expect(202);
        self.location(&answer)
    }

    /// Gives a `Location` of this registry, relative to its root.
    pub fn location(&self, answer: &Response) -> String {
        let location = answer.header("Location");
        let origin = format!("http://{}", self.host);
        let path = location.strip_prefix(&origin).unwrap_or(location);
        assert!(path.starts_with("/v2/"), "{location:?} leads elsewhere");
        path.to_owned()
    }

    /// Ends an upload with its last bytes, or all of them.
    pub fn finish_upload(&self, location: &str, digest: &str, bytes: &[u8]) -> Response {
        let mark = if location.contains('?') { '&' } else { '?' };
        self.request("PUT", &format!("{location}{mark}digest={digest}"))
            .header("Content-Type", "application/octet-stream")
            .body(bytes.to_vec())
            .send()
    }

    /// Asserts that an image is there with everything it names, each with the size and the bytes
    /// that its descriptor says; gives the manifest.
    pub fn whole(&self, name: &str, reference: &str) -> Value {
        let answer = self.manifest(name, reference).expect(200);
        let digest = sha256(&answer.body);
        assert_eq!(answer.header("Docker-Content-Digest"), digest);
        let manifest = answer.json();
        let list = |key: &str| manifest[key].as_array().cloned().unwrap_or_default();
        for child in list("manifests") {
            self.whole_child(name, &child);
        }
        for blob in manifest.get("config").into_iter().chain(&list("layers")) {
            let digest = digest_of(blob);
            let body = self.blob(name, &digest).expect(200).body;
            assert_eq!(sha256(&body), digest);
            assert_eq!(blob["size"], body.len(), "{blob}");
        }
        manifest
    }

    /// A child of an index is a manifest, or a layer in the cache that older BuildKits write.
    fn whole_child(&self, name: &str, child: &Value) {
        let digest = digest_of(child);
        let media_type = child["mediaType"].as_str().unwrap_or_default();
        if media_type.contains(".manifest.") || media_type.contains(".index.") {
            let answer = self.manifest(name, &digest).expect(200);
            assert_eq!(answer.header("Content-Type"), media_type);
            assert_eq!(child["size"], answer.body.len(), "{child}");
            self.whole(name, &digest);
        } else {
            let body = self.blob(name, &digest).expect(200).body;
            assert_eq!(sha256(&body), digest);
        }
    }
}

/// Gives the digest of a descriptor.
fn digest_of(descriptor: &Value) -> String {
    let digest = descriptor["digest"].as_str();
    digest
        .unwrap_or_else(|| panic!("no digest in {descriptor}"))
        .to_owned()
}
