//! Deleting what came file by file, and what may come back.

use chrono::TimeDelta;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionState;
use packhouse_core::visibility::Visibility;
use packhouse_db::tombstone;
use packhouse_registry::Error;
use packhouse_registry::publish::Put;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::put::{acme, present};
use crate::world::{PARTS, Part, refused};

on_both_engines!(
    a_deleted_release_comes_back_with_the_bytes_it_had,
    a_deleted_snapshot_comes_back_with_any,
    a_number_that_is_never_used_again_is_refused,
    doubted_bytes_are_not_remembered,
    a_restored_version_is_as_it_was,
    an_open_version_is_discarded,
    a_package_goes_with_what_is_open_in_it,
    a_name_is_held_for_its_repository,
);

const LIB: &str = "acme/libs/com:acme:lib";

async fn a_deleted_release_comes_back_with_the_bytes_it_had(database: TestDatabase) {
    let (world, ada) = present(database).await;
    world.release(&ada, LIB, "1.0").await;
    world.release(&ada, LIB, "2.0").await;
    let signature = |bytes: &str| Part::new(LIB, "1.0", "asc").bytes(bytes).replaceable();
    world.put(&ada, signature("one")).await.unwrap();
    assert_eq!(world.withdraw(&ada, LIB, "1.0").await, 1);
    let main = Part::new(LIB, "1.0", "main");
    assert!(
        world
            .handed_out(std::slice::from_ref(&main))
            .await
            .is_empty()
    );
    // After the purge too, and after the package went with all it had.
    for step in 0..3 {
        match step {
            1 => {
                world.clock.advance(TimeDelta::days(31));
                crate::collect::collect(&world).await;
            }
            2 => {
                world.withdraw_all(&ada, LIB).await;
                world.clock.advance(TimeDelta::days(31));
                crate::collect::collect(&world).await;
            }
            _ => {}
        }
        let other = world.put(&ada, main.clone().bytes("other")).await;
        let Err(Error::FileExists { sha256, .. }) = &other else {
            panic!("{step}: {other:?}");
        };
        let first = main.staged(&world.registry).await.digests().sha256;
        assert_eq!(*sha256, first, "{step}");
        assert_eq!(refused(other), ErrorKind::Conflict);
    }
    assert_eq!(world.put(&ada, main).await.unwrap(), Put::New);
    // What was not there may be anything, and a signature may be another.
    let new = Part::new(LIB, "1.0", "new").bytes("new");
    assert_eq!(world.put(&ada, new).await.unwrap(), Put::New);
    assert_eq!(world.put(&ada, signature("two")).await.unwrap(), Put::New);
    assert_eq!(world.complete(&ada, LIB, &["1.0"]).await.unwrap(), 1);
    assert_eq!(world.state(LIB, "1.0").await, Some(VersionState::Live));
}

async fn a_deleted_snapshot_comes_back_with_any(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let (snapshot, part) = ("1.0-SNAPSHOT", |bytes: &str| {
        Part::new(LIB, "1.0-SNAPSHOT", "main")
            .build("b1")
            .bytes(bytes)
    });
    world.put(&ada, part("one")).await.unwrap();
    world.complete_builds(&ada, LIB, snapshot).await.unwrap();
    assert_eq!(world.withdraw(&ada, LIB, snapshot).await, 1);
    assert_eq!(world.put(&ada, part("two")).await.unwrap(), Put::New);
    assert_eq!(world.state(LIB, snapshot).await, Some(VersionState::Open));
    // Its name is taken by now.
    let refusal = world.bring_back(&ada, LIB, snapshot).await;
    assert_eq!(refused(refusal), ErrorKind::Conflict);
}

async fn a_number_that_is_never_used_again_is_refused(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.release(&ada, LIB, "0.1").await;
    assert_eq!(world.withdraw(&ada, LIB, "0.1").await, 1);
    for part in ["main", "new"] {
        let refusal = world.put(&ada, Part::new(LIB, "0.1", part)).await;
        assert!(
            matches!(refusal, Err(Error::VersionRetired { .. })),
            "{refusal:?}"
        );
    }
    world.withdraw_all(&ada, LIB).await;
    let refusal = world.put(&ada, Part::new(LIB, "0.1", "main")).await;
    assert!(
        matches!(refusal, Err(Error::VersionRetired { .. })),
        "{refusal:?}"
    );
    assert!(world.parts_record(LIB).await.is_none());
}

async fn doubted_bytes_are_not_remembered(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let late = Part::new(LIB, "1.0", "late").bytes("broken");
    world.put(&ada, late.clone()).await.unwrap();
    refused(world.announce(&ada, &late, "whole").await);
    assert_eq!(world.withdraw(&ada, LIB, "1.0").await, 1);
    let whole = late.bytes("whole");
    assert_eq!(world.put(&ada, whole).await.unwrap(), Put::New);
}

