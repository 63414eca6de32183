//! Repositories and their source addresses.

use packhouse_core::error::ErrorKind;
use packhouse_core::link::SourceAddress;
use packhouse_core::visibility::Visibility;
use packhouse_registry::repository::RepositoryAddress;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{World, refused};

on_both_engines!(
    repositories_are_made_by_their_owner,
    sources_are_added_and_removed
);

fn at(text: &str) -> RepositoryAddress {
    RepositoryAddress::parse(text).unwrap()
}

async fn repositories_are_made_by_their_owner(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    let (registry, client) = (&world.registry, &world.client);
    let private = Visibility::Private;
    registry
        .create_repository(&ada, client, at("ada/Tools"), private)
        .await
        .unwrap();
    for (actor, name, visibility, kind) in [
        (&ada, "ada/tools", private, ErrorKind::Conflict),
        (&eve, "ada/other", private, ErrorKind::Forbidden),
        (&ada, "nobody/x", private, ErrorKind::NotFound),
        (
            &ada,
            "ada/x",
            Visibility::Internal,
            ErrorKind::Unprocessable,
        ),
    ] {
        let made = registry
            .create_repository(actor, client, at(name), visibility)
            .await;
        assert_eq!(refused(made), kind, "{name}");
    }
    let open = Visibility::Public;
    let set = registry
        .set_repository_visibility(&eve, client, at("ada/tools"), open)
        .await;
    assert!(set.is_err());
    registry
        .set_repository_visibility(&ada, client, at("ada/tools"), open)
        .await
        .unwrap();
    registry
        .set_repository_visibility(&ada, client, at("ada/tools"), open)
        .await
        .unwrap();
    assert_eq!(
        world.events().await,
        ["repository.created", "repository.visibility_changed"]
    );
}

async fn sources_are_added_and_removed(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.repository("ada/tools", Visibility::Private).await;
    let source = SourceAddress::parse("https://code.example/ada/tools").unwrap();
    let set = async |present: bool| {
        let (client, source) = (&world.client, source.clone());
        world
            .registry
            .set_repository_source(&ada, client, at("ada/tools"), source, present)
            .await
    };
    assert_eq!(refused(set(false).await), ErrorKind::NotFound);
    set(true).await.unwrap();
    set(true).await.unwrap();
    set(false).await.unwrap();
    let expected = [
        "repository.created",
        "repository.source_added",
        "repository.source_removed",
    ];
    assert_eq!(world.events().await, expected);
}
