//! What the handle refuses, and what it gets over.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Barrier, mpsc};
use std::task::Poll;
use std::time::{Duration, Instant};

use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use packhouse_core::error::ErrorKind;
use packhouse_db::{AnyConn, Db, DbError, Engine, setting};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::with;

on_both_engines!(
    a_reader_cannot_write,
    it_answers,
    a_panicking_reader_leaves_a_usable_pool,
    lost_connections_are_replaced,
    work_that_leaves_a_savepoint_open_has_failed,
);

async fn it_answers(test: TestDatabase) {
    test.db.ping().await.unwrap();
}

async fn a_reader_cannot_write(test: TestDatabase) {
    let moved = test.db.read(|conn| setting::set(conn, "a", "1")).await;
    assert!(matches!(moved, Err(DbError::Query(_))), "{moved:?}");
    let here = test
        .db
        .read_point(|conn| setting::set(conn, "a", "1"))
        .await;
    assert!(matches!(here, Err(DbError::Query(_))), "{here:?}");
    let stored = test.db.read(|conn| setting::get(conn, "a")).await.unwrap();
    assert_eq!(stored, None);
}

async fn a_panicking_reader_leaves_a_usable_pool(test: TestDatabase) {
    for _ in 0..30 {
        let moved = test
            .db
            .read(|_| -> Result<(), DbError> { panic!("asked for") })
            .await;
        assert!(matches!(moved, Err(DbError::Panicked(_))), "{moved:?}");
        let here = test
            .db
            .read_point(|_| -> Result<(), DbError> { panic!("asked for") })
            .await;
        assert!(matches!(here, Err(DbError::Panicked(_))), "{here:?}");
    }
    assert_eq!(
        test.db.read(|conn| setting::get(conn, "a")).await.unwrap(),
        None
    );
}

/// A restart of the server ends all connections; the pool must not hand the dead ones out.
async fn lost_connections_are_replaced(test: TestDatabase) {
    let readers: Vec<_> = (0..10)
        .map(|_| {
            let db = test.db.clone();
            tokio::spawn(async move { db.read(|conn| setting::get(conn, "a")).await })
        })
        .collect();
    for reader in readers {
        reader.await.unwrap().unwrap();
    }
    test.db
        .read(|conn| {
            if let AnyConn::Postgres(conn) = conn {
                diesel::sql_query(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .execute(conn)?;
            }
            Ok::<_, DbError>(())
        })
        .await
        .unwrap();
    for n in 0..12 {
        with(&test.db, move |conn| {
            setting::set(conn, &n.to_string(), "1")
        })
        .await;
    }
}

/// Finding out of each dead connection takes as long as TCP does: one is enough to throw away all
/// that lay beside it.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_connection_takes_its_neighbours_in_the_pool_along() {
    let test = TestDatabase::new(Engine::Postgres).await;
    // Two at once, so that there are two connections; the second to end is the next to be used.
    let (both, turns) = (
        Arc::new(Barrier::new(2)),
        [mpsc::channel(), mpsc::channel()],
    );
    let [(first, first_turn), (second, second_turn)] = turns;
    let reader = |turn: mpsc::Receiver<()>| {
        let (db, both) = (test.db.clone(), Arc::clone(&both));
        tokio::spawn(async move {
            let work = move |conn: &mut AnyConn| {
                both.wait();
                turn.recv().unwrap();
                connection_id(conn)
            };
            db.read(work).await.unwrap()
        })
    };
    let (lower, upper) = (reader(first_turn), reader(second_turn));
    first.send(()).unwrap();
    let lower = lower.await.unwrap();
    second.send(()).unwrap();
    let upper = upper.await.unwrap();
    let other = Db::open(&test.url).unwrap();
    let end = move |conn: &mut AnyConn| {
        let end = format!("SELECT pg_terminate_backend({upper}, 5000)");
        Ok::<_, DbError>(diesel::sql_query(end).execute(conn)?)
    };
    other.read(end).await.unwrap();
    let now = test.db.read(connection_id).await.unwrap();
    assert!(now != lower && now != upper, "{now} of {lower}, {upper}");
}

