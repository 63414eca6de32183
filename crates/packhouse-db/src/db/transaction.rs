//! One piece of work in one transaction.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{
    AnsiTransactionManager, Connection, SimpleConnection, TransactionManager,
};
use diesel::result::{Error, QueryResult};

use super::address::Purpose;
use crate::{AnyConn, DbError};

type Manager = <AnyConn as Connection>::TransactionManager;

/// Begins a transaction. A reading one sees a single state of the database from its first query to
/// its end; on SQLite a writing one is the only one.
pub(super) fn begin(conn: &mut AnyConn, purpose: Purpose) -> QueryResult<()> {
    match conn {
        AnyConn::Sqlite(conn) => {
            let sql = match purpose {
                Purpose::Read => "BEGIN",
                Purpose::Write => "BEGIN IMMEDIATE",
            };
            AnsiTransactionManager::begin_transaction_sql(conn, sql)
        }
        AnyConn::Postgres(conn) => {
            let sql = match purpose {
                Purpose::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                Purpose::Write => "BEGIN",
            };
            AnsiTransactionManager::begin_transaction_sql(conn, sql)
        }
    }
}

/// Runs the work; a panic becomes an error.
pub(super) fn attempt<R, E: From<DbError>>(
    conn: &mut AnyConn,
    work: impl FnOnce(&mut AnyConn) -> Result<R, E>,
) -> Result<R, E> {
    // What a panic may leave half-done is the transaction, and that is rolled back.
    catch_unwind(AssertUnwindSafe(|| work(conn)))
        .unwrap_or_else(|panic| Err(DbError::Panicked(text_of(&*panic)).into()))
}

/// Commits what the work did, or undoes it. The flag tells whether the connection can go on.
pub(super) fn finish<R, E: From<DbError>>(
    conn: &mut AnyConn,
    purpose: Purpose,
    outcome: Result<R, E>,
) -> (Result<R, E>, bool) {
    if outcome.is_err() {
        return (outcome, roll_back_to(conn, 0).is_ok());
    }
    if purpose == Purpose::Write {
        crash_point("db-before-commit");
    }
    let committed = check_depth(conn)
        .and_then(|()| check(conn, purpose))
        .and_then(|()| Manager::commit_transaction(conn));
    if let Err(error) = committed {
        let usable = roll_back_to(conn, 0).is_ok();
        return (Err(DbError::from(error).into()), usable);
    }
    if purpose == Purpose::Write {
        crash_point("db-after-commit");
    }
    (outcome, true)
}

/// Fails when the work left a savepoint open, which alone would be committed, or ended the
/// transaction, which is not its own.
fn check_depth(conn: &mut AnyConn) -> QueryResult<()> {
    match open_transactions(conn)? {
        0 => Err(Error::NotInTransaction),
        1 => Ok(()),
        _ => Err(Error::AlreadyInTransaction),
    }
}

/// Fails when PostgreSQL would answer COMMIT with a rollback and no error, which it does after a
/// failed query that the work did not pass on. Costs one way to the server and back.
fn check(conn: &mut AnyConn, purpose: Purpose) -> QueryResult<()> {
    match (conn, purpose) {
        (AnyConn::Postgres(conn), Purpose::Write) => conn.batch_execute("SELECT"),
        _ => Ok(()),
    }
}

/// Rolls back until so many transactions and savepoints are open.
pub(super) fn roll_back_to(conn: &mut AnyConn, depth: u32) -> QueryResult<()> {
    while open_transactions(conn)? > depth {
        Manager::rollback_transaction(conn)?;
    }
    Ok(())
}

/// Counts the transaction and the savepoints in it.
pub(super) fn open_transactions(conn: &mut AnyConn) -> QueryResult<u32> {
    let depth = Manager::transaction_manager_status_mut(conn).transaction_depth()?;
    Ok(depth.map_or(0, std::num::NonZero::get))
}

/// Stops the process here when a crash test asked for it: `fail::cfg(name, "return")`.
#[cfg(feature = "failpoints")]
pub(super) fn crash_point(name: &str) {
    fail::fail_point!(name, |_| std::process::abort());
}

/// Does nothing in a build without failpoints.
#[cfg(not(feature = "failpoints"))]
pub(super) fn crash_point(_name: &str) {}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
        .to_owned()
}
