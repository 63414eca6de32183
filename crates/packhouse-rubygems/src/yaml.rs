//! The YAML inside a gem, read into a tree whose scalars stay texts (RubyGems notes §13).
//!
//! A version `1.10` must not become a number, and a tag must not make an object. What clients read
//! differently from this tree is refused: keys twice, merge keys, second documents, unknown tags.

mod error;
mod scalar;
mod tag;
mod text;
mod tree;

use std::rc::Rc;

pub use error::YamlError;
pub use tag::{Class, Tag};

/// How large a tree may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How deep nodes lie in one another.
    pub depth: usize,
    /// How many nodes there are, each alias counted as all the nodes that it stands for.
    pub nodes: u64,
}

impl Default for Limits {
    /// Gives a depth of 32 and 1,000,000 nodes. Gemspecs have a depth of 8, and a node for each
    /// file of the gem.
    fn default() -> Self {
        Self {
            depth: 32,
            nodes: 1_000_000,
        }
    }
}

/// A node of a document. One that an alias names is shared.
#[derive(Debug, PartialEq, Eq)]
pub struct Node {
    /// Its tag.
    pub tag: Tag,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing: written as nothing, `~` or `null` without quotes.
    Null,
    /// A text. A symbol begins with its colon, however it was written; what was written in base64
    /// is decoded, and its invalid UTF-8 replaced.
    Text(String),
    /// A list.
    List(Vec<Rc<Node>>),
    /// A map, in the order of the document, no key twice.
    Map(Vec<(String, Rc<Node>)>),
}

impl Node {
    /// Tells whether there is nothing in it.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// Gives the text that it is.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Gives the list that it is.
    pub fn list(&self) -> Option<&[Rc<Node>]> {
        match &self.value {
            Value::List(nodes) => Some(nodes),
            _ => None,
        }
    }

    /// Gives the map that it is.
    pub fn map(&self) -> Option<&[(String, Rc<Node>)]> {
        match &self.value {
            Value::Map(pairs) => Some(pairs),
            _ => None,
        }
    }
}

/// Reads the one document of a text.
///
/// # Errors
/// When it is not YAML that Psych reads, passes a limit, or has something that clients would read
/// in another way, or not at all.
pub fn parse(bytes: &[u8], limits: Limits) -> Result<Rc<Node>, YamlError> {
    tree::build(&text::decode(bytes)?, limits)
}

#[cfg(test)]
mod tests;
