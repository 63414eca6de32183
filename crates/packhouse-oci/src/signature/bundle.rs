//! The form of cosign 3: a sigstore bundle with a DSSE envelope around an in-toto statement
//! (sigstore bundle v0.3; secure-systems-lab DSSE v1; in-toto Statement v1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{MAX_BUNDLE, MAX_SIGNATURE, MAX_STATEMENT, SignatureClaim, add, annotations_of};
use crate::capped::CappedList;
use crate::manifest::Manifest;
use crate::metadata::{BUNDLE_PREFIX, SIGN_PREDICATE};

const STATEMENT: &str = "application/vnd.in-toto+json";

/// How many signatures of one envelope are tried; a bundle has one.
const MAX_SIGNATURES: usize = 10;

/// How many subjects of one statement are looked at; a signature has one.
const MAX_SUBJECTS: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    dsse_envelope: Envelope,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: CappedList<EnvelopeSignature, MAX_SIGNATURES>,
}

#[derive(Deserialize)]
struct EnvelopeSignature {
    sig: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    predicate_type: String,
    subject: CappedList<Subject, MAX_SUBJECTS>,
}

#[derive(Deserialize)]
struct Subject {
    digest: Map<String, Value>,
    /// `cosign sign -a key=value` puts its annotations here (cosign 3,
    /// `cmd/cosign/cli/sign/sign.go`).
    #[serde(default)]
    annotations: Option<Map<String, Value>>,
}

/// Gives the signatures that a manifest carries as a bundle. `layer0` are the bytes of its first
/// layer. The statement must be a signature of the manifest's subject; attestations are none.
pub fn bundle(manifest: &Manifest, layer0: &[u8]) -> Vec<SignatureClaim> {
    read(manifest, layer0).unwrap_or_default()
}

fn read(manifest: &Manifest, layer0: &[u8]) -> Option<Vec<SignatureClaim>> {
    let is_bundle = manifest
        .layers
        .first()?
        .media_type
        .starts_with(BUNDLE_PREFIX);
    if !is_bundle || layer0.len() > MAX_BUNDLE {
        return None;
    }
    let digest = manifest.subject.as_ref()?.digest;
    let envelope = serde_json::from_slice::<Bundle>(layer0).ok()?.dsse_envelope;
    if envelope.payload_type != STATEMENT {
        return None;
    }
    let payload = STANDARD.decode(&envelope.payload).ok()?;
    let message = authenticated(STATEMENT, &payload);
    if message.len() > MAX_STATEMENT {
        return None;
    }
    let statement: Statement = serde_json::from_slice(&payload).ok()?;
    if statement.predicate_type != SIGN_PREDICATE {
        return None;
    }
    let encoded = digest.encoded();
    let names = |subject: &&Subject| {
        let named = subject.digest.get(digest.algorithm());
        named.and_then(Value::as_str) == Some(encoded.as_str())
    };
    let subject = statement.subject.items.iter().find(names)?;
    let annotations = subject.annotations.as_ref().map(annotations_of);
    let claim = |signature: EnvelopeSignature| {
        if signature.sig.len() > MAX_SIGNATURE {
            return None;
        }
        Some(SignatureClaim {
            subject: digest.to_string(),
            message: message.clone(),
            signature: STANDARD.decode(&signature.sig).ok()?,
            annotations: annotations.clone().unwrap_or_default(),
        })
    };
    let mut claims = Vec::new();
    for signature in envelope.signatures.items {
        if let Some(claim) = claim(signature) {
            add(&mut claims, claim);
        }
    }
    Some(claims)
}

/// Gives the bytes that a DSSE signature covers: type and payload, each with its length.
fn authenticated(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}
