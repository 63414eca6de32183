//! Deleting versions and packages.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Role};
use packhouse_core::visibility::Visibility;
use packhouse_registry::search::Query;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World, package, refused, versions};

on_both_engines!(
    a_deleted_version_is_gone_with_its_tags,
    what_hangs_on_versions_follows,
    without_live_versions_the_package_keeps_its_row,
    a_deleted_package_is_nowhere,
    deletions_are_based_on_a_revision,
    deleting_needs_an_admin,
);

async fn delete(world: &World, actor: &Actor, name: &str, gone: &[&str]) -> usize {
    let (at, gone) = (package(name), versions(gone));
    let deleted = world
        .registry
        .delete_versions(actor, &world.client, &at, gone, None)
        .await;
    deleted.unwrap()
}

pub(crate) async fn found(world: &World, word: &str) -> Vec<String> {
    let query = Query {
        words: vec![word.to_owned()],
        ..Query::default()
    };
    let hits = world
        .registry
        .search(&Actor::System, query, 0, 10)
        .await
        .unwrap();
    assert_eq!(hits.total as usize, hits.found.len());
    let names = hits
        .found
        .iter()
        .map(|hit| hit.record.package.name.to_string());
    names.collect()
}

async fn a_deleted_version_is_gone_with_its_tags(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    let next = Draft::new("ada/x", "3.0.0-rc").tags(&["next", "rc"]);
    world.publish(&ada, next).await.unwrap();
    let id = world.record("ada/x").await.package.id;
    let before = world.record("ada/x").await.package.revision;
    let gone = ["3.0.0-rc", "9.0.0", "3.0.0-rc"];
    assert_eq!(delete(&world, &ada, "ada/x", &gone).await, 1);
    assert!(world.record("ada/x").await.package.revision > before);
    assert_eq!(
        world.tags("ada/x").await,
        [("latest".to_owned(), "2.0.0".to_owned())]
    );
    let file = world.registry.find_file(id, "3.0.0-rc.bin").await.unwrap();
    assert!(file.is_none());
    assert!(
        world
            .registry
            .find_file(id, "2.0.0.bin")
            .await
            .unwrap()
            .is_some()
    );
    let names = world
        .registry
        .snapshot(id, |package| {
            let live = package.summaries()?;
            Ok(live
                .iter()
                .map(|one| one.name.to_string())
                .collect::<Vec<_>>())
        })
        .await;
    assert_eq!(names.unwrap(), ["1.0.0", "2.0.0"]);
    let rows = world.event_rows().await;
    let last = rows.last().unwrap();
    assert_eq!(last.kind.as_str(), "version.deleted");
    let detail: serde_json::Value = serde_json::from_str(&last.detail).unwrap();
    assert_eq!(detail["version"], "3.0.0-rc");
    assert_eq!(detail["tags"], serde_json::json!(["next", "rc"]));
}

