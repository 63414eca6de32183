//! Bytes that packages hold, and versions that are made of them.

use packhouse_core::actor::{Actor, Stated};
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionName;
use packhouse_core::permission::{Action, Actions};
use packhouse_core::visibility::Visibility;
use packhouse_registry::Error;
use packhouse_registry::find::VersionReference;
use packhouse_registry::publish::ReferenceKind::{Blob, ForeignBlob, VersionOrBlob};
use packhouse_registry::visibility::AccessSource;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Push, World, content, digest, refused, stage};

on_both_engines!(
    bytes_for_a_package_to_be_are_seen_by_who_brought_them,
    the_first_version_takes_over_what_its_publisher_brought,
    bytes_are_read_through_their_package_alone,
    mounting_asks_whether_the_source_may_be_read,
    mounting_without_a_source_looks_at_readable_packages_of_the_owner,
    a_version_names_what_its_package_has,
    a_wrong_length_is_refused,
    publishing_again_moves_tags_and_nothing_else,
    a_deleted_digest_comes_back_by_publishing_again,
    what_is_named_is_not_deleted,
    undoing_brings_back_tags_and_bytes,
    a_deleted_version_that_is_named_answers_by_its_digest,
    versions_are_found_by_both_digests,
    what_a_pinned_version_is_made_of_is_not_deleted,
    a_restored_package_has_the_tags_that_it_had,
    the_newest_stands_after_deletions_and_restorations,
    a_mount_without_a_source_keeps_to_what_a_token_states,
    free_and_hidden_names_answer_members_alike,
);

async fn bytes_for_a_package_to_be_are_seen_by_who_brought_them(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob, cy) = (
        world.user("ada").await,
        world.user("bob").await,
        world.user("cy").await,
    );
    world.organisation("acme", &ada, &[&bob, &cy]).await;
    let layer = world.bring(&bob, "acme/app", "layer").await.unwrap();
    assert!(world.sees(&bob, "acme/app", &layer).await);
    for other in [&cy, &ada, &Actor::Anonymous] {
        assert!(!world.sees(other, "acme/app", &layer).await);
    }
    // Nor by the same person under another name.
    assert!(!world.sees(&bob, "acme/other", &layer).await);
    let dora = world.user("dora").await;
    let refusal = world.bring(&dora, "acme/app", "layer").await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
}

async fn the_first_version_takes_over_what_its_publisher_brought(database: TestDatabase) {
    let world = World::new(database);
    let (ada, bob, cy) = (
        world.user("ada").await,
        world.user("bob").await,
        world.user("cy").await,
    );
    world.organisation("acme", &ada, &[&bob, &cy]).await;
    let layer = world.bring(&bob, "acme/app", "layer").await.unwrap();
    let others = world.bring(&cy, "acme/app", "of another").await.unwrap();
    let push = Push::new("one", &["1"]).naming(&layer, 5, Blob);
    world.push(&bob, "acme/app", push).await.unwrap();
    assert!(world.sees(&ada, "acme/app", &layer).await);
    assert!(!world.sees(&bob, "acme/app", &others).await);
    // The package is private and its first publisher's: the other member has no part in it.
    let push = Push::new("two", &["2"]).naming(&others, 10, Blob);
    let refusal = world.push(&cy, "acme/app", push).await;
    assert_eq!(refused(refusal), ErrorKind::Forbidden);
}

async fn bytes_are_read_through_their_package_alone(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let layer = world.bring(&ada, "ada/x", "layer").await.unwrap();
    let push = Push::new("one", &["1"]).naming(&layer, 5, Blob);
    world.push(&ada, "ada/x", push.clone()).await.unwrap();
    world
        .push(&ada, "ada/y", Push::new("other", &["1"]))
        .await
        .unwrap();
    assert!(world.sees(&ada, "ada/x", &layer).await);
    assert!(!world.sees(&ada, "ada/y", &layer).await);
    let refusal = world.push(&ada, "ada/y", push).await;
    let Err(Error::UnknownReferences(missing)) = refusal else {
        panic!("{refusal:?}");
    };
    assert_eq!(missing, [layer.parse().unwrap()]);
}

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

