//! A publisher says that a deploy is complete.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionState;
use packhouse_core::permission::Role;
use packhouse_registry::publish::Put;
use packhouse_registry::search::Query;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::put::acme;
use crate::world::{PARTS, Part, World, refused};

on_both_engines!(
    versions_that_are_named_appear,
    a_version_appears_for_its_package,
    a_snapshot_appears_with_its_first_build,
    builds_are_listed_by_who_put_them,
    a_doubted_file_keeps_a_version_back,
    only_writers_list,
);

const LIB: &str = "acme/libs/com:acme:lib";
const SNAPSHOT: &str = "1.0-SNAPSHOT";

/// A second writer of the repository.
pub(crate) async fn bob(world: &World) -> Actor {
    let bob = world.user("bob").await;
    world
        .grant_repository("acme/libs", "bob", Some(Role::Write))
        .await;
    bob
}

pub(crate) fn count(events: &[&str], kind: &str) -> usize {
    events.iter().filter(|one| **one == kind).count()
}

async fn versions_that_are_named_appear(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let bob = bob(&world).await;
    for version in ["1.0", "1.1", "2.0"] {
        world.deploy(&ada, LIB, version).await;
    }
    // Not there, or not named: nothing happens.
    let before = world.parts_record(LIB).await.unwrap().package.revision;
    assert_eq!(world.complete(&ada, LIB, &["9.9"]).await.unwrap(), 0);
    assert_eq!(world.complete(&ada, LIB, &[]).await.unwrap(), 0);
    let after = world.parts_record(LIB).await.unwrap().package.revision;
    assert_eq!(after, before);
    // Files of a version may come from several machines: another writer may list it.
    assert_eq!(world.complete(&bob, LIB, &["1.0", "9.9"]).await.unwrap(), 1);
    assert_eq!(world.state(LIB, "1.0").await, Some(VersionState::Live));
    assert_eq!(world.state(LIB, "1.1").await, Some(VersionState::Open));
    // As clients do: everything that is listed, and what is new.
    let all = ["1.0", "1.1", "2.0"];
    assert_eq!(world.complete(&ada, LIB, &all).await.unwrap(), 2);
    let before = world.parts_record(LIB).await.unwrap().package.revision;
    assert_eq!(world.complete(&ada, LIB, &all).await.unwrap(), 0);
    let record = world.parts_record(LIB).await.unwrap();
    assert_eq!((record.package.revision, record.live_versions), (before, 3));
    let events = world.events().await;
    assert_eq!(count(&events, "version.published"), 3);
    assert_eq!(count(&events, "build.published"), 0);
}

async fn a_version_appears_for_its_package(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let search = async || {
        let query = Query {
            words: vec!["fox".to_owned()],
            ..Query::default()
        };
        let hits = world.registry.search(&ada, query, 0, 10).await.unwrap();
        hits.found.len()
    };
    let pom = Part::new(LIB, "2.0", "pom").says("the quick fox");
    world.put(&ada, pom).await.unwrap();
    assert_eq!(search().await, 0);
    let later = chrono::TimeDelta::minutes(3);
    world.clock.advance(later);
    assert_eq!(world.complete(&ada, LIB, &["2.0"]).await.unwrap(), 1);
    assert_eq!(search().await, 1);
    let record = world.parts_record(LIB).await.unwrap();
    let version = world.parts_version(LIB, "2.0").await.unwrap();
    assert_eq!((record.latest, record.live_versions), (Some(version.id), 1));
    let description = record.package.description.as_deref();
    assert_eq!(description, Some("the quick fox."));
    // It is as old as its appearance.
    assert_eq!(version.created_at, world.clock_now());
    // An older number does not stand for the package, a newer one does.
    for (number, latest) in [("1.0", "2.0"), ("3.0-SNAPSHOT", "2.0"), ("2.1", "2.1")] {
        world.release(&ada, LIB, number).await;
        let latest = world.parts_version(LIB, latest).await.unwrap();
        let record = world.parts_record(LIB).await.unwrap();
        assert_eq!(record.latest, Some(latest.id), "{number}");
    }
    let row = world.event_rows().await.pop().unwrap();
    assert_eq!(row.kind.as_str(), "version.published");
    assert_eq!(
        (row.actor, row.package),
        (ada.account(), Some(record.package.id))
    );
    assert!(row.detail.contains("\"version\":\"2.1\""), "{}", row.detail);
    assert!(row.detail.contains(LIB), "{}", row.detail);
}

