//! The one writer of SQLite: a thread with a queue, and one commit for all that waits.
//!
//! SQLite lets one transaction write at a time, and making it durable (fsync) costs far more than
//! the statements in it. So jobs that wait while another commits share the next commit. Each runs
//! in a savepoint of its own: one that fails takes back what it did and nothing else. Nobody is
//! answered before the commit is durable.

use diesel::connection::{Connection, TransactionManager};
use diesel::result::{Error, QueryResult};
use tokio::sync::{mpsc, oneshot};

use super::address::{Address, Purpose};
use super::transaction;
use crate::error::take_full;
use crate::{AnyConn, DbError, Result};

type Manager = <AnyConn as Connection>::TransactionManager;

/// The most jobs that share a commit: what is kept waiting must stay short.
const BATCH: usize = 64;

/// The most jobs that wait before callers do.
const QUEUE: usize = 1024;

/// The queue's end that takes jobs. The thread ends with its last copy.
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(address: &Address) -> Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let address = address.clone();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(&address, jobs))
            .map_err(|error| DbError::Unreachable(format!("no thread to write with: {error}")))?;
        Ok(Self { queue })
    }

    /// Has the work done. It is done also when the caller stops waiting.
    pub(super) async fn run<R, E>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Waiting {
            work: Some(work),
            outcome: None,
            reply,
        });
        let gone = || E::from(DbError::Unreachable("the writer has stopped".to_owned()));
        self.queue.send(job).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// Work in the queue, whatever it returns.
trait Job: Send {
    /// Does the work and keeps what came out; tells whether its changes shall stay.
    fn work(&mut self, conn: &mut AnyConn) -> bool;

    /// Answers with what came out, or with the error when that is lost.
    fn answer(self: Box<Self>, lost: Option<DbError>);

    /// Puts an error in the place of what came out.
    fn fail(&mut self, error: DbError);
}

struct Waiting<F, R, E> {
    work: Option<F>,
    outcome: Option<Result<R, E>>,
    reply: oneshot::Sender<Result<R, E>>,
}

impl<F, R, E> Job for Waiting<F, R, E>
where
    F: FnOnce(&mut AnyConn) -> Result<R, E> + Send,
    R: Send,
    E: From<DbError> + Send,
{
    fn work(&mut self, conn: &mut AnyConn) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let outcome = transaction::attempt(conn, work);
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, lost: Option<DbError>) {
        let outcome = match (self.outcome, lost) {
            // Also what a job refused may rest on rows of its neighbours that are gone with the
            // commit: "it is there already" must not be said of what is not.
            (_, Some(error)) => Err(error.into()),
            (Some(outcome), None) => outcome,
            (None, None) => {
                Err(DbError::Unreachable("the writer did not come to it".to_owned()).into())
            }
        };
        // A caller that went away has no use for the answer.
        drop(self.reply.send(outcome));
    }

    fn fail(&mut self, error: DbError) {
        self.outcome = Some(Err(error.into()));
    }
}

fn serve(address: &Address, mut queue: mpsc::Receiver<Box<dyn Job>>) {
    let mut idle: Option<AnyConn> = None;
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        let conn = match idle.take() {
            Some(conn) => Ok(conn),
            None => address.connect(Purpose::Write),
        };
        // When it fails the connection goes, and whatever it left open with it.
        let done = conn.and_then(|mut conn| {
            together(&mut conn, &mut batch, &mut queue)?;
            idle = Some(conn);
            Ok(())
        });
        if done.is_err() {
            // Those who wait would only run into the same, one time-out after another.
            while batch.len() < BATCH
                && let Ok(job) = queue.try_recv()
            {
                batch.push(job);
            }
        }
        for job in batch {
            job.answer(done.as_ref().err().map(DbError::copy));
        }
    }
}

/// Runs the batch and whatever else waits, and commits. Fails when nothing of it was written.
fn together(
    conn: &mut AnyConn,
    batch: &mut Vec<Box<dyn Job>>,
    queue: &mut mpsc::Receiver<Box<dyn Job>>,
) -> Result<()> {
    // What was said before was said of another transaction.
    take_full();
    transaction::begin(conn, Purpose::Write)?;
    let mut next = 0;
    while next < batch.len() {
        apart(conn, batch[next].as_mut()).map_err(|error| {
            // What fails once SQLite has given up says only that there is no transaction; and the
            // job's own error may say anything, a success included.
            take_full().unwrap_or_else(|| {
                DbError::Unreachable(format!("the shared transaction was given up: {error}"))
            })
        })?;
        next += 1;
        if batch.len() < BATCH
            && let Ok(job) = queue.try_recv()
        {
            batch.push(job);
        }
    }
    transaction::crash_point("db-before-commit");
    Manager::commit_transaction(conn)?;
    transaction::crash_point("db-after-commit");
    Ok(())
}

/// Runs one job in a savepoint. Fails when the whole transaction is lost under it: SQLite gave it
/// up (the disk is full), or the job ended what is not its own. Then the savepoint is gone, and the
/// neighbours' work with it.
fn apart(conn: &mut AnyConn, job: &mut dyn Job) -> QueryResult<()> {
    Manager::begin_transaction(conn)?;
    let keep = job.work(conn);
    match transaction::open_transactions(conn)? {
        0 | 1 => Err(Error::NotInTransaction),
        2 if keep => Manager::commit_transaction(conn),
        more => {
            if keep && more > 2 {
                // What it did in a savepoint that it left open is undone with the rest.
                job.fail(Error::AlreadyInTransaction.into());
            }
            transaction::roll_back_to(conn, 1)
        }
    }
}
