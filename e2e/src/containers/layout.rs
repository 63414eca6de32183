//! Images made without any client, in an OCI image layout folder.

use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::archive::noise;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A folder that skopeo, crane, regctl, podman and buildah read images from (image-spec, Image
/// Layout).
#[derive(Debug)]
pub struct Layout {
    folder: TempDir,
    entries: Vec<Value>,
}

impl Layout {
    /// Makes one without images.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for images can be made");
        let path = folder.path();
        let version = json!({ "imageLayoutVersion": "1.0.0" });
        std::fs::create_dir_all(path.join("blobs/sha256")).expect("a folder can be made");
        std::fs::write(path.join("oci-layout"), version.to_string()).expect("it can be written");
        Self {
            folder,
            entries: Vec::new(),
        }
    }

    /// Makes one with an image under the tag `1`: `layers` layers of `bytes` incompressible
    /// bytes each, which are the same for the same `seed`.
    pub fn with_image(seed: u64, layers: u64, bytes: usize) -> Self {
        let mut layout = Self::new();
        let contents: Vec<_> = (0..layers)
            .map(|layer| noise(seed * 1000 + layer, bytes))
            .collect();
        let image = layout.image("linux/amd64", &contents, &json!({}));
        layout.tag("1", &image);
        layout
    }

    /// Gives the folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives how skopeo names the image with this tag.
    pub fn reference(&self, tag: &str) -> String {
        format!("oci:{}:{tag}", self.path().display())
    }

    /// Adds an image with a layer of one file per item of `layers`, and with `labels`; gives its
    /// descriptor. `platform` is `OS/ARCHITECTURE` or `OS/ARCHITECTURE/VARIANT`.
    pub fn image(&self, platform: &str, layers: &[Vec<u8>], labels: &Value) -> Value {
        let mut words = platform.split('/');
        let mut machine = json!({ "os": words.next(), "architecture": words.next() });
        if let Some(variant) = words.next() {
            machine["variant"] = variant.into();
        }
        let tars: Vec<_> = (0..).zip(layers).map(|(n, bytes)| tar(n, bytes)).collect();
        let mut config = machine.clone();
        config["config"] = json!({ "Labels": labels, "Cmd": ["/file-0"] });
        let ids: Vec<_> = tars.iter().map(|tar| sha256(tar)).collect();
        config["rootfs"] = json!({ "type": "layers", "diff_ids": ids });
        let layers: Vec<_> = tars
            .iter()
            .map(|tar| self.blob(LAYER, &gzip(tar)))
            .collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(CONFIG, config.to_string().as_bytes()),
            "layers": layers,
        });
        let mut image = self.blob(MANIFEST, manifest.to_string().as_bytes());
        image["platform"] = machine;
        image
    }

    /// Adds an index of images; gives its descriptor.
    pub fn index(&self, images: &[Value]) -> Value {
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": images });
        self.blob(INDEX, index.to_string().as_bytes())
    }

    /// Puts a tag on an image or index.
    pub fn tag(&mut self, tag: &str, image: &Value) {
        let mut entry = image.clone();
        entry["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
        self.entries.push(entry);
        let index = json!({ "schemaVersion": 2, "manifests": self.entries });
        std::fs::write(self.path().join("index.json"), index.to_string())
            .expect("an index can be written");
    }

    /// Gives the digest of what has the tag; panics when nothing has.
    pub fn digest(&self, tag: &str) -> String {
        let name =
            |entry: &&Value| entry["annotations"]["org.opencontainers.image.ref.name"] == tag;
        let entry = self.entries.iter().find(name);
        let digest = entry.and_then(|entry| entry["digest"].as_str());
        digest.expect("the tag is there").to_owned()
    }

    fn blob(&self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = sha256(bytes);
        let file = digest.replace(':', "/");
        std::fs::write(self.path().join("blobs").join(file), bytes).expect("it can be written");
        json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() })
    }
}

impl Default for Layout {
    fn default() -> Self {
        Self::new()
    }
}

/// Gives the digest of bytes as registries write it.
pub fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Makes a tarball of the file `file-N`.
fn tar(number: usize, content: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o755);
    archive
        .append_data(&mut header, format!("file-{number}"), content)
        .and_then(|()| archive.into_inner())
        .expect("a tarball in memory can be written")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("bytes in memory can be compressed")
}
