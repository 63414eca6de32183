use serde_json::json;

use super::*;

const DIGEST: Sha512 = Sha512([0xab; 64]);

fn statement() -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "pkg:npm/%40acme/x@1.0.0", "digest": {"sha512": "ab".repeat(64)}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {"buildDefinition": {}},
    })
}

fn bundle(statement: &Value) -> Value {
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"certificate": {"rawBytes": ""}},
        "dsseEnvelope": {
            "payload": STANDARD.encode(statement.to_string()),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": "MEU=", "keyid": ""}],
        },
    })
}

fn verify(bundle: &Value) -> Result<Provenance, ProvenanceError> {
    let name = ScopedName::parse("@acme/x").unwrap();
    check(&bundle.to_string(), &name, "1.0.0", &DIGEST)
}

#[test]
fn provenance_of_this_tarball_is_accepted_in_every_bundle_version() {
    for media_type in [
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "application/vnd.dev.sigstore.bundle+json;version=0.2",
        "application/vnd.dev.sigstore.bundle+json; version=0.3",
        "application/vnd.dev.sigstore.bundle.v0.3+json",
    ] {
        for kind in STATEMENT_TYPES {
            let mut statement = statement();
            statement["_type"] = json!(kind);
            let mut bundle = bundle(&statement);
            bundle["mediaType"] = json!(media_type);
            let found = verify(&bundle).unwrap();
            assert_eq!(found.predicate_type, "https://slsa.dev/provenance/v1");
        }
    }
}

#[test]
fn statements_about_something_else_are_refused() {
    for (path, value, reason) in [
        (
            "/subject/0/name",
            json!("pkg:npm/%40acme/y@1.0.0"),
            "pkg:npm/%40acme/y@1.0.0",
        ),
        (
            "/subject/0/name",
            json!("pkg:npm/%40acme/x@1.0.1"),
            "pkg:npm/%40acme/x@1.0.1",
        ),
        (
            "/subject/0/name",
            json!("pkg:npm/@acme/x@1.0.0"),
            "is being published",
        ),
        ("/subject/0/digest/sha512", json!("00"), "sha512 \"00\""),
        ("/subject/0/digest/sha512", json!(7), "sha512 \"\""),
        ("/subject/0/digest", json!({"sha256": "ab"}), "sha512 \"\""),
        ("/subject", json!([]), "about 0 things"),
        ("/_type", json!("https://other.example"), "unknown type"),
        (
            "/predicateType",
            json!(null),
            "statement of the provenance bundle cannot be read",
        ),
        (
            "/subject",
            json!(null),
            "statement of the provenance bundle cannot be read",
        ),
    ] {
        let mut statement = statement();
        *statement.pointer_mut(path).unwrap() = value;
        let error = verify(&bundle(&statement)).unwrap_err().to_string();
        assert!(error.contains(reason), "{path}: {error}");
    }
    let mut two = statement();
    two["subject"] = json!([two["subject"][0], two["subject"][0]]);
    let error = verify(&bundle(&two)).unwrap_err().to_string();
    assert!(error.contains("about 2 things"), "{error}");
}

#[test]
fn other_bundles_are_refused() {
    for (path, value, reason) in [
        (
            "/mediaType",
            json!("application/json"),
            "media type \"application/json\"",
        ),
        (
            "/mediaType",
            json!("application/vnd.dev.sigstore.bundle.v0.4+json"),
            "media type",
        ),
        ("/mediaType", json!(3), "bundle cannot be read"),
        ("/dsseEnvelope", json!(null), "bundle cannot be read"),
        (
            "/dsseEnvelope/payloadType",
            json!("text/plain"),
            "not an in-toto statement",
        ),
        ("/dsseEnvelope/signatures", json!([]), "no signature"),
        ("/dsseEnvelope/payload", json!("***"), "not valid base64"),
        (
            "/dsseEnvelope/payload",
            json!("bm90IGpzb24="),
            "statement of the provenance bundle",
        ),
    ] {
        let mut bundle = bundle(&statement());
        *bundle.pointer_mut(path).unwrap() = value;
        let error = verify(&bundle).unwrap_err().to_string();
        assert!(error.contains(reason), "{path}: {error}");
    }
    let name = ScopedName::parse("@acme/x").unwrap();
    let error = check("not json", &name, "1.0.0", &DIGEST).unwrap_err();
    assert!(matches!(error, ProvenanceError::Bundle(_)));
}
