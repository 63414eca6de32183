//! Texts, and lists of them.

use super::MAX_TEXT;
use crate::gemspec::GemspecError;
use crate::yaml::{Node, Value};

/// The longest list of authors, addresses or licences.
const MAX_LIST: usize = 1_000;

/// Reads a text of at most [`MAX_TEXT`] bytes.
pub(super) fn text<'t>(node: &'t Node, field: &'static str) -> Result<&'t str, GemspecError> {
    let text = node.text().ok_or(GemspecError::Kind {
        field,
        expected: "a text",
    })?;
    check(text, field)?;
    Ok(text)
}

/// Reads a text; one that is not there, or empty, is none.
pub(super) fn optional(
    node: Option<&Node>,
    field: &'static str,
) -> Result<Option<String>, GemspecError> {
    let text = node.map(|node| text(node, field)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
}

/// Reads a text, or a list of texts and of such lists; nulls and empty texts are left out.
pub(super) fn list(node: Option<&Node>, field: &'static str) -> Result<Vec<String>, GemspecError> {
    let mut texts = Texts {
        field,
        found: Vec::new(),
        length: 0,
    };
    if let Some(node) = node {
        texts.add(node)?;
    }
    Ok(texts.found)
}

struct Texts {
    field: &'static str,
    found: Vec<String>,
    length: usize,
}

impl Texts {
    /// Lists lie in one another no deeper than the reader of the YAML lets them.
    fn add(&mut self, node: &Node) -> Result<(), GemspecError> {
        match &node.value {
            Value::Null => {}
            Value::Text(text) if text.is_empty() => {}
            Value::Text(text) => {
                check(text, self.field)?;
                self.length += text.len();
                self.found.push(text.clone());
            }
            Value::List(nodes) => {
                for node in nodes {
                    self.add(node)?;
                }
            }
            Value::Map(_) => {
                return Err(GemspecError::Kind {
                    field: self.field,
                    expected: "a list of texts",
                });
            }
        }
        self.check()
    }

    fn check(&self) -> Result<(), GemspecError> {
        if self.found.len() > MAX_LIST {
            return Err(GemspecError::TooMany {
                field: self.field,
                length: self.found.len(),
                max: MAX_LIST,
            });
        }
        check_length(self.length, self.field)
    }
}

fn check(text: &str, field: &'static str) -> Result<(), GemspecError> {
    check_length(text.len(), field)?;
    // No database keeps it in a text.
    match text.contains('\0') {
        true => Err(GemspecError::Nul(field)),
        false => Ok(()),
    }
}

fn check_length(length: usize, field: &'static str) -> Result<(), GemspecError> {
    match length > MAX_TEXT {
        true => Err(GemspecError::TooLong {
            field,
            length,
            max: MAX_TEXT,
        }),
        false => Ok(()),
    }
}
