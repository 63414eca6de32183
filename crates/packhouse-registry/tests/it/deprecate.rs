//! Telling users to leave a version.

use packhouse_core::error::ErrorKind;
use packhouse_core::package::Deprecation;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{World, package, refused, version};

on_both_engines!(
    a_deprecated_version_no_longer_stands_for_the_package,
    a_deprecation_that_is_so_already_changes_nothing,
);

async fn a_deprecated_version_no_longer_stands_for_the_package(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    let (at, client) = (package("ada/x"), &world.client);
    for (text, latest) in [(Some(Deprecation::new("broken")), "1.0.0"), (None, "2.0.0")] {
        let before = world.record("ada/x").await.package.revision;
        let wanted = vec![
            (version("2.0.0"), text.clone()),
            (version("7.0.0"), text.clone()),
        ];
        let changed = world.registry.deprecate(&ada, client, &at, wanted).await;
        assert_eq!(changed.unwrap(), 1);
        assert_eq!(world.latest("ada/x").await.as_deref(), Some(latest));
        assert!(world.record("ada/x").await.package.revision > before);
        assert_eq!(world.events().await.last(), Some(&"version.deprecated"));
        let id = world.record("ada/x").await.package.id;
        let live = world
            .registry
            .snapshot(id, |package| package.summaries())
            .await
            .unwrap();
        assert_eq!(live[1].deprecation, text);
    }
    assert_eq!(world.tags("ada/x").await[0].1, "2.0.0");
}

async fn a_deprecation_that_is_so_already_changes_nothing(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let (at, client) = (package("ada/x"), &world.client);
    let (before, events) = (world.record("ada/x").await, world.events().await);
    let none = world
        .registry
        .deprecate(&ada, client, &at, vec![(version("1.0.0"), None)])
        .await;
    assert_eq!(none.unwrap(), 0);
    let long = vec![(version("1.0.0"), Some(Deprecation::new("x".repeat(5000))))];
    let refusal = world.registry.deprecate(&ada, client, &at, long).await;
    assert_eq!(refused(refusal), ErrorKind::Invalid);
    let text = vec![(version("1.0.0"), Some(Deprecation::new("x")))];
    let refusal = world.registry.deprecate(&eve, client, &at, text).await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    assert_eq!(
        world.record("ada/x").await.package.revision,
        before.package.revision
    );
    assert_eq!(world.events().await, events);
}
