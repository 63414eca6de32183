use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use packhouse_registry::public_key::PublicKey;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::manifest::{self, Descriptor, Manifest};
use crate::metadata::SIMPLE_SIGNING;

/// A key made with OpenSSL 3.0, and what it signed below.
const KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECjC8xIQnpK25ReTjQ0MPm3pFR84S
3WhtujmjqarQjZS2PMCVyHGDCSHtsY8XLavQGigKn76ETJ7hLtZKD4TjEw==
-----END PUBLIC KEY-----
";

const PAYLOAD: &str = concat!(
    r#"{"critical":{"identity":{"docker-reference":"registry.example/acme/web"},"image":{"d"#,
    r#"ocker-manifest-digest":"sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"#,
    r#"a0a0a0a0a0a"},"type":"cosign container image signature"},"optional":{"env":"prod","t"#,
    r#"eam":"core"}}"#,
);

const PAYLOAD_SIGNATURE: &str = "MEUCIQC18icLeCKGEt9IJ4u6g/JVIujnizeziIRbrIqVZapVjgIgQ6Ys8+fRoEUpBO6f1j\
    g9kTtB7cZJl9RCtS4UbAeBhp8=";

const STATEMENT: &str = concat!(
    r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"0a0a0a0a0"#,
    r#"a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"},"annotations":{"env":"prod"#,
    r#""}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}"#,
);

const STATEMENT_SIGNATURE: &str = "MEQCIEEqKnuIT4GC3UEXCTGI8Am33yzRymbLnhebozDfCtt/AiBvzQ6yVtO73r6Zq8KciT\
    II3T9+CTYZzfu/Z90DP7Et+w==";

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

fn digest(byte: u8) -> String {
    format!("sha256:{}", format!("{byte:02x}").repeat(32))
}

/// An image whose only layer has that type and those annotations, perhaps with a subject.
fn carrier(media_type: &str, annotations: Value, subject: Option<String>) -> Manifest {
    let subject = subject.map(|digest| {
        json!({ "mediaType": manifest::MediaType::OciImage.as_str(), "digest": digest, "size": 1 })
    });
    let document = json!({
        "schemaVersion": 2,
        "mediaType": manifest::MediaType::OciImage.as_str(),
        "config": { "mediaType": "application/x", "digest": digest(1), "size": 2 },
        "layers": [{
            "mediaType": media_type, "digest": digest(2), "size": 3, "annotations": annotations,
        }],
        "subject": subject,
    });
    manifest::parse(document.to_string().as_bytes(), None).unwrap()
}

fn signed(subject: Option<String>, payload: &str) -> (Manifest, Vec<(Descriptor, Bytes)>) {
    let annotations = json!({ "dev.cosignproject.cosign/signature": PAYLOAD_SIGNATURE });
    let manifest = carrier(SIMPLE_SIGNING, annotations, subject);
    let payloads = vec![(
        manifest.layers[0].clone(),
        Bytes::copy_from_slice(payload.as_bytes()),
    )];
    (manifest, payloads)
}

fn envelope(statement: &str) -> Value {
    json!({
        "mediaType": BUNDLE,
        "verificationMaterial": { "publicKey": { "hint": "x" }, "tlogEntries": [] },
        "dsseEnvelope": {
            "payload": STANDARD.encode(statement),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{ "sig": STATEMENT_SIGNATURE, "keyid": "" }],
        },
    })
}

fn claims_of(bundle_json: &Value, subject: Option<String>) -> Vec<SignatureClaim> {
    let manifest = carrier(BUNDLE, json!({}), subject);
    bundle(&manifest, bundle_json.to_string().as_bytes())
}

fn key() -> PublicKey {
    PublicKey::parse(KEY.as_bytes()).unwrap()
}

#[test]
fn the_tag_names_the_subject() {
    let hex = "0a".repeat(32);
    assert_eq!(
        subject_of_tag(&format!("sha256-{hex}.sig")),
        Some(digest(10))
    );
    for tag in [
        format!("sha256-{hex}"),
        format!("sha256-{hex}.att"),
        format!("sha512-{hex}.sig"),
        "sha256-0a.sig".into(),
        "latest".into(),
    ] {
        assert_eq!(subject_of_tag(&tag), None, "{tag}");
    }
}

