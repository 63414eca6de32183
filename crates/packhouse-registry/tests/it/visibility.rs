//! Who may read a package without a grant.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Role};
use packhouse_core::visibility::Visibility;
use packhouse_registry::visibility::AccessSource::{Inherit, Own};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World, package, refused};

on_both_engines!(
    a_package_is_opened_and_closed,
    inheriting_needs_a_repository_and_ends_grants
);

async fn a_package_is_opened_and_closed(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    world.organisation("acme", &ada, &[]).await;
    world.publish_all(&ada, "acme/x", &["1.0.0"]).await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let (at, client) = (package("acme/x"), &world.client);
    for (visibility, signed_in, anyone) in [
        (Visibility::Internal, true, false),
        (Visibility::Public, true, true),
        (Visibility::Private, false, false),
    ] {
        world
            .registry
            .set_visibility(&ada, client, &at, Own(visibility))
            .await
            .unwrap();
        for (actor, may) in [(&eve, signed_in), (&Actor::Anonymous, anyone)] {
            let read = world.registry.authorize(actor, &at, Action::Read).await;
            assert_eq!(read.is_ok(), may, "{visibility}");
        }
    }
    let before = (
        world.record("acme/x").await.package.revision,
        world.events().await.len(),
    );
    world
        .registry
        .set_visibility(&ada, client, &at, Own(Visibility::Private))
        .await
        .unwrap();
    let after = (
        world.record("acme/x").await.package.revision,
        world.events().await.len(),
    );
    assert_eq!(before, after);
    let refusal = world
        .registry
        .set_visibility(&ada, client, &package("ada/x"), Own(Visibility::Internal))
        .await;
    assert_eq!(refused(refusal), ErrorKind::Unprocessable);
    let refusal = world
        .registry
        .set_visibility(&eve, client, &at, Own(Visibility::Public))
        .await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
}

async fn inheriting_needs_a_repository_and_ends_grants(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    world.repository("acme/tools", Visibility::Private).await;
    world.repository("ada/tools", Visibility::Private).await;
    let client = &world.client;
    for (name, source, may) in [
        ("acme/none", None, false),
        ("acme/foreign", Some("https://git.example/ada/tools"), false),
        ("acme/linked", Some("https://git.example/acme/tools"), true),
    ] {
        let mut draft = Draft::new(name, "1.0.0").visibility(Visibility::Private);
        draft.source = source.map(str::to_owned);
        world.publish(&ada, draft).await.unwrap();
        world.grant_package(name, "bob", Some(Role::Write)).await;
        let result = world
            .registry
            .set_visibility(&ada, client, &package(name), Inherit)
            .await;
        match may {
            true => result.unwrap(),
            false => assert_eq!(refused(result), ErrorKind::Unprocessable),
        }
    }
    let at = package("acme/linked");
    assert!(
        world
            .registry
            .authorize(&bob, &at, Action::Publish)
            .await
            .is_err()
    );
    // Switching back brings no grant back.
    world
        .registry
        .set_visibility(&ada, client, &at, Own(Visibility::Private))
        .await
        .unwrap();
    assert!(
        world
            .registry
            .authorize(&bob, &at, Action::Publish)
            .await
            .is_err()
    );
    assert!(
        world
            .registry
            .authorize(&bob, &package("acme/none"), Action::Publish)
            .await
            .is_ok()
    );
}
