//! Queries of the old feed (NuGet notes §9): the part of OData that its clients speak. What is not
//! known is refused by name, since a condition that is passed over gives answers nobody asked for.

mod call;
pub mod filter;
mod query;
mod scan;

use packhouse_core::text::shown;

pub use call::Call;
pub use filter::Filter;
pub use query::{Order, OrderKey, Query};

/// How long one option may be, in bytes.
pub const MAX_OPTION: usize = 8_192;

/// How many comparisons a filter may have.
pub const MAX_CLAUSES: usize = 64;

/// How deep parentheses, functions and `not` may be nested.
pub const MAX_DEPTH: usize = 32;

/// Reports a query that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ODataError {
    /// Longer than [`MAX_OPTION`].
    #[error("a query option has {0} bytes: at most {MAX_OPTION} are allowed")]
    TooLong(usize),
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the filter is nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// More than [`MAX_CLAUSES`].
    #[error("the filter has more than {MAX_CLAUSES} comparisons")]
    TooManyClauses,
    /// A text without its end.
    #[error("a text that begins with ' does not end with one")]
    Unclosed,
    /// Something else where this should stand.
    #[error("{expected} is expected where {} stands", shown(found))]
    Expected {
        /// What should stand there.
        expected: &'static str,
        /// What does, cut to some length; `the end` for nothing.
        found: String,
    },
    /// A property, function or option that is not known here.
    #[error("the {kind} {} is not known here", shown(name))]
    Unknown {
        /// What it would be.
        kind: &'static str,
        /// Its name, cut to some length.
        name: String,
    },
    /// An option or argument with a value it cannot have.
    #[error("{name} cannot be {}", shown(value))]
    Value {
        /// The option or argument.
        name: String,
        /// The value, cut to some length.
        value: String,
    },
    /// An option twice.
    #[error("{0} is given twice")]
    Twice(String),
}
