//! XML as clients send it (Maven notes §11, NuGet notes §10): read whole into a small tree, with
//! limits, and without anything that could reach outside or grow inside: no document type, no
//! entity but the five of XML itself.
//!
//! ```
//! let root = packhouse_xml::parse(b"<p:a xmlns:p='urn:x'><b to='&lt;'> c </b></p:a>", 1_024).unwrap();
//! assert_eq!((&*root.name, root.value("b")), ("a", Some("c")));
//! assert_eq!(root.child("b").unwrap().attribute("to"), Some("<"));
//! assert!(!root.child("b").unwrap().shares_namespace(&root));
//! ```
//!
//! Not here: writing documents (only [`escape`]), schemas, and what a document means.

mod decode;
mod namespaces;
mod reader;

use std::borrow::Cow;

pub use namespaces::Namespace;
pub use reader::parse;

/// How deep elements may be nested.
pub const MAX_DEPTH: usize = 64;

/// How many elements a document may have.
pub const MAX_ELEMENTS: usize = 100_000;

/// How long the attributes of one element may be, names and spaces included, in bytes.
pub const MAX_ATTRIBUTES_LENGTH: usize = 65_536;

/// How many attributes one element may have. They are compared with each other.
pub const MAX_ATTRIBUTES: usize = 64;

/// An element with what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name without a prefix.
    pub name: String,
    /// What its prefix, or the lack of one, stands for.
    pub namespace: Namespace,
    /// Its attributes without the declarations of namespaces, in their order.
    pub attributes: Vec<Attribute>,
    /// The text directly in it, comments left out, as written.
    pub text: String,
    /// The elements directly in it.
    pub children: Vec<Element>,
}

/// An attribute of an element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribute {
    /// Its name as written, with its prefix if it has one.
    pub name: String,
    /// Its value: references resolved, tabs and line ends as spaces.
    pub value: String,
}

/// Reports a document that is not read. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// More bytes than allowed here.
    #[error("the XML document has {size} bytes: at most {max} are allowed")]
    TooLarge {
        /// Its length.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// A declared encoding that is not known, or does not fit the bytes.
    #[error("the XML document is not in {0} as it says: write it in UTF-8")]
    Encoding(String),
    /// A `<!DOCTYPE`.
    #[error("line {line}: a document type is not allowed: leave the <!DOCTYPE out")]
    Doctype {
        /// Where.
        line: usize,
    },
    /// A reference to an entity of the document's own.
    #[error("line {line}: the entity &{name}; is not known: write the character itself")]
    Entity {
        /// Where.
        line: usize,
        /// Its name, cut to some length.
        name: String,
    },
    /// Elements nested deeper than [`MAX_DEPTH`].
    #[error("line {line}: elements are nested more than {MAX_DEPTH} deep")]
    TooDeep {
        /// Where.
        line: usize,
    },
    /// More elements than [`MAX_ELEMENTS`].
    #[error("line {line}: the XML document has more than {MAX_ELEMENTS} elements")]
    TooManyElements {
        /// Where.
        line: usize,
    },
    /// More attributes than [`MAX_ATTRIBUTES`], or longer than [`MAX_ATTRIBUTES_LENGTH`].
    #[error(
        "line {line}: an element has more than {MAX_ATTRIBUTES} attributes, or more than \
         {MAX_ATTRIBUTES_LENGTH} bytes of them"
    )]
    Attributes {
        /// Where.
        line: usize,
    },
    /// Not well-formed.
    #[error("line {line}: the XML is not well-formed: {reason}")]
    Malformed {
        /// Where.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Another document than the one that belongs here.
    #[error("the document is a <{found}>, not a <{expected}>")]
    Root {
        /// The element that belongs here.
        expected: &'static str,
        /// The one that was sent, cut to some length.
        found: String,
    },
}

impl Element {
    /// Gives the first element of this name directly inside.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Gives the elements of this name directly inside, in their order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Goes down by one name after another, to the first of each.
    pub fn find(&self, path: &[&str]) -> Option<&Element> {
        path.iter()
            .try_fold(self, |element, name| element.child(name))
    }

    /// Gives the text of the first element of this name, without space around it. `None` when it is
    /// missing or empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.child(name)
            .map(|child| child.text.trim())
            .filter(|text| !text.is_empty())
    }

    /// Gives the value of the attribute of this name, as written: without a prefix unless the name
    /// has one.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|attribute| attribute.name == name)
            .map(|attribute| &*attribute.value)
    }

    /// Tells whether both are in one namespace, or both in none.
    pub fn shares_namespace(&self, other: &Element) -> bool {
        self.namespace == other.namespace
    }

    /// Takes the root element when it has this name, in any namespace.
    ///
    /// # Errors
    /// [`XmlError::Root`] when it has another.
    pub fn expect(self, expected: &'static str) -> Result<Self, XmlError> {
        if self.name == expected {
            return Ok(self);
        }
        Err(XmlError::Root {
            expected,
            found: cut(&self.name, 80),
        })
    }
}

/// Writes a text so that it stands for itself in XML and HTML, in elements and quoted attributes.
/// Characters that no XML document may hold become U+FFFD.
pub fn escape(text: &str) -> Cow<'_, str> {
    let special = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || !is_char(c);
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if is_char(c) => escaped.push(c),
            _ => escaped.push('\u{fffd}'),
        }
    }
    Cow::Owned(escaped)
}

/// Tells whether a document may hold this character (XML 1.0, production 2).
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Cuts a text to so many characters.
fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

#[cfg(test)]
mod tests;
