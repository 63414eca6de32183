//! Files of one deploy over many connections.

use packhouse_core::actor::Actor;
use packhouse_core::package::VersionState;
use packhouse_registry::Error;
use packhouse_registry::publish::Put;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::put::acme;
use crate::world::{Part, World, parts, versions};

on_both_engines!(
    two_first_files_at_once_are_both_there,
    twenty_files_at_once_are_all_there,
    of_other_bytes_under_one_name_one_wins,
    the_same_file_at_once_is_one,
    a_package_in_two_repositories_at_once_is_in_one,
    files_and_their_listing_at_once_lose_nothing,
    files_and_a_deletion_at_once_leave_nothing_half,
);

type Outcome = packhouse_registry::Result<Put>;

/// Puts everything at once, each through a server of its own.
async fn at_once(world: &World, actor: &Actor, all: Vec<Part>) -> Vec<Outcome> {
    let mut tasks = Vec::new();
    for part in all {
        let (registry, actor, client) = (world.replica(), actor.clone(), world.client.clone());
        let put = part.ready(&registry).await;
        tasks.push(tokio::spawn(async move {
            registry.put_file(&actor, &client, put).await
        }));
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

async fn two_first_files_at_once_are_both_there(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    for round in 0..10 {
        let lib = format!("acme/libs/lib{round}");
        let both = ["pom", "main"].map(|part| Part::new(&lib, "1.0", part));
        for outcome in at_once(&world, &ada, both.to_vec()).await {
            assert_eq!(outcome.unwrap(), Put::New);
        }
        assert_eq!(world.handed_out(&both).await, ["1.0/pom", "1.0/main"]);
        assert_eq!(world.builds(&lib, "1.0").await.len(), 1);
    }
    let events = world.events().await;
    let created = events.iter().filter(|kind| **kind == "package.created");
    assert_eq!(created.count(), 10);
}

async fn twenty_files_at_once_are_all_there(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let lib = "acme/libs/lib";
    let all: Vec<_> = (0..20)
        .map(|n| Part::new(lib, &format!("{}.0", n % 4), &format!("part{n}")))
        .collect();
    for outcome in at_once(&world, &ada, all.clone()).await {
        assert_eq!(outcome.unwrap(), Put::New);
    }
    assert_eq!(world.handed_out(&all).await.len(), 20);
    for version in ["0.0", "1.0", "2.0", "3.0"] {
        assert_eq!(world.builds(lib, version).await.len(), 1, "{version}");
    }
}

async fn of_other_bytes_under_one_name_one_wins(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    for round in 0..10 {
        let lib = format!("acme/libs/lib{}", round % 2);
        let version = format!("{round}.0");
        let both = ["one", "two"].map(|bytes| Part::new(&lib, &version, "main").bytes(bytes));
        let mut outcomes = at_once(&world, &ada, both.to_vec()).await;
        outcomes.sort_by_key(Result::is_err);
        let [won, lost] = &outcomes[..] else {
            unreachable!("two were put");
        };
        assert_eq!(*won.as_ref().unwrap(), Put::New);
        assert!(matches!(lost, Err(Error::FileExists { .. })), "{lost:?}");
    }
}

async fn the_same_file_at_once_is_one(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let lib = "acme/libs/lib";
    world.put(&ada, Part::new(lib, "1.0", "pom")).await.unwrap();
    for round in 0..5 {
        let before = world.parts_record(lib).await.unwrap().package.revision;
        let part = Part::new(lib, "1.0", &format!("part{round}"));
        let outcomes = at_once(&world, &ada, vec![part; 3]).await;
        let done: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
        assert_eq!(done.iter().filter(|put| **put == Put::New).count(), 1);
        assert_eq!(done.iter().filter(|put| **put == Put::Same).count(), 2);
        // Those that changed nothing left no trace.
        let after = world.parts_record(lib).await.unwrap().package.revision;
        assert_eq!(after, before + 1);
    }
}

async fn a_package_in_two_repositories_at_once_is_in_one(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let visibility = packhouse_core::visibility::Visibility::Private;
    world.repository("acme/more", visibility).await;
    for round in 0..5 {
        let both = ["libs", "more"].map(|repository| {
            let name = format!("acme/{repository}/lib{round}");
            Part::new(&name, "1.0", "main")
        });
        let mut outcomes = at_once(&world, &ada, both.to_vec()).await;
        outcomes.sort_by_key(Result::is_err);
        assert!(outcomes[0].is_ok(), "{outcomes:?}");
        assert!(
            matches!(outcomes[1], Err(Error::Conflict(_))),
            "{outcomes:?}"
        );
        assert_eq!(world.handed_out(&both).await.len(), 1);
    }
}

async fn files_and_their_listing_at_once_lose_nothing(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let lib = "acme/libs/lib";
    let versions: Vec<_> = (0..10).map(|n| format!("{n}.0")).collect();
    for version in &versions {
        world.deploy(&ada, lib, version).await;
    }
    let listings: Vec<_> = versions
        .iter()
        .map(|version| {
            let (registry, ada, client) = (world.replica(), ada.clone(), world.client.clone());
            let what = vec![crate::world::release(version)];
            tokio::spawn(async move {
                let what = packhouse_registry::publish::Complete::Versions(what);
                registry.complete(&ada, &client, &parts(lib), what).await
            })
        })
        .collect();
    let late = versions
        .iter()
        .map(|version| Part::new(lib, version, "late"));
    for outcome in at_once(&world, &ada, late.collect()).await {
        assert_eq!(outcome.unwrap(), Put::New);
    }
    for listing in listings {
        assert_eq!(listing.await.unwrap().unwrap(), 1);
    }
    let record = world.parts_record(lib).await.unwrap();
    assert_eq!(record.live_versions, 10);
    let latest = world.parts_version(lib, "9.0").await.unwrap();
    assert_eq!(record.latest, Some(latest.id));
}

async fn files_and_a_deletion_at_once_leave_nothing_half(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    for round in 0..8 {
        let lib = format!("acme/libs/lib{round}");
        world
            .put(&ada, Part::new(&lib, "1.0-SNAPSHOT", "pom"))
            .await
            .unwrap();
        let deletion = {
            let (registry, ada, client) = (world.replica(), ada.clone(), world.client.clone());
            let (at, names) = (parts(&lib), versions(&["1.0-SNAPSHOT"]));
            let names = names
                .iter()
                .map(|name| crate::world::release(name.as_str()))
                .collect();
            tokio::spawn(async move {
                registry
                    .delete_versions(&ada, &client, &at, names, None)
                    .await
            })
        };
        let more = (0..4).map(|n| Part::new(&lib, "1.0-SNAPSHOT", &format!("part{n}")));
        let more: Vec<_> = more.collect();
        for outcome in at_once(&world, &ada, more.clone()).await {
            assert_eq!(outcome.unwrap(), Put::New);
        }
        assert_eq!(deletion.await.unwrap().unwrap(), 1);
        // Whatever came after the deletion is there, in a version with a build.
        let there = world.handed_out(&more).await;
        let state = world.state(&lib, "1.0-SNAPSHOT").await;
        let builds = world.builds(&lib, "1.0-SNAPSHOT").await.len();
        match there.is_empty() {
            true => assert_eq!((state, builds), (None, 0)),
            false => assert_eq!((state, builds), (Some(VersionState::Open), 1)),
        }
    }
}
