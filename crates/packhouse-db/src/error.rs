//! What a query can fail with.

use std::cell::Cell;

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
    /// Another change holds what this one needs, or came in between. Nothing was changed; the same
    /// call may well work the next time.
    #[error("the database is busy with another change, try again")]
    Contended(#[source] diesel::result::Error),
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
    /// The work panicked; its transaction was rolled back.
    #[error("database work panicked: {0}")]
    Panicked(String),
    /// Migrations could not run.
    #[error("migration failed: {0}")]
    Migration(String),
}

impl DbError {
    /// Gives an error that says the same, for all who share one lost transaction.
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::Full(error) => Self::Full(copy(error)),
            Self::Contended(error) => Self::Contended(copy(error)),
            Self::Query(error) => Self::Query(copy(error)),
            Self::Unreachable(text) => Self::Unreachable(text.clone()),
            other => Self::Unreachable(other.to_string()),
        }
    }

    /// Gives the kind a client sees.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable(_) | Self::Contended(_) => ErrorKind::Unavailable,
            Self::Full(_) => ErrorKind::StorageFull,
            Self::Duplicate(_) => ErrorKind::Conflict,
            _ => ErrorKind::Internal,
        }
    }
}

impl From<diesel::result::Error> for DbError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        // Also when nothing was left to roll back: SQLite has done so itself when its disk is full,
        // PostgreSQL when it went away.
        if let Error::RollbackErrorOnCommit { commit_error, .. } = error {
            return Self::from(*commit_error);
        }
        match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Duplicate(error),
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Self::Contended(error)
            }
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unreachable(info.message().to_owned())
            }
            Error::DatabaseError(_, info) if says(&**info, FULL) => {
                LAST_FULL.set(Some(info.message().to_owned()));
                Self::Full(error)
            }
            Error::DatabaseError(_, info) if says(&**info, CONTENDED) => Self::Contended(error),
            Error::BrokenTransactionManager => Self::Unreachable(error.to_string()),
            _ => Self::Query(error),
        }
    }
}

thread_local! {
    /// What a query on this thread last said of a full disk. The writer of SQLite looks here: what
    /// its jobs return is of types that it cannot look into, and diesel's instrumentation is not
    /// told of the failures of queries that return rows.
    static LAST_FULL: Cell<Option<String>> = const { Cell::new(None) };
}

/// Gives what a query on this thread said of a full disk since this was asked last.
pub(crate) fn take_full() -> Option<DbError> {
    let text = LAST_FULL.take()?;
    let kind = diesel::result::DatabaseErrorKind::Unknown;
    let error = diesel::result::Error::DatabaseError(kind, Box::new(text));
    Some(DbError::Full(error))
}

/// How SQLite (SQLITE_FULL) and PostgreSQL (53100) say that there is no room.
const FULL: &[&str] = &["disk is full", "No space left on device"];

/// How SQLite (SQLITE_BUSY, SQLITE_LOCKED) and PostgreSQL (40P01) say that somebody else is at it;
/// diesel has no kind for these.
const CONTENDED: &[&str] = &[
    "database is locked",
    "database table is locked",
    "deadlock detected",
];

fn says(info: &dyn diesel::result::DatabaseErrorInformation, texts: &[&str]) -> bool {
    texts.iter().any(|text| info.message().contains(text))
}

/// Gives an error that says the same.
fn copy(error: &diesel::result::Error) -> diesel::result::Error {
    use diesel::result::{DatabaseErrorKind, Error};
    let (kind, text) = match error {
        Error::RollbackErrorOnCommit { commit_error, .. } => return copy(commit_error),
        Error::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => (
            DatabaseErrorKind::ClosedConnection,
            info.message().to_owned(),
        ),
        Error::DatabaseError(_, info) => (DatabaseErrorKind::Unknown, info.message().to_owned()),
        other => (DatabaseErrorKind::Unknown, other.to_string()),
    };
    Error::DatabaseError(kind, Box::new(text))
}
