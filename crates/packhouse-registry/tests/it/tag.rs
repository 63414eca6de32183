//! Movable names.

use packhouse_core::error::ErrorKind;
use packhouse_core::permission::Role;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World, package, refused, version};

on_both_engines!(
    a_tag_is_set_moved_and_removed,
    setting_a_tag_where_it_is_changes_nothing,
    the_tag_that_always_is_can_only_be_moved,
    tags_point_to_live_versions_only,
    readers_move_no_tags,
    publishing_moves_the_tags_it_names,
);

fn pair(tag: &str, version: &str) -> (String, String) {
    (tag.to_owned(), version.to_owned())
}

async fn a_tag_is_set_moved_and_removed(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    let (at, client) = (package("ada/x"), &world.client);
    for target in ["1.0.0", "2.0.0"] {
        let before = world.record("ada/x").await.package.revision;
        let to = version(target);
        world
            .registry
            .set_tag(&ada, client, &at, "next", &to)
            .await
            .unwrap();
        assert_eq!(world.tags("ada/x").await[1], pair("next", target));
        assert!(world.record("ada/x").await.package.revision > before);
    }
    world
        .registry
        .remove_tag(&ada, client, &at, "next")
        .await
        .unwrap();
    assert_eq!(world.tags("ada/x").await, [pair("latest", "2.0.0")]);
    let again = world.registry.remove_tag(&ada, client, &at, "next").await;
    assert_eq!(refused(again), ErrorKind::NotFound);
    let events = world.events().await;
    assert_eq!(
        events[events.len() - 3..],
        ["tag.set", "tag.set", "tag.removed"]
    );
}

async fn setting_a_tag_where_it_is_changes_nothing(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let (before, events) = (world.record("ada/x").await, world.events().await);
    let (at, to) = (package("ada/x"), version("1.0.0"));
    let set = world
        .registry
        .set_tag(&ada, &world.client, &at, "latest", &to);
    set.await.unwrap();
    let after = world.record("ada/x").await;
    assert_eq!(after.package.revision, before.package.revision);
    assert_eq!(world.events().await, events);
}

async fn the_tag_that_always_is_can_only_be_moved(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    let (at, client) = (package("ada/x"), &world.client);
    let removed = world.registry.remove_tag(&ada, client, &at, "latest").await;
    assert_eq!(refused(removed), ErrorKind::Forbidden);
    let to = version("1.0.0");
    world
        .registry
        .set_tag(&ada, client, &at, "latest", &to)
        .await
        .unwrap();
    assert_eq!(world.tags("ada/x").await, [pair("latest", "1.0.0")]);
    // The version that stands for the package is another matter.
    assert_eq!(world.latest("ada/x").await.as_deref(), Some("2.0.0"));
}

async fn tags_point_to_live_versions_only(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    let (at, client) = (package("ada/x"), &world.client);
    let gone = crate::world::versions(&["1.0.0"]);
    world
        .registry
        .delete_versions(&ada, client, &at, gone, None)
        .await
        .unwrap();
    let before = world.record("ada/x").await.package.revision;
    for target in ["1.0.0", "7.0.0"] {
        let to = version(target);
        let set = world.registry.set_tag(&ada, client, &at, "next", &to).await;
        assert_eq!(refused(set), ErrorKind::NotFound);
    }
    assert_eq!(world.record("ada/x").await.package.revision, before);
}

async fn readers_move_no_tags(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let bob = world.user("bob").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let (at, to, client) = (package("ada/x"), version("1.0.0"), &world.client);
    for (role, may) in [(Role::Read, false), (Role::Write, true)] {
        world.grant_package("ada/x", "bob", Some(role)).await;
        let set = world.registry.set_tag(&bob, client, &at, "next", &to).await;
        let removed = world.registry.remove_tag(&bob, client, &at, "next").await;
        if may {
            assert!(set.is_ok() && removed.is_ok(), "{set:?} {removed:?}");
        } else {
            assert_eq!(refused(set), ErrorKind::Forbidden);
            assert_eq!(refused(removed), ErrorKind::Forbidden);
        }
    }
}

async fn publishing_moves_the_tags_it_names(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    for (version, tags) in [("1.0.0", ["a", "b"]), ("0.9.0", ["b", "c"])] {
        let draft = Draft::new("ada/x", version).tags(&tags);
        world.publish(&ada, draft).await.unwrap();
    }
    let expected = [
        pair("a", "1.0.0"),
        pair("b", "0.9.0"),
        pair("c", "0.9.0"),
        pair("latest", "1.0.0"),
    ];
    assert_eq!(world.tags("ada/x").await, expected);
}
