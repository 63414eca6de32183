//! Collecting bytes: promises are kept, what a crash left goes, and a put that settles on bytes
//! about to go is never lost.

use std::sync::{LazyLock, Mutex};

use chrono::TimeDelta;
use packhouse_blob::{BlobStore, Hashing, S3Settings, open_store};
use packhouse_db::collect::bytes as rows;
use packhouse_registry::collect::Collected;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;
use packhouse_testkit::s3::S3Server;

use crate::collect::{collect, collect_once, days, push};
use crate::world::{Manifest, World, stored};

on_both_engines!(
    bytes_that_a_client_was_told_of_stay_for_a_day,
    bytes_that_are_hidden_come_back_with_a_restored_version,
    what_was_brought_for_a_package_that_never_came_goes_after_a_day,
    bytes_left_by_a_crash_go_after_a_day,
    bytes_that_are_being_recorded_stay,
    a_lost_upload_goes_after_a_day,
    a_bucket_is_collected_too,
);

fn hours(world: &World, hours: i64) {
    world.clock.advance(TimeDelta::hours(hours));
}

async fn bytes_that_a_client_was_told_of_stay_for_a_day(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    push(&ada, "ada/app", "one", &[]).await;
    push(&ada, "ada/other", "other", &[]).await;
    let told = ada.bring("ada/app", "told of").await.unwrap();
    ada.bring("ada/app", "never heard of again").await.unwrap();
    hours(&world, 23);
    assert!(collect(&world).await.is_nothing());
    assert!(ada.head("ada/app", &told).await.unwrap());
    hours(&world, 2);
    assert_eq!(collect(&world).await.links, 1);
    let manifest = Manifest::of("needs it", &[&told]).tag("v1");
    ada.push("ada/app", manifest).await.unwrap();
    ada.pull_tag("ada/app", "v1").await.unwrap();
    // A mount renews the bytes for its own package.
    let far = ada.bring("ada/app", "mounted").await.unwrap();
    hours(&world, 20);
    assert!(ada.mount("ada/other", "ada/app", &far).await.unwrap());
    hours(&world, 20);
    let done = collect(&world).await;
    assert_eq!((done.links, done.blobs), (1, 0));
    assert!(!ada.head("ada/app", &far).await.unwrap());
    assert!(ada.head("ada/other", &far).await.unwrap());
    hours(&world, 25);
    let done = collect(&world).await;
    assert_eq!((done.links, done.blobs), (1, 1));
    assert!(!ada.head("ada/other", &far).await.unwrap());
    assert!(!ada.mount("ada/app", "ada/other", &far).await.unwrap());
}

async fn bytes_that_are_hidden_come_back_with_a_restored_version(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    let version = push(&ada, "ada/app", "one", &["layer"]).await;
    let (layer, _) = ada.stage("layer").await;
    ada.delete("ada/app", &[&version]).await.unwrap();
    let at = crate::world::image("ada/app");
    let deleted = ada
        .registry
        .delete_blob(&ada.actor, &ada.client, &at, &layer.digest);
    deleted.await.unwrap();
    days(&world, 20);
    assert!(collect(&world).await.is_nothing());
    ada.restore("ada/app", &version).await.unwrap();
    ada.pull_tag("ada/app", "one").await.unwrap();
}

async fn what_was_brought_for_a_package_that_never_came_goes_after_a_day(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    let layer = ada.bring("ada/app", "layer").await.unwrap();
    hours(&world, 23);
    assert!(ada.head("ada/app", &layer).await.unwrap());
    hours(&world, 23);
    assert!(collect(&world).await.is_nothing());
    hours(&world, 2);
    assert_eq!(collect(&world).await.blobs, 1);
    assert_eq!(stored(&*world.store()).await, []);
    push(&ada, "ada/app", "one", &["layer"]).await;
    ada.pull_tag("ada/app", "one").await.unwrap();
}

async fn bytes_left_by_a_crash_go_after_a_day(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    push(&ada, "ada/app", "one", &["layer"]).await;
    // One died between a put and its transaction, one between the removal of a row and its bytes.
    let (_, staged) = ada.stage("put and not recorded").await;
    world.store().put(&staged).await.unwrap();
    drop(staged);
    let gone = ada.bring("ada/draft", "no longer recorded").await.unwrap();
    hours(&world, 25);
    world.registry.purge_uploads().await.unwrap();
    let terms = (gone.digest, world.registry.now());
    let removed = world
        .db(move |conn| {
            let packhouse_core::digest::ContentDigest::Sha256(sha256) = terms.0 else {
                unreachable!("it was made of sha256");
            };
            let row = rows::list_blobs(conn, "", 100)?;
            let row = row.into_iter().find(|row| row.sha256 == sha256).unwrap();
            rows::delete_blob(conn, &sha256, &row.location, terms.1)
        })
        .await;
    assert!(removed);
    let done = collect(&world).await;
    let expected = Collected {
        strays: 2,
        stray_bytes: "put and not recorded".len() as u64 + gone.size,
        ..Collected::default()
    };
    assert_eq!(done, expected);
    assert_eq!(stored(&*world.store()).await.len(), 2);
    ada.pull_tag("ada/app", "one").await.unwrap();
}

