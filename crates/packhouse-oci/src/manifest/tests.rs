use proptest::prelude::*;
use serde_json::json;

use super::*;

const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

fn digest(byte: u8) -> String {
    format!("sha256:{}", format!("{byte:02x}").repeat(32))
}

fn descriptor(media_type: &str, byte: u8) -> Value {
    json!({ "mediaType": media_type, "digest": digest(byte), "size": byte })
}

fn image() -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": OCI_IMAGE,
        "config": descriptor(CONFIG, 1),
        "layers": [descriptor(LAYER, 2), descriptor(LAYER, 3)],
    })
}

fn index() -> Value {
    let mut child = descriptor(OCI_IMAGE, 4);
    child["platform"] =
        json!({ "os": "linux", "architecture": "arm", "variant": "v7", "os.features": ["x"] });
    json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [child] })
}

fn with(mut document: Value, key: &str, value: Value) -> Value {
    document[key] = value;
    document
}

fn read(document: &Value) -> Result<Manifest, ManifestError> {
    parse(document.to_string().as_bytes(), None)
}

fn message(document: &Value) -> String {
    read(document).unwrap_err().to_string()
}

#[test]
fn images_and_indexes_are_read() {
    let manifest = read(&image()).unwrap();
    assert_eq!(manifest.media_type, MediaType::OciImage);
    assert_eq!(manifest.config.as_ref().unwrap().media_type, CONFIG);
    assert_eq!(manifest.layers[1].digest.to_string(), digest(3));
    assert_eq!(manifest.layers[1].size, 3);
    assert_eq!(manifest.references().count(), 3);
    let manifest = read(&index()).unwrap();
    assert!(manifest.media_type.is_index());
    assert_eq!(
        manifest.children[0].platform,
        Some(Platform {
            os: "linux".into(),
            architecture: "arm".into(),
            variant: Some("v7".into()),
            os_version: None
        })
    );
    assert_eq!(manifest.references().count(), 1);
}

#[test]
fn what_may_be_missing_is_empty() {
    let bare = json!({ "schemaVersion": 2, "config": descriptor("application/x", 1) });
    let manifest = parse(bare.to_string().as_bytes(), Some(OCI_IMAGE)).unwrap();
    assert!(manifest.layers.is_empty() && manifest.annotations.is_empty());
    let nulls = with(image(), "layers", Value::Null);
    let nulls = with(
        with(nulls, "subject", Value::Null),
        "annotations",
        Value::Null,
    );
    assert!(read(&nulls).unwrap().layers.is_empty());
    let empty = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX });
    assert!(read(&empty).unwrap().children.is_empty());
    assert_eq!(
        message(&json!({ "schemaVersion": 2, "mediaType": OCI_IMAGE, "layers": [] })),
        "the manifest has no config"
    );
}

#[test]
fn unknown_fields_and_embedded_data_are_legal() {
    let mut layer = descriptor("application/vnd.example+type", 2);
    layer["data"] = json!("e30=");
    layer["urls"] = json!(["https://registry.example/x"]);
    layer["artifactType"] = json!("application/vnd.example");
    layer["annotations"] = json!({ "a": "b" });
    layer["custom"] = json!([{ "deep": {} }]);
    let document = with(image(), "layers", json!([layer]));
    let document = with(
        document,
        "org.example.custom",
        json!({ "a": [1, 2.5, null] }),
    );
    let layer = &read(&document).unwrap().layers[0];
    assert!(layer.urls && !layer.is_foreign());
    assert_eq!(
        layer.artifact_type.as_deref(),
        Some("application/vnd.example")
    );
    assert_eq!(layer.annotations["a"], "b");
}

#[test]
fn foreign_layers_are_known_by_type() {
    for (media_type, expect) in [
        (
            "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            true,
        ),
        (
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            true,
        ),
        (LAYER, false),
    ] {
        let document = with(image(), "layers", json!([descriptor(media_type, 2)]));
        let manifest = read(&document).unwrap();
        assert_eq!(manifest.layers[0].is_foreign(), expect, "{media_type}");
    }
}

