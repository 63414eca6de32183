//! The handle: what `Db` promises.

use packhouse_db::DbError;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

on_both_engines!(it_answers);

async fn it_answers(test: TestDatabase) {
    test.db.ping().await.unwrap();
    let names = test.db.migrate().await.unwrap();
    assert!(names.is_empty(), "{names:?} ran twice");
    let failed = test
        .db
        .write(|_| Err::<(), _>(DbError::Panicked("x".to_owned())))
        .await;
    assert!(matches!(failed, Err(DbError::Panicked(_))), "{failed:?}");
}
