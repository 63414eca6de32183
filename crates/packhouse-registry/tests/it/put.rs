//! Files that arrive one by one.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionState;
use packhouse_core::visibility::Visibility;
use packhouse_registry::Error;
use packhouse_registry::publish::Put;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Part, World, refused, stored};

on_both_engines!(
    the_first_file_makes_package_and_version,
    the_same_bytes_change_nothing,
    other_bytes_are_refused_and_named,
    what_may_be_replaced_is,
    a_doubted_file_may_be_put_again,
    a_file_joins_a_version_that_is_live,
    files_say_what_their_version_is,
    what_is_refused_leaves_nothing,
);

const LIB: &str = "acme/libs/com:acme:lib";

pub(crate) async fn acme(database: TestDatabase) -> (World, Actor) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.organisation("acme", &ada, &[]).await;
    world.repository("acme/libs", Visibility::Private).await;
    (world, ada)
}

/// The same at the time that the store's files have.
pub(crate) async fn present(database: TestDatabase) -> (World, Actor) {
    let (world, ada) = acme(database).await;
    (world.at_present(), ada)
}

fn pom() -> Part {
    Part::new(LIB, "1.0", "pom")
}

async fn the_first_file_makes_package_and_version(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let part = Part::new("acme/LIBS/com:acme:lib", "1.0", "pom");
    assert_eq!(world.put(&ada, part).await.unwrap(), Put::New);
    let record = world.parts_record(LIB).await.unwrap();
    assert_eq!(record.package.path.as_deref(), Some("com/acme/lib"));
    assert_eq!(record.inherited_from().unwrap().name.as_str(), "libs");
    assert_eq!((record.latest, record.live_versions), (None, 0));
    assert_eq!(world.state(LIB, "1.0").await, Some(VersionState::Open));
    assert_eq!(world.builds(LIB, "1.0").await, [(String::new(), false)]);
    assert_eq!(world.handed_out(&[pom()]).await, ["1.0/pom"]);
    let version = world.parts_version(LIB, "1.0").await.unwrap();
    assert_eq!(version.provenance.publisher, ada.account());
    assert_eq!(version.provenance.client.as_deref(), Some("client/1"));
    // Nobody is told of it yet, but that the package is there.
    let events = world.events().await;
    assert_eq!(events.last(), Some(&"package.created"));
    assert!(!events.contains(&"version.published"));
}

async fn the_same_bytes_change_nothing(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, pom()).await.unwrap();
    let before = world.parts_record(LIB).await.unwrap().package.revision;
    for listed in [0, 1] {
        assert_eq!(world.put(&ada, pom()).await.unwrap(), Put::Same);
        let record = world.parts_record(LIB).await.unwrap();
        assert_eq!(record.package.revision, before + listed);
        assert_eq!(record.live_versions, listed);
        world.complete(&ada, LIB, &["1.0"]).await.unwrap();
    }
}

async fn other_bytes_are_refused_and_named(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, pom()).await.unwrap();
    let first = pom().staged(&world.registry).await.digests().sha256;
    let other = world.put(&ada, pom().bytes("other")).await;
    let Err(Error::FileExists { file, sha256 }) = &other else {
        panic!("{other:?}");
    };
    assert_eq!((file.as_str(), *sha256), ("1.0/pom", first));
    assert_eq!(refused(other), ErrorKind::Conflict);
    // A build of another name has files of its own.
    let build = pom().build("b1-").bytes("other");
    assert_eq!(world.put(&ada, build).await.unwrap(), Put::New);
}

async fn what_may_be_replaced_is(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let part = |bytes: &str| pom().bytes(bytes).replaceable();
    assert_eq!(world.put(&ada, part("one")).await.unwrap(), Put::New);
    assert_eq!(world.put(&ada, part("one")).await.unwrap(), Put::Same);
    assert_eq!(world.put(&ada, part("two")).await.unwrap(), Put::Replaced);
    // What never appeared is replaced without a word.
    assert!(!world.events().await.contains(&"file.replaced"));
    world.complete(&ada, LIB, &["1.0"]).await.unwrap();
    let before = world.parts_record(LIB).await.unwrap().package.revision;
    assert_eq!(world.put(&ada, part("three")).await.unwrap(), Put::Replaced);
    let record = world.parts_record(LIB).await.unwrap();
    assert_eq!(record.package.revision, before + 1);
    assert_eq!(world.events().await.last(), Some(&"file.replaced"));
    let (_, file) = world
        .registry
        .find_file(record.package.id, "1.0/pom")
        .await
        .unwrap()
        .unwrap();
    let three = part("three").staged(&world.registry).await;
    assert_eq!(file.file.digests.sha256, three.digests().sha256);
}