async fn what_hangs_on_versions_follows(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    for (version, word) in [("1.0.0", "first"), ("2.0.0", "second")] {
        let text = format!(r#"{{"description":"the {word} one","keywords":["{word}key"]}}"#);
        let draft = Draft::new("ada/x", version).metadata(&text);
        world.publish(&ada, draft).await.unwrap();
    }
    assert_eq!(found(&world, "second").await, ["x"]);
    assert!(found(&world, "first").await.is_empty());
    assert_eq!(delete(&world, &ada, "ada/x", &["2.0.0"]).await, 1);
    let record = world.record("ada/x").await;
    assert_eq!(record.live_versions, 1);
    assert_eq!(record.package.description.as_deref(), Some("the first one"));
    assert_eq!(world.latest("ada/x").await.as_deref(), Some("1.0.0"));
    assert_eq!(
        world.tags("ada/x").await,
        [("latest".to_owned(), "1.0.0".to_owned())]
    );
    assert_eq!(found(&world, "firstkey").await, ["x"]);
    assert!(found(&world, "second").await.is_empty());
    // The tag moved by itself, which is an event as any other move.
    let events = world.events().await;
    assert_eq!(events[events.len() - 2..], ["version.deleted", "tag.set"]);
}

async fn without_live_versions_the_package_keeps_its_row(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let bob = world.user("bob").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    world.grant_package("ada/x", "bob", Some(Role::Write)).await;
    let id = world.record("ada/x").await.package.id;
    delete(&world, &ada, "ada/x", &["1.0.0"]).await;
    let record = world.record("ada/x").await;
    assert_eq!((record.latest, record.live_versions), (None, 0));
    assert!(world.tags("ada/x").await.is_empty());
    assert!(found(&world, "x").await.is_empty());
    // The grant still counts, and the next version goes into the same package.
    world.publish_all(&bob, "ada/x", &["2.0.0"]).await;
    let record = world.record("ada/x").await;
    assert_eq!((record.package.id, record.live_versions), (id, 1));
    assert_eq!(found(&world, "x").await, ["x"]);
}

async fn a_deleted_package_is_nowhere(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let draft = Draft::new("ada/x", "1.0.0").visibility(Visibility::Public);
    world.publish(&ada, draft).await.unwrap();
    let (at, client) = (package("ada/x"), &world.client);
    let id = world.record("ada/x").await.package.id;
    world
        .registry
        .delete_package(&ada, client, &at, None)
        .await
        .unwrap();
    assert!(found(&world, "x").await.is_empty());
    let read = world.registry.authorize(&ada, &at, Action::Read).await;
    assert_eq!(refused(read.map(|_| ())), ErrorKind::NotFound);
    let snapshot = world.registry.snapshot(id, |_| Ok(())).await;
    assert_eq!(refused(snapshot), ErrorKind::NotFound);
    assert!(
        world
            .registry
            .find_file(id, "1.0.0.bin")
            .await
            .unwrap()
            .is_none()
    );
    let again = world.registry.delete_package(&ada, client, &at, None).await;
    assert!(again.is_err());
    assert_eq!(world.events().await.last(), Some(&"package.deleted"));
}

async fn deletions_are_based_on_a_revision(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    let (at, client) = (package("ada/x"), &world.client);
    let seen = world.record("ada/x").await.package.revision;
    world.publish_all(&ada, "ada/x", &["3.0.0"]).await;
    let gone = versions(&["1.0.0"]);
    let late = world
        .registry
        .delete_versions(&ada, client, &at, gone.clone(), Some(seen))
        .await;
    assert_eq!(refused(late), ErrorKind::Precondition);
    let late = world
        .registry
        .delete_package(&ada, client, &at, Some(seen))
        .await;
    assert_eq!(refused(late), ErrorKind::Precondition);
    let seen = world.record("ada/x").await.package.revision;
    let fresh = world
        .registry
        .delete_versions(&ada, client, &at, gone, Some(seen))
        .await;
    assert_eq!(fresh.unwrap(), 1);
    let seen = world.record("ada/x").await.package.revision;
    world
        .registry
        .delete_package(&ada, client, &at, Some(seen))
        .await
        .unwrap();
}

async fn deleting_needs_an_admin(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let bob = world.user("bob").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    world.grant_package("ada/x", "bob", Some(Role::Write)).await;
    let (at, client) = (package("ada/x"), &world.client);
    let gone = versions(&["1.0.0"]);
    let refusal = world
        .registry
        .delete_versions(&bob, client, &at, gone.clone(), None)
        .await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    world.grant_package("ada/x", "bob", Some(Role::Admin)).await;
    for (scopes, may) in [
        ("read:packages,write:packages", false),
        ("delete:packages", false),
        ("read:packages,delete:packages", true),
    ] {
        let token = world.token("bob", scopes, Default::default()).await;
        let result = world
            .registry
            .delete_versions(&token, client, &at, gone.clone(), None)
            .await;
        assert_eq!(result.is_ok(), may, "{scopes}: {result:?}");
    }
    assert_eq!(world.record("ada/x").await.live_versions, 1);
}
