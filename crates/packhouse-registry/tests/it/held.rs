//! Bytes that packages hold, and versions that are made of them.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_registry::Error;
use packhouse_registry::find::VersionReference;
use packhouse_registry::publish::ReferenceKind::{Blob, ForeignBlob, VersionOrBlob};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Push, World, content, digest, refused, stage};

on_both_engines!(
    bytes_for_a_package_to_be_are_seen_by_who_brought_them,
    the_first_version_takes_over_what_its_publisher_brought,
    bytes_are_read_through_their_package_alone,
    a_version_names_what_its_package_has,
    a_wrong_length_is_refused,
    publishing_again_moves_tags_and_nothing_else,
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
