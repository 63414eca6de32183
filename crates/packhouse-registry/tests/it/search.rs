//! Finding packages.

use packhouse_core::actor::Actor;
use packhouse_core::permission::Role;
use packhouse_core::token::TokenLimits;
use packhouse_core::visibility::Visibility;
use packhouse_registry::search::Query;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, FORMAT, World};

on_both_engines!(everyone_finds_what_they_may_read);

async fn everyone_finds_what_they_may_read(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    for (name, visibility) in [
        ("ada/open", Visibility::Public),
        ("ada/shared", Visibility::Private),
        ("ada/secret", Visibility::Private),
    ] {
        let draft = Draft::new(name, "1.0.0")
            .visibility(visibility)
            .metadata(r#"{"description":"a widget"}"#);
        world.publish(&ada, draft).await.unwrap();
    }
    world
        .grant_package("ada/shared", "bob", Some(Role::Read))
        .await;
    let blind = world
        .token("ada", "delete:packages", TokenLimits::default())
        .await;
    for (actor, expected) in [
        (&Actor::Anonymous, vec!["open"]),
        (&blind, vec!["open"]),
        (&bob, vec!["open", "shared"]),
        (&ada, vec!["open", "secret", "shared"]),
    ] {
        let query = Query {
            words: vec!["widget".to_owned()],
            ..Query::default()
        };
        let hits = world
            .registry
            .search(actor, query.clone(), 0, 10)
            .await
            .unwrap();
        assert!(hits.found.iter().all(|hit| hit.latest.is_some()));
        let mut names: Vec<_> = hits
            .found
            .iter()
            .map(|hit| hit.record.package.name.as_str())
            .collect();
        names.sort_unstable();
        assert_eq!(
            (names, hits.total as usize),
            (expected.clone(), expected.len())
        );
        let page = world.registry.search(actor, query, 0, 1).await.unwrap();
        assert_eq!((page.found.len(), page.total as usize), (1, expected.len()));
        let owner = world.registry.find_user("ada").await.unwrap().unwrap();
        let owned = world
            .registry
            .packages_of(actor, &owner, FORMAT, |_, _| ())
            .await;
        assert_eq!(owned.unwrap().len(), expected.len());
    }
}