async fn a_version_names_what_its_package_has(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let layer = world.bring(&ada, "ada/x", "layer").await.unwrap();
    let image = Push::new("image", &[]).naming(&layer, 5, Blob);
    let (image, _) = world.push(&ada, "ada/x", image).await.unwrap();
    let absent = digest(&world.registry, "absent").await;
    let index = Push::new("index", &["1"])
        .naming(&image, 5, VersionOrBlob)
        .naming(&layer, 5, VersionOrBlob)
        .naming(&absent, 6, ForeignBlob);
    world.push(&ada, "ada/x", index.clone()).await.unwrap();
    let revision = || async { world.handle(&ada, "ada/x").await.unwrap().package.revision };
    let before = revision().await;
    // A version is no bytes, and what is absent is told one by one, once.
    let other = digest(&world.registry, "other").await;
    let wrong = Push::new("wrong", &["2"])
        .naming(&image, 5, Blob)
        .naming(&absent, 6, VersionOrBlob)
        .naming(&other, 5, Blob)
        .naming(&other, 5, Blob)
        .naming(&layer, 5, Blob);
    let refusal = world.push(&ada, "ada/x", wrong).await;
    let Err(Error::UnknownReferences(missing)) = refusal else {
        panic!("{refusal:?}");
    };
    let mut expected = [&image, &absent, &other].map(|text| text.parse().unwrap());
    expected.sort();
    assert_eq!(missing, expected);
    assert_eq!(revision().await, before);
}

async fn a_wrong_length_is_refused(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let layer = world.bring(&ada, "ada/x", "layer").await.unwrap();
    let push = Push::new("one", &["1"]).naming(&layer, 6, Blob);
    let refusal = world.push(&ada, "ada/x", push).await;
    assert!(matches!(
        refusal,
        Err(Error::SizeMismatch {
            claimed: 6,
            actual: 5,
            ..
        })
    ));
    assert!(world.handle(&ada, "ada/x").await.is_none());
    let staged = stage(&world.registry, "layer").await;
    let claimed = digest(&world.registry, "other").await.parse().unwrap();
    let refusal = world
        .registry
        .keep_blob(&ada, &world.client, &content("ada/x"), &staged, &claimed)
        .await;
    assert!(matches!(refusal, Err(Error::DigestMismatch { .. })));
}

async fn publishing_again_moves_tags_and_nothing_else(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (one, first) = world
        .push(&ada, "ada/x", Push::new("one", &["a"]))
        .await
        .unwrap();
    let (two, _) = world
        .push(&ada, "ada/x", Push::new("two", &["a"]))
        .await
        .unwrap();
    let package = world.handle(&ada, "ada/x").await.unwrap();
    let named = async |tag: &str| {
        let wanted = VersionReference::Tag(tag.to_owned());
        let found = world
            .registry
            .find_version(&package, &wanted)
            .await
            .unwrap();
        found.map(|found| found.name.to_string())
    };
    assert_eq!(named("a").await, Some(two.clone()));
    let (again, repeat) = world
        .push(&ada, "ada/x", Push::new("one", &["a", "b"]))
        .await
        .unwrap();
    assert_eq!((again, repeat.version), (one.clone(), first.version));
    assert!(first.new && !repeat.new);
    assert_eq!(named("a").await, Some(one.clone()));
    assert_eq!(named("b").await, Some(one));
    let before = world.handle(&ada, "ada/x").await.unwrap().package.revision;
    world
        .push(&ada, "ada/x", Push::new("one", &["a", "b"]))
        .await
        .unwrap();
    let after = world.handle(&ada, "ada/x").await.unwrap().package.revision;
    assert_eq!(after, before);
    assert_eq!(named("c").await, None);
}

fn name(digest: &str) -> VersionName {
    VersionName::new(digest, digest)
}

async fn a_deleted_digest_comes_back_by_publishing_again(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (one, first) = world
        .push(&ada, "ada/x", Push::new("one", &["a"]))
        .await
        .unwrap();
    world
        .push(&ada, "ada/x", Push::new("two", &[]))
        .await
        .unwrap();
    let at = content("ada/x");
    let gone = world
        .registry
        .delete_versions(&ada, &world.client, &at, vec![name(&one)], None)
        .await;
    assert_eq!(gone.unwrap(), 1);
    let (_, again) = world
        .push(&ada, "ada/x", Push::new("one", &[]))
        .await
        .unwrap();
    assert!(again.new && again.version != first.version);
    let refusal = world
        .registry
        .restore_version(&ada, &world.client, &at, &name(&one))
        .await;
    assert_eq!(refused(refusal), ErrorKind::Conflict);
}

