//! From bytes to text: by byte order mark, by the look of UTF-16, by the declaration, else UTF-8
//! (XML 1.0, appendix F).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::{XmlError, cut};

/// How far into a document its declaration may reach, in bytes.
const DECLARATION: usize = 1_024;

/// Gives a document as text, without its byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None if bytes.starts_with(b"<\0") => (UTF_16LE, bytes),
        None if bytes.starts_with(b"\0<") => (UTF_16BE, bytes),
        None => (declared(bytes)?, bytes),
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| XmlError::Encoding(encoding.name().to_owned()))
}

/// Gives the encoding that the declaration names.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, XmlError> {
    let Some(label) = label(bytes) else {
        return Ok(UTF_8);
    };
    let unknown = || XmlError::Encoding(cut(&String::from_utf8_lossy(label), 40));
    match Encoding::for_label(label) {
        // What could be read up to here is not UTF-16.
        Some(encoding) if encoding.is_ascii_compatible() => Ok(encoding),
        _ => Err(unknown()),
    }
}

/// Finds the name of the encoding in `<?xml ... encoding="NAME" ... ?>`.
fn label(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    let rest = &rest[..rest.len().min(DECLARATION)];
    let end = find(rest, b"?>")?;
    let declaration = &rest[..end];
    let start = find(declaration, b"encoding")? + b"encoding".len();
    let value = declaration[start..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value
        .split_first()
        .filter(|(q, _)| matches!(q, b'"' | b'\''))?;
    let end = value.iter().position(|b| b == quote)?;
    Some(&value[..end])
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
