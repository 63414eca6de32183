//! Undoing deletions.

use chrono::TimeDelta;
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::Role;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::delete::found;
use crate::world::{Draft, World, package, refused, version, versions};

on_both_engines!(
    a_version_comes_back_as_it_was,
    a_version_comes_back_for_thirty_days,
    what_can_come_back_is_listed_for_those_who_may,
    a_package_comes_back_with_what_went_with_it,
    a_package_comes_back_for_thirty_days,
    a_package_does_not_come_back_over_a_new_one,
    a_version_of_an_old_package_does_not_come_back_in_a_new_one,
    restoring_needs_an_admin_and_tells_others_nothing,
);

async fn delete(world: &World, actor: &Actor, gone: &[&str]) {
    let (at, gone) = (package("ada/x"), versions(gone));
    let deleted = world
        .registry
        .delete_versions(actor, &world.client, &at, gone, None)
        .await;
    assert!(deleted.unwrap() > 0);
}

async fn delete_package(world: &World, actor: &Actor) {
    let at = package("ada/x");
    let deleted = world
        .registry
        .delete_package(actor, &world.client, &at, None);
    deleted.await.unwrap();
    world.clock.advance(TimeDelta::seconds(1));
}

async fn restore(world: &World, actor: &Actor, name: &str) -> packhouse_registry::Result<()> {
    let (at, name) = (package("ada/x"), version(name));
    world
        .registry
        .restore_version(actor, &world.client, &at, &name)
        .await
}

async fn restore_package(world: &World, actor: &Actor) -> packhouse_registry::Result<()> {
    let at = package("ada/x");
    world
        .registry
        .restore_package(actor, &world.client, &at)
        .await
}

