//! Roles on packages and repositories.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Role};
use packhouse_core::visibility::Visibility;
use packhouse_registry::grant::Grantee;
use packhouse_registry::repository::RepositoryAddress;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World, package, refused};

on_both_engines!(
    a_package_that_inherits_has_no_grants,
    what_is_not_public_is_not_shared_outside,
    teams_of_others_get_nothing,
    a_grant_on_a_repository_reaches_what_inherits,
);

async fn grant(
    world: &World,
    actor: &Actor,
    name: &str,
    to: &str,
    role: Option<Role>,
) -> packhouse_registry::Result<()> {
    let to = Grantee::parse(to).unwrap();
    world
        .registry
        .grant_on_package(actor, &world.client, &package(name), to, role)
        .await
}

async fn acme(database: TestDatabase) -> (World, Actor, Actor) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    world.repository("acme/tools", Visibility::Private).await;
    world.publish_all(&ada, "acme/own", &["1.0.0"]).await;
    let linked = Draft::new("acme/linked", "1.0.0").source("https://git.example/acme/tools");
    world.publish(&ada, linked).await.unwrap();
    (world, ada, bob)
}

async fn a_package_that_inherits_has_no_grants(database: TestDatabase) {
    let (world, ada, bob) = acme(database).await;
    let result = grant(&world, &ada, "acme/linked", "bob", Some(Role::Write)).await;
    assert_eq!(refused(result), ErrorKind::Conflict);
    grant(&world, &ada, "acme/own", "bob", Some(Role::Write))
        .await
        .unwrap();
    let events = world.events().await.len();
    grant(&world, &ada, "acme/own", "bob", Some(Role::Write))
        .await
        .unwrap();
    assert_eq!(world.events().await.len(), events);
    let result = grant(&world, &bob, "acme/own", "bob", Some(Role::Admin)).await;
    assert_eq!(refused(result), ErrorKind::Forbidden);
    let named = world
        .registry
        .collaborators(&ada, &package("acme/own"))
        .await
        .unwrap();
    let expected = [("bob", Role::Write), ("ada", Role::Admin)];
    assert_eq!(named, expected.map(|(name, role)| (name.to_owned(), role)));
    grant(&world, &ada, "acme/own", "bob", None).await.unwrap();
    assert_eq!(world.events().await.last(), Some(&"grant.removed"));
}

async fn what_is_not_public_is_not_shared_outside(database: TestDatabase) {
    let (world, ada, _) = acme(database).await;
    world.user("eve").await;
    let result = grant(&world, &ada, "acme/own", "eve", Some(Role::Read)).await;
    assert_eq!(refused(result), ErrorKind::Unprocessable);
    let open = Draft::new("acme/open", "1.0.0").visibility(Visibility::Public);
    world.publish(&ada, open).await.unwrap();
    grant(&world, &ada, "acme/open", "eve", Some(Role::Write))
        .await
        .unwrap();
    // The operator's own commands share with anyone.
    grant(&world, &Actor::System, "acme/own", "eve", Some(Role::Read))
        .await
        .unwrap();
    // A user shares with whom it likes.
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    grant(&world, &ada, "ada/x", "eve", Some(Role::Write))
        .await
        .unwrap();
    let result = grant(&world, &ada, "ada/x", "nobody", Some(Role::Write)).await;
    assert_eq!(refused(result), ErrorKind::NotFound);
}

async fn teams_of_others_get_nothing(database: TestDatabase) {
    let (world, ada, bob) = acme(database).await;
    world.organisation("other", &ada, &[]).await;
    world.team("other", "core", &[&ada]).await;
    world.team("acme", "core", &[&bob]).await;
    let result = grant(&world, &ada, "acme/own", "other/core", Some(Role::Read)).await;
    assert_eq!(refused(result), ErrorKind::Unprocessable);
    let tools = RepositoryAddress::parse("acme/tools").unwrap();
    let team = Grantee::parse("other/core").unwrap();
    let result =
        world
            .registry
            .grant_on_repository(&ada, &world.client, tools, team, Some(Role::Read));
    assert_eq!(refused(result.await), ErrorKind::Unprocessable);
    grant(&world, &ada, "acme/own", "acme/core", Some(Role::Write))
        .await
        .unwrap();
    let found = world
        .registry
        .authorize(&bob, &package("acme/own"), Action::Publish)
        .await;
    assert!(found.is_ok());
}

async fn a_grant_on_a_repository_reaches_what_inherits(database: TestDatabase) {
    let (world, _, bob) = acme(database).await;
    for (role, linked) in [(Some(Role::Write), true), (None, false)] {
        world.grant_repository("acme/tools", "bob", role).await;
        for (name, may) in [("acme/linked", linked), ("acme/own", false)] {
            let found = world
                .registry
                .authorize(&bob, &package(name), Action::Publish)
                .await;
            assert_eq!(found.is_ok(), may, "{name}");
        }
    }
}
