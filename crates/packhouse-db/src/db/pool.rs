//! Pools of connections.

use std::time::Duration;

use diesel::r2d2;

use super::address::{Address, Purpose};
use super::transaction;
use crate::{AnyConn, DbError, Result};

/// How long a call waits for a connection before the database counts as away.
const WAIT: Duration = Duration::from_secs(3);

/// Connections to one database, made when needed.
#[derive(Clone)]
pub(super) struct Pool {
    pool: r2d2::Pool<Manager>,
}

struct Manager {
    address: Address,
    purpose: Purpose,
}

/// A connection, and whether it must not be used again.
struct Pooled {
    conn: AnyConn,
    broken: bool,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = DbError;

    fn connect(&self) -> Result<Pooled> {
        Ok(Pooled {
            conn: self.address.connect(self.purpose)?,
            broken: false,
        })
    }

    /// Not used: a pool checks nothing in advance, [`Pool::run`] sees it at BEGIN for nothing.
    fn is_valid(&self, pooled: &mut Pooled) -> Result<()> {
        transaction::roll_back_to(&mut pooled.conn, 0).map_err(DbError::from)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.broken || std::thread::panicking()
    }
}

impl Pool {
    /// Makes a pool of at most `size` connections that can at least do what `purpose` needs.
    pub(super) fn new(address: &Address, purpose: Purpose, size: u32) -> Self {
        let manager = Manager {
            address: address.clone(),
            purpose,
        };
        let pool = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .connection_timeout(WAIT)
            .test_on_check_out(false)
            .error_handler(Box::new(LogErrors))
            .build_unchecked(manager);
        Self { pool }
    }

    /// Runs work in a transaction on the calling thread, which it blocks.
    pub(super) fn run<R, E: From<DbError>>(
        &self,
        purpose: Purpose,
        work: impl FnOnce(&mut AnyConn) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut pooled = self.begun(purpose)?;
        let outcome = transaction::attempt(&mut pooled.conn, work);
        let (outcome, usable) = transaction::finish(&mut pooled.conn, purpose, outcome);
        pooled.broken = !usable;
        outcome
    }

    /// Throws away the connections that lie in the pool.
    pub(super) fn forget_idle(&self) {
        while let Some(mut pooled) = self.pool.try_get() {
            pooled.broken = true;
        }
    }

    /// Gives a connection with a transaction begun. Connections may have died while they lay in the
    /// pool (the server was restarted): when one has, all that lie there are thrown away, and a new
    /// one is made. Finding it out of each could take as long as TCP takes to give up, each time.
    fn begun(&self, purpose: Purpose) -> Result<r2d2::PooledConnection<Manager>> {
        let mut again = true;
        loop {
            let mut pooled = self
                .pool
                .get()
                .map_err(|error| DbError::Unreachable(error.to_string()))?;
            match transaction::begin(&mut pooled.conn, purpose).map_err(DbError::from) {
                Ok(()) => return Ok(pooled),
                Err(error) => {
                    pooled.broken = true;
                    if !again || !matches!(error, DbError::Unreachable(_)) {
                        return Err(error);
                    }
                    again = false;
                    self.forget_idle();
                }
            }
        }
    }
}

#[derive(Debug)]
struct LogErrors;

impl r2d2::HandleError<DbError> for LogErrors {
    fn handle_error(&self, error: DbError) {
        tracing::warn!("no new connection to the database: {error}");
    }
}
