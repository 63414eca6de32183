//! The schema's steps, embedded in the binary, one set for each engine.

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationConnection, Result as MigrationResult};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::address::{Address, Purpose};
use super::transaction;
use crate::{AnyConn, DbError, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Any number that nobody else in the database uses for an advisory lock.
const LOCK: i64 = 0x7061_636b_686f_7573;

/// Runs what is missing, all in one transaction that only one process can be in, and gives the
/// names.
pub(super) fn run(address: &Address) -> Result<Vec<String>> {
    let mut conn = address.connect(Purpose::Write)?;
    transaction::begin(&mut conn, Purpose::Write)?;
    let outcome = match &mut conn {
        AnyConn::Sqlite(conn) => pending(conn, SQLITE),
        AnyConn::Postgres(conn) => {
            diesel::sql_query(format!("SELECT pg_advisory_xact_lock({LOCK})")).execute(conn)?;
            pending(conn, POSTGRES)
        }
    };
    let outcome = outcome.map_err(|error| DbError::Migration(error.to_string()));
    transaction::finish(&mut conn, Purpose::Write, outcome).0
}

/// Undoes every migration, newest first.
pub(super) fn revert(address: &Address) -> Result<Vec<String>> {
    let mut conn = address.connect(Purpose::Write)?;
    let reverted = match &mut conn {
        AnyConn::Sqlite(conn) => conn.revert_all_migrations(SQLITE),
        AnyConn::Postgres(conn) => conn.revert_all_migrations(POSTGRES),
    };
    let reverted = reverted.map_err(|error| DbError::Migration(error.to_string()))?;
    Ok(reverted.iter().map(ToString::to_string).collect())
}

fn pending<C>(conn: &mut C, source: EmbeddedMigrations) -> MigrationResult<Vec<String>>
where
    C: MigrationConnection + MigrationHarness<C::Backend>,
    C::Backend: Backend,
    EmbeddedMigrations: diesel::migration::MigrationSource<C::Backend>,
{
    conn.setup()?;
    let mut names = Vec::new();
    for migration in conn.pending_migrations(source)? {
        let migration: Box<dyn Migration<C::Backend>> = migration;
        conn.run_migration(&migration)?;
        names.push(migration.name().to_string());
    }
    Ok(names)
}