async fn what_is_named_is_not_deleted(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let layer = world.bring(&ada, "ada/x", "layer").await.unwrap();
    let push = Push::new("image", &["i"]).naming(&layer, 5, Blob);
    let (image, _) = world.push(&ada, "ada/x", push).await.unwrap();
    let push = Push::new("index", &["1"]).naming(&image, 5, VersionOrBlob);
    let (index, _) = world.push(&ada, "ada/x", push).await.unwrap();
    let (at, wanted) = (content("ada/x"), layer.parse().unwrap());
    let (registry, client) = (&world.registry, &world.client);
    let delete = async |names: Vec<VersionName>| {
        registry
            .delete_versions(&ada, client, &at, names, None)
            .await
    };
    assert_eq!(
        refused(delete(vec![name(&image)]).await),
        ErrorKind::Conflict
    );
    let refusal = registry.delete_blob(&ada, client, &at, &wanted).await;
    assert_eq!(refused(refusal), ErrorKind::Conflict);
    assert_eq!(delete(vec![name(&image), name(&index)]).await.unwrap(), 2);
    registry
        .delete_blob(&ada, client, &at, &wanted)
        .await
        .unwrap();
    assert!(!world.sees(&ada, "ada/x", &layer).await);
    let refusal = registry.delete_blob(&ada, client, &at, &wanted).await;
    assert_eq!(refused(refusal), ErrorKind::NotFound);
    // Bringing them again shows them again.
    world.bring(&ada, "ada/x", "layer").await.unwrap();
    assert!(world.sees(&ada, "ada/x", &layer).await);
}

async fn undoing_brings_back_tags_and_bytes(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let layer = world.bring(&ada, "ada/x", "layer").await.unwrap();
    let push = Push::new("one", &["a", "b"]).naming(&layer, 5, Blob);
    let (one, _) = world.push(&ada, "ada/x", push).await.unwrap();
    let (at, client) = (content("ada/x"), &world.client);
    let registry = &world.registry;
    registry
        .delete_versions(&ada, client, &at, vec![name(&one)], None)
        .await
        .unwrap();
    registry
        .delete_blob(&ada, client, &at, &layer.parse().unwrap())
        .await
        .unwrap();
    let (two, _) = world
        .push(&ada, "ada/x", Push::new("two", &["b"]))
        .await
        .unwrap();
    registry
        .restore_version(&ada, client, &at, &name(&one))
        .await
        .unwrap();
    assert!(world.sees(&ada, "ada/x", &layer).await);
    let package = world.handle(&ada, "ada/x").await.unwrap();
    for (tag, target) in [("a", &one), ("b", &two)] {
        let wanted = VersionReference::Tag(tag.to_owned());
        let found = registry.find_version(&package, &wanted).await.unwrap();
        assert_eq!(found.unwrap().name.as_str(), target, "{tag}");
    }
}

async fn a_deleted_version_that_is_named_answers_by_its_digest(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (image, done) = world
        .push(&ada, "ada/x", Push::new("image", &["i"]))
        .await
        .unwrap();
    let push = Push::new("index", &["1"]).naming(&image, 5, VersionOrBlob);
    world.push(&ada, "ada/x", push).await.unwrap();
    // No use case deletes it now, but an undone deletion of both may end so.
    let at = world.clock_now();
    world
        .db(move |conn| packhouse_db::version::mark_deleted(conn, done.version, at))
        .await;
    let package = world.handle(&ada, "ada/x").await.unwrap();
    let wanted = VersionReference::Digest(image.parse().unwrap());
    let found = world
        .registry
        .find_version(&package, &wanted)
        .await
        .unwrap();
    assert_eq!(found.unwrap().name.as_str(), image);
}

async fn versions_are_found_by_both_digests(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (one, _) = world
        .push(&ada, "ada/x", Push::new("one", &[]))
        .await
        .unwrap();
    let sha512 = stage(&world.registry, "one")
        .await
        .digests()
        .sha512
        .unwrap();
    let package = world.handle(&ada, "ada/x").await.unwrap();
    for text in [one.clone(), format!("sha512:{sha512}")] {
        let wanted = VersionReference::Digest(text.parse().unwrap());
        let found = world
            .registry
            .find_version(&package, &wanted)
            .await
            .unwrap();
        assert_eq!(found.unwrap().name.as_str(), one);
    }
}

