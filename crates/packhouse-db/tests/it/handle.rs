//! What transactions, snapshots and stamps promise.

use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use chrono::TimeDelta;
use diesel::prelude::*;
use packhouse_db::{Db, DbError, Engine, Stamp, setting, sign_in_failure};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::package_rows::{at, with};

/// Where a second process of these tests finds the database of the first.
const ADDRESS: &str = "PACKHOUSE_TEST_SHARED_DATABASE";

on_both_engines!(
    two_hundred_writers_lose_nothing,
    a_failing_job_harms_no_neighbour,
    work_that_hides_a_failed_query_is_not_told_that_it_is_stored,
    a_read_sees_one_state,
    a_stamp_never_lets_old_values_pass,
    a_stamp_sees_the_commit_of_another_process,
);

async fn two_hundred_writers_lose_nothing(test: TestDatabase) {
    let window = TimeDelta::hours(1);
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let db = test.db.clone();
            tokio::spawn(async move {
                db.write(move |conn| sign_in_failure::record(conn, "many", at(0), window))
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut counts = Vec::new();
    for task in tasks {
        counts.push(task.await.unwrap());
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=200).collect::<Vec<i64>>());
}

async fn a_failing_job_harms_no_neighbour(test: TestDatabase) {
    let tasks: Vec<_> = (0..120)
        .map(|n| {
            let db = test.db.clone();
            tokio::spawn(async move {
                db.write(move |conn| {
                    setting::set(conn, &format!("n{n}"), "here")?;
                    match n % 4 {
                        0 => Ok(()),
                        1 => Err(DbError::Migration("asked for".to_owned())),
                        2 => panic!("asked for"),
                        _ => conn.transaction(|_| panic!("asked for, inside")),
                    }
                })
                .await
            })
        })
        .collect();
    for (n, task) in tasks.into_iter().enumerate() {
        let outcome = task.await.unwrap();
        let as_expected = match n % 4 {
            0 => outcome.is_ok(),
            1 => matches!(&outcome, Err(DbError::Migration(_))),
            _ => matches!(&outcome, Err(DbError::Panicked(text)) if text.starts_with("asked for")),
        };
        assert!(as_expected, "{n}: {outcome:?}");
        let name = format!("n{n}");
        let stored = test.db.read(move |conn| setting::get(conn, &name)).await;
        assert_eq!(stored.unwrap().is_some(), n % 4 == 0, "{n}");
    }
}

async fn work_that_hides_a_failed_query_is_not_told_that_it_is_stored(test: TestDatabase) {
    let outcome: Result<(), DbError> = test
        .db
        .write(|conn| {
            setting::set(conn, "a", "1")?;
            let wrong = diesel::sql_query("INSERT INTO setting VALUES ('a', '2')").execute(conn);
            assert!(matches!(
                wrong.map_err(DbError::from),
                Err(DbError::Duplicate(_))
            ));
            Ok(())
        })
        .await;
    let stored = test.db.read(|conn| setting::get(conn, "a")).await.unwrap();
    assert_eq!(
        outcome.is_ok(),
        stored.is_some(),
        "{outcome:?} but {stored:?}"
    );
    // The documented way around works on both.
    with(&test.db, |conn| {
        setting::set(conn, "b", "1")?;
        let wrong = conn.transaction(|conn| {
            diesel::sql_query("INSERT INTO setting VALUES ('b', '2')").execute(conn)
        });
        assert!(wrong.is_err());
        setting::set(conn, "c", "1")
    })
    .await;
    let stored = test.db.read(|conn| setting::get(conn, "c")).await.unwrap();
    assert_eq!(stored.as_deref(), Some("1"));
}

async fn a_read_sees_one_state(test: TestDatabase) {
    let (began, begun) = mpsc::channel();
    let (wrote, written) = mpsc::channel();
    let db = test.db.clone();
    let reader = tokio::spawn(async move {
        db.read(move |conn| {
            let before = setting::get(conn, "x")?;
            began.send(()).unwrap();
            written.recv().unwrap();
            Ok::<_, DbError>((before, setting::get(conn, "x")?))
        })
        .await
        .unwrap()
    });
    tokio::task::spawn_blocking(move || begun.recv().unwrap())
        .await
        .unwrap();
    with(&test.db, |conn| setting::set(conn, "x", "new")).await;
    wrote.send(()).unwrap();
    assert_eq!(reader.await.unwrap(), (None, None));
    let now = test.db.read_point(|conn| setting::get(conn, "x")).await;
    assert_eq!(now.unwrap().as_deref(), Some("new"));
}

/// Reads the counter, through the cache if its stamp holds.
async fn cached(db: &Db, cache: &Mutex<Option<(Stamp, i64)>>) -> i64 {
    let stamp = db.stamp().unwrap();
    let kept = *cache.lock().unwrap();
    if let (Some(stamp), Some((of, value))) = (stamp, kept)
        && of == stamp
    {
        return value;
    }
    let text = db.read_point(|conn| setting::get(conn, "counter")).await;
    let value = text.unwrap().map_or(0, |text| text.parse().unwrap());
    if let Some(stamp) = stamp {
        *cache.lock().unwrap() = Some((stamp, value));
    }
    value
}

async fn a_stamp_never_lets_old_values_pass(test: TestDatabase) {
    let cache = Arc::new(Mutex::new(None));
    let committed = Arc::new(AtomicI64::new(0));
    let mut readers = Vec::new();
    for _ in 0..4 {
        let (db, cache, committed) = (test.db.clone(), cache.clone(), committed.clone());
        readers.push(tokio::spawn(async move {
            loop {
                let floor = committed.load(Ordering::SeqCst);
                let seen = cached(&db, &cache).await;
                assert!(
                    seen >= floor,
                    "{seen} was served after {floor} was committed"
                );
                if floor == 100 {
                    return;
                }
                tokio::task::yield_now().await;
            }
        }));
    }
    for n in 1..=100_i64 {
        with(&test.db, move |conn| {
            setting::set(conn, "counter", &n.to_string())
        })
        .await;
        committed.store(n, Ordering::SeqCst);
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

async fn a_stamp_sees_the_commit_of_another_process(test: TestDatabase) {
    let before = test.db.stamp().unwrap();
    assert_eq!(test.db.stamp().unwrap(), before, "nothing was committed");
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "handle::a_process_writes_where_it_is_told"])
        .env(ADDRESS, &test.url)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let stored = test
        .db
        .read_point(|conn| setting::get(conn, "process"))
        .await;
    assert_eq!(stored.unwrap().as_deref(), Some("second"));
    match test.db.engine() {
        Engine::Sqlite => assert_ne!(test.db.stamp().unwrap(), before),
        Engine::Postgres => assert_eq!(test.db.stamp().unwrap(), None),
    }
}

/// The second process of the test above; on its own it writes to a database of its own.
#[tokio::test]
async fn a_process_writes_where_it_is_told() {
    let own = TestDatabase::new(Engine::Sqlite).await;
    let url = std::env::var(ADDRESS).unwrap_or_else(|_| own.url.clone());
    let db = Db::open(&url).unwrap();
    with(&db, |conn| setting::set(conn, "process", "second")).await;
    let stored = db.read(|conn| setting::get(conn, "process")).await.unwrap();
    assert_eq!(stored.as_deref(), Some("second"));
}
