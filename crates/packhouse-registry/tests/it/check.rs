//! Comparing database and store.

use std::fs;

use packhouse_core::id::VersionId;
use packhouse_registry::check::{Checked, Finding};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::collect::{collect, days, push};
use crate::world::{World, image};

on_both_engines!(
    what_is_whole_is_called_so,
    bytes_that_are_gone_or_other_bytes_are_found,
    records_of_bytes_that_nothing_needs_are_mended,
    a_version_without_its_bytes_is_found_and_linked_again,
    an_upload_without_its_bytes_is_given_up,
    what_no_row_knows_is_removed_when_it_is_old,
);

pub(crate) async fn check(world: &World, repair: bool) -> (Vec<String>, Checked) {
    let mut found = Vec::new();
    let mut tell = |finding: &Finding| found.push(finding.to_string());
    let done = world.registry.check(repair, &mut tell).await.unwrap();
    (found, done)
}

async fn what_is_whole_is_called_so(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    push(&ada, "ada/app", "one", &["layer", "another layer"]).await;
    world.publish_all(&ada.actor, "ada/x", &["1.0.0"]).await;
    let gone = push(&ada, "ada/app", "two", &["layer"]).await;
    ada.delete("ada/app", &[&gone]).await.unwrap();
    let at = image("ada/app");
    let begun = ada.registry.begin_upload_session(&ada.actor, &at, false);
    begun.await.unwrap();
    let (found, done) = check(&world, true).await;
    assert_eq!(found, [""; 0]);
    let (blobs, versions, uploads) = (done.blobs, done.versions, done.uploads);
    assert_eq!((blobs, versions, uploads, done.young), (5, 2, 1, 0));
    let layers = "layer".len() + "another layer".len() + "ada/x 1.0.0".len();
    assert!(done.bytes > layers as u64);
}

async fn bytes_that_are_gone_or_other_bytes_are_found(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    push(
        &ada,
        "ada/app",
        "one",
        &["lost layer", "short layer", "other layer"],
    )
    .await;
    let [(lost, _), (short, _), (other, _)] = [
        ada.stage("lost layer").await,
        ada.stage("short layer").await,
        ada.stage("other layer").await,
    ];
    fs::remove_file(world.path_of(&lost)).unwrap();
    fs::write(world.path_of(&short), "short").unwrap();
    fs::write(world.path_of(&other), "OTHER layer").unwrap();
    for repair in [false, true] {
        let (found, done) = check(&world, repair).await;
        assert_eq!((found.len(), done.wrong, done.mended), (3, 3, 0));
        for (named, fault) in [
            (&lost, "is not in the store"),
            (&short, "has 5 bytes instead of 11"),
            (&other, "holds other bytes than its digest says"),
        ] {
            let about = format!("wrong: blob {} {fault}", named.digest);
            let finding = found.iter().find(|text| text.starts_with(&about));
            assert!(finding.unwrap().contains("a layer of ada/app"), "{found:?}");
        }
    }
    // Pushing the bytes again heals what is gone or short.
    for layer in ["lost layer", "short layer"] {
        ada.bring("ada/app", layer).await.unwrap();
    }
    assert_eq!(check(&world, false).await.1.wrong, 1);
}

async fn records_of_bytes_that_nothing_needs_are_mended(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    push(&ada, "ada/app", "one", &[]).await;
    let linked = ada.bring("ada/app", "linked").await.unwrap();
    let drafted = ada.bring("ada/draft", "drafted").await.unwrap();
    for named in [&linked, &drafted] {
        fs::remove_file(world.path_of(named)).unwrap();
    }
    assert_eq!(check(&world, false).await.1.wrong, 2);
    let (found, done) = check(&world, true).await;
    assert_eq!((done.wrong, done.mended), (0, 2), "{found:?}");
    assert!(!ada.head("ada/app", &linked).await.unwrap());
    assert!(!ada.head("ada/draft", &drafted).await.unwrap());
    assert_eq!(check(&world, false).await.0, [""; 0]);
    push(&ada, "ada/app", "two", &["linked"]).await;
    ada.pull_tag("ada/app", "two").await.unwrap();
}

async fn a_version_without_its_bytes_is_found_and_linked_again(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    push(&ada, "ada/app", "one", &["layer"]).await;
    let record = ada
        .registry
        .authorize(
            &ada.actor,
            &image("ada/app"),
            packhouse_core::permission::Action::Read,
        )
        .await;
    let id = record.unwrap().unwrap().package.id;
    let gone = world
        .db(move |conn| packhouse_db::collect::bytes::delete_links_of(conn, id, 10))
        .await;
    assert_eq!(gone, 1);
    // A tag that leads to a deleted version.
    let old = push(&ada, "ada/app", "old", &[]).await;
    let (version, now) = (
        version_of(&world, id, &old.digest.to_string()).await,
        world.registry.now(),
    );
    world
        .db(move |conn| packhouse_db::version::mark_deleted(conn, version, now))
        .await;
    let (found, _) = check(&world, false).await;
    assert!(found[0].contains("which its package lacks"), "{found:?}");
    assert!(
        found[1].contains("tag old of app points to no live version"),
        "{found:?}"
    );
    assert_eq!(found.len(), 2);
    let (found, done) = check(&world, true).await;
    assert_eq!((done.wrong, done.mended), (0, 2), "{found:?}");
    ada.pull_tag("ada/app", "one").await.unwrap();
    assert_eq!(check(&world, false).await.0, [""; 0]);
}

async fn version_of(world: &World, package: packhouse_core::id::PackageId, key: &str) -> VersionId {
    let key = key.to_owned();
    let found = world
        .db(move |conn| packhouse_db::version::find_version(conn, package, &key))
        .await;
    found.unwrap().id
}

async fn an_upload_without_its_bytes_is_given_up(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    let at = image("ada/app");
    let begun = ada.registry.begin_upload_session(&ada.actor, &at, false);
    let begun = begun.await.unwrap();
    let writing = ada
        .registry
        .resume_upload_session(&ada.actor, &at, &begun.id, None, 100);
    let mut writing = writing.await.unwrap();
    writing.write("some bytes".into()).await.unwrap();
    writing.pause().await.unwrap();
    assert_eq!(check(&world, false).await.0, [""; 0]);
    let store = world.store();
    let lost = store.begin_session(&begun.id, packhouse_blob::Hashing::Sha256);
    store.discard_session(&lost).await.unwrap();
    let (found, _) = check(&world, false).await;
    assert_eq!(
        found,
        [format!(
            "wrong: upload {} cannot go on: its bytes are gone",
            begun.id
        )]
    );
    assert_eq!(check(&world, true).await.1.mended, 1);
    let found = ada.registry.find_upload_session(&ada.actor, &at, &begun.id);
    found.await.unwrap_err();
    assert_eq!(check(&world, false).await.1, Checked::default());
}

async fn what_no_row_knows_is_removed_when_it_is_old(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    let (stray, staged) = ada.stage("a stray").await;
    let store = world.store();
    store.put(&staged).await.unwrap();
    drop(staged);
    let (found, done) = check(&world, true).await;
    assert_eq!((found.len(), done.young), (0, 1));
    days(&world, 2);
    let (found, done) = check(&world, false).await;
    assert_eq!((done.wrong, done.young), (1, 0));
    assert!(found[0].contains("`packhouse gc` removes it"), "{found:?}");
    assert!(world.path_of(&stray).exists());
    assert_eq!(check(&world, true).await.1.mended, 1);
    assert!(!world.path_of(&stray).exists());
    assert!(collect(&world).await.is_nothing());
}
