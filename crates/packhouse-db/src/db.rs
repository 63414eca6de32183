//! The handle on a database.

mod address;
mod local;
mod migrate;
mod pool;
mod room;
mod stamp;
mod transaction;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use tokio::task::spawn_blocking;

pub use self::stamp::Stamp;

use self::address::{Address, Purpose};
use self::pool::Pool;
use self::stamp::Watch;
use self::writer::Writer;
use crate::{AnyConn, DbError, Result};

/// Connections that read SQLite: more than there are processors gains nothing.
const SQLITE_READERS: u32 = 8;

/// Connections to PostgreSQL from one process: several processes must fit into its usual limit of
/// 100.
const POSTGRES_CONNECTIONS: u32 = 20;

/// How long PostgreSQL may take for a piece of work before its caller is told that it is away: it
/// may hang (take connections and say nothing), which TCP never notices.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, one process (and its admin commands).
    Sqlite,
    /// A server, any number of processes.
    Postgres,
}

/// A database, cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    address: Address,
    pool: Pool,
    writer: Option<Writer>,
    watch: Watch,
}

impl Db {
    /// Opens the database at `sqlite:///absolute/path`, whose file and folder are made if missing,
    /// or `postgres://…` (`postgresql://…`), to which it connects when first used.
    ///
    /// # Errors
    /// [`DbError::UnknownScheme`] for any other address, [`DbError::Unreachable`] when the file
    /// cannot be made.
    pub fn open(url: &str) -> Result<Self> {
        let address = Address::parse(url)?;
        let (pool, writer) = match &address {
            Address::Sqlite(path) => {
                address::prepare_sqlite(path)?;
                let pool = Pool::new(&address, Purpose::Read, SQLITE_READERS);
                (pool, Some(Writer::start(&address)?))
            }
            Address::Postgres(_) => {
                let pool = Pool::new(&address, Purpose::Write, POSTGRES_CONNECTIONS);
                (pool, None)
            }
        };
        let inner = Inner {
            address,
            pool,
            writer,
            watch: Watch::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Gives the engine.
    pub fn engine(&self) -> Engine {
        self.inner.address.engine()
    }

    /// Runs the migrations that are missing, all or none, and gives their names. Several processes
    /// may call this at once: one runs them, the others wait and find nothing to do.
    ///
    /// # Errors
    /// [`DbError::Migration`] when one fails, [`DbError::Unreachable`] and [`DbError::Contended`].
    pub async fn migrate(&self) -> Result<Vec<String>> {
        let inner = Arc::clone(&self.inner);
        blocking(move || migrate::run(&inner.address)).await
    }

    /// Undoes all migrations, and with them everything stored; gives their versions. For tests of
    /// the migrations.
    ///
    /// # Errors
    /// [`DbError::Migration`] when one fails.
    pub async fn revert_migrations(&self) -> Result<Vec<String>> {
        let inner = Arc::clone(&self.inner);
        blocking(move || migrate::revert(&inner.address)).await
    }

    /// Runs work that reads, on a blocking thread. All its queries see one state of the database.
    ///
    /// # Errors
    /// Those of the work, [`DbError::Unreachable`], and [`DbError::Panicked`].
    pub async fn read<R, E>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.pooled(Purpose::Read, work).await
    }

    /// Runs work that reads a few rows by index, otherwise as [`Db::read`]. On SQLite it runs at
    /// once on the calling thread, which costs less than moving it to another one; so nothing that
    /// scans belongs here.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_point<R, E>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match self.engine() {
            Engine::Sqlite => local::run(&self.inner, work),
            Engine::Postgres => self.read(work).await,
        }
    }

    /// Runs work in one write transaction: what it did is durable when this gives `Ok`, and undone
    /// when it gives `Err`. The work runs to its end also when the caller stops waiting.
    ///
    /// When PostgreSQL goes away or hangs under it, [`DbError::Unreachable`] may come for what was
    /// or will be done all the same: the same call must be fine a second time.
    ///
    /// On PostgreSQL a failed query spoils its transaction: work that wants to go on after one
    /// (a [`DbError::Duplicate`]) must wrap it in `conn.transaction(…)`, which makes a savepoint.
    /// Without that, work that hides such an error gets [`DbError::Query`] at the end.
    ///
    /// # Errors
    /// Those of the work, [`DbError::Unreachable`], [`DbError::Contended`] when another change came
    /// in between, [`DbError::Full`], and [`DbError::Panicked`].
    pub async fn write<R, E>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            return writer.run(work).await;
        }
        self.pooled(Purpose::Write, work).await
    }

    /// Runs work with a connection of the pool. Under PostgreSQL the wait for it ends after
    /// [`PATIENCE`]. Then the thread still waits, at most one for each connection that the pool may
    /// have, and its connection is out of the pool until the server goes on or TCP gives up.
    async fn pooled<R, E>(
        &self,
        purpose: Purpose,
        work: impl FnOnce(&mut AnyConn) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let pool = self.inner.pool.clone();
        let working = blocking(move || pool.run(purpose, work));
        if self.engine() == Engine::Sqlite {
            return working.await;
        }
        if let Ok(outcome) = tokio::time::timeout(PATIENCE, working).await {
            return outcome;
        }
        // They would hang as well, one caller after the other.
        self.inner.pool.forget_idle();
        let mut text = format!("no answer within {} s", PATIENCE.as_secs());
        if purpose == Purpose::Write {
            text.push_str(", so it is not known whether the change was made");
        }
        Err(DbError::Unreachable(text).into())
    }

    /// Gives a mark that changes whenever anything was committed, by whatever process; `None` on
    /// PostgreSQL, which has no such thing. What was read *after* a mark was given holds as long as
    /// the same mark is given again. Takes microseconds, on the calling thread.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stamp(&self) -> Result<Option<Stamp>> {
        match self.engine() {
            Engine::Sqlite => stamp::stamp(&self.inner),
            Engine::Postgres => Ok(None),
        }
    }

    /// Asks the database for an answer; under SQLite also the disk for some room.
    ///
    /// # Errors
    /// [`DbError::Unreachable`] within seconds when there is none, [`DbError::Full`].
    pub async fn ping(&self) -> Result<()> {
        if let Address::Sqlite(path) = &self.inner.address {
            self.stamp()?;
            let path = path.clone();
            return blocking(move || room::check(&path)).await;
        }
        self.read(|conn| {
            let one = diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"));
            one.get_result::<i32>(conn)?;
            Ok(())
        })
        .await
    }
}

async fn blocking<R, E>(work: impl FnOnce() -> Result<R, E> + Send + 'static) -> Result<R, E>
where
    R: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(DbError::Panicked(error.to_string()).into()))
}