#[test]
fn a_simple_signature_is_found_under_tag_and_subject() {
    let expect_annotations =
        [("env", "prod"), ("team", "core")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    for (tag, subject) in [
        (Some(digest(10)), None),
        (None, Some(digest(10))),
        (Some(digest(10)), Some(digest(10))),
    ] {
        let (manifest, payloads) = signed(subject, PAYLOAD);
        let claims = simple_signing(tag.as_deref(), &manifest, &payloads);
        let [claim] = &claims[..] else {
            panic!("one claim, not {claims:?}");
        };
        assert_eq!(claim.subject, digest(10));
        assert_eq!(
            claim.annotations,
            BTreeMap::from(expect_annotations.clone())
        );
        assert!(key().verify(&claim.message, &claim.signature));
    }
}

#[test]
fn a_simple_signature_of_something_else_counts_nothing() {
    let other = digest(11);
    let (manifest, payloads) = signed(Some(other.clone()), PAYLOAD);
    assert_eq!(simple_signing(Some(&other), &manifest, &payloads), []);
    let (manifest, payloads) = signed(None, PAYLOAD);
    assert_eq!(simple_signing(None, &manifest, &payloads), []);
    let tag = digest(10);
    for (from, to) in [
        ("cosign container", "atomic container"),
        ("\"type\"", "\"kind\""),
        ("docker-manifest-digest", "digest"),
        ("critical", "minor"),
        ("{", "["),
        // Two spellings of one field: readers would disagree.
        ("\"critical\"", "\"Critical\":{},\"critical\""),
    ] {
        let (manifest, payloads) = signed(None, &PAYLOAD.replacen(from, to, 1));
        let claims = simple_signing(Some(&tag), &manifest, &payloads);
        assert_eq!(claims, [], "{from}");
    }
    let (manifest, mut payloads) = signed(None, PAYLOAD);
    payloads[0].0.media_type = "text/plain".into();
    assert_eq!(simple_signing(Some(&tag), &manifest, &payloads), []);
    payloads[0].0.media_type = SIMPLE_SIGNING.into();
    payloads[0].0.annotations.clear();
    assert_eq!(simple_signing(Some(&tag), &manifest, &payloads), []);
}

#[test]
fn a_changed_payload_is_a_claim_that_no_key_supports() {
    let tag = digest(10);
    let changed = PAYLOAD
        .replace("prod", "test")
        .replace("docker-manifest-digest", "Docker-Manifest-Digest");
    let (manifest, payloads) = signed(None, &changed);
    let claims = simple_signing(Some(&tag), &manifest, &payloads);
    assert_eq!(claims[0].annotations["env"], "test");
    assert!(!key().verify(&claims[0].message, &claims[0].signature));
}

#[test]
fn many_and_large_payloads_are_cut() {
    let tag = digest(10);
    let (manifest, payloads) = signed(None, PAYLOAD);
    let same = vec![payloads[0].clone(); MAX_LAYERS + 1];
    let claims = simple_signing(Some(&tag), &manifest, &same);
    assert_eq!(claims.len(), 1);
    let other = |number: usize| {
        let (mut layer, payload) = payloads[0].clone();
        let signature = STANDARD.encode(number.to_be_bytes());
        let name = "dev.cosignproject.cosign/signature".to_owned();
        layer.annotations.insert(name, signature);
        (layer, payload)
    };
    let many: Vec<_> = (0..MAX_LAYERS).map(other).collect();
    let claims = simple_signing(Some(&tag), &manifest, &many);
    assert_eq!(claims.len(), MAX_CLAIMS);
    let most = format!("{PAYLOAD}{}", " ".repeat(MAX_PAYLOAD - PAYLOAD.len()));
    let (manifest, payloads) = signed(None, &most);
    assert_eq!(simple_signing(Some(&tag), &manifest, &payloads).len(), 1);
    let long = format!("{most} ");
    let (manifest, payloads) = signed(None, &long);
    assert_eq!(simple_signing(Some(&tag), &manifest, &payloads), []);
    let optional: serde_json::Map<String, Value> =
        (0..300).map(|n| (format!("k{n:03}"), json!(n))).collect();
    let (annotations, first) = (annotations_of(&optional), "k000");
    assert_eq!((annotations.len(), annotations[first].as_str()), (100, "0"));
}

#[test]
fn a_bundle_is_a_claim_about_its_subject() {
    let claims = claims_of(&envelope(STATEMENT), Some(digest(10)));
    let [claim] = &claims[..] else {
        panic!("one claim, not {claims:?}");
    };
    assert_eq!(claim.subject, digest(10));
    assert_eq!(
        claim.annotations,
        BTreeMap::from([("env".into(), "prod".into())])
    );
    assert!(
        claim
            .message
            .starts_with(b"DSSEv1 28 application/vnd.in-toto+json ")
    );
    assert!(key().verify(&claim.message, &claim.signature));
    let changed = envelope(&STATEMENT.replace("prod", "test"));
    let claims = claims_of(&changed, Some(digest(10)));
    assert!(!key().verify(&claims[0].message, &claims[0].signature));
}

#[test]
fn a_bundle_covers_so_much_and_each_signature_once() {
    let mut twice = envelope(STATEMENT);
    let one = twice["dsseEnvelope"]["signatures"][0].clone();
    twice["dsseEnvelope"]["signatures"] = json!([one, one]);
    assert_eq!(claims_of(&twice, Some(digest(10))).len(), 1);
    let head = "DSSEv1 28 application/vnd.in-toto+json 262144 ".len();
    let most = format!(
        "{STATEMENT}{}",
        " ".repeat(MAX_STATEMENT - head - STATEMENT.len())
    );
    let claims = claims_of(&envelope(&most), Some(digest(10)));
    assert_eq!(claims[0].message.len(), MAX_STATEMENT);
    let long = envelope(&format!("{most} "));
    assert_eq!(claims_of(&long, Some(digest(10))), []);
}

#[test]
fn other_bundles_count_nothing() {
    let good = || envelope(STATEMENT);
    assert_eq!(claims_of(&good(), Some(digest(11))), []);
    assert_eq!(claims_of(&good(), None), []);
    let provenance = STATEMENT.replace("https://sigstore.dev/cosign/sign/v1", "https://x/y");
    assert_eq!(claims_of(&envelope(&provenance), Some(digest(10))), []);
    assert_eq!(claims_of(&envelope("[]"), Some(digest(10))), []);
    for (key, value) in [
        ("payloadType", json!("text/plain")),
        ("payload", json!("!")),
        ("signatures", json!([])),
        ("signatures", json!([{ "sig": "!" }])),
        ("signatures", json!([{ "sig": "A".repeat(5_000) }])),
    ] {
        let mut bundle = good();
        bundle["dsseEnvelope"][key] = value;
        assert_eq!(claims_of(&bundle, Some(digest(10))), [], "{key}");
    }
    let unsigned = json!({ "mediaType": BUNDLE, "messageSignature": {} });
    assert_eq!(claims_of(&unsigned, Some(digest(10))), []);
    let other = carrier("text/plain", json!({}), Some(digest(10)));
    assert_eq!(bundle(&other, good().to_string().as_bytes()), []);
    let long = format!("{}{}", good(), " ".repeat(MAX_BUNDLE));
    let manifest = carrier(BUNDLE, json!({}), Some(digest(10)));
    assert_eq!(bundle(&manifest, long.as_bytes()), []);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_passed_over(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let subject = digest(10);
        let (manifest, mut payloads) = signed(None, PAYLOAD);
        payloads[0].1 = Bytes::from(bytes.clone());
        prop_assert_eq!(simple_signing(Some(&subject), &manifest, &payloads), []);
        let manifest = carrier(BUNDLE, json!({}), Some(subject));
        prop_assert_eq!(bundle(&manifest, &bytes), []);
    }
}
