//! The metadata: a flat map of texts.

use std::collections::BTreeMap;

use crate::gemspec::GemspecError;
use crate::yaml::{Node, Tag};

/// The longest key, in characters (RubyGems notes §12).
const MAX_KEY: usize = 128;

/// The longest value, in characters.
const MAX_VALUE: usize = 1_024;

/// The most pairs.
const MAX_PAIRS: usize = 1_000;

/// Reads the metadata; gemspecs before version 4 have none.
pub(super) fn read(node: Option<&Node>) -> Result<BTreeMap<String, String>, GemspecError> {
    let Some(node) = node else {
        return Ok(BTreeMap::new());
    };
    let pairs = node.map().filter(|_| node.tag == Tag::None);
    let pairs = pairs.ok_or(GemspecError::Kind {
        field: "metadata",
        expected: "a map of texts",
    })?;
    if pairs.len() > MAX_PAIRS {
        return Err(GemspecError::TooMany {
            field: "metadata",
            length: pairs.len(),
            max: MAX_PAIRS,
        });
    }
    (pairs.iter())
        .map(|(key, value)| pair(key, value))
        .collect()
}

fn pair(key: &str, value: &Node) -> Result<(String, String), GemspecError> {
    if key.contains('\0') {
        return Err(GemspecError::Nul("metadata"));
    }
    if key.is_empty() || key.chars().count() > MAX_KEY {
        return Err(GemspecError::MetadataKey {
            key: key.to_owned(),
            max: MAX_KEY,
        });
    }
    match value.text() {
        Some(text) if text.contains('\0') => Err(GemspecError::Nul("metadata")),
        Some(text) if text.chars().count() <= MAX_VALUE => Ok((key.to_owned(), text.to_owned())),
        _ => Err(GemspecError::MetadataValue {
            key: key.to_owned(),
            max: MAX_VALUE,
        }),
    }
}
