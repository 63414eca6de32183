//! Requests of an upload, and an image made of blobs.

use std::thread;
use std::time::{Duration, Instant};

use packhouse_e2e::containers::{Registry, sha256};
use packhouse_e2e::http::{Request, Response};
use serde_json::{Value, json};

/// The type of the manifests made here.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Gives the request that appends `bytes`, as docker does: without saying where.
pub fn patch(registry: &Registry, location: &str, bytes: &[u8]) -> Request {
    registry
        .request("PATCH", location)
        .header("Content-Type", "application/octet-stream")
        .body(bytes.to_vec())
}

/// Gives the request that appends `bytes` at `start`.
pub fn patch_at(registry: &Registry, location: &str, start: usize, bytes: &[u8]) -> Request {
    let range = format!("{start}-{}", start + bytes.len() - 1);
    patch(registry, location, bytes).header("Content-Range", &range)
}

/// Gives the request that ends an upload with `bytes`, or with none.
pub fn put(registry: &Registry, location: &str, digest: &str, bytes: &[u8]) -> Request {
    registry
        .request("PUT", &format!("{location}?digest={digest}"))
        .header("Content-Type", "application/octet-stream")
        .body(bytes.to_vec())
}

/// Asks how far an upload is; the answer may be an error.
pub fn status(registry: &Registry, location: &str) -> Response {
    registry.request("GET", location).send()
}

/// Gives how many bytes an upload has; panics when there is no such upload.
pub fn position(registry: &Registry, location: &str) -> usize {
    let answer = status(registry, location).expect(204);
    received(&answer)
}

/// Gives how many bytes an answer says have arrived.
pub fn received(answer: &Response) -> usize {
    let range = answer.header("Range");
    let last = range.strip_prefix("0-").and_then(|last| last.parse().ok());
    match last.unwrap_or_else(|| panic!("{range:?} says nothing of what arrived")) {
        0 => 0,
        last => last + 1_usize,
    }
}

/// Gives an empty config and one layer as a manifest; both blobs have to be there.
pub fn manifest(layer: &[u8]) -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.empty.v1+json",
            "digest": sha256(b"{}"),
            "size": 2,
        },
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar",
            "digest": sha256(layer),
            "size": layer.len(),
        }],
    })
}

/// Gives the request that puts a manifest under a tag or digest.
pub fn put_manifest(registry: &Registry, path: &str, manifest: &Value) -> Request {
    registry
        .request("PUT", path)
        .header("Content-Type", MANIFEST)
        .body(manifest.to_string().into_bytes())
}

/// Asserts that a blob is there with these bytes.
pub fn holds(registry: &Registry, name: &str, bytes: &[u8]) {
    let body = registry.blob(name, &sha256(bytes)).expect(200).body;
    assert!(body == bytes, "other bytes are served");
}

/// Asserts that an answer says, in the registry's form, that there is no room.
pub fn full(answer: Response) {
    let answer = answer.expect(507);
    let text = message(&answer);
    assert!(text.contains("storage is full"), "{text}");
}

/// Asserts that an answer says, in the registry's form, that database or store are away and when to
/// try again.
pub fn away(answer: Response) {
    let answer = answer.expect(503);
    let wait: Result<u32, _> = answer.header("Retry-After").parse();
    assert!(matches!(wait, Ok(1..=60)), "{wait:?}");
    assert_eq!(answer.error_code(), "UNAVAILABLE");
    let text = message(&answer);
    assert!(text.contains("try again"), "{text}");
}

/// Gives the text of a registry's first error.
pub fn message(answer: &Response) -> String {
    let text = answer.json()["errors"][0]["message"].clone();
    text.as_str().expect("an error has a message").to_owned()
}

/// Waits until `done`; panics when it never is, with what was waited for.
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(90);
    while !done() {
        assert!(Instant::now() < until, "{what} does not come");
        thread::sleep(Duration::from_millis(20));
    }
}
