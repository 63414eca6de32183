//! Sets of data: blobs and manifests that belong together, of every kind that registries store.

use serde_json::{Value, json};

use crate::image::{CONFIG, EMPTY, FOREIGN, IMAGE, INDEX, LAYER, TAR, described};
use crate::world::{Algorithm, bytes, sha256};

const EXAMPLE: &str = "application/vnd.example.config.v1+json";
const OTHER: &str = "application/vnd.example.other.v1+json";

/// Data that belongs together.
pub struct Set {
    pub algorithm: Algorithm,
    pub blobs: Vec<Vec<u8>>,
    /// In the order of pushing: what others name comes first.
    pub manifests: Vec<Manifest>,
}

/// A manifest of a set.
pub struct Manifest {
    pub bytes: Vec<u8>,
    pub media_type: String,
    /// A tag that it is pushed under after its digest.
    pub tag: Option<String>,
    /// Tags that its push by digest asks for.
    pub params: Vec<String>,
    /// The digest of its subject, and what the list of referrers says of it.
    pub referrer: Option<(String, Value)>,
}

impl Set {
    fn new(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            blobs: Vec::new(),
            manifests: Vec::new(),
        }
    }

    /// Adds a blob and gives its descriptor.
    fn blob(&mut self, media_type: &str, bytes: Vec<u8>) -> Value {
        let descriptor = described(self.algorithm, media_type, &bytes);
        if !self.blobs.contains(&bytes) {
            self.blobs.push(bytes);
        }
        descriptor
    }

    /// Adds configuration and layers of an image and gives its manifest.
    fn image(&mut self, seed: &str, layer_type: &str, layers: usize) -> Value {
        let config = self.blob(CONFIG, crate::image::config(seed));
        let layers: Vec<Value> = (0..layers)
            .map(|n| self.blob(layer_type, bytes(&format!("{seed} {n}"), 700 + n)))
            .collect();
        json!({ "schemaVersion": 2, "mediaType": IMAGE, "config": config, "layers": layers })
    }

    /// Adds the blobs of an artifact and gives its manifest.
    fn artifact(&mut self, seed: &str, kind: &str) -> Value {
        let config = self.blob(EMPTY, b"{}".to_vec());
        let layer = self.blob(kind, bytes(seed, 100));
        json!({
            "schemaVersion": 2, "mediaType": IMAGE, "artifactType": kind,
            "config": config, "layers": [layer],
        })
    }

    /// Adds two images by platform, and gives their index.
    fn index(&mut self, seed: &str) -> Value {
        let children = ["amd64", "arm64"].map(|architecture| {
            let image = self.image(&format!("{seed} {architecture}"), LAYER, 1);
            let mut child = self.manifest(image, None);
            child["platform"] = json!({ "os": "linux", "architecture": architecture });
            child
        });
        json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children })
    }

    /// Adds a manifest and gives its descriptor.
    fn manifest(&mut self, manifest: Value, tag: Option<&str>) -> Value {
        let bytes = manifest.to_string().into_bytes();
        let media_type = manifest["mediaType"].as_str().unwrap().to_owned();
        let descriptor = described(self.algorithm, &media_type, &bytes);
        let referrer = manifest.get("subject").map(|subject| {
            let mut entry = json!({
                "mediaType": media_type, "digest": sha256(&bytes), "size": bytes.len(),
            });
            let kind = manifest.get("artifactType");
            if let Some(kind) = kind.or(manifest["config"].get("mediaType")) {
                entry["artifactType"] = kind.clone();
            }
            if let Some(annotations) = manifest.get("annotations") {
                entry["annotations"] = annotations.clone();
            }
            (subject["digest"].as_str().unwrap().to_owned(), entry)
        });
        self.manifests.push(Manifest {
            bytes,
            media_type,
            tag: tag.map(str::to_owned),
            params: Vec::new(),
            referrer,
        });
        descriptor
    }
}

/// Makes a set of one manifest.
fn one(algorithm: Algorithm, make: impl FnOnce(&mut Set) -> Value) -> Set {
    let mut set = Set::new(algorithm);
    let manifest = make(&mut set);
    set.manifest(manifest, Some("only"));
    set
}

pub fn image(algorithm: Algorithm) -> Set {
    one(algorithm, |set| set.image("image", LAYER, 3))
}

pub fn image_uncompressed(algorithm: Algorithm) -> Set {
    one(algorithm, |set| set.image("plain", TAR, 2))
}

pub fn docker_image(algorithm: Algorithm) -> Set {
    one(algorithm, |set| {
        let config = crate::image::config("docker");
        let config = set.blob("application/vnd.docker.container.image.v1+json", config);
        let layer = "application/vnd.docker.image.rootfs.diff.tar.gzip";
        let layer = set.blob(layer, bytes("docker", 400));
        json!({
            "schemaVersion": 2, "mediaType": crate::image::DOCKER_IMAGE,
            "config": config, "layers": [layer],
        })
    })
}

pub fn docker_list(algorithm: Algorithm) -> Set {
    let mut set = docker_image(algorithm);
    let child = &set.manifests[0];
    let mut child = described(algorithm, &child.media_type, &child.bytes);
    child["platform"] = json!({ "os": "linux", "architecture": "arm", "variant": "v7" });
    let list = json!({
        "schemaVersion": 2, "mediaType": crate::image::DOCKER_LIST, "manifests": [child],
    });
    set.manifest(list, Some("list"));
    set
}