async fn a_version_comes_back_as_it_was(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let mut ids = Vec::new();
    for (version, word) in [("1.0.0", "first"), ("2.0.0", "second")] {
        let text = format!(r#"{{"description":"the {word} one"}}"#);
        let draft = Draft::new("ada/x", version).metadata(&text);
        ids.push(world.publish(&ada, draft).await.unwrap().version);
    }
    delete(&world, &ada, &["2.0.0"]).await;
    let before = world.record("ada/x").await.package.revision;
    restore(&world, &ada, "2.0.0").await.unwrap();
    let record = world.record("ada/x").await;
    assert!(record.package.revision > before);
    assert_eq!((record.latest, record.live_versions), (Some(ids[1]), 2));
    assert_eq!(
        record.package.description.as_deref(),
        Some("the second one")
    );
    assert_eq!(found(&world, "second").await, ["x"]);
    // Tags do not come back: they may mean something else by now.
    assert_eq!(
        world.tags("ada/x").await,
        [("latest".to_owned(), "1.0.0".to_owned())]
    );
    assert_eq!(world.events().await.last(), Some(&"version.restored"));
    // Its number counts as live again.
    let again = world
        .publish(&ada, Draft::new("ada/x", "2.0.0"))
        .await
        .unwrap();
    assert_eq!((again.new, again.version), (false, ids[1]));
    assert_eq!(
        refused(restore(&world, &ada, "2.0.0").await),
        ErrorKind::NotFound
    );
    // With no version left the tag that always is comes back with the first one.
    delete(&world, &ada, &["1.0.0", "2.0.0"]).await;
    assert!(world.tags("ada/x").await.is_empty());
    restore(&world, &ada, "1.0.0").await.unwrap();
    assert_eq!(
        world.tags("ada/x").await,
        [("latest".to_owned(), "1.0.0".to_owned())]
    );
    let events = world.events().await;
    assert_eq!(events[events.len() - 2..], ["version.restored", "tag.set"]);
}

async fn a_version_comes_back_for_thirty_days(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    delete(&world, &ada, &["1.0.0"]).await;
    world
        .clock
        .advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    restore(&world, &ada, "1.0.0").await.unwrap();
    delete(&world, &ada, &["1.0.0"]).await;
    world.clock.advance(TimeDelta::days(30));
    assert_eq!(
        refused(restore(&world, &ada, "1.0.0").await),
        ErrorKind::NotFound
    );
    assert_eq!(
        refused(restore(&world, &ada, "7.0.0").await),
        ErrorKind::NotFound
    );
}

async fn what_can_come_back_is_listed_for_those_who_may(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let bob = world.user("bob").await;
    world
        .publish_all(&ada, "ada/x", &["1.0.0", "2.0.0", "3.0.0", "4.0.0"])
        .await;
    world.grant_package("ada/x", "bob", Some(Role::Write)).await;
    let at = package("ada/x");
    let page = async |actor: &Actor, before, limit| {
        world
            .registry
            .list_deleted_versions(actor, &world.client, &at, before, limit)
            .await
    };
    assert!(page(&ada, None, 10).await.unwrap().is_empty());
    delete(&world, &ada, &["1.0.0"]).await;
    world.clock.advance(TimeDelta::days(20));
    delete(&world, &ada, &["2.0.0", "3.0.0"]).await;
    let all = page(&ada, None, 10).await.unwrap();
    let names: Vec<_> = all.iter().map(|one| one.version.name.as_str()).collect();
    assert_eq!(names, ["3.0.0", "2.0.0", "1.0.0"]);
    for one in &all {
        assert_eq!(one.until - one.at, TimeDelta::days(30));
        assert!(!one.live_again);
    }
    assert_eq!(all[0].at - all[2].at, TimeDelta::days(20));
    let second = page(&ada, Some(all[0].version.id), 1).await.unwrap();
    assert_eq!(second[0].version.name.as_str(), "2.0.0");
    world.clock.advance(TimeDelta::days(10));
    assert_eq!(page(&ada, None, 10).await.unwrap().len(), 2);
    assert_eq!(refused(page(&bob, None, 10).await), ErrorKind::Forbidden);
    // Of a package that went as a whole, too.
    delete_package(&world, &ada).await;
    assert_eq!(page(&ada, None, 10).await.unwrap().len(), 3);
}

async fn a_package_comes_back_with_what_went_with_it(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let bob = world.user("bob").await;
    world
        .publish_all(&ada, "ada/x", &["1.0.0", "2.0.0", "3.0.0"])
        .await;
    world.grant_package("ada/x", "bob", Some(Role::Admin)).await;
    let id = world.record("ada/x").await.package.id;
    delete(&world, &ada, &["1.0.0"]).await;
    world.clock.advance(TimeDelta::hours(1));
    let before = world.record("ada/x").await.package.revision;
    delete_package(&world, &ada).await;
    restore_package(&world, &bob).await.unwrap();
    let record = world.record("ada/x").await;
    assert_eq!((record.package.id, record.live_versions), (id, 2));
    assert!(record.package.revision > before);
    assert_eq!(world.latest("ada/x").await.as_deref(), Some("3.0.0"));
    assert_eq!(
        world.tags("ada/x").await,
        [("latest".to_owned(), "3.0.0".to_owned())]
    );
    assert_eq!(found(&world, "x").await, ["x"]);
    assert_eq!(world.events().await.last(), Some(&"package.restored"));
    let again = world
        .publish(&bob, Draft::new("ada/x", "2.0.0"))
        .await
        .unwrap();
    assert!(!again.new);
    // What was deleted for itself is still deleted, and can be restored for itself.
    let again = world.publish(&bob, Draft::new("ada/x", "1.0.0")).await;
    assert_eq!(refused(again), ErrorKind::Conflict);
    restore(&world, &bob, "1.0.0").await.unwrap();
    assert_eq!(world.record("ada/x").await.live_versions, 3);
}

async fn a_package_comes_back_for_thirty_days(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    delete_package(&world, &ada).await;
    world.clock.advance(TimeDelta::days(29));
    restore_package(&world, &ada).await.unwrap();
    delete_package(&world, &ada).await;
    world.clock.advance(TimeDelta::days(30));
    assert_eq!(
        refused(restore_package(&world, &ada).await),
        ErrorKind::NotFound
    );
    assert!(world.find("ada/x").await.is_none());
}

async fn a_package_does_not_come_back_over_a_new_one(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    delete_package(&world, &ada).await;
    world.publish_all(&ada, "ada/x", &["2.0.0"]).await;
    let before = world.record("ada/x").await;
    assert_eq!(
        refused(restore_package(&world, &ada).await),
        ErrorKind::Conflict
    );
    let after = world.record("ada/x").await;
    assert_eq!(after.package.id, before.package.id);
    assert_eq!(after.package.revision, before.package.revision);
    // When the new one is deleted too, it is the one that comes back.
    delete_package(&world, &ada).await;
    restore_package(&world, &ada).await.unwrap();
    assert_eq!(world.record("ada/x").await.package.id, before.package.id);
}

async fn a_version_of_an_old_package_does_not_come_back_in_a_new_one(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    delete_package(&world, &ada).await;
    world.publish_all(&ada, "ada/x", &["2.0.0"]).await;
    assert_eq!(
        refused(restore(&world, &ada, "1.0.0").await),
        ErrorKind::NotFound
    );
    assert_eq!(world.record("ada/x").await.live_versions, 1);
}

async fn restoring_needs_an_admin_and_tells_others_nothing(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (bob, eve) = (world.user("bob").await, world.user("eve").await);
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    world.grant_package("ada/x", "bob", Some(Role::Write)).await;
    delete(&world, &ada, &["1.0.0"]).await;
    for actor in [&bob, &eve] {
        let there = restore(&world, actor, "1.0.0").await.unwrap_err();
        let missing = restore(&world, actor, "7.0.0").await.unwrap_err();
        assert_eq!(there.kind(), ErrorKind::Forbidden);
        assert_eq!(there.to_string(), missing.to_string());
    }
    delete_package(&world, &ada).await;
    for actor in [&bob, &eve] {
        assert_eq!(
            refused(restore_package(&world, actor).await),
            ErrorKind::Forbidden
        );
    }
    let scopes = "read:packages,delete:packages";
    let token = world.token("ada", scopes, Default::default()).await;
    assert_eq!(
        refused(restore_package(&world, &token).await),
        ErrorKind::Forbidden
    );
    restore_package(&world, &ada).await.unwrap();
}