fn connection_id(conn: &mut AnyConn) -> Result<i32, DbError> {
    let id = diesel::dsl::sql::<diesel::sql_types::Integer>("SELECT pg_backend_pid()");
    Ok(id.get_result(conn)?)
}

/// A write whose answer does not come may be done later all the same: that is said, and what was
/// not waited for harms nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_without_an_answer_is_told_as_one_that_may_be_done() {
    let test = TestDatabase::new(Engine::Postgres).await;
    let (release, released) = mpsc::channel::<()>();
    let hanging = test.db.write(move |conn| {
        setting::set(conn, "late", "1")?;
        released.recv().unwrap();
        Ok::<_, DbError>(())
    });
    let error = hanging.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let text = error.to_string();
    assert!(
        text.contains("not known whether the change was made"),
        "{text}"
    );
    // Others are not kept waiting.
    test.db.ping().await.unwrap();
    release.send(()).unwrap();
    // The same row waits for the first one, and is refused because that one is committed.
    let second = test
        .db
        .write(|conn| {
            let same = diesel::sql_query("INSERT INTO setting VALUES ('late', '2')");
            Ok::<_, DbError>(same.execute(conn)?)
        })
        .await;
    assert!(matches!(second, Err(DbError::Duplicate(_))), "{second:?}");
}

/// An asker who goes away leaves one under way.
#[tokio::test(flavor = "multi_thread")]
async fn any_number_may_ask_at_once_whether_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/data.db", folder.path().display());
    let db = Db::open(&url).unwrap();
    let askers: Vec<_> = (0..200)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db.ping().await })
        })
        .collect();
    for asker in askers {
        asker.await.unwrap().unwrap();
    }
    let files = std::fs::read_dir(folder.path()).unwrap();
    let names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    let left = |name: &&std::ffi::OsString| name.to_string_lossy().contains("room");
    assert_eq!(names.iter().find(left), None);
}

#[tokio::test]
async fn a_server_that_is_away_is_told_soon() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("postgres://packhouse@/x?host={}", folder.path().display());
    let db = Db::open(&url).unwrap();
    let began = Instant::now();
    let answer = db.ping().await.unwrap_err();
    assert!(matches!(answer, DbError::Unreachable(_)), "{answer:?}");
    assert_eq!(answer.kind(), ErrorKind::Unavailable);
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
}

/// SQLite gives up the whole transaction under a job that finds no room: that job, and those who
/// shared its transaction or waited behind it, are told that the disk is full.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_does_not_fit_and_its_neighbours_are_told_that_the_disk_is_full() {
    let test = TestDatabase::new(Engine::Sqlite).await;
    // No more pages than there are, for this connection of the writer.
    let limit = "PRAGMA max_page_count = 1";
    with(&test.db, move |conn| Ok(conn.batch_execute(limit)?)).await;
    let (go, queued) = std::sync::mpsc::channel();
    let db = &test.db;
    let set = |name, value: String| db.write(move |conn| setting::set(conn, name, &value));
    let (before, large, after, ()) = tokio::join!(
        biased;
        db.write(move |conn| {
            queued.recv().unwrap();
            setting::set(conn, "before", "1")
        }),
        set("large", "x".repeat(1 << 20)),
        set("after", "1".to_owned()),
        async { go.send(()).unwrap() },
    );
    assert!(matches!(before, Err(DbError::Full(_))), "{before:?}");
    assert!(matches!(large, Err(DbError::Full(_))), "{large:?}");
    assert!(matches!(after, Err(DbError::Full(_))), "{after:?}");
    for name in ["before", "large", "after"] {
        let stored = db.read(move |conn| setting::get(conn, name)).await.unwrap();
        assert_eq!(stored, None, "{name}");
    }
    // Another connection, with all the room there is.
    set("large", "x".repeat(1 << 20)).await.unwrap();
    set("after", "1".to_owned()).await.unwrap();
}