#[test]
fn header_and_body_must_agree() {
    let text = image().to_string();
    let of = |header| parse(text.as_bytes(), header).map(|manifest| manifest.media_type);
    for header in [
        None,
        Some(""),
        Some("application/octet-stream"),
        Some(OCI_IMAGE),
        Some("application/vnd.oci.image.manifest.v1+json; charset=utf-8"),
    ] {
        assert_eq!(of(header), Ok(MediaType::OciImage), "{header:?}");
    }
    for header in [OCI_INDEX, "application/json", "text/plain;x=y"] {
        let error = of(Some(header)).unwrap_err();
        assert!(
            matches!(error, ManifestError::MediaTypeMismatch { .. }),
            "{error}"
        );
    }
    let silent = with(image(), "mediaType", json!("")).to_string();
    let docker = MediaType::DockerImage.as_str();
    assert_eq!(
        parse(silent.as_bytes(), Some(docker)).unwrap().media_type,
        MediaType::DockerImage
    );
    assert_eq!(
        parse(silent.as_bytes(), None),
        Err(ManifestError::MediaTypeMissing)
    );
    assert_eq!(
        parse(silent.as_bytes(), Some("application/json"))
            .unwrap_err()
            .to_string(),
        "manifests of type \"application/json\" are not accepted: push an OCI or Docker schema 2 \
         image manifest, or an index"
    );
}

#[test]
fn old_forms_are_refused_by_name() {
    let schema1 = json!({ "schemaVersion": 1, "name": "acme/web", "fsLayers": [] });
    for header in [
        "application/vnd.docker.distribution.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "application/json",
    ] {
        let error = parse(schema1.to_string().as_bytes(), Some(header)).unwrap_err();
        assert_eq!(error, ManifestError::Schema1, "{header}");
    }
    let artifact = json!({ "mediaType": "application/vnd.oci.artifact.manifest.v1+json" });
    assert_eq!(read(&artifact), Err(ManifestError::ArtifactManifest));
    for version in [json!(3), json!(-1), Value::Null] {
        let document = with(image(), "schemaVersion", version);
        assert_eq!(read(&document), Err(ManifestError::SchemaVersion));
    }
}

#[test]
fn what_clients_would_read_differently_is_refused() {
    for (document, field) in [
        (with(image(), "manifests", json!([])), "manifests"),
        (with(index(), "layers", json!([])), "layers"),
        (with(index(), "config", descriptor(CONFIG, 1)), "config"),
    ] {
        let error = read(&document).unwrap_err();
        assert!(
            matches!(error, ManifestError::Ambiguous { field: found, .. } if found == field),
            "{error}"
        );
    }
    let text = image().to_string();
    for key in ["config", "layers", "mediaType", "schemaVersion", "subject"] {
        let twice = text.replacen('{', &format!("{{\"{key}\":null,\"{key}\":null,"), 1);
        let error = parse(twice.as_bytes(), None).unwrap_err().to_string();
        assert!(error.contains("is there twice"), "{key}: {error}");
    }
    let upper = text.replacen("\"layers\"", "\"Layers\"", 1);
    let error = parse(upper.as_bytes(), None).unwrap_err().to_string();
    assert!(
        error.contains("write the key `Layers` as `layers`"),
        "{error}"
    );
    let inner = text.replacen("\"size\":2", "\"size\":2,\"size\":3", 1);
    let error = parse(inner.as_bytes(), None).unwrap_err().to_string();
    assert!(error.contains("duplicate field `size`"), "{error}");
}

#[test]
fn every_descriptor_is_checked() {
    let layer = |key: &str, value: Value| {
        let bad = with(descriptor(LAYER, 3), key, value);
        with(image(), "layers", json!([descriptor(LAYER, 2), bad]))
    };
    for (document, text) in [
        (
            layer("digest", json!("blake3:00")),
            "layers[1]: the digest algorithm \"blake3\" is not supported: use sha256 or sha512",
        ),
        (
            layer("digest", json!("nonsense")),
            "layers[1]: bad digest \"nonsense\": write sha256: and 64, or sha512: and 128 \
             lower-case hex digits",
        ),
        (
            layer("size", json!(-1)),
            "layers[1]: bad size -1: a number of bytes is 0 to 9007199254740992",
        ),
        (
            layer("size", json!((1_u64 << 53) + 1)),
            "layers[1]: bad size 9007199254740993: a number of bytes is 0 to 9007199254740992",
        ),
        (
            layer("mediaType", json!("")),
            "layers[1]: bad mediaType \"\": 1 to 255 characters are allowed, and no control characters",
        ),
    ] {
        assert_eq!(message(&document), text);
    }
    for key in ["mediaType", "digest", "size"] {
        let mut document = image();
        document["config"].as_object_mut().unwrap().remove(key);
        let text = message(&document);
        assert!(text.contains(&format!("missing field `{key}`")), "{text}");
    }
    let subject = with(
        image(),
        "subject",
        with(descriptor(OCI_IMAGE, 9), "size", json!(0)),
    );
    assert_eq!(read(&subject).unwrap().subject.unwrap().size, 0);
    let sha512 = format!("sha512:{}", "0a".repeat(64));
    let manifest = read(&layer("digest", json!(sha512))).unwrap();
    assert_eq!(manifest.layers[1].digest.to_string(), sha512);
}

