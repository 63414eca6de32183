//! Which repository a package belongs to.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::link::SourceAddress;
use packhouse_core::permission::Role;
use packhouse_core::repository::RepositoryName;
use packhouse_core::visibility::Visibility;
use packhouse_registry::repository::RepositoryAddress;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World, package, refused};

on_both_engines!(
    an_address_that_is_ours_links,
    who_may_not_write_there_is_not_linked,
    unlinking_ends_inheritance,
);

async fn acme(database: TestDatabase) -> (World, Actor, Actor) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    world.repository("acme/tools", Visibility::Private).await;
    (world, ada, bob)
}

async fn an_address_that_is_ours_links(database: TestDatabase) {
    let (world, ada, _) = acme(database).await;
    let registered = SourceAddress::parse("https://code.example/deep/down/tools").unwrap();
    let tools = RepositoryAddress::parse("acme/tools").unwrap();
    let add = world
        .registry
        .set_repository_source(&ada, &world.client, tools, registered, true);
    add.await.unwrap();
    for (number, (source, linked)) in [
        ("https://packages.registry.example/base/acme/tools", true),
        ("git+https://git.example/Acme/Tools.git", true),
        ("git@code.example:deep/down/tools.git", true),
        ("https://packages.registry.example/acme/tools", false),
        ("https://other.example/acme/tools", false),
        ("https://git.example/acme/missing", false),
        ("https://git.example/acme/tools/more", false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("acme/x{number}");
        let done = world
            .publish(&ada, Draft::new(&name, "1.0.0").source(source))
            .await
            .unwrap();
        assert_eq!(
            done.warning.is_none(),
            linked,
            "{source}: {:?}",
            done.warning
        );
        let record = world.record(&name).await;
        assert_eq!(record.repository.is_some(), linked, "{source}");
        assert_eq!(record.package.inherits, linked, "{source}");
    }
}

async fn who_may_not_write_there_is_not_linked(database: TestDatabase) {
    let (world, _, bob) = acme(database).await;
    let source = "https://git.example/acme/tools";
    for (number, (role, linked)) in [
        (None, false),
        (Some(Role::Read), false),
        (Some(Role::Write), true),
    ]
    .into_iter()
    .enumerate()
    {
        world.grant_repository("acme/tools", "bob", role).await;
        let name = format!("acme/x{number}");
        let done = world
            .publish(&bob, Draft::new(&name, "1.0.0").source(source))
            .await
            .unwrap();
        assert_eq!(done.warning.is_none(), linked, "{role:?}");
        assert_eq!(
            world.record(&name).await.repository.is_some(),
            linked,
            "{role:?}"
        );
    }
}

async fn unlinking_ends_inheritance(database: TestDatabase) {
    let (world, ada, bob) = acme(database).await;
    let draft = Draft::new("acme/x", "1.0.0").source("https://git.example/acme/tools");
    world.publish(&ada, draft).await.unwrap();
    let (at, client) = (package("acme/x"), &world.client);
    let tools = || Some(("acme".to_owned(), RepositoryName::parse("tools").unwrap()));
    let refusal = world.registry.link(&bob, client, &at, None).await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
    let revision = world.record("acme/x").await.package.revision;
    world.registry.link(&ada, client, &at, None).await.unwrap();
    let record = world.record("acme/x").await;
    assert!(record.repository.is_none() && !record.package.inherits);
    assert!(record.package.revision > revision);
    assert_eq!(record.package.visibility, Visibility::Private);
    world
        .registry
        .link(&ada, client, &at, tools())
        .await
        .unwrap();
    let record = world.record("acme/x").await;
    assert!(record.repository.is_some() && !record.package.inherits);
    let missing = Some(("acme".to_owned(), RepositoryName::parse("none").unwrap()));
    let refusal = world.registry.link(&ada, client, &at, missing).await;
    assert_eq!(refused(refusal), ErrorKind::NotFound);
    assert_eq!(world.events().await.last(), Some(&"package.linked"));
}
