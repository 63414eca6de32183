//! Manifests of every kind, as bytes.

use serde_json::{Value, json};

use crate::world::{Algorithm, sha256};

pub const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub const DOCKER_IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
pub const TAR: &str = "application/vnd.oci.image.layer.v1.tar";
pub const FOREIGN: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// Gives a descriptor of some bytes.
pub fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    described(Algorithm::Sha256, media_type, bytes)
}

/// Gives a descriptor with a digest of this algorithm.
pub fn described(algorithm: Algorithm, media_type: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": algorithm.of(bytes), "size": bytes.len() })
}

/// Gives the configuration of a linux/amd64 image that no other seed gives.
pub fn config(seed: &str) -> Vec<u8> {
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "author": seed,
        "rootfs": { "type": "layers", "diff_ids": [sha256(seed.as_bytes())] },
    });
    config.to_string().into_bytes()
}

/// Gives a configuration with labels.
pub fn labelled(seed: &str, labels: &Value) -> Vec<u8> {
    let mut config: Value = serde_json::from_slice(&config(seed)).unwrap();
    config["config"] = json!({ "Labels": labels });
    config.to_string().into_bytes()
}

/// Gives the manifest of an image.
pub fn manifest(config: &[u8], layers: &[&[u8]]) -> Vec<u8> {
    image(config, layers).to_string().into_bytes()
}

/// Gives the manifest of an image, to be changed further.
pub fn image(config: &[u8], layers: &[&[u8]]) -> Value {
    let layers = layers.iter().map(|layer| descriptor(LAYER, layer));
    json!({
        "schemaVersion": 2,
        "mediaType": IMAGE,
        "config": descriptor(CONFIG, config),
        "layers": layers.collect::<Vec<_>>(),
    })
}

/// Gives an index of some descriptors.
pub fn index(children: &[Value]) -> Value {
    json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children })
}

/// Gives the manifest of an artifact that says something about another manifest. It needs the blob
/// `{}` alone.
pub fn artifact(kind: &str, subject: Option<&[u8]>) -> Value {
    let mut artifact = json!({
        "schemaVersion": 2,
        "mediaType": IMAGE,
        "artifactType": kind,
        "config": descriptor(EMPTY, b"{}"),
        "layers": [descriptor(EMPTY, b"{}")],
    });
    if let Some(subject) = subject {
        artifact["subject"] = descriptor(IMAGE, subject);
    }
    artifact
}