#[test]
fn deep_and_long_manifests_are_refused() {
    let nested = |levels: usize| {
        let deep = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        image()
            .to_string()
            .replacen('{', &format!("{{\"x\":{deep},\"y\":\"[[[\\\"[[\","), 1)
    };
    assert!(parse(nested(MAX_DEPTH - 1).as_bytes(), None).is_ok());
    assert_eq!(
        parse(nested(MAX_DEPTH).as_bytes(), None),
        Err(ManifestError::TooDeep)
    );
    assert_eq!(
        parse("[".repeat(4 << 20).as_bytes(), None),
        Err(ManifestError::TooDeep)
    );
    let layers = |count: usize| with(image(), "layers", vec![descriptor(LAYER, 2); count].into());
    assert_eq!(read(&layers(10_000)).unwrap().layers.len(), 10_000);
    assert_eq!(
        read(&layers(10_001)),
        Err(ManifestError::TooManyDescriptors)
    );
    for text in ["", "null", "[]", "{", "{}x", "\u{feff}{}"] {
        let error = parse(text.as_bytes(), Some(OCI_IMAGE)).unwrap_err();
        assert!(matches!(error, ManifestError::Json(_)), "{text}: {error}");
    }
}

#[test]
fn types_hold_no_control_characters_and_end() {
    let long = "x".repeat(256);
    for bad in ["application/\u{0}", "a\nb", &long] {
        let good = "application/vnd.example.sbom";
        for (key, inner) in [(bad, good), (good, bad)] {
            let manifest = json!({
                "schemaVersion": 2,
                "mediaType": MediaType::OciImage.as_str(),
                "artifactType": key,
                "config": {
                    "mediaType": inner,
                    "digest": format!("sha256:{}", "0".repeat(64)),
                    "size": 2,
                },
                "layers": [],
            });
            let refused = parse(manifest.to_string().as_bytes(), None);
            assert!(refused.is_err(), "{manifest}");
        }
    }
}

#[test]
fn referrers_are_described_by_purpose_and_annotations() {
    let document = with(image(), "subject", descriptor(OCI_IMAGE, 9));
    let document = with(document, "annotations", json!({ "b": "2", "a": "1" }));
    let entry = |document: &Value| referrer_entry(&read(document).unwrap(), &digest(7), 123);
    assert_eq!(
        entry(&document),
        json!({
            "mediaType": OCI_IMAGE, "digest": digest(7), "size": 123,
            "artifactType": CONFIG, "annotations": { "a": "1", "b": "2" },
        })
    );
    let typed = with(image(), "artifactType", json!("application/vnd.example"));
    assert_eq!(
        entry(&typed),
        json!({
            "mediaType": OCI_IMAGE, "digest": digest(7), "size": 123,
            "artifactType": "application/vnd.example",
        })
    );
    assert_eq!(
        entry(&index()),
        json!({ "mediaType": OCI_INDEX, "digest": digest(7), "size": 123 })
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse(&bytes, Some(OCI_IMAGE));
    }

    #[test]
    fn any_pieces_of_a_manifest_are_read_or_refused(
        parts in prop::collection::vec(
            "(\\{|\\}|\\[|\\]|:|,|\"|\\\\|\"schemaVersion\":2|\"mediaType\"|\"config\"|\"layers\"|\"manifests\"|\"digest\"|\"size\"|\"sha256:00\"|null|1|.{0,2})",
            0..24),
    ) {
        let _ = parse(parts.concat().as_bytes(), Some(OCI_INDEX));
    }

    #[test]
    fn a_damaged_manifest_is_read_or_refused(place in 0_usize..400, byte in any::<u8>()) {
        let mut bytes = image().to_string().into_bytes();
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Ok(manifest) = parse(&bytes, None) {
            prop_assert!(manifest.config.is_some());
        }
    }
}
