//! Taking bytes over from other packages of an owner.

use packhouse_core::actor::{Actor, Stated};
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::{Action, Actions};
use packhouse_core::visibility::Visibility;
use packhouse_registry::Error;
use packhouse_registry::publish::ReferenceKind::Blob;
use packhouse_registry::visibility::AccessSource;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Push, World, content, digest, refused};

on_both_engines!(
    mounting_asks_whether_the_source_may_be_read,
    mounting_without_a_source_looks_at_readable_packages_of_the_owner,
    a_mount_without_a_source_keeps_to_what_a_token_states,
    free_and_hidden_names_answer_members_alike,
);

async fn mounting_asks_whether_the_source_may_be_read(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    let layer = world.bring(&ada, "ada/x", "layer").await.unwrap();
    let push = Push::new("one", &["1"]).naming(&layer, 5, Blob);
    world.push(&ada, "ada/x", push).await.unwrap();
    let wanted = layer.parse().unwrap();
    let mount = async |actor: &Actor, target: &str, from: Option<&str>| {
        let (target, from) = (content(target), from.map(content));
        world
            .registry
            .mount_blob(actor, &world.client, &target, &wanted, from.as_ref())
            .await
    };
    assert!(!mount(&eve, "eve/x", Some("ada/x")).await.unwrap());
    assert!(!mount(&eve, "eve/x", Some("ada/missing")).await.unwrap());
    assert!(!mount(&eve, "eve/x", Some("nobody/x")).await.unwrap());
    assert!(!world.sees(&eve, "eve/x", &layer).await);
    let public = AccessSource::Own(Visibility::Public);
    world
        .registry
        .set_visibility(&ada, &world.client, &content("ada/x"), public)
        .await
        .unwrap();
    assert!(mount(&eve, "eve/x", Some("ada/x")).await.unwrap());
    assert!(world.sees(&eve, "eve/x", &layer).await);
    let refusal = mount(&eve, "ada/x", Some("ada/x")).await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
}

async fn mounting_without_a_source_looks_at_readable_packages_of_the_owner(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    let layer = world.bring(&ada, "acme/secret", "layer").await.unwrap();
    let push = Push::new("one", &["1"]).naming(&layer, 5, Blob);
    world.push(&ada, "acme/secret", push).await.unwrap();
    let wanted = layer.parse().unwrap();
    for (actor, target, mounted) in [
        (&bob, "acme/mine", false),
        (&bob, "bob/mine", false),
        (&ada, "acme/other", true),
        (&ada, "ada/other", false),
    ] {
        let done = world
            .registry
            .mount_blob(actor, &world.client, &content(target), &wanted, None)
            .await;
        assert_eq!(done.unwrap(), mounted, "{target}");
    }
}

/// Gives somebody with an access token that states these actions.
fn stating(actor: &Actor, packages: &[(&str, &[Action])]) -> Actor {
    let mut signed_in = actor.signed_in().unwrap().clone();
    let packages = packages.iter();
    let packages = packages.map(|(name, actions)| ((*name).to_owned(), Actions::of(actions)));
    signed_in.stated = Some(Stated {
        format: content("x/x").format,
        lists: false,
        packages: packages.collect(),
    });
    Actor::Account(std::sync::Arc::new(signed_in))
}

async fn a_mount_without_a_source_keeps_to_what_a_token_states(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let layer = world.bring(&ada, "ada/secret", "layer").await.unwrap();
    let push = Push::new("one", &["1"]).naming(&layer, 5, Blob);
    world.push(&ada, "ada/secret", push).await.unwrap();
    let brought = world.bring(&ada, "ada/unborn", "brought").await.unwrap();
    let into: (&str, &[Action]) = ("ada/new", &[Action::Read, Action::Publish]);
    let other: (&str, &[Action]) = ("ada/other", &[Action::Read]);
    let mount = async |actor: &Actor, digest: &str| {
        let (target, digest) = (content("ada/new"), digest.parse().unwrap());
        let done = world
            .registry
            .mount_blob(actor, &world.client, &target, &digest, None);
        match done.await {
            Ok(mounted) => mounted,
            // It is told which one would have to be stated.
            Err(Error::Unstated { what, .. }) => {
                assert!(what == "ada/secret" || what == "ada/open", "{what}");
                false
            }
            Err(error) => panic!("{error}"),
        }
    };
    let narrow = stating(&ada, &[into, other]);
    for (digest, source) in [(&layer, "ada/secret"), (&brought, "ada/unborn")] {
        assert!(!mount(&narrow, digest).await, "{source}");
        let wide = stating(&ada, &[into, (source, &[Action::Read])]);
        assert!(mount(&wide, digest).await, "{source}");
    }
    // Anyone's is everyone's.
    let public = AccessSource::Own(Visibility::Public);
    let open = world.bring(&ada, "ada/open", "open").await.unwrap();
    let push = Push::new("open", &["1"]).naming(&open, 4, Blob);
    world.push(&ada, "ada/open", push).await.unwrap();
    assert!(!mount(&narrow, &open).await);
    world
        .registry
        .set_visibility(&ada, &world.client, &content("ada/open"), public)
        .await
        .unwrap();
    assert!(mount(&narrow, &open).await);
}

async fn free_and_hidden_names_answer_members_alike(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    world.organisation("acme", &ada, &[&bob]).await;
    let push = Push::new("one", &["1"]);
    world.push(&ada, "acme/hidden", push).await.unwrap();
    let wanted = digest(&world.registry, "layer").await.parse().unwrap();
    let narrow = stating(&bob, &[("acme/new", &[Action::Read, Action::Publish])]);
    for asked in ["acme/hidden", "acme/free"] {
        let at = content(asked);
        for action in [Action::Read, Action::Delete] {
            let draft = world.registry.authorize_draft(&bob, &at, action).await;
            assert!(!draft.unwrap(), "{asked}");
        }
        for actor in [&bob, &narrow] {
            let (target, from) = (content("acme/new"), Some(&at));
            let (registry, client) = (&world.registry, &world.client);
            let mounted = registry.mount_blob(actor, client, &target, &wanted, from);
            assert!(!mounted.await.unwrap(), "{asked}");
        }
        let refusal = world
            .registry
            .delete_blob(&bob, &world.client, &at, &wanted)
            .await;
        assert!(matches!(refusal, Err(Error::HiddenWrite { .. })), "{asked}");
    }
    // Nothing is hidden from an owner, and what somebody brought is theirs to see.
    let (registry, at) = (&world.registry, content("acme/free"));
    let owner = registry.authorize_draft(&ada, &at, Action::Read).await;
    assert!(owner.unwrap());
    world.bring(&bob, "acme/free", "layer").await.unwrap();
    let bobs = registry.authorize_draft(&bob, &at, Action::Read).await;
    assert!(bobs.unwrap());
}