async fn bytes_that_are_being_recorded_stay(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    // Recorded, and nothing refers to it any more.
    ada.bring("ada/draft", "bytes").await.unwrap();
    days(&world, 2);
    let (named, staged) = ada.stage("bytes").await;
    let store = world.store();
    store.put(&staged).await.unwrap();
    let done = collect_once(&world).await;
    assert_eq!((done.busy, done.blobs, done.strays), (1, 0, 0));
    assert!(world.path_of(&named).exists());
    // Whoever put it has recorded it, or gave up.
    drop(staged);
    assert_eq!(collect(&world).await.blobs, 1);
    assert!(!world.path_of(&named).exists());
    // The same without a row.
    let (_, staged) = ada.stage("bytes").await;
    store.put(&staged).await.unwrap();
    assert_eq!(collect_once(&world).await.busy, 1);
    drop(staged);
    assert_eq!(collect(&world).await.strays, 1);
    assert!(!world.path_of(&named).exists());
}

async fn a_lost_upload_goes_after_a_day(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    let (store, id) = (world.store(), "7".repeat(32));
    let begun = store.begin_session(&id, Hashing::Sha256);
    let mut session = store.open_session(&begun, 100).await.unwrap();
    session.write("lost".into()).await.unwrap();
    session.pause().await.unwrap();
    // Another one that somebody goes on with.
    let at = crate::world::image("ada/app");
    let known = ada.registry.begin_upload_session(&ada.actor, &at, false);
    let known = known.await.unwrap();
    let write = async || {
        let writing = ada
            .registry
            .resume_upload_session(&ada.actor, &at, &known.id, None, 100);
        let mut writing = writing.await.unwrap();
        writing.write("more".into()).await.unwrap();
        writing.pause().await.unwrap()
    };
    write().await;
    hours(&world, 23);
    assert!(collect(&world).await.is_nothing());
    write().await;
    hours(&world, 2);
    let done = collect(&world).await;
    assert_eq!((done.sessions, done.uploads), (1, 0));
    let left = store.list_sessions().await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(write().await, 12);
    hours(&world, 25);
    let done = collect(&world).await;
    assert_eq!((done.sessions, done.uploads), (0, 1));
    assert_eq!(store.list_sessions().await.unwrap(), []);
}

async fn a_bucket_is_collected_too(database: TestDatabase) {
    static SERVER: LazyLock<S3Server> = LazyLock::new(S3Server::start);
    let (folder, bucket) = (tempfile::tempdir().unwrap(), SERVER.new_bucket());
    let open = |settings: S3Settings| open_store(&bucket, folder.path(), &settings).unwrap().store;
    let slot = Mutex::new(None);
    let world = World::over(database, |_| {
        let store = open(SERVER.settings());
        *slot.lock().unwrap() = Some(std::sync::Arc::clone(&store));
        store
    })
    .at_present();
    let store: std::sync::Arc<dyn BlobStore> = slot.into_inner().unwrap().unwrap();
    let ada = world.hub("ada").await;
    push(&ada, "ada/app", "one", &["shared layer"]).await;
    let gone = push(&ada, "ada/app", "two", &["shared layer", "own layer"]).await;
    ada.delete("ada/app", &[&gone]).await.unwrap();
    let (_, staged) = ada.stage("a stray").await;
    store.put(&staged).await.unwrap();
    drop(staged);
    let slow = "through a session".repeat(100);
    let session = ada.bring_slowly("ada/app", &slow).await.unwrap();
    let manifest = Manifest::of("three", &[&session]).tag("three");
    ada.push("ada/app", manifest).await.unwrap();
    assert_eq!(stored(&*store).await.len(), 7);
    assert!(collect(&world).await.is_nothing());
    days(&world, 31);
    let done = collect(&world).await;
    assert_eq!((done.versions, done.links, done.blobs), (1, 1, 2));
    assert_eq!((done.strays, done.failed, done.busy), (1, 0, 0));
    assert_eq!(stored(&*store).await.len(), 4);
    ada.pull_tag("ada/app", "one").await.unwrap();
    ada.pull_tag("ada/app", "three").await.unwrap();
    let mut wrong = Vec::new();
    let mut tell = |finding: &packhouse_registry::check::Finding| wrong.push(finding.to_string());
    world.registry.check(false, &mut tell).await.unwrap();
    assert_eq!(wrong, [""; 0]);
}
