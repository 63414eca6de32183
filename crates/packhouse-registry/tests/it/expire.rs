//! Old builds, and deploys that were never finished.

use chrono::TimeDelta;
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionState;
use packhouse_core::visibility::Visibility;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::complete::count;
use crate::put::{acme, present};
use crate::world::{Part, World, refused};

on_both_engines!(
    the_newest_ten_builds_stay,
    builds_of_two_days_stay,
    the_newest_of_each_part_stays,
    what_was_deleted_keeps_its_builds,
    a_deploy_that_was_never_finished_goes,
    a_published_version_loses_open_builds_alone,
    a_file_that_comes_keeps_a_deploy,
);

const LIB: &str = "acme/libs/com:acme:lib";
const SNAPSHOT: &str = "1.0-SNAPSHOT";

/// Lists builds of these numbers, an hour apart.
async fn build(world: &World, ada: &Actor, numbers: std::ops::Range<u32>) {
    for n in numbers {
        let name = format!("b{n:02}-");
        world.deploy_build(ada, (LIB, SNAPSHOT), &name).await;
        let listed = world.complete_builds(ada, LIB, SNAPSHOT).await;
        assert_eq!(listed.unwrap(), 1);
        world.clock.advance(TimeDelta::hours(1));
    }
}

async fn expire(world: &World) -> usize {
    world.registry.expire_builds().await.unwrap()
}

async fn abandon(world: &World) -> usize {
    world.registry.abandon_deploys().await.unwrap()
}

async fn names(world: &World) -> Vec<String> {
    let builds = world.builds(LIB, SNAPSHOT).await.into_iter();
    builds.map(|(name, _)| name).collect()
}

fn numbered(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|n| format!("b{n:02}-")).collect()
}

async fn the_newest_ten_builds_stay(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    build(&world, &ada, 0..14).await;
    world.clock.advance(TimeDelta::days(3));
    let before = world.parts_record(LIB).await.unwrap().package.revision;
    assert_eq!(expire(&world).await, 4);
    assert_eq!(names(&world).await, numbered(4..14));
    let record = world.parts_record(LIB).await.unwrap();
    assert_eq!(record.package.revision, before + 1);
    let file = |n: u32| Part::new(LIB, SNAPSHOT, "main").build(&format!("b{n:02}-"));
    assert!(world.handed_out(&[file(0), file(3)]).await.is_empty());
    assert_eq!(world.handed_out(&[file(4), file(13)]).await.len(), 2);
    let events = world.event_rows().await;
    let gone: Vec<_> = events
        .iter()
        .filter(|event| event.kind.as_str() == "build.expired")
        .collect();
    assert_eq!(gone.len(), 4);
    assert!(gone[0].detail.contains("\"files\":2"), "{}", gone[0].detail);
    assert_eq!(expire(&world).await, 0);
    // The same name may come with other bytes: it is a snapshot's.
    let again = file(0).bytes("other");
    world.put(&ada, again).await.unwrap();
}

async fn builds_of_two_days_stay(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    build(&world, &ada, 0..14).await;
    world
        .clock
        .advance(TimeDelta::hours(47) - TimeDelta::hours(14));
    assert_eq!(expire(&world).await, 0);
    // The oldest is 48 hours old, then the next.
    for _ in 0..2 {
        world.clock.advance(TimeDelta::hours(1));
        assert_eq!(expire(&world).await, 1);
    }
    // A file that joins makes a build young.
    let late = Part::new(LIB, SNAPSHOT, "late").build("b02-");
    world.put(&ada, late).await.unwrap();
    world.clock.advance(TimeDelta::hours(2));
    assert_eq!(expire(&world).await, 1);
    assert_eq!(names(&world).await[0], "b02-");
}

async fn the_newest_of_each_part_stays(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let only = |build: &str, part: &str| Part::new(LIB, SNAPSHOT, part).build(build);
    for part in [
        only("b00-", "linux"),
        only("b01-", "linux"),
        only("b02-", "windows"),
        // Its machine's clock is ahead: documents take it for the newest.
        only("b99-", "main"),
    ] {
        world.put(&ada, part).await.unwrap();
        world.clock.advance(TimeDelta::minutes(1));
    }
    world.complete_builds(&ada, LIB, SNAPSHOT).await.unwrap();
    build(&world, &ada, 3..15).await;
    world.clock.advance(TimeDelta::days(3));
    assert_eq!(expire(&world).await, 3);
    let mut expected = vec!["b01-".to_owned(), "b02-".to_owned()];
    expected.extend(numbered(5..15));
    expected.push("b99-".to_owned());
    assert_eq!(names(&world).await, expected);
    // What replaces a part frees the build that had it.
    world.put(&ada, only("b20-", "linux")).await.unwrap();
    world.complete_builds(&ada, LIB, SNAPSHOT).await.unwrap();
    assert_eq!(expire(&world).await, 2);
    let names = names(&world).await;
    assert!(!names.contains(&"b01-".to_owned()), "{names:?}");
    assert!(!names.contains(&"b05-".to_owned()), "{names:?}");
}

