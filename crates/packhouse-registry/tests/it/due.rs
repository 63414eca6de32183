//! Deploys whose publisher says no more.

use chrono::TimeDelta;
use packhouse_core::package::VersionState;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::complete::count;
use crate::put::acme;
use crate::world::{Part, World, refused};

on_both_engines!(
    what_is_whole_appears_when_it_is_quiet,
    what_lacks_something_waits_for_its_next_file,
    what_is_doubted_stays_open,
    each_build_is_looked_at_on_its_own,
    what_was_deleted_does_not_appear,
    many_that_are_due_all_appear,
    a_file_that_comes_while_it_is_looked_at_is_waited_for,
);

const LIB: &str = "acme/libs/com:acme:lib";

fn seconds(world: &World, seconds: i64) {
    world.clock.advance(TimeDelta::seconds(seconds));
}

async fn due(world: &World) -> usize {
    world.registry.publish_due(None).await.unwrap()
}

async fn what_is_whole_appears_when_it_is_quiet(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, Part::new(LIB, "1.0", "pom")).await.unwrap();
    seconds(&world, 20);
    world
        .put(&ada, Part::new(LIB, "1.0", "main"))
        .await
        .unwrap();
    seconds(&world, 29);
    assert_eq!(due(&world).await, 0);
    assert_eq!(world.state(LIB, "1.0").await, Some(VersionState::Open));
    seconds(&world, 1);
    // As a reader looks: at one package.
    let other = world.put(&ada, Part::new("acme/libs/other", "1.0", "pom"));
    other.await.unwrap();
    let id = |name: &'static str| {
        let world = &world;
        async move { world.parts_record(name).await.unwrap().package.id }
    };
    let (lib, other) = (id(LIB).await, id("acme/libs/other").await);
    let of = async |id| world.registry.publish_due(Some(id)).await.unwrap();
    assert_eq!((of(other).await, of(lib).await, of(lib).await), (0, 1, 0));
    assert_eq!(world.state(LIB, "1.0").await, Some(VersionState::Live));
    let row = world.event_rows().await.pop().unwrap();
    assert_eq!((row.kind.as_str(), row.actor), ("version.published", None));
    assert!(row.detail.contains(LIB), "{}", row.detail);
    // Who put it stays who published it.
    let version = world.parts_version(LIB, "1.0").await.unwrap();
    assert_eq!(version.provenance.publisher, ada.account());
    assert_eq!(version.created_at, world.clock_now());
}

async fn what_lacks_something_waits_for_its_next_file(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, Part::new(LIB, "1.0", "pom")).await.unwrap();
    seconds(&world, 30);
    assert_eq!(due(&world).await, 0);
    let id = world.parts_version(LIB, "1.0").await.unwrap().id;
    // It is not looked at again before something comes.
    assert_eq!(world.builds_of(id).await[0].due_at, None);
    let before = world.parts_record(LIB).await.unwrap().package.revision;
    seconds(&world, 600);
    assert_eq!(due(&world).await, 0);
    let after = world.parts_record(LIB).await.unwrap().package.revision;
    assert_eq!(after, before);
    world
        .put(&ada, Part::new(LIB, "1.0", "main"))
        .await
        .unwrap();
    assert_eq!(due(&world).await, 0);
    seconds(&world, 30);
    assert_eq!(due(&world).await, 1);
    assert_eq!(world.state(LIB, "1.0").await, Some(VersionState::Live));
}

async fn what_is_doubted_stays_open(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.deploy(&ada, LIB, "1.0").await;
    let main = Part::new(LIB, "1.0", "main");
    refused(world.announce(&ada, &main, "other").await);
    seconds(&world, 30);
    assert_eq!(due(&world).await, 0);
    assert_eq!(world.state(LIB, "1.0").await, Some(VersionState::Open));
    let again = main.bytes("other");
    world.put(&ada, again).await.unwrap();
    seconds(&world, 30);
    assert_eq!(due(&world).await, 1);
}

async fn each_build_is_looked_at_on_its_own(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let at = (LIB, "1.0-SNAPSHOT");
    world.deploy_build(&ada, at, "b1").await;
    let half = Part::new(LIB, at.1, "pom").build("b2");
    world.put(&ada, half).await.unwrap();
    seconds(&world, 30);
    assert_eq!(due(&world).await, 1);
    let shown = |name: &str, live| (name.to_owned(), live);
    let builds = world.builds(LIB, at.1).await;
    assert_eq!(builds, [shown("b1", true), shown("b2", false)]);
    let rest = Part::new(LIB, at.1, "main").build("b2");
    world.put(&ada, rest).await.unwrap();
    seconds(&world, 30);
    assert_eq!(due(&world).await, 1);
    let events = world.events().await;
    assert_eq!(count(&events, "version.published"), 1);
    assert_eq!(count(&events, "build.published"), 1);
}

async fn what_was_deleted_does_not_appear(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let snapshot = "1.0-SNAPSHOT";
    world.deploy(&ada, LIB, "2.0").await;
    world.deploy_build(&ada, (LIB, snapshot), "b1").await;
    world.complete_builds(&ada, LIB, snapshot).await.unwrap();
    world.deploy_build(&ada, (LIB, snapshot), "b2").await;
    assert_eq!(world.withdraw(&ada, LIB, snapshot).await, 1);
    let other = "acme/libs/other";
    world.deploy(&ada, other, "1.0").await;
    world.withdraw_all(&ada, other).await;
    seconds(&world, 30);
    // The one that nobody deleted.
    assert_eq!(due(&world).await, 1);
    assert_eq!(world.state(LIB, "2.0").await, Some(VersionState::Live));
    // Coming back publishes nothing.
    world.bring_all_back(&ada, other).await.unwrap();
    world.bring_back(&ada, LIB, snapshot).await.unwrap();
    seconds(&world, 30);
    assert_eq!(due(&world).await, 0);
    assert_eq!(world.state(other, "1.0").await, Some(VersionState::Open));
    let shown = |name: &str, live| (name.to_owned(), live);
    let builds = world.builds(LIB, snapshot).await;
    assert_eq!(builds, [shown("b1", true), shown("b2", false)]);
}

async fn many_that_are_due_all_appear(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    for n in 0..105 {
        let build = format!("b{n:03}");
        world
            .deploy_build(&ada, (LIB, "1.0-SNAPSHOT"), &build)
            .await;
    }
    seconds(&world, 30);
    assert_eq!(due(&world).await, 105);
    assert_eq!(due(&world).await, 0);
    let builds = world.builds(LIB, "1.0-SNAPSHOT").await;
    assert!(builds.len() == 105 && builds.iter().all(|(_, live)| *live));
}

async fn a_file_that_comes_while_it_is_looked_at_is_waited_for(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    for round in 0..15 {
        let version = format!("{round}.0");
        let [pom, main] = ["pom", "main"].map(|part| Part::new(LIB, &version, part));
        world.put(&ada, pom).await.unwrap();
        seconds(&world, 30);
        let (other, now) = (world.replica(), world.replica());
        let looking = tokio::spawn(async move { other.publish_due(None).await.unwrap() });
        let put = main.ready(&now).await;
        now.put_file(&ada, &world.client, put).await.unwrap();
        assert_eq!(looking.await.unwrap(), 0);
        seconds(&world, 30);
        assert_eq!(due(&world).await, 1, "{version}");
        assert_eq!(world.state(LIB, &version).await, Some(VersionState::Live));
    }
}
