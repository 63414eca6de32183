//! Images made up for the run, each different from all others.

use anyhow::Result;
use serde_json::json;

use super::bytes::{digest, noise};

/// The media type of an image manifest (image-spec, media types).
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A blob of an image.
#[derive(Clone, Debug)]
pub struct Blob {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their digest.
    pub digest: String,
}

/// An image, ready to be pushed.
#[derive(Clone, Debug)]
pub struct Image {
    /// The tag that it is pushed under.
    pub tag: String,
    /// The config, then the layers.
    pub blobs: Vec<Blob>,
    /// The manifest as it is sent.
    pub manifest: Vec<u8>,
    /// The digest of the manifest.
    pub digest: String,
}

impl Image {
    /// The image that follows from the seed, with so many layers of so many bytes each.
    pub fn new(tag: &str, seed: u64, layers: usize, size: usize) -> Result<Self> {
        // Seeds that follow one another give layers of their own.
        let first = seed.wrapping_mul(1 << 32);
        let mut blobs = Vec::with_capacity(layers + 1);
        for layer in 1..=layers as u64 {
            blobs.push(Blob::new(noise(first + layer, size))?);
        }
        blobs.insert(0, Blob::new(config(seed, &blobs)?)?);
        let described: Vec<_> = blobs
            .iter()
            .map(|blob| json!({ "digest": blob.digest, "size": blob.bytes.len() }))
            .enumerate()
            .map(|(place, mut descriptor)| {
                descriptor["mediaType"] = json!(if place == 0 { CONFIG } else { LAYER });
                descriptor
            })
            .collect();
        let manifest = serde_json::to_vec(&json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": described[0],
            "layers": described[1..],
        }))?;
        let digest = digest(&manifest)?;
        let tag = tag.to_owned();
        Ok(Self {
            tag,
            blobs,
            manifest,
            digest,
        })
    }
}

impl Blob {
    fn new(bytes: Vec<u8>) -> Result<Self> {
        let digest = digest(&bytes)?;
        Ok(Self { bytes, digest })
    }
}

/// A config as builders write it (image-spec, image configuration).
fn config(seed: u64, layers: &[Blob]) -> Result<Vec<u8>> {
    let digests: Vec<_> = layers.iter().map(|layer| &layer.digest).collect();
    let step = |digest: &&String| {
        json!({
            "created": "2026-01-01T00:00:00Z",
            "created_by": format!("COPY {} /srv # buildkit", &digest[7..19]),
            "comment": "buildkit.dockerfile.v0",
        })
    };
    Ok(serde_json::to_vec(&json!({
        "architecture": "amd64",
        "os": "linux",
        "created": "2026-01-01T00:00:00Z",
        "config": {
            "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", format!("BUILD_NUMBER={seed}")],
            "Entrypoint": ["/srv/service"],
            "WorkingDir": "/srv",
            "Labels": { "org.opencontainers.image.title": "service" },
        },
        "rootfs": { "type": "layers", "diff_ids": digests },
        "history": digests.iter().map(step).collect::<Vec<_>>(),
    }))?)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Image;

    #[test]
    fn a_manifest_names_the_blobs_by_digest_and_length() {
        let image = Image::new("latest", 7, 2, 300).unwrap();
        let manifest: Value = serde_json::from_slice(&image.manifest).unwrap();
        assert_eq!(image.blobs.len(), 3);
        assert_eq!(manifest["config"]["digest"], image.blobs[0].digest);
        for (layer, blob) in manifest["layers"]
            .as_array()
            .unwrap()
            .iter()
            .zip(&image.blobs[1..])
        {
            assert_eq!(layer["digest"], blob.digest);
            assert_eq!(layer["size"], 300);
        }
    }

    #[test]
    fn images_share_nothing() {
        let (one, two) = (
            Image::new("a", 1, 2, 300).unwrap(),
            Image::new("a", 2, 2, 300).unwrap(),
        );
        assert_ne!(one.digest, two.digest);
        for blob in &one.blobs {
            assert!(two.blobs.iter().all(|other| other.digest != blob.digest));
        }
    }
}