async fn what_was_deleted_keeps_its_builds(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    build(&world, &ada, 0..12).await;
    assert_eq!(world.withdraw(&ada, LIB, SNAPSHOT).await, 1);
    world.clock.advance(TimeDelta::days(10));
    assert_eq!(expire(&world).await, 0);
    world.bring_back(&ada, LIB, SNAPSHOT).await.unwrap();
    assert_eq!(names(&world).await, numbered(0..12));
    assert_eq!(expire(&world).await, 2);
}

async fn a_deploy_that_was_never_finished_goes(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let other = "acme/libs/other";
    world.release(&ada, other, "1.0").await;
    world
        .put(&ada, Part::new(other, "2.0", "pom"))
        .await
        .unwrap();
    world.put(&ada, Part::new(LIB, "1.0", "pom")).await.unwrap();
    world.put(&ada, Part::new(LIB, "2.0", "pom")).await.unwrap();
    world
        .clock
        .advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert_eq!(abandon(&world).await, 0);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(abandon(&world).await, 3);
    // Package and all: nothing of it was ever published.
    assert!(world.parts_record(LIB).await.is_none());
    assert_eq!(world.state(other, "2.0").await, None);
    assert_eq!(world.state(other, "1.0").await, Some(VersionState::Live));
    let events = world.events().await;
    assert_eq!(count(&events, "version.deleted"), 3);
    assert_eq!(events.last(), Some(&"package.purged"));
    assert_eq!(count(&events, "package.purged"), 1);
    assert_eq!(abandon(&world).await, 0);
    // The name is free, for any bytes and any repository.
    world.repository("acme/more", Visibility::Private).await;
    let elsewhere = Part::new("acme/more/com:acme:lib", "1.0", "pom").bytes("other");
    world.put(&ada, elsewhere).await.unwrap();
    let again = Part::new(other, "2.0", "pom").bytes("other");
    world.put(&ada, again).await.unwrap();
}

async fn a_published_version_loses_open_builds_alone(database: TestDatabase) {
    let (world, ada) = present(database).await;
    build(&world, &ada, 0..1).await;
    let half = Part::new(LIB, SNAPSHOT, "pom").build("half-");
    world.put(&ada, half.clone()).await.unwrap();
    world.clock.advance(TimeDelta::days(7));
    assert_eq!(abandon(&world).await, 1);
    assert_eq!(names(&world).await, numbered(0..1));
    assert!(world.handed_out(&[half]).await.is_empty());
    assert_eq!(world.state(LIB, SNAPSHOT).await, Some(VersionState::Live));
    // A package of which something was published stays, and what was deleted of it stays used.
    let lib = "acme/libs/buried";
    world.release(&ada, lib, "1.0").await;
    assert_eq!(world.withdraw(&ada, lib, "1.0").await, 1);
    world.clock.advance(TimeDelta::days(31));
    crate::collect::collect(&world).await;
    world.put(&ada, Part::new(lib, "2.0", "pom")).await.unwrap();
    world.clock.advance(TimeDelta::days(7));
    assert_eq!(abandon(&world).await, 1);
    assert!(world.parts_record(lib).await.is_some());
    let other = Part::new(lib, "1.0", "pom").bytes("other");
    assert_eq!(refused(world.put(&ada, other).await), ErrorKind::Conflict);
}

async fn a_file_that_comes_keeps_a_deploy(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    for round in 0..8 {
        let lib = format!("acme/libs/lib{round}");
        let [pom, main] = ["pom", "main"].map(|part| Part::new(&lib, "1.0", part));
        world.put(&ada, pom).await.unwrap();
        world.clock.advance(TimeDelta::days(7));
        let other = world.replica();
        let tidying = tokio::spawn(async move { other.abandon_deploys().await.unwrap() });
        let put = main.clone().ready(&world.registry).await;
        world
            .registry
            .put_file(&ada, &world.client, put)
            .await
            .unwrap();
        // Either the file came first and everything stays, or it opened the version anew.
        let went = tidying.await.unwrap();
        assert_eq!(world.handed_out(&[main]).await.len(), 1);
        let files = world.builds(&lib, "1.0").await;
        assert_eq!(files, [(String::new(), false)], "{went}");
        assert_eq!(abandon(&world).await, 0);
    }
}