/// Work may carry a success in its error, or refuse for a row that a neighbour wrote: once the
/// transaction is lost under it, neither is true any more.
#[tokio::test(flavor = "multi_thread")]
async fn work_that_loses_the_transaction_is_not_told_what_it_said_itself() {
    #[derive(Debug)]
    enum Halt {
        Settled,
        Failed(DbError),
    }
    impl From<DbError> for Halt {
        fn from(error: DbError) -> Self {
            Self::Failed(error)
        }
    }
    let test = TestDatabase::new(Engine::Sqlite).await;
    let limit = "PRAGMA max_page_count = 1";
    with(&test.db, move |conn| Ok(conn.batch_execute(limit)?)).await;
    let full: Result<(), _> = test
        .db
        .write(|conn| {
            let large = setting::set(conn, "large", &"x".repeat(1 << 20));
            assert!(matches!(large, Err(DbError::Full(_))), "{large:?}");
            Err(Halt::Settled)
        })
        .await;
    let told = matches!(full, Err(Halt::Failed(DbError::Full(_))));
    assert!(told, "{full:?}");
    // Nothing is full here, and the work has no transaction any more when it refuses.
    let lost: Result<(), _> = test
        .db
        .write(|conn| {
            conn.batch_execute("ROLLBACK").map_err(DbError::from)?;
            Err(Halt::Settled)
        })
        .await;
    let told = matches!(lost, Err(Halt::Failed(DbError::Unreachable(_))));
    assert!(told, "{lost:?}");
    with(&test.db, |conn| setting::set(conn, "after", "1")).await;
}

/// What is done in a savepoint that stays open is not committed, so it must not be told as done.
async fn work_that_leaves_a_savepoint_open_has_failed(test: TestDatabase) {
    type Manager = <AnyConn as Connection>::TransactionManager;
    let work = |conn: &mut AnyConn| {
        setting::set(conn, "a", "1")?;
        Manager::begin_transaction(conn)?;
        setting::set(conn, "b", "1")
    };
    let open = test.db.write(work).await;
    assert!(matches!(open, Err(DbError::Query(_))), "{open:?}");
    for name in ["a", "b"] {
        let stored = test
            .db
            .read(move |conn| setting::get(conn, name))
            .await
            .unwrap();
        assert_eq!(stored, None, "{name}");
    }
    // Nothing of it hangs on to a connection, and a neighbour is not harmed.
    with(&test.db, |conn| setting::set(conn, "c", "1")).await;
    let stored = test.db.read(|conn| setting::get(conn, "c")).await.unwrap();
    assert_eq!(stored.as_deref(), Some("1"));
}

/// A commit that fails is told by its own reason, also when there is nothing left to roll back.
#[test]
fn a_failed_commit_is_told_by_its_own_reason() {
    use diesel::result::{DatabaseErrorKind, Error};
    let failed = |kind, text: &str| Error::RollbackErrorOnCommit {
        rollback_error: Box::new(Error::NotInTransaction),
        commit_error: Box::new(Error::DatabaseError(kind, Box::new(text.to_owned()))),
    };
    let full = failed(DatabaseErrorKind::Unknown, "database or disk is full");
    assert_eq!(DbError::from(full).kind(), ErrorKind::StorageFull);
    let away = failed(DatabaseErrorKind::ClosedConnection, "server closed");
    assert_eq!(DbError::from(away).kind(), ErrorKind::Unavailable);
}

/// Whoever waits in the queue meanwhile must not wait for one time-out after the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_locked_by_another_process_is_told_once_for_all() {
    let test = TestDatabase::new(Engine::Sqlite).await;
    with(&test.db, |conn| setting::set(conn, "a", "1")).await;
    let path = test.url.strip_prefix("sqlite://").unwrap();
    let mut other = SqliteConnection::establish(path).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let writers: Vec<_> = (0..5)
        .map(|_| {
            let db = test.db.clone();
            tokio::spawn(async move { db.write(|conn| setting::set(conn, "a", "2")).await })
        })
        .collect();
    for writer in writers {
        let error = writer.await.unwrap().unwrap_err();
        assert!(matches!(error, DbError::Contended(_)), "{error:?}");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
    }
    let waited = began.elapsed();
    assert!(waited < Duration::from_secs(15), "{waited:?}");
    other.batch_execute("COMMIT").unwrap();
    with(&test.db, |conn| setting::set(conn, "a", "3")).await;
    let stored = test.db.read(|conn| setting::get(conn, "a")).await.unwrap();
    assert_eq!(stored.as_deref(), Some("3"));
}