async fn a_doubted_file_may_be_put_again(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, pom().bytes("broken")).await.unwrap();
    let doubt = world.announce(&ada, &pom(), "whole").await;
    assert_eq!(refused(doubt), ErrorKind::Invalid);
    assert!(world.handed_out(&[pom()]).await.is_empty());
    let whole = pom().bytes("whole");
    assert_eq!(world.put(&ada, whole.clone()).await.unwrap(), Put::Replaced);
    assert_eq!(world.handed_out(&[pom()]).await, ["1.0/pom"]);
    // From now on it stays.
    let again = world.put(&ada, pom().bytes("broken")).await;
    assert_eq!(refused(again), ErrorKind::Conflict);
}

async fn a_file_joins_a_version_that_is_live(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.release(&ada, LIB, "1.0").await;
    let before = world.parts_record(LIB).await.unwrap().package.revision;
    let sources = Part::new(LIB, "1.0", "sources");
    assert_eq!(world.put(&ada, sources.clone()).await.unwrap(), Put::New);
    let record = world.parts_record(LIB).await.unwrap();
    assert_eq!(record.package.revision, before + 1);
    assert_eq!(record.live_versions, 1);
    assert_eq!(world.builds(LIB, "1.0").await, [(String::new(), true)]);
    let id = world.parts_version(LIB, "1.0").await.unwrap().id;
    let files = world
        .registry
        .snapshot(record.package.id, move |snapshot| snapshot.shown_files(id))
        .await
        .unwrap();
    let names: Vec<_> = files.iter().map(|stored| &*stored.file.name).collect();
    assert_eq!(names, ["1.0/main", "1.0/pom", "1.0/sources"]);
    // Nothing is due because of it.
    let later = chrono::TimeDelta::minutes(5);
    world.clock.advance(later);
    assert_eq!(world.registry.publish_due(None).await.unwrap(), 0);
    let events = world.events().await;
    let published = events.iter().filter(|kind| kind.ends_with(".published"));
    assert_eq!(published.count(), 1);
}

async fn files_say_what_their_version_is(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.put(&ada, pom().says("A")).await.unwrap();
    let main = Part::new(LIB, "1.0", "main").says("B");
    world.put(&ada, main).await.unwrap();
    // It counts for version and package once the version is live.
    let version = async || world.parts_version(LIB, "1.0").await.unwrap();
    let description = async || world.parts_record(LIB).await.unwrap().package.description;
    assert_eq!(
        (&*version().await.metadata, description().await),
        ("", None)
    );
    world.complete(&ada, LIB, &["1.0"]).await.unwrap();
    let listed = version().await;
    assert_eq!(listed.metadata, "A.B.");
    let source = listed.provenance.source_repository;
    assert_eq!(source.as_deref(), Some("https://git.example/main"));
    assert_eq!(description().await.as_deref(), Some("A.B."));
    let late = Part::new(LIB, "1.0", "late").says("C");
    world.put(&ada, late).await.unwrap();
    assert_eq!(description().await.as_deref(), Some("A.B.C."));
    // An older version does not speak for the package.
    let old = Part::new(LIB, "0.9", "pom").says("old");
    world.put(&ada, old).await.unwrap();
    world.complete(&ada, LIB, &["0.9"]).await.unwrap();
    assert_eq!(description().await.as_deref(), Some("A.B.C."));
}

async fn what_is_refused_leaves_nothing(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let (eve, root) = (world.user("eve").await, world.site_admin("root").await);
    world.put(&ada, pom()).await.unwrap();
    let bytes = stored(&*world.store()).await.len();
    let events = world.events().await.len();
    let elsewhere = |name: &str| Part::new(name, "1.0", "pom").bytes("never");
    for (actor, part, kind) in [
        (&ada, pom().bytes("never"), ErrorKind::Conflict),
        (&eve, elsewhere(LIB), ErrorKind::Forbidden),
        (&eve, elsewhere("acme/libs/new"), ErrorKind::Forbidden),
        (&ada, elsewhere("acme/none/new"), ErrorKind::Forbidden),
        (&root, elsewhere("acme/none/new"), ErrorKind::Forbidden),
        (&root, elsewhere("nobody/libs/new"), ErrorKind::Forbidden),
        (
            &Actor::Anonymous,
            elsewhere("acme/libs/new"),
            ErrorKind::Unauthenticated,
        ),
    ] {
        let name = part.package.clone();
        assert_eq!(refused(world.put(actor, part).await), kind, "{name}");
    }
    let announced = Part::new("acme/libs/new", "1.0", "pom");
    world.announce(&ada, &announced, "something").await.unwrap();
    let other = world.put(&ada, announced.clone().bytes("never")).await;
    assert_eq!(refused(other), ErrorKind::Invalid);
    assert!(world.parts_record("acme/libs/new").await.is_none());
    assert_eq!(stored(&*world.store()).await.len(), bytes);
    assert_eq!(world.events().await.len(), events);
    assert_eq!(world.uploads_lying_about(), 0);
}
