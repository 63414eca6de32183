//! Deleting and restoring versions that are made of bytes and of other versions.

use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionName;
use packhouse_registry::find::VersionReference;
use packhouse_registry::publish::ReferenceKind::{Blob, VersionOrBlob};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Push, World, content, refused, stage};

on_both_engines!(
    a_deleted_digest_comes_back_by_publishing_again,
    what_is_named_is_not_deleted,
    undoing_brings_back_tags_and_bytes,
    a_deleted_version_that_is_named_answers_by_its_digest,
    versions_are_found_by_both_digests,
    what_a_pinned_version_is_made_of_is_not_deleted,
    a_restored_package_has_the_tags_that_it_had,
    the_newest_stands_after_deletions_and_restorations,
);

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
