//! Names across all that an owner has, which belong to one version for ever.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::visibility::Visibility;
use packhouse_registry::{Listing, Lookup};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, FORMAT, World, package, refused, versions};

on_both_engines!(
    the_first_that_asks_has_a_name_for_ever,
    whoever_may_read_its_package_finds_a_version_by_its_name,
    of_two_at_once_one_gets_the_name,
);

const LOOKUP: Lookup = Lookup {
    open: Listing::Entrance,
    empty: true,
};

async fn the_first_that_asks_has_a_name_for_ever(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let first = || Draft::new("ada/a", "1.0.0").reserve("a-1");
    world.publish(&ada, first()).await.unwrap();
    assert!(!world.publish(&ada, first()).await.unwrap().new, "a repeat");
    let before = world.events().await;
    let other = Draft::new("ada/b", "1.0.0").reserve("a-1");
    let error = world.publish(&ada, other.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(!error.to_string().contains("a 1.0.0"), "names no other package: {error}");
    let same = Draft::new("ada/a", "2.0.0").reserve("a-1");
    let error = world.publish(&ada, same).await.unwrap_err();
    assert!(error.to_string().contains("by a 1.0.0"), "{error}");
    assert_eq!(world.events().await, before, "a refusal changes nothing");
    assert!(world.find("ada/b").await.is_none());
    // Neither the version's nor the package's end frees it.
    let (registry, a) = (&world.registry, package("ada/a"));
    let gone = versions(&["1.0.0"]);
    let deleted = registry.delete_versions(&ada, &world.client, &a, gone, None);
    assert_eq!(deleted.await.unwrap(), 1);
    assert_eq!(refused(world.publish(&ada, other.clone()).await), ErrorKind::Conflict);
    registry.delete_package(&ada, &world.client, &a, None).await.unwrap();
    assert_eq!(refused(world.publish(&ada, other).await), ErrorKind::Conflict);
    // Another owner has names of its own.
    let bob = world.user("bob").await;
    let own = Draft::new("bob/b", "1.0.0").reserve("a-1");
    world.publish(&bob, own).await.unwrap();
}

async fn whoever_may_read_its_package_finds_a_version_by_its_name(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    let draft = |name: &str, visibility| {
        let draft = Draft::new(&format!("ada/{name}"), "1.0.0").reserve(&format!("{name}-1"));
        draft.visibility(visibility)
    };
    world.publish(&ada, draft("secret", Visibility::Private)).await.unwrap();
    let find = async |actor: &Actor, name: &str| {
        let names = (name, "ada/it");
        let registry = &world.registry;
        let found = registry.authorize_held(actor, FORMAT, "Ada", names, LOOKUP).await;
        found
            .map(|held| held.map(|held| (held.package.package.name.to_string(), held.version)))
            .map_err(|error| error.kind())
    };
    let is = |name: &str| Ok(Some((name.to_owned(), "1.0.0".to_owned())));
    let nobody = &Actor::Anonymous;
    assert_eq!(find(&ada, "secret-1").await, is("secret"));
    for name in ["secret-1", "none-1", "nul\0"] {
        assert_eq!(find(&eve, name).await, Ok(None), "{name:?}");
        assert_eq!(find(nobody, name).await, Err(ErrorKind::Unauthenticated), "{name:?}");
    }
    world.publish(&ada, draft("open", Visibility::Public)).await.unwrap();
    assert_eq!(find(nobody, "open-1").await, is("open"));
    for name in ["secret-1", "none-1"] {
        assert_eq!(find(nobody, name).await, Ok(None), "{name}");
    }
    let yanked = versions(&["1.0.0"]);
    let open = package("ada/open");
    let deleted = world.registry.delete_versions(&ada, &world.client, &open, yanked, None);
    deleted.await.unwrap();
    assert_eq!(find(&ada, "open-1").await, is("open"), "the package is still there");
}

async fn of_two_at_once_one_gets_the_name(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let other = world.replica();
    let a = Draft::new("ada/a", "1.0.0").reserve("x").ready(&world.registry).await;
    let b = Draft::new("ada/b", "1.0.0").reserve("x").ready(&other).await;
    let (a, b) = tokio::join!(
        world.registry.publish(&ada, &world.client, a),
        other.publish(&ada, &world.client, b)
    );
    let won = [a.is_ok(), b.is_ok()];
    assert!(won == [true, false] || won == [false, true], "{won:?}");
    let lost = a.err().or(b.err()).unwrap();
    assert_eq!(lost.kind(), ErrorKind::Conflict, "{lost}");
}