async fn what_a_pinned_version_is_made_of_is_not_deleted(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let layer = world.bring(&ada, "ada/x", "layer").await.unwrap();
    let push = Push::new("image", &[]).naming(&layer, 5, Blob);
    let (image, _) = world.push(&ada, "ada/x", push).await.unwrap();
    let push = Push::new("inner", &[]).naming(&image, 5, VersionOrBlob);
    let (inner, _) = world.push(&ada, "ada/x", push).await.unwrap();
    let push = Push::new("outer", &["1"]).naming(&inner, 5, VersionOrBlob);
    let (outer, _) = world.push(&ada, "ada/x", push).await.unwrap();
    let (at, wanted) = (content("ada/x"), layer.parse().unwrap());
    let (registry, client) = (&world.registry, &world.client);
    let all = vec![name(&image), name(&inner), name(&outer)];
    registry
        .delete_versions(&ada, client, &at, all, None)
        .await
        .unwrap();
    registry
        .restore_version(&ada, client, &at, &name(&outer))
        .await
        .unwrap();
    let refusal = registry.delete_blob(&ada, client, &at, &wanted).await;
    assert_eq!(refused(refusal), ErrorKind::Conflict);
    assert!(world.sees(&ada, "ada/x", &layer).await);
    registry
        .delete_versions(&ada, client, &at, vec![name(&outer)], None)
        .await
        .unwrap();
    registry
        .delete_blob(&ada, client, &at, &wanted)
        .await
        .unwrap();
}

async fn a_restored_package_has_the_tags_that_it_had(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (at, client, registry) = (content("ada/x"), &world.client, &world.registry);
    let (one, _) = world
        .push(&ada, "ada/x", Push::new("one", &["kept", "removed"]))
        .await
        .unwrap();
    // The event of a deletion names both tags; one is taken away after the version came back.
    registry
        .delete_versions(&ada, client, &at, vec![name(&one)], None)
        .await
        .unwrap();
    registry
        .restore_version(&ada, client, &at, &name(&one))
        .await
        .unwrap();
    registry
        .remove_tag(&ada, client, &at, "removed")
        .await
        .unwrap();
    registry
        .delete_package(&ada, client, &at, None)
        .await
        .unwrap();
    registry.restore_package(&ada, client, &at).await.unwrap();
    let package = world.handle(&ada, "ada/x").await.unwrap();
    for (tag, there) in [("kept", true), ("removed", false)] {
        let wanted = VersionReference::Tag(tag.to_owned());
        let found = registry.find_version(&package, &wanted).await.unwrap();
        assert_eq!(found.is_some(), there, "{tag}");
    }
}

async fn the_newest_stands_after_deletions_and_restorations(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (at, client, registry) = (content("ada/x"), &world.client, &world.registry);
    let mut made = Vec::new();
    for bytes in ["one", "two", "three"] {
        let pushed = world.push(&ada, "ada/x", Push::new(bytes, &[])).await;
        let (digest, done) = pushed.unwrap();
        made.push((name(&digest), done.version));
    }
    let standing = async || {
        let package = world.handle(&ada, "ada/x").await.unwrap();
        (package.latest, package.live_versions)
    };
    let delete = async |index: usize| {
        let names: Vec<VersionName> = vec![made[index].0.clone()];
        let gone = registry.delete_versions(&ada, client, &at, names, None);
        gone.await.unwrap()
    };
    let restore = async |index: usize| {
        let restored = registry.restore_version(&ada, client, &at, &made[index].0);
        restored.await.unwrap();
    };
    assert_eq!(standing().await, (Some(made[2].1), 3));
    assert_eq!(delete(0).await, 1);
    assert_eq!(standing().await, (Some(made[2].1), 2));
    assert_eq!(delete(0).await, 0);
    assert_eq!(standing().await, (Some(made[2].1), 2));
    delete(2).await;
    assert_eq!(standing().await, (Some(made[1].1), 1));
    restore(0).await;
    assert_eq!(standing().await, (Some(made[1].1), 2));
    restore(2).await;
    assert_eq!(standing().await, (Some(made[2].1), 3));
    for index in [0, 1, 2] {
        delete(index).await;
    }
    assert_eq!(standing().await, (None, 0));
    restore(1).await;
    assert_eq!(standing().await, (Some(made[1].1), 1));
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
