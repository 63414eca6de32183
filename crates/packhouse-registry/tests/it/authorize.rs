//! What is hidden reads like what is missing.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Role, Standing};
use packhouse_core::visibility::Visibility;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World, package, refused};

on_both_engines!(
    hidden_and_missing_are_answered_alike,
    readers_are_told_what_they_lack,
    a_changed_right_counts_at_the_next_request,
    owners_are_no_secret_to_themselves_alone,
);

async fn error(world: &World, actor: &Actor, name: &str, action: Action) -> (ErrorKind, String) {
    let result = world
        .registry
        .authorize(actor, &package(name), action)
        .await;
    let error = result.unwrap_err();
    (error.kind(), error.to_string().replace(name, "NAME"))
}

async fn hidden_and_missing_are_answered_alike(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    world.publish_all(&ada, "ada/hidden", &["1.0.0"]).await;
    world.publish_all(&ada, "ada/deleted", &["1.0.0"]).await;
    let deleted = package("ada/deleted");
    world
        .registry
        .delete_package(&ada, &world.client, &deleted, None)
        .await
        .unwrap();
    let reader = world
        .token("eve", "read:packages", Default::default())
        .await;
    for actor in [&eve, &reader, &Actor::Anonymous] {
        for action in Action::ALL {
            let hidden = error(&world, actor, "ada/hidden", action).await;
            let expected = match (actor, action) {
                (Actor::Anonymous, _) => ErrorKind::Unauthenticated,
                (_, Action::Read) => ErrorKind::NotFound,
                _ => ErrorKind::Forbidden,
            };
            assert_eq!(hidden.0, expected, "{action:?}");
            for other in ["ada/missing", "ada/deleted", "nobody/x"] {
                assert_eq!(error(&world, actor, other, action).await, hidden, "{other}");
            }
        }
    }
}

async fn readers_are_told_what_they_lack(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    let open = Draft::new("ada/x", "1.0.0").visibility(Visibility::Public);
    world.publish(&ada, open).await.unwrap();
    let at = package("ada/x");
    for actor in [&bob, &Actor::Anonymous] {
        assert!(
            world
                .registry
                .authorize(actor, &at, Action::Read)
                .await
                .unwrap()
                .is_some()
        );
    }
    let (kind, text) = error(&world, &bob, "ada/x", Action::Publish).await;
    assert_eq!(kind, ErrorKind::Forbidden);
    assert!(text.contains("no write access"), "{text}");
    let token = world
        .token("ada", "read:packages", Default::default())
        .await;
    let (_, text) = error(&world, &token, "ada/x", Action::Publish).await;
    assert!(text.contains("lacks the scope write:packages"), "{text}");
    // What anyone may read any token may.
    let token = world
        .token("bob", "delete:packages", Default::default())
        .await;
    assert!(
        world
            .registry
            .authorize(&token, &at, Action::Read)
            .await
            .is_ok()
    );
}

async fn a_changed_right_counts_at_the_next_request(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let at = package("ada/x");
    for role in [None, Some(Role::Read), None, Some(Role::Admin), None] {
        world.grant_package("ada/x", "bob", role).await;
        for _ in 0..2 {
            let read = world.registry.authorize(&bob, &at, Action::Read).await;
            assert_eq!(read.is_ok(), role.is_some());
        }
    }
}

async fn owners_are_no_secret_to_themselves_alone(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    let eve = world.user("eve").await;
    world.organisation("acme", &ada, &[&bob]).await;
    for (actor, owner, member) in [
        (&ada, true, true),
        (&bob, false, true),
        (&eve, false, false),
    ] {
        for (least, may) in [(Standing::Owner, owner), (Standing::Member, member)] {
            let found = world.registry.authorize_owner(actor, "Acme", least).await;
            match may {
                true => assert_eq!(found.unwrap().name.as_str(), "acme"),
                false => assert_eq!(refused(found), ErrorKind::NotFound),
            }
        }
    }
    let found = world
        .registry
        .authorize_owner(&Actor::Anonymous, "acme", Standing::Member)
        .await;
    assert_eq!(refused(found), ErrorKind::Unauthenticated);
}
