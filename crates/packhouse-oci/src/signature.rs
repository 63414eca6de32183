//! What a pushed manifest carries as signatures of another one (OCI notes §11). Nothing is checked
//! against a key here: a [`SignatureClaim`] is what a key is then asked about. Nor is anything
//! believed that was not signed: names of tags and key hints only say where to look.
//!
//! cosign 1 and 2 push an image whose layers are payloads, with the signatures as annotations of
//! the layers, under a tag made of the signed digest; cosign 3 pushes a sigstore bundle that names
//! its subject. Keyless signatures come in the same two forms; their certificates are not read.

mod bundle;
mod simple;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use bundle::bundle;
pub use simple::{simple_signing, subject_of_tag};

/// How many layers of one manifest are looked at.
pub const MAX_LAYERS: usize = 1_000;

/// How many signatures of one manifest count.
const MAX_CLAIMS: usize = 50;

/// The largest payload that a layer may hold, in bytes; they take some hundred.
pub const MAX_PAYLOAD: usize = 32 * 1024;

/// The largest bundle that is read, in bytes: proofs of logs come with it.
pub const MAX_BUNDLE: usize = 1024 * 1024;

/// The most bytes that a bundle's signature may cover.
const MAX_STATEMENT: usize = 256 * 1024;

/// The longest signature that is tried, in characters of base64: RSA of 8192 bits takes half.
const MAX_SIGNATURE: usize = 4_096;

const MAX_ANNOTATIONS: usize = 100;
const MAX_KEY: usize = 255;
const MAX_VALUE: usize = 4_096;

/// A signature that somebody made, perhaps: true once a key says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureClaim {
    /// The digest of the manifest that is signed, `sha256:…`. The signed bytes name it.
    pub subject: String,
    /// The bytes that were signed.
    pub message: Vec<u8>,
    /// The signature of them.
    pub signature: Vec<u8>,
    /// What the signer said about the manifest (`cosign sign -a key=value`); part of the signed
    /// bytes.
    pub annotations: BTreeMap<String, String>,
}

/// Adds a claim unless the same is there.
fn add(claims: &mut Vec<SignatureClaim>, claim: SignatureClaim) {
    if !claims.contains(&claim) {
        claims.push(claim);
    }
}

/// Reads annotations as people wrote them. What is no text is shown as JSON; 100 are kept.
fn annotations_of(fields: &Map<String, Value>) -> BTreeMap<String, String> {
    let shown: BTreeMap<String, String> = fields
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) => (key.clone(), text.clone()),
            other => (key.clone(), other.to_string()),
        })
        .collect();
    crate::capped::cut_map(&shown, MAX_ANNOTATIONS, MAX_KEY, MAX_VALUE)
}

#[cfg(test)]
mod tests;
