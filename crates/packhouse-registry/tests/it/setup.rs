//! The very first account.

use packhouse_core::error::ErrorKind;
use packhouse_registry::account::NewUser;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{World, new_user, refused};

on_both_engines!(
    the_setup_works_once,
    of_two_setups_at_once_one_works,
    a_server_with_users_has_no_setup
);

async fn the_setup_works_once(database: TestDatabase) {
    let world = World::new(database);
    let (registry, client) = (&world.registry, &world.client);
    let first = registry.renew_setup_secret().await.unwrap().unwrap();
    let secret = registry.renew_setup_secret().await.unwrap().unwrap();
    assert!(!registry.setup_is_open(&first).await.unwrap());
    assert!(registry.setup_is_open(&secret).await.unwrap());
    let wrong = registry.set_up(client, &first, new_user("eve")).await;
    assert_eq!(refused(wrong), ErrorKind::NotFound);
    let weak = NewUser {
        password: "short".to_owned(),
        ..new_user("root")
    };
    assert_eq!(
        refused(registry.set_up(client, &secret, weak).await),
        ErrorKind::Invalid
    );
    let made = registry
        .set_up(client, &secret, new_user("root"))
        .await
        .unwrap();
    assert!(made.site_admin);
    assert!(!registry.setup_is_open(&secret).await.unwrap());
    let again = registry.set_up(client, &secret, new_user("eve")).await;
    assert_eq!(refused(again), ErrorKind::NotFound);
    assert_eq!(registry.renew_setup_secret().await.unwrap(), None);
    let proved = registry
        .prove("root", "a good password".to_owned(), client)
        .await;
    assert!(proved.unwrap().account.site_admin);
}

async fn of_two_setups_at_once_one_works(database: TestDatabase) {
    let world = World::new(database);
    let secret = world.registry.renew_setup_secret().await.unwrap().unwrap();
    let tasks: Vec<_> = ["one", "two", "three", "four"]
        .into_iter()
        .map(|name| {
            let (registry, client, secret) =
                (world.replica(), world.client.clone(), secret.clone());
            tokio::spawn(async move { registry.set_up(&client, &secret, new_user(name)).await })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound),
        }
    }
    assert_eq!(made, 1);
}

async fn a_server_with_users_has_no_setup(database: TestDatabase) {
    let world = World::new(database);
    let secret = world.registry.renew_setup_secret().await.unwrap().unwrap();
    world.user("ada").await;
    let refusal = world
        .registry
        .set_up(&world.client, &secret, new_user("eve"))
        .await;
    assert_eq!(refused(refusal), ErrorKind::NotFound);
}
