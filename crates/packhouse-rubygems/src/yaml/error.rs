//! What can be wrong with a document.

use packhouse_core::text::shown;

/// Reports YAML that is not accepted. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    /// Bytes that are no text.
    #[error("it is not UTF-8: rebuild it with a RubyGems of today")]
    NotUtf8,
    /// A character that YAML does not have.
    #[error("it has the character U+{code:04X} in line {line}, which YAML only has escaped")]
    Character {
        /// The character.
        code: u32,
        /// Where.
        line: usize,
    },
    /// Not YAML.
    #[error("it is not YAML: {reason} in line {line}")]
    Syntax {
        /// What is wrong.
        reason: String,
        /// Where.
        line: usize,
    },
    /// No document.
    #[error("it is empty")]
    Empty,
    /// A second document.
    #[error("it has a second document in line {line}: leave one")]
    Documents {
        /// Where.
        line: usize,
    },
    /// Too deep.
    #[error("its nodes lie more than {max} deep in line {line}")]
    TooDeep {
        /// The limit.
        max: usize,
        /// Where.
        line: usize,
    },
    /// Too many nodes.
    #[error("it has more than {max} nodes when its aliases are replaced")]
    TooManyNodes {
        /// The limit.
        max: u64,
    },
    /// An alias for something that it is a part of.
    #[error("the alias in line {line} stands for something that it is in itself")]
    Cycle {
        /// Where.
        line: usize,
    },
    /// A tag that no gemspec has.
    #[error("the tag {} in line {line} is not one of a gemspec", shown(tag))]
    Tag {
        /// The tag.
        tag: String,
        /// Where.
        line: usize,
    },
    /// A tag on a node that it cannot be of.
    #[error("the tag {} in line {line} does not fit what it is on", shown(tag))]
    TagPlace {
        /// The tag.
        tag: String,
        /// Where.
        line: usize,
    },
    /// A key that is no text.
    #[error("a key in line {line} is not a text")]
    Key {
        /// Where.
        line: usize,
    },
    /// A merge key.
    #[error("the key << in line {line} merges maps: write out what it stands for")]
    MergeKey {
        /// Where.
        line: usize,
    },
    /// A key twice.
    #[error(
        "the key {} comes twice in the map that ends in line {line}: leave one",
        shown(key)
    )]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where.
        line: usize,
    },
    /// Base64 that is none.
    #[error("the !binary in line {line} is not base64")]
    Binary {
        /// Where.
        line: usize,
    },
}
