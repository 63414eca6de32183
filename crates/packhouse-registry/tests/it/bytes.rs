//! Where the bytes of files go.

use std::sync::{Arc, Mutex};

use packhouse_core::error::ErrorKind;
use packhouse_db::file;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, Scattered, World, refused};

on_both_engines!(
    bytes_that_are_known_are_not_stored_again,
    bytes_that_were_lost_are_stored_again,
    of_bytes_stored_twice_at_once_one_is_removed,
);

/// Makes a world over a store that gives a new key at each put.
fn scattered(database: TestDatabase) -> (World, Arc<Scattered>) {
    let slot = Mutex::new(None);
    let world = World::over(database, |inner| {
        let store = Arc::new(Scattered::new(inner));
        *slot.lock().unwrap() = Some(Arc::clone(&store));
        store
    });
    (world, slot.into_inner().unwrap().unwrap())
}

async fn location(world: &World, id: packhouse_core::id::VersionId) -> String {
    let files = world.db(move |conn| file::list_files(conn, id)).await;
    files[0].location.clone()
}

async fn bytes_that_are_known_are_not_stored_again(database: TestDatabase) {
    let (world, store) = scattered(database);
    let ada = world.user("ada").await;
    let first = Draft::new("ada/x", "1.0.0").bytes("same");
    let first = world.publish(&ada, first).await.unwrap().version;
    let second = Draft::new("ada/y", "2.0.0").bytes("same");
    let second = world.publish(&ada, second).await.unwrap().version;
    assert_eq!(store.puts(), 1);
    assert_eq!(store.keys(), [location(&world, first).await]);
    assert_eq!(
        location(&world, second).await,
        location(&world, first).await
    );
    // What is refused or done already stores nothing.
    let other = Draft::new("ada/x", "1.0.0").bytes("other");
    assert_eq!(
        refused(world.publish(&ada, other).await),
        ErrorKind::Conflict
    );
    let again = Draft::new("ada/x", "1.0.0").bytes("same");
    assert!(!world.publish(&ada, again).await.unwrap().new);
    assert_eq!(store.puts(), 1);
}

async fn bytes_that_were_lost_are_stored_again(database: TestDatabase) {
    let (world, store) = scattered(database);
    let ada = world.user("ada").await;
    let draft = |version| Draft::new("ada/x", version).bytes("same");
    world.publish(&ada, draft("1.0.0")).await.unwrap();
    store.clear();
    let second = world.publish(&ada, draft("2.0.0")).await.unwrap().version;
    assert_eq!(store.keys(), [location(&world, second).await]);
}

async fn of_bytes_stored_twice_at_once_one_is_removed(database: TestDatabase) {
    let (world, store) = scattered(database);
    let ada = world.user("ada").await;
    for round in 0..5 {
        let bytes = format!("same in {round}");
        let mut tasks = Vec::new();
        for name in ["ada/a", "ada/b", "ada/c", "ada/d"] {
            let draft = Draft::new(name, &format!("1.{round}.0")).bytes(&bytes);
            let publish = draft.ready(&world.registry).await;
            let (registry, ada) = (world.registry.clone(), ada.clone());
            let client = world.client.clone();
            tasks.push(tokio::spawn(async move {
                registry.publish(&ada, &client, publish).await.unwrap()
            }));
        }
        let mut locations = Vec::new();
        for task in tasks {
            locations.push(location(&world, task.await.unwrap().version).await);
        }
        locations.dedup();
        assert_eq!(locations.len(), 1, "one row for the same bytes");
        assert!(store.keys().contains(&locations[0]));
        assert_eq!(store.keys().len(), round + 1, "nothing else is left");
    }
}
