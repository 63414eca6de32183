//! Publishes at the same time.

use packhouse_core::error::ErrorKind;
use packhouse_db::file;
use packhouse_registry::Error;
use packhouse_registry::publish::Published;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, Push, World, content, package, versions};

on_both_engines!(
    of_two_publishes_of_one_version_one_wins,
    the_same_bytes_at_once_are_one_version,
    twenty_versions_at_once_are_all_there,
    a_package_created_by_many_at_once_is_one,
    publishing_and_deleting_at_once_keep_the_count,
    publishing_while_the_package_is_deleted_makes_it_anew,
);

type Outcome = packhouse_registry::Result<Published>;

/// Publishes everything at once, each through a server of its own.
async fn at_once(
    world: &World,
    actor: &packhouse_core::actor::Actor,
    drafts: Vec<Draft>,
) -> Vec<Outcome> {
    let mut tasks = Vec::new();
    for draft in drafts {
        let (registry, actor, client) = (world.replica(), actor.clone(), world.client.clone());
        let publish = draft.ready(&registry).await;
        tasks.push(tokio::spawn(async move {
            registry.publish(&actor, &client, publish).await
        }));
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

async fn of_two_publishes_of_one_version_one_wins(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["0.0.1"]).await;
    for round in 1..=10 {
        let version = format!("{round}.0.0");
        let drafts = ["one", "two"].map(|bytes| Draft::new("ada/x", &version).bytes(bytes));
        let mut outcomes = at_once(&world, &ada, drafts.to_vec()).await;
        outcomes.sort_by_key(Result::is_err);
        let [won, lost] = &outcomes[..] else {
            unreachable!("two were published");
        };
        let id = won.as_ref().unwrap().version;
        assert!(matches!(lost, Err(Error::VersionExists { .. })), "{lost:?}");
        let files = world.db(move |conn| file::list_files(conn, id)).await;
        assert_eq!(files.len(), 1);
    }
    assert_eq!(world.record("ada/x").await.live_versions, 11);
}

async fn the_same_bytes_at_once_are_one_version(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["0.0.1"]).await;
    let start = world.record("ada/x").await.package.revision;
    for round in 1..=5 {
        let version = format!("{round}.0.0");
        let drafts = vec![Draft::new("ada/x", &version); 3];
        let outcomes = at_once(&world, &ada, drafts).await;
        let done: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
        assert_eq!(done.iter().filter(|done| done.new).count(), 1);
        assert!(done.iter().all(|one| one.version == done[0].version));
    }
    let record = world.record("ada/x").await;
    assert_eq!(record.live_versions, 6);
    // Those that changed nothing left no trace.
    assert_eq!(record.package.revision, start + 5);
}

async fn twenty_versions_at_once_are_all_there(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["0.0.1"]).await;
    let drafts = (1..=20).map(|n| Draft::new("ada/x", &format!("1.{n}.0")).tags(&[]));
    for outcome in at_once(&world, &ada, drafts.collect()).await {
        assert!(outcome.unwrap().new);
    }
    let record = world.record("ada/x").await;
    assert_eq!(record.live_versions, 21);
    assert_eq!(world.latest("ada/x").await.as_deref(), Some("1.20.0"));
    let events = world.events().await;
    let published = events.iter().filter(|kind| **kind == "version.published");
    assert_eq!(published.count(), 21);
}

async fn a_package_created_by_many_at_once_is_one(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    for round in 0..5 {
        let name = format!("ada/x{round}");
        let drafts = (1..=8).map(|n| Draft::new(&name, &format!("1.{n}.0")).tags(&[]));
        for outcome in at_once(&world, &ada, drafts.collect()).await {
            assert!(outcome.unwrap().new);
        }
        let record = world.record(&name).await;
        assert_eq!(record.live_versions, 8);
        assert_eq!(world.latest(&name).await.as_deref(), Some("1.8.0"));
        assert_eq!(world.tags(&name).await.len(), 1);
    }
    let events = world.events().await;
    let created = events.iter().filter(|kind| **kind == "package.created");
    assert_eq!(created.count(), 5);
}

async fn publishing_and_deleting_at_once_keep_the_count(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let start: Vec<_> = (1..=10).map(|n| format!("1.{n}.0")).collect();
    for version in &start {
        world.publish_all(&ada, "ada/x", &[version]).await;
    }
    let deletions: Vec<_> = start
        .iter()
        .map(|version| {
            let (registry, ada, client) = (world.replica(), ada.clone(), world.client.clone());
            let names = versions(&[version]);
            tokio::spawn(async move {
                let at = package("ada/x");
                registry
                    .delete_versions(&ada, &client, &at, names, None)
                    .await
            })
        })
        .collect();
    let drafts = (1..=10).map(|n| Draft::new("ada/x", &format!("2.{n}.0")));
    for outcome in at_once(&world, &ada, drafts.collect()).await {
        assert!(outcome.unwrap().new);
    }
    for deletion in deletions {
        assert_eq!(deletion.await.unwrap().unwrap(), 1);
    }
    assert_eq!(world.record("ada/x").await.live_versions, 10);
    assert_eq!(world.latest("ada/x").await.as_deref(), Some("2.10.0"));
    let result = world.publish(&ada, Draft::new("ada/x", "1.1.0")).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Conflict);
}

async fn publishing_while_the_package_is_deleted_makes_it_anew(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    for round in 0..20 {
        let first = Push::new(&format!("first {round}"), &[]);
        world.push(&ada, "ada/x", first).await.unwrap();
        let at = content("ada/x");
        let replica = world.replica();
        let gone = replica.delete_package(&ada, &world.client, &at, None);
        let second = Push::new(&format!("second {round}"), &[]);
        let (gone, pushed) = tokio::join!(gone, world.push(&ada, "ada/x", second));
        gone.unwrap();
        pushed.unwrap();
    }
}
