//! What can be wrong with a nuspec.

use packhouse_core::text::shown;
use packhouse_xml::XmlError;

use crate::id::InvalidId;
use crate::range::InvalidRange;
use crate::version::InvalidVersion;

/// Reports a nuspec that is not accepted. An element or attribute is named as in
/// `dependency/@id`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NuspecError {
    /// Not XML, too long, or the XML of something else.
    #[error("the nuspec cannot be read: {0}")]
    Xml(#[from] XmlError),
    /// A prefix without a declaration; clients cannot read such a document.
    #[error("the nuspec has an element <{0}> whose prefix is declared nowhere: declare it")]
    UnknownPrefix(String),
    /// An element that must be there, and say something.
    #[error("the nuspec has no <{0}>, or an empty one: add it")]
    Missing(&'static str),
    /// An attribute that must be there, and say something.
    #[error("a <{element}> in the nuspec has no {attribute}, or an empty one: add it")]
    MissingAttribute {
        /// The element.
        element: &'static str,
        /// Its attribute.
        attribute: &'static str,
    },
    /// An element that may come once only.
    #[error("the nuspec has more than one <{0}>: leave one")]
    Duplicate(&'static str),
    /// Elements in an element that is a text.
    #[error("<{0}> in the nuspec has elements in it: it is a text")]
    NotText(&'static str),
    /// A text that is too long.
    #[error("{what} in the nuspec has {length} characters: at most {max} are allowed")]
    TooLong {
        /// The element or attribute.
        what: &'static str,
        /// Its length, in characters.
        length: usize,
        /// The limit.
        max: usize,
    },
    /// Too many elements in a list.
    #[error("the nuspec has more than {max} of <{element}>: at most so many are allowed")]
    TooMany {
        /// The element.
        element: &'static str,
        /// The limit.
        max: usize,
    },
    /// An id that is none.
    #[error("<id> in the nuspec: {0}")]
    Id(InvalidId),
    /// A version that is none.
    #[error("<version> in the nuspec: {0}")]
    Version(InvalidVersion),
    /// A version of a client that is none.
    #[error("minClientVersion in the nuspec: {0}")]
    MinClientVersion(InvalidVersion),
    /// A way to give a licence that is not known.
    #[error("the licence in the nuspec has the type {}: expression or file is allowed", shown(.0))]
    LicenseKind(String),
    /// An expression with other characters than expressions have.
    #[error(
        "the licence in the nuspec, {}, is not an expression: it is made of identifiers such as \
         MIT, AND, OR, WITH and parentheses", shown(.0)
    )]
    LicenseExpression(String),
    /// A path that leads nowhere in an archive.
    #[error(
        "{what} in the nuspec, {}, does not lead to a file of the package",
        shown(path)
    )]
    Path {
        /// The element.
        what: &'static str,
        /// The path.
        path: String,
    },
    /// A type of packages with a name that is none.
    #[error("a package type in the nuspec: {0}")]
    PackageType(InvalidId),
    /// A type of packages with a version that is none.
    #[error("the package type {name} in the nuspec: {source}")]
    PackageTypeVersion {
        /// The type.
        name: String,
        /// What is wrong.
        source: InvalidVersion,
    },
    /// A dependency on an id that is none.
    #[error("a dependency in the nuspec: {0}")]
    DependencyId(InvalidId),
    /// A dependency on versions that are none.
    #[error("the dependency {id} in the nuspec: {source}")]
    DependencyRange {
        /// The id.
        id: String,
        /// What is wrong.
        source: InvalidRange,
    },
    /// An id twice in one group.
    #[error("the nuspec names the dependency {id} twice for {framework}: leave one")]
    DuplicateDependency {
        /// The id.
        id: String,
        /// The framework, `any framework` when the group names none.
        framework: String,
    },
}
