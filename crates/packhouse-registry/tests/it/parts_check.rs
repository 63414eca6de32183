//! Check and collection of what came file by file.

use chrono::TimeDelta;
use packhouse_core::actor::Actor;
use packhouse_core::package::VersionState;
use packhouse_registry::collect::Mode;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::check::check;
use crate::collect::collect;
use crate::put::present;
use crate::world::{Part, World, stored};

on_both_engines!(
    what_is_open_is_whole_and_holds_its_bytes,
    what_goes_frees_its_bytes,
    purged_versions_take_their_builds_along,
    builds_that_do_not_fit_are_found,
);

const LIB: &str = "acme/libs/com:acme:lib";
const SNAPSHOT: &str = "1.0-SNAPSHOT";

/// Everything that may be going on at once.
async fn busy(world: &World, ada: &Actor) {
    world.release(ada, LIB, "1.0").await;
    world.deploy(ada, LIB, "2.0").await;
    world.deploy_build(ada, (LIB, SNAPSHOT), "b1").await;
    world.complete_builds(ada, LIB, SNAPSHOT).await.unwrap();
    world.deploy_build(ada, (LIB, SNAPSHOT), "b2").await;
    let doubted = Part::new("acme/libs/other", "1.0", "main");
    world.put(ada, doubted.clone()).await.unwrap();
    world.announce(ada, &doubted, "other").await.unwrap_err();
    let coming = Part::new("acme/libs/coming", "1.0", "main");
    world.announce(ada, &coming, "this").await.unwrap();
}

async fn whole(world: &World) {
    let (found, done) = check(world, true).await;
    assert_eq!(found, [""; 0]);
    assert_eq!((done.wrong, done.mended), (0, 0));
}

async fn what_is_open_is_whole_and_holds_its_bytes(database: TestDatabase) {
    let (world, ada) = present(database).await;
    busy(&world, &ada).await;
    whole(&world).await;
    world.clock.advance(TimeDelta::days(6));
    let bytes = stored(&*world.store()).await.len();
    assert!(collect(&world).await.is_nothing());
    assert_eq!(stored(&*world.store()).await.len(), bytes);
    let open = [
        Part::new(LIB, "2.0", "main"),
        Part::new(LIB, SNAPSHOT, "main").build("b2"),
    ];
    assert_eq!(world.handed_out(&open).await.len(), 2);
    whole(&world).await;
}

async fn what_goes_frees_its_bytes(database: TestDatabase) {
    let (world, ada) = present(database).await;
    busy(&world, &ada).await;
    let bytes = stored(&*world.store()).await.len();
    world.clock.advance(TimeDelta::days(7));
    // Two of `2.0`, two of `b2`, one of the other package.
    assert_eq!(world.registry.abandon_deploys().await.unwrap(), 3);
    assert_eq!(world.registry.purge_announced().await.unwrap(), 1);
    whole(&world).await;
    let forecast = world.registry.collect(Mode::Forecast).await.unwrap();
    let done = collect(&world).await;
    assert_eq!((done.blobs, done.versions), (5, 0));
    assert_eq!(forecast, done);
    assert_eq!(stored(&*world.store()).await.len(), bytes - 5);
    whole(&world).await;
    // What another replaced is held by nobody.
    let part = |bytes: &str| Part::new(LIB, "1.0", "asc").bytes(bytes).replaceable();
    for bytes in ["one", "two"] {
        world.put(&ada, part(bytes)).await.unwrap();
    }
    world.clock.advance(TimeDelta::days(2));
    assert_eq!(collect(&world).await.blobs, 1);
    whole(&world).await;
}

async fn purged_versions_take_their_builds_along(database: TestDatabase) {
    let (world, ada) = present(database).await;
    busy(&world, &ada).await;
    let mut ids = Vec::new();
    for name in ["1.0", "2.0", SNAPSHOT] {
        ids.push(world.parts_version(LIB, name).await.unwrap().id);
    }
    for name in ["1.0", SNAPSHOT] {
        assert_eq!(world.withdraw(&ada, LIB, name).await, 1);
    }
    whole(&world).await;
    world.clock.advance(TimeDelta::days(30));
    assert_eq!(collect(&world).await.versions, 2);
    assert!(world.builds_of(ids[0]).await.is_empty());
    assert!(world.builds_of(ids[2]).await.is_empty());
    assert_eq!(world.builds_of(ids[1]).await.len(), 1);
    whole(&world).await;
    // A package takes its open versions along too.
    world.withdraw_all(&ada, LIB).await;
    world.clock.advance(TimeDelta::days(30));
    let done = collect(&world).await;
    assert_eq!((done.packages, done.versions), (1, 1));
    assert!(world.builds_of(ids[1]).await.is_empty());
    whole(&world).await;
}

async fn builds_that_do_not_fit_are_found(database: TestDatabase) {
    let (world, ada) = present(database).await;
    busy(&world, &ada).await;
    let snapshot = world.parts_version(LIB, SNAPSHOT).await.unwrap();
    let open = world.parts_version(LIB, "2.0").await.unwrap();
    let (live, of_open) = (snapshot.id, open.id);
    world
        .db(move |conn| {
            use packhouse_db::{build, file::joined};
            // An open build without files, a live version without a live build.
            joined::delete_of_build(conn, live, "b2")?;
            build::delete(conn, live, "b1")?;
            let [build] = &build::list(conn, of_open)?[..] else {
                panic!("one deploy");
            };
            // A build that appeared without its version.
            build::publish(conn, build).map(drop)
        })
        .await;
    assert_eq!(world.state(LIB, "2.0").await, Some(VersionState::Open));
    let (found, done) = check(&world, true).await;
    assert_eq!(
        (found.len(), done.wrong, done.mended),
        (4, 3, 1),
        "{found:?}"
    );
    for start in [
        "wrong: file 1.0-SNAPSHOT/b1pom of version",
        "wrong: file 1.0-SNAPSHOT/b1main of version",
        "mended: the build b2 of libs/com:acme:lib 1.0-SNAPSHOT has no file",
        "wrong: libs/com:acme:lib 2.0 was published, but not its version",
    ] {
        assert!(
            found.iter().any(|text| text.starts_with(start)),
            "{found:?}"
        );
    }
    // A version that appeared without any of its builds.
    let now = world.clock_now();
    let package = snapshot.package;
    world
        .db(move |conn| {
            packhouse_db::build::touch(conn, (live, package), "b1", None, now, now).map(drop)
        })
        .await;
    let (found, done) = check(&world, true).await;
    assert_eq!((found.len(), done.wrong), (2, 2), "{found:?}");
    let text = "none of its builds; say again that it is complete";
    assert!(
        found[0].contains(text) || found[1].contains(text),
        "{found:?}"
    );
}
