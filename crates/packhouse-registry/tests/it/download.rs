//! Counters kept in memory.

use chrono::TimeDelta;
use packhouse_db::{download, token};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World};

on_both_engines!(
    counters_are_written_in_batches,
    a_batch_that_cannot_be_written_is_kept
);

async fn counters_are_written_in_batches(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = world
        .publish(&ada, Draft::new("ada/x", "1.0.0"))
        .await
        .unwrap()
        .version;
    let used = world
        .token("ada", "read:packages", Default::default())
        .await;
    let total = async || world.db(move |conn| download::total(conn, id)).await;
    for expected in [2, 4] {
        world.registry.count_download(id);
        world.registry.count_download(id);
        assert_eq!(total().await, expected - 2);
        world.registry.flush_counters().await.unwrap();
        assert_eq!(total().await, expected);
        world.registry.flush_counters().await.unwrap();
        assert_eq!(total().await, expected);
        world.clock.advance(TimeDelta::days(1));
    }
    let token = used.token().unwrap();
    let found = world.db(move |conn| token::find_token(conn, token)).await;
    assert!(found.unwrap().0.last_used_at.is_some());
}

async fn a_batch_that_cannot_be_written_is_kept(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let publish = async || world.publish(&ada, Draft::new("ada/x", "1.0.0")).await;
    let id = publish().await.unwrap().version;
    world.registry.count_download(id);
    world.database.db.revert_migrations().await.unwrap();
    assert!(world.registry.flush_counters().await.is_err());
    world.registry.count_download(id);
    world.database.db.migrate().await.unwrap();
    world.user("ada").await;
    // A database made anew numbers its rows as the first one did.
    assert_eq!(publish().await.unwrap().version, id);
    world.registry.flush_counters().await.unwrap();
    assert_eq!(world.db(move |conn| download::total(conn, id)).await, 2);
}
