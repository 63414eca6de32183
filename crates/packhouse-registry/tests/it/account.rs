//! Users.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{World, account, new_user, refused};

on_both_engines!(
    names_of_users_and_organisations_are_one,
    only_site_admins_make_accounts
);

async fn names_of_users_and_organisations_are_one(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.organisation("acme", &ada, &[]).await;
    let (registry, client) = (&world.registry, &world.client);
    for name in ["ADA", "Acme"] {
        let made = registry
            .create_user(&Actor::System, client, new_user(name))
            .await;
        assert_eq!(refused(made), ErrorKind::Conflict);
        let made = registry
            .create_organisation(&Actor::System, client, account(name), &account("ada"))
            .await;
        assert_eq!(refused(made), ErrorKind::Conflict);
    }
    assert!(registry.find_user("Ada").await.unwrap().is_some());
    assert!(registry.find_user("acme").await.unwrap().is_none());
    assert!(registry.find_user("no such name").await.unwrap().is_none());
}

async fn only_site_admins_make_accounts(database: TestDatabase) {
    let world = World::new(database);
    let (ada, root) = (world.user("ada").await, world.site_admin("root").await);
    let (registry, client) = (&world.registry, &world.client);
    assert_eq!(
        refused(registry.create_user(&ada, client, new_user("x")).await),
        ErrorKind::Forbidden
    );
    let made = registry
        .create_user(&Actor::Anonymous, client, new_user("x"))
        .await;
    assert_eq!(refused(made), ErrorKind::Unauthenticated);
    registry
        .create_user(&root, client, new_user("x"))
        .await
        .unwrap();
    let disabled = registry
        .set_disabled(&ada, client, &account("x"), true)
        .await;
    assert_eq!(refused(disabled), ErrorKind::Forbidden);
    assert_eq!(world.events().await, ["user.created"]);
}