async fn a_restored_version_is_as_it_was(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world
        .put(&ada, Part::new(LIB, "1.0", "pom").says("It"))
        .await
        .unwrap();
    world.complete(&ada, LIB, &["1.0"]).await.unwrap();
    let owner = world.account_id("acme").await;
    let buried = async || {
        world
            .db(move |conn| {
                let (package, file) = ("libs/com:acme:lib", "1.0/pom");
                let found = tombstone::find(conn, owner, PARTS, package, file)?;
                Ok(found.is_some())
            })
            .await
    };
    for whole in [false, true] {
        match whole {
            false => assert_eq!(world.withdraw(&ada, LIB, "1.0").await, 1),
            true => world.withdraw_all(&ada, LIB).await,
        }
        assert!(buried().await);
        world.clock.advance(TimeDelta::days(29));
        match whole {
            false => world.bring_back(&ada, LIB, "1.0").await.unwrap(),
            true => world.bring_all_back(&ada, LIB).await.unwrap(),
        }
        assert!(!buried().await);
        let record = world.parts_record(LIB).await.unwrap();
        let version = world.parts_version(LIB, "1.0").await.unwrap();
        assert_eq!((record.latest, record.live_versions), (Some(version.id), 1));
        assert_eq!(record.package.description.as_deref(), Some("It."));
        assert_eq!(world.builds(LIB, "1.0").await, [(String::new(), true)]);
        let pom = Part::new(LIB, "1.0", "pom");
        assert_eq!(
            world.handed_out(std::slice::from_ref(&pom)).await,
            ["1.0/pom"]
        );
        assert_eq!(world.put(&ada, pom).await.unwrap(), Put::Same);
    }
}

async fn an_open_version_is_discarded(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.release(&ada, LIB, "1.0").await;
    world.deploy(&ada, LIB, "2.0").await;
    let before = world.parts_record(LIB).await.unwrap().package.revision;
    assert_eq!(world.withdraw(&ada, LIB, "2.0").await, 1);
    assert_eq!(world.state(LIB, "2.0").await, None);
    let record = world.parts_record(LIB).await.unwrap();
    assert_eq!(record.package.revision, before + 1);
    assert_eq!(record.live_versions, 1);
    let row = world.event_rows().await.pop().unwrap();
    assert_eq!(row.kind.as_str(), "version.deleted");
    assert!(row.detail.contains("\"state\":\"open\""), "{}", row.detail);
    // There is nothing to come back, and nothing that its name would be kept for.
    let refusal = world.bring_back(&ada, LIB, "2.0").await;
    assert_eq!(refused(refusal), ErrorKind::NotFound);
    let other = Part::new(LIB, "2.0", "main").bytes("other");
    assert_eq!(world.put(&ada, other).await.unwrap(), Put::New);
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(world.registry.publish_due(None).await.unwrap(), 0);
}

async fn a_package_goes_with_what_is_open_in_it(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.release(&ada, LIB, "1.0").await;
    world.deploy(&ada, LIB, "2.0").await;
    world.withdraw_all(&ada, LIB).await;
    let mains = ["1.0", "2.0"].map(|version| Part::new(LIB, version, "main"));
    assert!(world.handed_out(&mains).await.is_empty());
    world.bring_all_back(&ada, LIB).await.unwrap();
    assert_eq!(world.handed_out(&mains).await.len(), 2);
    assert_eq!(world.state(LIB, "2.0").await, Some(VersionState::Open));
    assert_eq!(world.complete(&ada, LIB, &["2.0"]).await.unwrap(), 1);
    // A new package under the name begins anew; the old one cannot come back then.
    world.withdraw_all(&ada, LIB).await;
    let new = Part::new(LIB, "3.0", "main");
    assert_eq!(world.put(&ada, new).await.unwrap(), Put::New);
    assert_eq!(world.state(LIB, "2.0").await, None);
    let back = world.bring_all_back(&ada, LIB).await;
    assert_eq!(refused(back), ErrorKind::Conflict);
    // Its files still have their bytes.
    let refusal = world.put(&ada, mains[1].clone().bytes("other")).await;
    assert_eq!(refused(refusal), ErrorKind::Conflict);
    assert_eq!(world.put(&ada, mains[1].clone()).await.unwrap(), Put::New);
}

async fn a_name_is_held_for_its_repository(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.repository("acme/more", Visibility::Private).await;
    world.repository("ada/more", Visibility::Private).await;
    world.release(&ada, LIB, "1.0").await;
    let more = Part::new("acme/more/com:acme:lib", "1.0", "pom").bytes("other");
    let refusal = async || {
        let result = world.put(&ada, more.clone()).await;
        let text = result.as_ref().unwrap_err().to_string();
        // It does not say which one.
        assert!(text.contains("another repository of acme"), "{text}");
        assert!(!text.contains("libs"), "{text}");
        refused(result)
    };
    assert_eq!(refusal().await, ErrorKind::Conflict);
    // Of another owner it is another package.
    let other = Part::new("ada/more/com:acme:lib", "1.0", "pom");
    assert_eq!(world.put(&ada, other).await.unwrap(), Put::New);
    world.withdraw_all(&ada, LIB).await;
    assert_eq!(refusal().await, ErrorKind::Conflict);
    world
        .clock
        .advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(refusal().await, ErrorKind::Conflict);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.put(&ada, more.clone()).await.unwrap(), Put::New);
    // Now it is the first one's repository that cannot have it.
    let back = world.bring_all_back(&ada, LIB).await;
    assert_eq!(refused(back), ErrorKind::NotFound);
    let late = world.put(&ada, Part::new(LIB, "2.0", "pom")).await;
    assert_eq!(refused(late), ErrorKind::Conflict);
}