pub fn large_manifest(algorithm: Algorithm) -> Set {
    one(algorithm, |set| {
        let mut image = set.image("large", LAYER, 1);
        let fill = "x".repeat(10_000);
        for n in 0..390 {
            image["annotations"][format!("org.example.{n}")] = fill.clone().into();
        }
        image
    })
}

pub fn index(algorithm: Algorithm) -> Set {
    one(algorithm, |set| set.index("index"))
}

pub fn nested_index(algorithm: Algorithm) -> Set {
    let mut set = Set::new(algorithm);
    let children = ["left", "right"].map(|seed| {
        let index = set.index(seed);
        set.manifest(index, None)
    });
    let nested = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children });
    set.manifest(nested, Some("nested"));
    set
}

pub fn empty_index(algorithm: Algorithm) -> Set {
    one(algorithm, |_| crate::image::index(&[]))
}

pub fn artifact(algorithm: Algorithm) -> Set {
    one(algorithm, |set| set.artifact("artifact", EXAMPLE))
}

pub fn artifact_index(algorithm: Algorithm) -> Set {
    let mut set = Set::new(algorithm);
    let children = ["left", "right"].map(|seed| {
        let artifact = set.artifact(seed, EXAMPLE);
        set.manifest(artifact, None)
    });
    let index = json!({
        "schemaVersion": 2, "mediaType": INDEX, "artifactType": EXAMPLE, "manifests": children,
    });
    set.manifest(index, Some("artifacts"));
    set
}

pub fn artifact_without_layers(algorithm: Algorithm) -> Set {
    one(algorithm, |set| {
        let empty = set.blob(EMPTY, b"{}".to_vec());
        json!({
            "schemaVersion": 2, "mediaType": IMAGE, "artifactType": EXAMPLE,
            "config": empty, "layers": [empty],
        })
    })
}

pub fn artifacts_with_subject(algorithm: Algorithm) -> Set {
    let mut set = Set::new(algorithm);
    let subject = set.image("subject", LAYER, 1);
    let subject = set.manifest(subject, Some("image"));
    let mut plain = set.image("plain referrer", LAYER, 1);
    plain["subject"] = subject.clone();
    set.manifest(plain, None);
    for (kind, tag) in [(EXAMPLE, "artifact1"), (OTHER, "artifact2")] {
        let mut artifact = set.artifact(tag, kind);
        artifact["annotations"] = json!({ "org.example.said": "hello", "org.example.own": tag });
        artifact["subject"] = subject.clone();
        set.manifest(artifact, Some(tag));
    }
    set
}

pub fn index_with_subject(algorithm: Algorithm) -> Set {
    let mut set = Set::new(algorithm);
    let subject = set.index("subject");
    let subject = set.manifest(subject, Some("index"));
    let mut referrer = set.index("referrer");
    referrer["artifactType"] = EXAMPLE.into();
    referrer["annotations"] = json!({ "org.example.said": "hello" });
    referrer["subject"] = subject.clone();
    set.manifest(referrer, Some("about"));
    let mut untyped = set.index("untyped");
    untyped["subject"] = subject;
    set.manifest(untyped, None);
    set
}

pub fn missing_subject(algorithm: Algorithm) -> Set {
    one(algorithm, |set| {
        let mut artifact = set.artifact("missing", EXAMPLE);
        artifact["subject"] = json!({
            "mediaType": IMAGE, "digest": algorithm.of(b"never pushed"), "size": 123,
        });
        artifact
    })
}

pub fn data_field(algorithm: Algorithm) -> Set {
    one(algorithm, |set| {
        let mut image = set.artifact("data", EXAMPLE);
        image["config"]["data"] = "e30=".into();
        image["layers"][0]["data"] = "bm90IGNoZWNrZWQ=".into();
        image
    })
}

pub fn non_distributable_layers(algorithm: Algorithm) -> Set {
    one(algorithm, |set| {
        let mut image = set.image("foreign", LAYER, 1);
        let layers = image["layers"].as_array_mut().unwrap();
        let plain = FOREIGN.strip_suffix("+gzip").unwrap();
        let docker = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
        for media_type in [FOREIGN, plain, docker] {
            let mut layer = described(algorithm, media_type, media_type.as_bytes());
            layer["urls"] = json!(["https://store.example/layer"]);
            layers.insert(0, layer);
        }
        image
    })
}

pub fn custom_fields(algorithm: Algorithm) -> Set {
    let mut set = Set::new(algorithm);
    let mut image = set.image("custom", LAYER, 1);
    image["org.example.more"] = json!({ "deep": [1, null, { "er": true }] });
    image["config"]["org.example.more"] = json!("text");
    image["layers"][0]["org.example.more"] = json!([]);
    let mut child = set.manifest(image, None);
    child["org.example.more"] = json!(1.5);
    let mut index = crate::image::index(&[child]);
    index["org.example.more"] = json!({});
    set.manifest(index, Some("custom"));
    set
}

pub fn no_layers(algorithm: Algorithm) -> Set {
    one(algorithm, |set| set.image("bare", LAYER, 0))
}

pub fn buildkit_cache(algorithm: Algorithm) -> Set {
    one(algorithm, |set| {
        let config = set.blob("application/vnd.buildkit.cacheconfig.v0", b"[]".to_vec());
        let layer = set.blob(LAYER, bytes("cache", 300));
        // Its children are blobs.
        json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [layer, config] })
    })
}

pub fn tag_param(algorithm: Algorithm) -> Set {
    let mut set = index(algorithm);
    let last = set.manifests.last_mut().unwrap();
    last.params = (0..12).map(|n| format!("param-{n}")).collect();
    set
}
