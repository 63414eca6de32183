//! The tags that gemspecs have in the wild (RubyGems notes §13).

/// What a tag makes of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tag {
    /// No tag, or one that says no more than how the node is written.
    #[default]
    None,
    /// An object of Ruby.
    Object(Class),
}

/// A class of which objects may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `Gem::Specification`.
    Specification,
    /// `Gem::Version`.
    Version,
    /// `Gem::Requirement`, once `Gem::Version::Requirement`.
    Requirement,
    /// `Gem::Dependency`.
    Dependency,
    /// `Gem::Platform`.
    Platform,
    /// `YAML::Syck::DefaultKey`, which an old writer put in place of `=`.
    DefaultKey,
}

/// What a tag says about how a scalar is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    /// Nothing: it is a text, or null when written so without quotes.
    Any,
    /// It is a text, even one that looks like null.
    Text,
    /// It is null.
    Null,
    /// It is base64.
    Binary,
    /// It is a symbol written without its colon.
    Symbol,
}

/// A tag as it stands in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Scalar(Scalar),
    Object(Class),
}

/// Reads a tag with its handle resolved. Gives nothing for one that no gemspec has.
pub(super) fn read(tag: &str) -> Option<Written> {
    if let Some(class) = tag.strip_prefix("!ruby/object:") {
        return class_of(class).map(Written::Object);
    }
    let scalar = match tag {
        "!" | "!str" | "tag:yaml.org,2002:str" => Scalar::Text,
        "tag:yaml.org,2002:null" => Scalar::Null,
        "!binary" | "tag:yaml.org,2002:binary" => Scalar::Binary,
        "!ruby/symbol" | "!ruby/sym" => Scalar::Symbol,
        _ => return None,
    };
    Some(Written::Scalar(scalar))
}

fn class_of(class: &str) -> Option<Class> {
    Some(match class {
        "Gem::Specification" => Class::Specification,
        "Gem::Version" => Class::Version,
        "Gem::Requirement" | "Gem::Version::Requirement" => Class::Requirement,
        "Gem::Dependency" => Class::Dependency,
        "Gem::Platform" => Class::Platform,
        "YAML::Syck::DefaultKey" | "Syck::DefaultKey" => Class::DefaultKey,
        _ => return None,
    })
}
