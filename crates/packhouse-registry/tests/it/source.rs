//! Sources: all that one owner has of a format, as strangers and others get to see it.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use packhouse_registry::visibility::AccessSource;
use packhouse_registry::{Listing, Lookup};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, FORMAT, World, package};

on_both_engines!(
    strangers_enter_where_something_is_public_and_list_where_all_is,
    inherited_visibility_counts,
    what_is_hidden_reads_like_what_is_not_there,
);

async fn publish(world: &World, name: &str, visibility: Visibility) {
    let ada = world.session_of("ada").await;
    let draft = Draft::new(name, "1.0.0").visibility(visibility);
    world.publish(&ada, draft).await.unwrap();
}

/// Gives what a stranger may do with a source: enter, list.
async fn open(world: &World, owner: &str) -> (bool, bool) {
    let ask = async |listing| {
        let registry = &world.registry;
        let asked = registry.authorize_listing(&Actor::Anonymous, FORMAT, owner, listing);
        match asked.await {
            Ok(account) => {
                assert_eq!(account.name.key(), owner.to_lowercase());
                true
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
                false
            }
        }
    };
    (ask(Listing::Entrance).await, ask(Listing::Contents).await)
}

async fn strangers_enter_where_something_is_public_and_list_where_all_is(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    assert_eq!(open(&world, "ada").await, (false, false));
    assert_eq!(open(&world, "nobody").await, (false, false));
    publish(&world, "ada/open", Visibility::Public).await;
    assert_eq!(open(&world, "Ada").await, (true, true));
    publish(&world, "ada/secret", Visibility::Private).await;
    assert_eq!(open(&world, "ada").await, (true, false));
    let (secret, client) = (package("ada/secret"), &world.client);
    // A package without versions, or a deleted one, is none.
    world
        .registry
        .delete_package(&ada, client, &secret, None)
        .await
        .unwrap();
    assert_eq!(open(&world, "ada").await, (true, true));
    world
        .registry
        .restore_package(&ada, client, &secret)
        .await
        .unwrap();
    let public = AccessSource::Own(Visibility::Public);
    world
        .registry
        .set_visibility(&ada, client, &package("ada/open"), public)
        .await
        .unwrap();
    assert_eq!(open(&world, "ada").await, (true, false));
    // Whoever has signed in lists any account, and learns which are none.
    for actor in [&ada, &bob, &Actor::System] {
        let listed = world
            .registry
            .authorize_listing(actor, FORMAT, "ada", Listing::Contents);
        assert!(listed.await.is_ok());
        let missing = world
            .registry
            .authorize_listing(actor, FORMAT, "nobody", Listing::Entrance);
        assert_eq!(missing.await.unwrap_err().kind(), ErrorKind::NotFound);
    }
}

async fn inherited_visibility_counts(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    for (repository, visibility) in [
        ("ada/open", Visibility::Public),
        ("ada/shut", Visibility::Private),
    ] {
        world.repository(repository, visibility).await;
    }
    let client = &world.client;
    publish(&world, "ada/x", Visibility::Private).await;
    for (repository, expected) in [("open", (true, true)), ("shut", (false, false))] {
        let target = packhouse_core::repository::RepositoryName::parse(repository).unwrap();
        let target = Some(("ada".to_owned(), target));
        world
            .registry
            .link(&ada, client, &package("ada/x"), target)
            .await
            .unwrap();
        let inherit = AccessSource::Inherit;
        world
            .registry
            .set_visibility(&ada, client, &package("ada/x"), inherit)
            .await
            .unwrap();
        assert_eq!(open(&world, "ada").await, expected, "{repository}");
    }
}

const LOOKUP: Lookup = Lookup {
    open: Listing::Contents,
    empty: false,
};

async fn what_is_hidden_reads_like_what_is_not_there(database: TestDatabase) {
    let world = World::new(database);
    let (bob, eve) = (world.user("bob").await, world.user("eve").await);
    world.user("ada").await;
    let listed = async |actor: &Actor, name: &str| {
        let found = world
            .registry
            .authorize_listed(actor, &package(name), LOOKUP)
            .await;
        found
            .map(|found| found.is_some())
            .map_err(|error| error.kind())
    };
    // Nothing in the source is public: a stranger is refused whatever he asks for.
    publish(&world, "ada/first", Visibility::Private).await;
    for name in ["ada/first", "ada/none", "nobody/none"] {
        let stranger = listed(&Actor::Anonymous, name).await;
        assert_eq!(stranger, Err(ErrorKind::Unauthenticated), "{name}");
    }
    let ada = world.session_of("ada").await;
    let first = package("ada/first");
    world
        .registry
        .delete_package(&ada, &world.client, &first, None)
        .await
        .unwrap();
    publish(&world, "ada/open", Visibility::Public).await;
    // The source is open: a stranger is told that there is none.
    assert_eq!(listed(&Actor::Anonymous, "ada/open").await, Ok(true));
    assert_eq!(listed(&Actor::Anonymous, "ada/none").await, Ok(false));
    publish(&world, "ada/secret", Visibility::Private).await;
    world
        .grant_package("ada/secret", "bob", Some(Role::Read))
        .await;
    for name in ["ada/secret", "ada/none", "nobody/none"] {
        let stranger = listed(&Actor::Anonymous, name).await;
        assert_eq!(stranger, Err(ErrorKind::Unauthenticated), "{name}");
        assert_eq!(listed(&eve, name).await, Ok(false), "{name}");
    }
    assert_eq!(listed(&Actor::Anonymous, "ada/open").await, Ok(true));
    assert_eq!(listed(&bob, "ada/secret").await, Ok(true));
    // PostgreSQL takes no NUL in a text.
    assert_eq!(listed(&eve, "ada/n\0ne").await, Ok(false));
}
