//! What a body says about its attachments, read at its end.

use serde_json::{Map, Value};

use super::base64_stream::Base64Stream;
use super::{AttachmentInfo, BodyError};
use crate::name::cut;

/// Reads the inside of a JSON string.
pub(super) fn json_text(mut raw: Vec<u8>) -> Result<String, BodyError> {
    if !raw.contains(&b'\\')
        && let Ok(text) = String::from_utf8(raw.clone())
        && !text.chars().any(|c| c < ' ')
    {
        return Ok(text);
    }
    raw.insert(0, b'"');
    raw.push(b'"');
    serde_json::from_slice(&raw).map_err(BodyError::Json)
}

/// Reports an attachment of another shape.
pub(super) fn shape(key: &str) -> BodyError {
    BodyError::AttachmentShape { key: cut(key) }
}

/// Puts what came of the tarball beside what was claimed about it.
pub(super) fn attachment_info(
    key: String,
    stream: &Base64Stream,
    claims: &Map<String, Value>,
) -> Result<AttachmentInfo, BodyError> {
    let decoded = stream
        .finish()
        .map_err(|error| BodyError::base64(&key, error))?;
    let claim = claims.get(&key).ok_or_else(|| shape(&key))?;
    Ok(AttachmentInfo {
        content_type: claim["content_type"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        length: claim["length"].as_u64(),
        decoded,
        key,
    })
}

/// Reads the bundle's text and compares its length, which clients count in UTF-16 units.
pub(super) fn provenance_text(
    key: &str,
    raw: Vec<u8>,
    claims: &Map<String, Value>,
) -> Result<String, BodyError> {
    let text = json_text(raw)?;
    let claim = claims.get(key).ok_or_else(|| shape(key))?;
    let actual = text.encode_utf16().count() as u64;
    match claim["length"].as_u64() {
        Some(claimed) if claimed != actual && claimed != text.len() as u64 => {
            Err(BodyError::ProvenanceLength { claimed, actual })
        }
        _ => Ok(text),
    }
}
