//! What a query can fail with.

use packhouse_core::error::ErrorKind;

/// Shorthand for results of this crate.
pub type Result<T, E = DbError> = std::result::Result<T, E>;

/// A failure of the database, never of a rule.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection can be had.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The disk under the database is full.
    #[error("the disk under the database is full")]
    Full(#[source] diesel::result::Error),
    /// A unique constraint refused a row. Callers look the row up to learn which.
    #[error("the row exists already")]
    Duplicate(#[source] diesel::result::Error),
    /// Anything else that a query can fail with.
    #[error("database query failed: {0}")]
    Query(#[source] diesel::result::Error),
    /// A stored value that this release cannot read.
    #[error("unreadable value in {column}: {value:?}")]
    Corrupt {
        /// The table and column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// The database address names no engine.
    #[error("unknown database address {0:?}: use sqlite:///path or postgres://…")]
    UnknownScheme(String),
    /// Migrations could not run.
    #[error("migration failed: {0}")]
    Migration(String),
}

impl DbError {
    /// Gives the kind a client sees.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable(_) => ErrorKind::Unavailable,
            Self::Full(_) => ErrorKind::StorageFull,
            Self::Duplicate(_) => ErrorKind::Conflict,
            _ => ErrorKind::Internal,
        }
    }
}

impl From<diesel::result::Error> for DbError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Duplicate(error),
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unreachable(info.message().to_owned())
            }
            Error::DatabaseError(_, info) if info.message().contains("disk is full") => {
                Self::Full(error)
            }
            Error::BrokenTransactionManager => Self::Unreachable(error.to_string()),
            _ => Self::Query(error),
        }
    }
}
