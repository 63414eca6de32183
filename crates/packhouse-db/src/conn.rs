//! One connection type for both engines.

use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;

/// A connection to either engine. Most queries are written against this enum; it cannot express
/// ON CONFLICT, batch inserts, locks or full-text search: those go through [`on_backend!`].
#[derive(diesel::MultiConnection)]
pub enum AnyConn {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite, bundled.
    Sqlite(SqliteConnection),
}

/// Compiles one query text for each engine and runs the one that fits the connection.
macro_rules! on_backend {
    ($conn:expr, |$c:ident| $query:expr) => {
        match $conn {
            $crate::AnyConn::Postgres($c) => $query,
            $crate::AnyConn::Sqlite($c) => $query,
        }
    };
}
pub(crate) use on_backend;
