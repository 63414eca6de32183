//! Unlisting: lists leave a version out that is still there.

use packhouse_core::error::ErrorKind;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{World, package, refused, version};

on_both_engines!(
    an_unlisted_version_no_longer_stands_for_the_package,
    listing_needs_write_and_a_version,
    what_is_so_already_changes_nothing,
    many_at_once_change_it_once,
);

async fn an_unlisted_version_no_longer_stands_for_the_package(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    let (at, client) = (package("ada/x"), &world.client);
    for (listed, latest, event) in [
        (false, "1.0.0", "version.unlisted"),
        (true, "2.0.0", "version.relisted"),
    ] {
        let before = world.record("ada/x").await.package.revision;
        let two = version("2.0.0");
        let changed = world
            .registry
            .set_listed(&ada, client, &at, &two, listed)
            .await;
        assert!(changed.unwrap());
        assert_eq!(world.latest("ada/x").await.as_deref(), Some(latest));
        let record = world.record("ada/x").await;
        assert_eq!(
            (record.package.revision, record.live_versions),
            (before + 1, 2)
        );
        assert_eq!(world.events().await.last(), Some(&event));
        let live = world
            .registry
            .snapshot(record.package.id, |package| package.summaries())
            .await
            .unwrap();
        assert_eq!((live[0].listed, live[1].listed), (true, listed));
    }
}

async fn listing_needs_write_and_a_version(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let (at, client) = (package("ada/x"), &world.client);
    for (who, name, kind) in [
        (&eve, "1.0.0", ErrorKind::Forbidden),
        (&eve, "7.0.0", ErrorKind::Forbidden),
        (&ada, "7.0.0", ErrorKind::NotFound),
    ] {
        let name = version(name);
        let refusal = world
            .registry
            .set_listed(who, client, &at, &name, false)
            .await;
        assert_eq!(refused(refusal), kind, "{name}");
    }
    assert_eq!(world.latest("ada/x").await.as_deref(), Some("1.0.0"));
}

async fn what_is_so_already_changes_nothing(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let (at, client, one) = (package("ada/x"), &world.client, version("1.0.0"));
    let before = (
        world.record("ada/x").await.package.revision,
        world.events().await,
    );
    let changed = world
        .registry
        .set_listed(&ada, client, &at, &one, true)
        .await;
    assert!(!changed.unwrap());
    let after = (
        world.record("ada/x").await.package.revision,
        world.events().await,
    );
    assert_eq!(before, after);
}

async fn many_at_once_change_it_once(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let (at, client, one) = (package("ada/x"), &world.client, version("1.0.0"));
    let replica = world.replica();
    for (round, listed) in [false, true, false, true].into_iter().enumerate() {
        let before = (
            world.record("ada/x").await.package.revision,
            world.events().await.len(),
        );
        let all = (0..8).map(|n| {
            let registry = if n % 2 == 0 {
                &world.registry
            } else {
                &replica
            };
            registry.set_listed(&ada, client, &at, &one, listed)
        });
        let changed = futures_util::future::join_all(all).await;
        let changed = changed
            .into_iter()
            .filter(|changed| *changed.as_ref().unwrap());
        assert_eq!(changed.count(), 1, "round {round}");
        let after = (
            world.record("ada/x").await.package.revision,
            world.events().await.len(),
        );
        assert_eq!(after, (before.0 + 1, before.1 + 1), "round {round}");
    }
}
