//! Whether anything was committed since.
//!
//! SQLite's `PRAGMA data_version` tells a connection whether any other connection, of this process
//! or another, has committed since it last asked. Its values mean something on that one connection
//! only, so one connection, which does nothing else, is asked for everybody, under a lock, and its
//! answers are turned into a number that only grows.
//!
//! Why a value kept under a stamp is never too old. Let a reader get stamp S, *then* read rows, and
//! keep (S, rows). Let a commit C that these rows do not show finish before a later call of
//! [`Watch::stamp`] begins. The rows were read after S was given and do not show C, so S was given
//! before C finished. Calls are ordered by the lock. The first call after C finished sees another
//! `data_version` than the call before it and raises the number; the later call is that one or
//! comes after it, so it gives a number above S, and (S, rows) no longer fits. What is kept may be
//! dropped without need (C came between S and the rows), never served too long.

use std::sync::{Mutex, PoisonError};

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;

use super::address::{Address, Purpose};
use crate::{AnyConn, Result};

/// Equal to another one of the same database when nothing was committed between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stamp(u64);

/// The connection that is asked.
#[derive(Default)]
pub(super) struct Watch {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    conn: Option<SqliteConnection>,
    seen: Option<i64>,
    stamp: u64,
}

impl Watch {
    /// Gives the current stamp: about two microseconds.
    pub(super) fn stamp(&self, address: &Address) -> Result<Stamp> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.conn.is_none() {
            // A new connection counts anew: nothing from before may fit.
            state.seen = None;
            if let AnyConn::Sqlite(conn) = address.connect(Purpose::Read)? {
                state.conn = Some(conn);
            }
        }
        let answer = state.conn.as_mut().map(|conn| DataVersion.get_result(conn));
        match answer.transpose() {
            Ok(version) => {
                if state.seen != version {
                    state.seen = version;
                    state.stamp += 1;
                }
                Ok(Stamp(state.stamp))
            }
            Err(error) => {
                state.conn = None;
                Err(error.into())
            }
        }
    }
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