/// The commit fails by a constraint that SQLite only checks there.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_commit_is_told_to_everyone_in_it() {
    type Write = Pin<Box<dyn Future<Output = Result<(), DbError>> + Send>>;
    const WRITERS: usize = 20;
    let test = TestDatabase::new(Engine::Sqlite).await;
    let (began, begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let mut writes: Vec<Write> = Vec::new();
    let db = test.db.clone();
    writes.push(Box::pin(async move {
        db.write(move |conn| {
            began.send(()).unwrap();
            // Holds the batch open until the others wait in the queue.
            released.recv().unwrap();
            setting::set(conn, "n0", "here")
        })
        .await
    }));
    for n in 1..WRITERS {
        let db = test.db.clone();
        writes.push(Box::pin(async move {
            db.write(move |conn| {
                setting::set(conn, &format!("n{n}"), "here")?;
                match n {
                    10 => {
                        diesel::sql_query("PRAGMA defer_foreign_keys = ON").execute(conn)?;
                        diesel::sql_query("INSERT INTO team_member VALUES (404, 404)")
                            .execute(conn)?;
                        Ok(())
                    }
                    15 => Err(DbError::Migration("asked for".to_owned())),
                    _ => Ok(()),
                }
            })
            .await
        }));
    }
    // The first poll of a write puts it into the queue.
    poll_fn(|context| {
        for write in &mut writes {
            assert!(write.as_mut().poll(context).is_pending());
        }
        Poll::Ready(())
    })
    .await;
    tokio::task::spawn_blocking(move || begun.recv().unwrap())
        .await
        .unwrap();
    release.send(()).unwrap();
    for (n, write) in writes.into_iter().enumerate() {
        let outcome = write.await;
        // Also what a writer itself refused may rest on what its neighbours wrote.
        assert!(
            matches!(outcome, Err(DbError::Query(_))),
            "{n}: {outcome:?}"
        );
        let name = format!("n{n}");
        let stored = test.db.read(move |conn| setting::get(conn, &name)).await;
        assert_eq!(stored.unwrap(), None, "{n}");
    }
    with(&test.db, |conn| setting::set(conn, "after", "here")).await;
    let stored = test.db.read(|conn| setting::get(conn, "after")).await;
    assert_eq!(stored.unwrap().as_deref(), Some("here"));
}

#[tokio::test]
async fn a_file_gets_its_folders_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/a/b c/data.db", folder.path().display());
    {
        let db = Db::open(&url).unwrap();
        db.migrate().await.unwrap();
        with(&db, |conn| setting::set(conn, "a", "1")).await;
    }
    let db = Db::open(&url).unwrap();
    assert_eq!(db.engine(), Engine::Sqlite);
    let stored = db.read_point(|conn| setting::get(conn, "a")).await.unwrap();
    assert_eq!(stored.as_deref(), Some("1"));
}

/// A server may take 150 MiB under load, and has a dozen connections: what one of them may take is
/// decided here and must not depend on the size of the file.
#[tokio::test]
async fn a_connection_takes_little_memory_whatever_the_file_has() {
    let test = TestDatabase::new(Engine::Sqlite).await;
    let limits = |conn: &mut AnyConn| {
        let AnyConn::Sqlite(conn) = conn else {
            panic!("this is SQLite");
        };
        let mapped = diesel::dsl::sql::<BigInt>("PRAGMA mmap_size");
        let cached = diesel::dsl::sql::<BigInt>("PRAGMA cache_size");
        let limits: (i64, i64) = (mapped.get_result(conn)?, cached.get_result(conn)?);
        Ok::<_, DbError>(limits)
    };
    let expected = (0, -4096);
    assert_eq!(test.db.read(limits).await.unwrap(), expected);
    assert_eq!(test.db.read_point(limits).await.unwrap(), expected);
    assert_eq!(test.db.write(limits).await.unwrap(), expected);
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let url = format!("sqlite://{}/file/data.db", folder.path().display());
    let error = Db::open(&url).err().unwrap();
    assert!(
        matches!(&error, DbError::Unreachable(text) if text.contains("data.db")),
        "{error}"
    );
}