async fn a_snapshot_appears_with_its_first_build(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.deploy_build(&ada, (LIB, SNAPSHOT), "b1").await;
    world.deploy_build(&ada, (LIB, SNAPSHOT), "b2").await;
    assert_eq!(world.state(LIB, SNAPSHOT).await, Some(VersionState::Open));
    assert_eq!(world.complete_builds(&ada, LIB, SNAPSHOT).await.unwrap(), 2);
    let open = |name: &str| (name.to_owned(), false);
    let live = |name: &str| (name.to_owned(), true);
    assert_eq!(world.builds(LIB, SNAPSHOT).await, [live("b1"), live("b2")]);
    assert_eq!(world.parts_record(LIB).await.unwrap().live_versions, 1);
    world.deploy_build(&ada, (LIB, SNAPSHOT), "b3").await;
    assert_eq!(
        world.builds(LIB, SNAPSHOT).await,
        [live("b1"), live("b2"), open("b3")]
    );
    // An open build is in no list.
    let record = world.parts_record(LIB).await.unwrap();
    let id = world.parts_version(LIB, SNAPSHOT).await.unwrap().id;
    let built = world
        .registry
        .snapshot(record.package.id, move |snapshot| snapshot.built_files(id))
        .await
        .unwrap();
    let mut builds: Vec<_> = built.iter().map(|file| &*file.build).collect();
    builds.dedup();
    assert_eq!(builds, ["b1", "b2"]);
    assert_eq!(world.complete_builds(&ada, LIB, SNAPSHOT).await.unwrap(), 1);
    assert_eq!(world.complete_builds(&ada, LIB, SNAPSHOT).await.unwrap(), 0);
    let events = world.events().await;
    assert_eq!(count(&events, "version.published"), 1);
    assert_eq!(count(&events, "build.published"), 2);
    // Of each build the newest part comes first.
    let snapshot = crate::world::release(SNAPSHOT);
    let found = world
        .registry
        .list_part(record.package.id, &snapshot, "main")
        .await
        .unwrap();
    let names: Vec<_> = found.iter().map(|(_, stored)| &*stored.file.name).collect();
    let name = |build: &str| format!("{SNAPSHOT}/{build}main");
    assert_eq!(names, [name("b3"), name("b2"), name("b1")]);
}

async fn builds_are_listed_by_who_put_them(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let bob = bob(&world).await;
    world.deploy_build(&ada, (LIB, SNAPSHOT), "ada-").await;
    world.deploy_build(&bob, (LIB, SNAPSHOT), "bob-").await;
    // Neither document of somebody else lists a build.
    let eve = world.site_admin("eve").await;
    assert_eq!(world.complete_builds(&eve, LIB, SNAPSHOT).await.unwrap(), 0);
    assert_eq!(world.complete(&eve, LIB, &[SNAPSHOT]).await.unwrap(), 0);
    assert_eq!(world.complete_builds(&bob, LIB, SNAPSHOT).await.unwrap(), 1);
    assert_eq!(
        world.builds(LIB, SNAPSHOT).await,
        [("ada-".to_owned(), false), ("bob-".to_owned(), true)]
    );
    assert_eq!(world.complete(&ada, LIB, &[SNAPSHOT]).await.unwrap(), 1);
    // What is in no build is the version's: its own document is still its publisher's alone.
    let plain = Part::new(LIB, "2.0-SNAPSHOT", "pom");
    world.put(&ada, plain).await.unwrap();
    let of_bob = world.complete_builds(&bob, LIB, "2.0-SNAPSHOT").await;
    assert_eq!(of_bob.unwrap(), 0);
    let of_ada = world.complete_builds(&ada, LIB, "2.0-SNAPSHOT").await;
    assert_eq!(of_ada.unwrap(), 1);
}

async fn a_doubted_file_keeps_a_version_back(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let bob = bob(&world).await;
    for version in ["1.0", "1.1"] {
        world.deploy(&ada, LIB, version).await;
    }
    let main = Part::new(LIB, "1.0", "main");
    refused(world.announce(&ada, &main, "other").await);
    let refusal = world.complete(&ada, LIB, &["1.0", "1.1"]).await;
    let text = refusal.as_ref().unwrap_err().to_string();
    assert!(text.contains("1.0/main"), "{text}");
    assert_eq!(refused(refusal), ErrorKind::Invalid);
    // Other versions are listed, and others list nothing that is not whole.
    assert_eq!(world.complete(&ada, LIB, &["1.1"]).await.unwrap(), 1);
    assert_eq!(world.complete(&bob, LIB, &["1.0"]).await.unwrap(), 0);
    assert_eq!(world.state(LIB, "1.0").await, Some(VersionState::Open));
    // It stays back, and its publisher is told, until the file comes again.
    world.clock.advance(chrono::TimeDelta::hours(1));
    refused(world.complete(&ada, LIB, &["1.0"]).await);
    assert_eq!(world.put(&ada, main).await.unwrap(), Put::Replaced);
    assert_eq!(world.complete(&ada, LIB, &["1.0"]).await.unwrap(), 1);
}

async fn only_writers_list(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let (eve, rob) = (world.user("eve").await, world.user("rob").await);
    world
        .grant_repository("acme/libs", "rob", Some(Role::Read))
        .await;
    world.deploy(&ada, LIB, "1.0").await;
    for (actor, kind) in [
        (&Actor::Anonymous, ErrorKind::Unauthenticated),
        (&eve, ErrorKind::Forbidden),
        (&rob, ErrorKind::Forbidden),
    ] {
        for name in [LIB, "acme/libs/none"] {
            assert_eq!(refused(world.complete(actor, name, &["1.0"]).await), kind);
        }
    }
    let missing = world.complete(&ada, "acme/libs/none", &["1.0"]).await;
    assert_eq!(refused(missing), ErrorKind::NotFound);
    assert_eq!(world.state(LIB, "1.0").await, Some(VersionState::Open));
    let listed = world.registry.readable_names(&ada, PARTS, None, 10).await;
    assert!(listed.unwrap().is_empty());
}
