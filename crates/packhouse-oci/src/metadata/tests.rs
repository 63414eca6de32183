use serde_json::{Value, json};

use super::*;
use crate::image_config::{self, HELM_CONFIG, IMAGE_CONFIGS};
use crate::manifest;

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

fn digest(byte: u8) -> String {
    format!("sha256:{}", format!("{byte:02x}").repeat(32))
}

fn descriptor(media_type: &str, byte: u8) -> Value {
    json!({ "mediaType": media_type, "digest": digest(byte), "size": byte })
}

fn image(config: &str, layers: &[&str]) -> Value {
    let layers: Vec<Value> = layers.iter().map(|layer| descriptor(layer, 2)).collect();
    json!({
        "schemaVersion": 2, "mediaType": IMAGE,
        "config": descriptor(config, 1), "layers": layers,
    })
}

fn index(children: &[Value]) -> Value {
    json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children })
}

fn read(document: &Value) -> Manifest {
    manifest::parse(document.to_string().as_bytes(), None).unwrap()
}

fn with(mut document: Value, key: &str, value: Value) -> Value {
    document[key] = value;
    document
}

#[test]
fn kinds_are_told_by_types() {
    let check = |document: Value, expect: Kind| {
        assert_eq!(Kind::of(&read(&document)), expect, "{document}");
    };
    let typed = |text: &str| with(image(EMPTY, &[EMPTY]), "artifactType", json!(text));
    let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let predicate = |text: &str| {
        let annotations = json!({ "dev.sigstore.bundle.predicateType": text });
        with(typed(bundle), "annotations", annotations)
    };
    check(image(IMAGE_CONFIGS[0], &[LAYER]), Kind::Image);
    check(image(IMAGE_CONFIGS[1], &[]), Kind::Image);
    check(index(&[]), Kind::Index);
    check(index(&[descriptor(IMAGE, 3)]), Kind::Index);
    check(
        index(&[
            descriptor(LAYER, 3),
            descriptor("application/vnd.buildkit.cacheconfig.v0", 4),
        ]),
        Kind::Cache,
    );
    check(
        image("application/vnd.buildkit.cacheconfig.v0", &[LAYER]),
        Kind::Cache,
    );
    check(
        image(IMAGE_CONFIGS[0], &["application/vnd.in-toto+json"]),
        Kind::Attestation,
    );
    check(
        image(
            IMAGE_CONFIGS[0],
            &["application/vnd.dsse.envelope.v1+json"; 2],
        ),
        Kind::Attestation,
    );
    check(
        image(IMAGE_CONFIGS[0], &[kind::SIMPLE_SIGNING]),
        Kind::Signature,
    );
    check(
        image("application/vnd.dev.cosign.artifact.sig.v1+json", &[LAYER]),
        Kind::Signature,
    );
    check(
        image(
            "application/vnd.cncf.notary.signature",
            &["application/jose+json"],
        ),
        Kind::Signature,
    );
    check(
        typed("application/vnd.cncf.notary.signature"),
        Kind::Signature,
    );
    check(typed(bundle), Kind::Signature);
    check(predicate(kind::SIGN_PREDICATE), Kind::Signature);
    check(
        predicate("https://slsa.dev/provenance/v1"),
        Kind::Attestation,
    );
    check(image(IMAGE_CONFIGS[0], &["text/spdx+json"]), Kind::Sbom);
    check(typed("application/vnd.cyclonedx+json"), Kind::Sbom);
    check(typed("application/spdx+json"), Kind::Sbom);
    check(
        image(
            HELM_CONFIG,
            &["application/vnd.cncf.helm.chart.content.v1.tar+gzip"],
        ),
        Kind::Chart,
    );
    check(image(EMPTY, &[EMPTY]), Kind::Artifact);
    check(typed("application/vnd.example"), Kind::Artifact);
    check(
        image("application/vnd.docker.plugin.v1+json", &[LAYER]),
        Kind::Artifact,
    );
    // One odd layer makes it no attestation.
    check(
        image(IMAGE_CONFIGS[0], &["application/vnd.in-toto+json", LAYER]),
        Kind::Image,
    );
    for kind in Kind::ALL {
        assert_eq!(json!(kind), json!(kind.as_str()));
    }
}

#[test]
fn what_is_kept_round_trips() {
    let document = with(
        image(IMAGE_CONFIGS[0], &[LAYER, LAYER]),
        "annotations",
        json!({ "a": "b" }),
    );
    let document = with(document, "subject", descriptor(IMAGE, 9));
    let config = json!({
        "os": "linux", "architecture": "amd64", "created": "2026-01-02T03:04:05Z",
        "config": { "Labels": { "c": "d" } }, "history": [{ "created_by": "RUN make" }],
    });
    let config = image_config::parse(IMAGE_CONFIGS[0], config.to_string().as_bytes());
    let metadata = Metadata::new(&read(&document), 321, config);
    assert_eq!((metadata.size, metadata.total_size), (321, 5));
    assert_eq!(metadata.artifact_type.as_deref(), Some(IMAGE_CONFIGS[0]));
    assert_eq!(metadata.subject, Some(digest(9)));
    assert_eq!(metadata.layers.len(), 2);
    assert_eq!(metadata.labels["c"], "d");
    assert_eq!(metadata.platform.as_ref().unwrap().os, "linux");
    let text = metadata.render().unwrap();
    assert_eq!(Metadata::parse(&text).unwrap(), metadata);
    let bare = Metadata::new(&read(&image(EMPTY, &[])), 1, None);
    assert_eq!(
        bare.render().unwrap(),
        format!(
            r#"{{"kind":"artifact","mediaType":"{IMAGE}","artifactType":"{EMPTY}","size":1,"totalSize":1}}"#
        )
    );
}

