//! Provenance bundles: what one says it is about (npm notes §12).
//!
//! Checked is that the statement inside names this package, this version and this tarball. Not
//! checked is the Sigstore chain: who signed it, and whether a transparency log knows it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::digest::Sha512;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::name::{ScopedName, cut};

/// The bundle's media types: an older spelling with the version as a parameter, and a newer one.
const BUNDLE_TYPES: &[&str] = &[
    "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "application/vnd.dev.sigstore.bundle.v0.3+json",
];

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

const STATEMENT_TYPES: &[&str] = &[
    "https://in-toto.io/Statement/v0.1",
    "https://in-toto.io/Statement/v1",
];

/// What a checked bundle is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// What kind of statement it holds, for `dist.attestations` and the attestations address.
    pub predicate_type: String,
}

/// Reports a bundle that is not provenance of this tarball.
#[derive(Debug, thiserror::Error)]
pub enum ProvenanceError {
    /// Not the JSON of a bundle with a signed envelope.
    #[error("the provenance bundle cannot be read: {0}")]
    Bundle(#[source] serde_json::Error),
    /// An unknown kind of bundle.
    #[error("the provenance bundle has the media type {0:?}: use Sigstore's version 0.1 to 0.3")]
    MediaType(String),
    /// Signs something else than a statement.
    #[error("the provenance bundle signs {0:?}, not an in-toto statement")]
    PayloadType(String),
    /// Nobody signed it.
    #[error("the provenance bundle has no signature")]
    Unsigned,
    /// The signed bytes are not base64.
    #[error("the payload of the provenance bundle is not valid base64")]
    Payload(#[source] base64::DecodeError),
    /// The signed bytes are no statement.
    #[error("the statement of the provenance bundle cannot be read: {0}")]
    Statement(#[source] serde_json::Error),
    /// An unknown kind of statement.
    #[error("the provenance bundle holds a statement of the unknown type {0:?}")]
    StatementType(String),
    /// None, or several.
    #[error("the provenance is about {0} things, it must be about exactly one")]
    Subjects(usize),
    /// About another package or version.
    #[error("the provenance is about {found:?}, but {expected:?} is being published")]
    Name {
        /// What it names.
        found: String,
        /// What it should name.
        expected: String,
    },
    /// About another tarball.
    #[error("the provenance is about a tarball with sha512 {found:?}, but this one has {expected}")]
    Digest {
        /// What it names.
        found: String,
        /// This tarball's.
        expected: Sha512,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    media_type: String,
    dsse_envelope: Envelope,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    #[serde(default)]
    signatures: Vec<Value>,
}

#[derive(Deserialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
}

#[derive(Deserialize)]
struct Subject {
    name: String,
    digest: Map<String, Value>,
}

/// Checks that a bundle's statement is about one version of a package and its tarball.
///
/// # Errors
/// When the bundle or its statement cannot be read, or is about something else.
pub fn check(
    bundle: &str,
    name: &ScopedName,
    version: &str,
    sha512: &Sha512,
) -> Result<Provenance, ProvenanceError> {
    let bundle: Bundle = serde_json::from_str(bundle).map_err(ProvenanceError::Bundle)?;
    let media_type: String = bundle.media_type.split_whitespace().collect();
    if !BUNDLE_TYPES.contains(&media_type.as_str()) {
        return Err(ProvenanceError::MediaType(cut(&bundle.media_type)));
    }
    let envelope = bundle.dsse_envelope;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(ProvenanceError::PayloadType(cut(&envelope.payload_type)));
    }
    if envelope.signatures.is_empty() {
        return Err(ProvenanceError::Unsigned);
    }
    let payload = STANDARD
        .decode(&envelope.payload)
        .map_err(ProvenanceError::Payload)?;
    let statement: Statement =
        serde_json::from_slice(&payload).map_err(ProvenanceError::Statement)?;
    if !STATEMENT_TYPES.contains(&statement.kind.as_str()) {
        return Err(ProvenanceError::StatementType(cut(&statement.kind)));
    }
    let [subject] = statement.subject.as_slice() else {
        return Err(ProvenanceError::Subjects(statement.subject.len()));
    };
    check_subject(subject, name, version, sha512)?;
    Ok(Provenance {
        predicate_type: statement.predicate_type,
    })
}

fn check_subject(
    subject: &Subject,
    name: &ScopedName,
    version: &str,
    sha512: &Sha512,
) -> Result<(), ProvenanceError> {
    let expected = purl(name, version);
    if subject.name != expected {
        return Err(ProvenanceError::Name {
            found: cut(&subject.name),
            expected,
        });
    }
    let found = subject.digest.get("sha512").and_then(Value::as_str);
    let found = found.unwrap_or_default();
    if !found.eq_ignore_ascii_case(&sha512.to_string()) {
        return Err(ProvenanceError::Digest {
            found: found.chars().take(128).collect(),
            expected: *sha512,
        });
    }
    Ok(())
}

/// Names a version as package URLs do: `pkg:npm/%40scope/name@version`.
fn purl(name: &ScopedName, version: &str) -> String {
    format!("pkg:npm/%40{}/{}@{version}", name.owner, name.name)
}

#[cfg(test)]
mod tests;
