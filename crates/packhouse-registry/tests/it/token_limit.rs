//! What a limited token may do.

use packhouse_core::error::ErrorKind;
use packhouse_core::permission::Action;
use packhouse_core::token::TokenLimits;
use packhouse_core::visibility::Visibility;
use packhouse_registry::repository::RepositoryAddress;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World, account, content, package, refused};

on_both_engines!(
    a_token_of_an_owner_counts_there,
    a_token_of_a_package_counts_there_and_creates_nothing,
    a_token_of_a_repository_creates_what_is_linked_to_it,
    a_token_of_a_repository_brings_nothing_elsewhere,
);

async fn ada(database: TestDatabase) -> World {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.organisation("acme", &ada, &[]).await;
    for name in ["tools", "other"] {
        world
            .repository(&format!("acme/{name}"), Visibility::Private)
            .await;
    }
    for name in ["ada/x", "acme/x", "acme/y"] {
        world.publish_all(&ada, name, &["1.0.0"]).await;
    }
    world
}

async fn limits(
    world: &World,
    owner: &[&str],
    repository: &[&str],
    packages: &[&str],
) -> TokenLimits {
    let owners = owner.iter().map(|name| account(name)).collect();
    let repositories = repository
        .iter()
        .map(|name| RepositoryAddress::parse(name).unwrap());
    let packages = packages.iter().map(|name| package(name)).collect();
    world
        .registry
        .token_limits(owners, repositories.collect(), packages)
        .await
        .unwrap()
}

async fn a_token_of_an_owner_counts_there(database: TestDatabase) {
    let world = ada(database).await;
    let limits = limits(&world, &["acme"], &[], &[]).await;
    let token = world.token("ada", "write:packages", limits).await;
    for (name, may) in [
        ("acme/x", true),
        ("acme/new", true),
        ("ada/x", false),
        ("ada/new", false),
    ] {
        let result = world.publish(&token, Draft::new(name, "2.0.0")).await;
        match may {
            true => assert!(result.unwrap().new, "{name}"),
            false => assert_eq!(refused(result), ErrorKind::Forbidden, "{name}"),
        }
        let read = world
            .registry
            .authorize(&token, &package(name), Action::Read)
            .await;
        assert_eq!(read.is_ok(), may, "{name}");
    }
    assert!(world.find("ada/new").await.is_none());
}

async fn a_token_of_a_package_counts_there_and_creates_nothing(database: TestDatabase) {
    let world = ada(database).await;
    let limits = limits(&world, &[], &[], &["acme/x"]).await;
    let token = world.token("ada", "write:packages", limits).await;
    for (name, may) in [
        ("acme/x", true),
        ("acme/y", false),
        ("acme/new", false),
        ("ada/x", false),
    ] {
        let result = world.publish(&token, Draft::new(name, "2.0.0")).await;
        assert_eq!(result.is_ok(), may, "{name}: {result:?}");
    }
    let missing = world
        .registry
        .token_limits(Vec::new(), Vec::new(), vec![package("acme/z")])
        .await;
    assert_eq!(refused(missing), ErrorKind::NotFound);
}

async fn a_token_of_a_repository_creates_what_is_linked_to_it(database: TestDatabase) {
    let world = ada(database).await;
    let limits = limits(&world, &[], &["acme/tools"], &[]).await;
    let token = world.token("ada", "write:packages", limits).await;
    let source = |name: &str| format!("https://git.example/acme/{name}");
    for (name, repository, may) in [
        ("acme/new", Some("tools"), true),
        ("acme/unlinked", None, false),
        ("acme/elsewhere", Some("other"), false),
        ("acme/x", Some("tools"), false),
    ] {
        let mut draft = Draft::new(name, "2.0.0");
        draft.source = repository.map(source);
        let result = world.publish(&token, draft).await;
        match may {
            true => assert!(result.unwrap().new, "{name}"),
            false => assert_eq!(refused(result), ErrorKind::Forbidden, "{name}"),
        }
    }
    // And goes on publishing there.
    world.publish_all(&token, "acme/new", &["3.0.0"]).await;
    assert!(world.find("acme/unlinked").await.is_none());
    assert!(world.find("acme/elsewhere").await.is_none());
}

async fn a_token_of_a_repository_brings_nothing_elsewhere(database: TestDatabase) {
    let world = ada(database).await;
    let limits = limits(&world, &[], &["acme/tools"], &[]).await;
    let (session, all) = (
        world.session_of("ada").await,
        "write:packages,delete:packages",
    );
    let token = world.token("ada", all, limits).await;
    let (registry, client) = (&world.registry, &world.client);
    for (name, may) in [
        ("acme/tools/new", true),
        // Which repository it is linked to is known when it is published.
        ("acme/new", true),
        ("acme/other/new", false),
        ("acme/missing/new", false),
        ("ada/new", false),
        ("ada/tools/new", false),
    ] {
        let layer = world.bring(&session, name, name).await.unwrap();
        let (at, digest) = (content(name), layer.parse().unwrap());
        let begun = registry.begin_upload_session(&session, &at, false).await;
        let id = begun.unwrap().id;
        let mine = registry.begin_upload_session(&token, &at, false).await;
        assert_eq!(mine.is_ok(), may, "{name}");
        assert_eq!(
            world.bring(&token, name, "more").await.is_ok(),
            may,
            "{name}"
        );
        let found = registry.find_upload_session(&token, &at, &id).await;
        assert_eq!(found.is_ok(), may, "{name}");
        let read = registry.authorize_draft(&token, &at, Action::Read).await;
        assert_eq!(read.unwrap(), may, "{name}");
        let target = content("acme/tools/target");
        let mount = registry.mount_blob(&token, client, &target, &digest, Some(&at));
        assert_eq!(mount.await.unwrap(), may, "{name}");
        let deleted = registry.delete_blob(&token, client, &at, &digest).await;
        match may {
            true => deleted.unwrap(),
            false => assert!(deleted.unwrap_err().is_refusal(), "{name}"),
        }
        assert_eq!(world.sees(&session, name, &layer).await, !may, "{name}");
    }
}
