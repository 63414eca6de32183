//! The form of cosign 1 and 2: payloads that name the signed digest, signatures beside them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::{
    MAX_CLAIMS, MAX_LAYERS, MAX_PAYLOAD, MAX_SIGNATURE, SignatureClaim, add, annotations_of,
};
use crate::manifest::{Descriptor, Manifest};
use crate::metadata::SIMPLE_SIGNING;
use crate::reference::derived_from;

/// The annotation of a layer that holds its signature, base64.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// What a payload says it is.
const COSIGN: &str = "cosign container image signature";

/// Gives the digest that a tag `sha256-HEX.sig` is made of.
pub fn subject_of_tag(tag: &str) -> Option<String> {
    match derived_from(tag)? {
        ("sha256", encoded, "sig") if encoded.len() == 64 => Some(format!("sha256:{encoded}")),
        _ => None,
    }
}

/// Gives the signatures that a manifest carries in its layers. `tag_subject` is what
/// [`subject_of_tag`] says about the tag it was pushed under; a manifest may also name its subject
/// itself. Only payloads that name one of the two count. `payloads` are the layers with their
/// bytes; what is no payload is passed over, and so is what was there already.
pub fn simple_signing(
    tag_subject: Option<&str>,
    manifest: &Manifest,
    payloads: &[(Descriptor, Bytes)],
) -> Vec<SignatureClaim> {
    let own_subject = manifest.subject.as_ref().map(|s| s.digest.to_string());
    let is_meant =
        |digest: &str| tag_subject == Some(digest) || own_subject.as_deref() == Some(digest);
    let mut claims = Vec::new();
    for (layer, payload) in payloads.iter().take(MAX_LAYERS) {
        let claim = claim(layer, payload).filter(|claim| is_meant(&claim.subject));
        if let Some(claim) = claim {
            add(&mut claims, claim);
        }
        if claims.len() == MAX_CLAIMS {
            break;
        }
    }
    claims
}

fn claim(layer: &Descriptor, payload: &Bytes) -> Option<SignatureClaim> {
    if layer.media_type != SIMPLE_SIGNING || payload.len() > MAX_PAYLOAD {
        return None;
    }
    let encoded = layer.annotations.get(SIGNATURE)?.trim();
    if encoded.len() > MAX_SIGNATURE {
        return None;
    }
    let signature = STANDARD.decode(encoded).ok()?;
    let document: Map<String, Value> = serde_json::from_slice(payload).ok()?;
    let critical = field(&document, "critical")?.as_object()?;
    if field(critical, "type")?.as_str()? != COSIGN {
        return None;
    }
    let image = field(critical, "image")?.as_object()?;
    let digest = field(image, "docker-manifest-digest")?.as_str()?;
    let optional = field(&document, "optional").and_then(Value::as_object);
    Some(SignatureClaim {
        subject: digest.to_owned(),
        message: payload.to_vec(),
        signature,
        annotations: optional.map(annotations_of).unwrap_or_default(),
    })
}

/// Finds a field whatever its case: cosign reads it so, and old releases wrote
/// `Docker-manifest-digest`. Two spellings at once mean nothing.
fn field<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut found = fields
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name));
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}
