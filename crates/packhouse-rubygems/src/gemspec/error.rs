//! What can be wrong with a gemspec.

use packhouse_core::text::shown;

use crate::name::GemNameError;
use crate::number::NumberError;
use crate::platform::PlatformError;
use crate::yaml::YamlError;

/// Reports a gemspec that is not accepted. A field within another is named as in
/// `dependencies.name`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GemspecError {
    /// Not YAML, or YAML that clients would not read.
    #[error("the gemspec cannot be read: {0}")]
    Yaml(#[from] YamlError),
    /// The YAML of something else.
    #[error("the metadata is not a Gem::Specification: build the gem with gem build")]
    NotGemspec,
    /// A field that must be there, and say something.
    #[error("the gemspec has no {0}, or an empty one: add it")]
    Missing(&'static str),
    /// A field of another kind than it must be.
    #[error("{field} in the gemspec is not {expected}")]
    Kind {
        /// The field.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A name of a field that is none.
    #[error("the gemspec has the field {}, which no gem has: build it with gem build", shown(.0))]
    Field(String),
    /// A text that is too long, or texts that are too long together.
    #[error("{field} in the gemspec has {length} bytes: at most {max} are allowed")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Its length, in bytes.
        length: usize,
        /// The limit.
        max: usize,
    },
    /// A list that is too long.
    #[error("{field} in the gemspec has {length} entries: at most {max} are allowed")]
    TooMany {
        /// The field.
        field: &'static str,
        /// How many.
        length: usize,
        /// The limit.
        max: usize,
    },
    /// A NUL in a text.
    #[error("{0} in the gemspec has a NUL character in it: take it out")]
    Nul(&'static str),
    /// A name that is none.
    #[error("{field} in the gemspec: {source}")]
    Name {
        /// The field.
        field: &'static str,
        /// What is wrong.
        source: GemNameError,
    },
    /// A version that is none.
    #[error("{field} in the gemspec: {source}")]
    Version {
        /// The field.
        field: &'static str,
        /// What is wrong.
        source: NumberError,
    },
    /// A sign that compares nothing.
    #[error(
        "{field} in the gemspec has the sign {}: one of = != > < >= <= ~> is allowed",
        shown(sign)
    )]
    Sign {
        /// The field.
        field: &'static str,
        /// The sign.
        sign: String,
    },
    /// What a dependency needs of another gem, said in two ways.
    #[error(
        "the dependency {name} in the gemspec has a requirement and other version_requirements: \
         build the gem with gem build"
    )]
    TwoRequirements {
        /// The other gem.
        name: String,
    },
    /// A kind of dependency that is none.
    #[error(
        "the dependency {name} in the gemspec has the type {}: :runtime or :development is allowed",
        shown(kind)
    )]
    DependencyKind {
        /// The other gem.
        name: String,
        /// Its type.
        kind: String,
    },
    /// A platform that is none.
    #[error("{field} in the gemspec: {source}")]
    Platform {
        /// The field.
        field: &'static str,
        /// What is wrong.
        source: PlatformError,
    },
    /// Two platforms.
    #[error(
        "original_platform in the gemspec, {original}, is not its platform, {platform}: build the \
         gem with gem build"
    )]
    TwoPlatforms {
        /// As it was given to the builder.
        original: String,
        /// As the builder understood it.
        platform: String,
    },
    /// A day that is none.
    #[error("date in the gemspec, {}, does not begin with a day such as 2024-07-09", shown(.0))]
    Date(String),
    /// A key of the metadata that is too long.
    #[error(
        "metadata in the gemspec has the key {}: a key has 1 to {max} characters",
        shown(key)
    )]
    MetadataKey {
        /// The key.
        key: String,
        /// The limit.
        max: usize,
    },
    /// A value of the metadata that is no text, or too long.
    #[error(
        "metadata in the gemspec has a value at {} that is not a text of at most {max} characters",
        shown(key)
    )]
    MetadataValue {
        /// Its key.
        key: String,
        /// The limit.
        max: usize,
    },
}
