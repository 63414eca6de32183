//! Texts of clients that hold a NUL, which PostgreSQL refuses.

use packhouse_core::actor::Client;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::Deprecation;
use packhouse_registry::account::NewUser;
use packhouse_registry::login::Asking;
use packhouse_registry::token::TokenSpec;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::delete::found;
use crate::world::{Draft, World, account, package, refused, version};

on_both_engines!(
    a_version_with_a_nul_in_its_texts_is_published,
    names_and_words_with_a_nul_are_kept_or_missing,
);

async fn a_version_with_a_nul_in_its_texts_is_published(database: TestDatabase) {
    let mut world = World::new(database);
    world.client.agent = Some("client\0/1".to_owned());
    let ada = world.user("ada").await;
    let mut draft = Draft::new("ada/x", "1.0.0")
        .metadata(r#"{"description":"odd\u0000one","keywords":["key\u0000word"]}"#)
        .source("https://git.example/ada/\0");
    draft.readme = Some("read\0me".to_owned());
    let id = world.publish(&ada, draft).await.unwrap().version;
    let record = world.record("ada/x").await;
    assert_eq!(
        record.package.description.as_deref(),
        Some("odd\u{fffd}one")
    );
    let package_id = record.package.id;
    let readme = world
        .registry
        .snapshot(package_id, move |package| package.readme(id))
        .await;
    assert_eq!(readme.unwrap().as_deref(), Some("read\u{fffd}me"));
    assert_eq!(found(&world, "odd").await, ["x"]);
    let (at, client) = (package("ada/x"), &world.client);
    let wanted = vec![(version("1.0.0"), Some(Deprecation::new("no\0t")))];
    let changed = world.registry.deprecate(&ada, client, &at, wanted).await;
    assert_eq!(changed.unwrap(), 1);
    let file = world
        .registry
        .find_file(package_id, "1.0.0\0.bin")
        .await
        .unwrap();
    assert!(file.is_none());
}

async fn names_and_words_with_a_nul_are_kept_or_missing(database: TestDatabase) {
    let world = World::new(database);
    let (registry, client) = (&world.registry, &world.client);
    let user = NewUser {
        name: account("ada"),
        email: Some("ada@registry.example".to_owned()),
        password: "a good\0password".to_owned(),
        site_admin: false,
    };
    let system = packhouse_core::actor::Actor::System;
    registry.create_user(&system, client, user).await.unwrap();
    let proved = registry
        .prove("ada", "a good\0password".to_owned(), client)
        .await
        .unwrap();
    let wrong = registry
        .prove("a\0da", "a good\0password".to_owned(), client)
        .await;
    assert_eq!(refused(wrong), ErrorKind::Unauthenticated);
    let made = registry
        .login_token(&proved, client, "no\0te")
        .await
        .unwrap();
    assert_eq!(made.token.name, "no\u{fffd}te");
    let spec = TokenSpec {
        name: "\0".to_owned(),
        scopes: made.token.scopes,
        ..TokenSpec::default()
    };
    registry.issue_token(&proved, client, spec).await.unwrap();
    let asking = Asking {
        agent: Some("a\0".to_owned()),
        address: None,
        hostname: Some("h\0st".to_owned()),
    };
    let login = registry
        .begin_cli_login(&Client::default(), asking)
        .await
        .unwrap();
    let shown = registry.find_cli_login(&login.page).await.unwrap();
    assert_eq!(shown.hostname.as_deref(), Some("h\u{fffd}st"));
}
