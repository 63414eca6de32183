//! What a file is in its version, as one text: `classifier:extension`. Neither holds a colon.

use crate::path::Part;

/// Writes it, without the build.
pub(crate) fn key(part: &Part) -> String {
    let classifier = part.classifier.as_deref().unwrap_or_default();
    format!("{classifier}:{}", part.extension)
}

/// Reads it back.
pub(crate) fn parse(key: &str) -> Option<Part> {
    let (classifier, extension) = key.split_once(':')?;
    Some(Part {
        build: None,
        classifier: Some(classifier.to_owned()).filter(|text| !text.is_empty()),
        extension: extension.to_owned(),
    })
}
