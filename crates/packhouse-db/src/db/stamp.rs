//! Whether anything was committed since.
//!
//! SQLite's `PRAGMA data_version` tells a connection whether any other connection, of this process
//! or another, has committed since it last asked. Its values mean something on that one connection
//! only, so each thread has one that does nothing else, and whoever sees a change raises a number
//! that all share.
//!
//! Why a value kept under a stamp is never too old. Let a reader get stamp S, *then* read rows, and
//! keep (S, rows). Let a commit C that these rows do not show finish before a later call of
//! [`Watch::stamp`] begins, on thread T. The rows were read after S was loaded and do not show C, so
//! S was loaded before C finished. T's connection asks after C finished. Either it asks for the
//! first time since, sees another `data_version` (or is new) and raises the number; or an earlier
//! call of T after C finished did so. Both are after C finished, so after S was loaded: T loads a
//! number above S, and (S, rows) no longer fits. What is kept may be dropped without need (each
//! thread that sees C raises the number), never served too long.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;

use super::Inner;
use super::address::Purpose;
use crate::{AnyConn, Result};

/// Equal to another one of the same database when nothing was committed between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stamp(u64);

/// The number that all threads share.
#[derive(Default)]
pub(super) struct Watch {
    count: AtomicU64,
}

/// A thread's own connection, and what it last saw.
struct Eye {
    conn: SqliteConnection,
    seen: Option<i64>,
}

thread_local! {
    /// Few entries: one for each database that this thread watches, in a server one.
    static EYES: RefCell<Vec<(Weak<Inner>, Eye)>> = const { RefCell::new(Vec::new()) };
}

/// Gives the current stamp of an SQLite database: about two microseconds. `None` for another.
pub(super) fn stamp(db: &Arc<Inner>) -> Result<Option<Stamp>> {
    // Taken out while in use: an error drops it, and a new one counts anew.
    let mut eye = match take(db) {
        Some(eye) => eye,
        None => match db.address.connect(Purpose::Read)? {
            AnyConn::Sqlite(conn) => Eye { conn, seen: None },
            AnyConn::Postgres(_) => return Ok(None),
        },
    };
    let version = DataVersion.get_result(&mut eye.conn)?;
    let count = &db.watch.count;
    if eye.seen != Some(version) {
        eye.seen = Some(version);
        count.fetch_add(1, Ordering::SeqCst);
    }
    EYES.with_borrow_mut(|eyes| eyes.push((Arc::downgrade(db), eye)));
    Ok(Some(Stamp(count.load(Ordering::SeqCst))))
}

fn take(db: &Arc<Inner>) -> Option<Eye> {
    EYES.with_borrow_mut(|eyes| {
        eyes.retain(|(owner, _)| owner.strong_count() > 0);
        let found = eyes
            .iter()
            .position(|(owner, _)| std::ptr::eq(owner.as_ptr(), Arc::as_ptr(db)))?;
        Some(eyes.swap_remove(found).1)
    })
}

/// `PRAGMA data_version` as a query that stays prepared.
#[derive(QueryId)]
struct DataVersion;

impl Query for DataVersion {
    type SqlType = BigInt;
}

impl QueryFragment<Sqlite> for DataVersion {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("PRAGMA data_version");
        Ok(())
    }
}

impl RunQueryDsl<SqliteConnection> for DataVersion {}

impl DataVersion {
    fn get_result(self, conn: &mut SqliteConnection) -> QueryResult<i64> {
        RunQueryDsl::get_result(self, conn)
    }
}