#[test]
fn an_index_takes_labels_but_no_platform_from_an_image() {
    let attestation = json!({
        "mediaType": IMAGE, "digest": digest(4), "size": 7,
        "platform": { "os": "unknown", "architecture": "unknown" },
        "annotations": {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": digest(3),
        },
    });
    let config = json!({
        "os": "linux", "config": { "Labels": { "org.opencontainers.image.title": "web" } },
        "history": [{}],
    });
    let config = image_config::parse(IMAGE_CONFIGS[0], config.to_string().as_bytes());
    let document = index(&[descriptor(IMAGE, 3), attestation]);
    let metadata = Metadata::new(&read(&document), 5, config);
    assert_eq!(metadata.total_size, 0);
    assert!(metadata.platform.is_none() && metadata.history.is_empty());
    assert_eq!(metadata.summary().keywords, ["web"]);
    let attests: Vec<bool> = metadata
        .children
        .iter()
        .map(Child::is_attestation)
        .collect();
    assert_eq!(attests, [false, true]);
    assert_eq!(metadata.about(), "index of 1");
}

#[test]
fn an_index_is_told_by_its_platforms() {
    let image = |byte: u8, platform: Value| with(descriptor(IMAGE, byte), "platform", platform);
    let attestation = |byte: u8| {
        let platform = json!({ "os": "unknown", "architecture": "unknown" });
        let annotations = json!({ "vnd.docker.reference.type": "attestation-manifest" });
        with(image(byte, platform), "annotations", annotations)
    };
    let mut children = vec![
        image(1, json!({ "os": "linux", "architecture": "amd64" })),
        image(2, json!({ "os": "linux", "architecture": "arm64" })),
        image(
            3,
            json!({ "os": "linux", "architecture": "arm", "variant": "v7" }),
        ),
    ];
    children.extend([4, 5, 6].map(attestation));
    let about = |children: &[Value]| Metadata::new(&read(&index(children)), 5, None).about();
    assert_eq!(
        about(&children),
        "index of linux/amd64, linux/arm64, linux/arm/v7"
    );
    children.push(descriptor(IMAGE, 7));
    assert!(about(&children).ends_with("linux/arm/v7 and 1 more"));
    assert_eq!(about(&[]), "index of 0");
}

#[test]
fn annotations_count_before_labels() {
    let key = |text: &str| format!("org.opencontainers.image.{text}");
    let document = with(
        image(IMAGE_CONFIGS[0], &[]),
        "annotations",
        json!({
            key("source"): "https://git.example/acme/tools",
            key("description"): " ", key("created"): "2026-05-06T00:00:00Z",
        }),
    );
    let labels = json!({
        key("source"): "https://git.example/other/one", key("description"): "two\nlines",
        key("revision"): "0a1b", key("version"): "1.0",
        key("title"): "Web", key("vendor"): "Web",
    });
    let config = json!({ "config": { "Labels": labels }, "created": "2020-01-01T00:00:00Z" });
    let config = image_config::parse(IMAGE_CONFIGS[0], config.to_string().as_bytes());
    let metadata = Metadata::new(&read(&document), 5, config);
    assert_eq!(metadata.created.as_deref(), Some("2026-05-06T00:00:00Z"));
    assert_eq!(
        metadata.source(),
        Source {
            repository: Some("https://git.example/acme/tools".into()),
            commit: Some("0a1b".into()),
            reference: Some("1.0".into()),
        }
    );
    assert_eq!(metadata.description().as_deref(), Some("two lines"));
    assert_eq!(
        summary(&metadata.render().unwrap()),
        Summary {
            more: None,
            description: Some("two lines".into()),
            keywords: vec!["Web".into()],
        }
    );
    assert_eq!(summary("damaged"), Summary::default());
}

#[test]
fn a_chart_describes_itself() {
    let text = r#"{"name":"web","version":"1.0.0+b1","description":"A web chart"}"#;
    let config = image_config::parse(HELM_CONFIG, text.as_bytes());
    let metadata = Metadata::new(&read(&image(HELM_CONFIG, &[])), 5, config);
    assert_eq!(metadata.kind, Kind::Chart);
    assert_eq!(
        metadata.summary(),
        Summary {
            more: None,
            description: Some("A web chart".into()),
            keywords: vec!["web".into()],
        }
    );
}

#[test]
fn long_lists_are_cut() {
    let document = with(
        image(IMAGE_CONFIGS[0], &[LAYER; 1_500]),
        "annotations",
        (0..500)
            .map(|n| (format!("key{n}"), json!("x".repeat(5_000))))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    );
    let metadata = Metadata::new(&read(&document), 5, None);
    assert_eq!(metadata.layers.len(), MAX_LISTED);
    assert_eq!(metadata.total_size, 1 + 2 * 1_500);
    assert_eq!(metadata.annotations.len(), 200);
    assert!(
        metadata
            .annotations
            .values()
            .all(|text| text.len() == 4_096)
    );
}
