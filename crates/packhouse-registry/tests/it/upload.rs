//! Uploads of several requests.

use chrono::TimeDelta;
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_registry::upload::Writing;
use packhouse_registry::{Error, Registry, Result};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{World, content, digest, refused};

const LIMIT: u64 = 1 << 30;

on_both_engines!(
    an_upload_goes_on_elsewhere,
    a_cut_off_request_keeps_what_it_brought,
    one_request_writes_at_a_time,
    a_dead_writer_is_outlived,
    uploads_are_their_makers_alone,
    other_bytes_than_announced_end_it,
    a_limit_ends_it,
    a_claim_that_lapsed_while_finishing_loses_nothing,
    a_claim_is_renewed_while_nothing_is_written,
    what_goes_on_after_the_list_was_made_stays,
    what_is_idle_is_given_up,
    two_uploads_of_the_same_bytes_both_succeed,
    ending_it_twice_is_known_by_what_is_there,
);

async fn begin(world: &World, actor: &Actor) -> String {
    let begun = world
        .registry
        .begin_upload_session(actor, &content("ada/x"), false)
        .await;
    begun.unwrap().id
}

async fn resume(registry: &Registry, actor: &Actor, id: &str, at: Option<u64>) -> Result<Writing> {
    registry
        .resume_upload_session(actor, &content("ada/x"), id, at, LIMIT)
        .await
}

/// Brings some bytes in a request of their own and gives how many there are then.
async fn bring(registry: &Registry, actor: &Actor, id: &str, bytes: &str) -> u64 {
    let mut writing = resume(registry, actor, id, None).await.unwrap();
    writing
        .write(bytes.to_owned().into_bytes().into())
        .await
        .unwrap();
    writing.pause().await.unwrap()
}

async fn finish(world: &World, actor: &Actor, id: &str, whole: &str) -> Result<()> {
    let digest = digest(&world.registry, whole).await.parse().unwrap();
    let writing = resume(&world.registry, actor, id, None).await?;
    world
        .registry
        .finish_upload_session(actor, &world.client, &content("ada/x"), writing, &digest)
        .await
}

async fn an_upload_goes_on_elsewhere(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    assert_eq!(bring(&world.registry, &ada, &id, "first ").await, 6);
    let other = world.replica();
    assert_eq!(bring(&other, &ada, &id, "second ").await, 13);
    let found = world
        .registry
        .find_upload_session(&ada, &content("ada/x"), &id)
        .await;
    assert_eq!(found.unwrap().position, 13);
    assert_eq!(bring(&world.registry, &ada, &id, "third").await, 18);
    let whole = "first second third";
    finish(&world, &ada, &id, whole).await.unwrap();
    let digest = digest(&world.registry, whole).await;
    assert!(world.sees(&ada, "ada/x", &digest).await);
    let gone = resume(&world.registry, &ada, &id, None).await;
    assert_eq!(refused(gone.map(drop)), ErrorKind::NotFound);
}

async fn a_cut_off_request_keeps_what_it_brought(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    let mut writing = resume(&world.registry, &ada, &id, Some(0)).await.unwrap();
    writing.write("half ".into()).await.unwrap();
    drop(writing);
    // Recorded by the time that the next one may write.
    let position = loop {
        match resume(&world.registry, &ada, &id, None).await {
            Ok(writing) => break writing.pause().await.unwrap(),
            Err(Error::BeingWritten { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(position, 5);
    bring(&world.registry, &ada, &id, "and half").await;
    finish(&world, &ada, &id, "half and half").await.unwrap();
}

async fn one_request_writes_at_a_time(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    bring(&world.registry, &ada, &id, "abc").await;
    let writing = resume(&world.registry, &ada, &id, Some(3)).await.unwrap();
    for at in [None, Some(3)] {
        let second = resume(&world.registry, &ada, &id, at).await;
        assert!(matches!(second, Err(Error::BeingWritten { position: 3 })));
    }
    let cancelled = world
        .registry
        .cancel_upload_session(&ada, &content("ada/x"), &id)
        .await;
    assert!(matches!(
        cancelled,
        Err(Error::BeingWritten { position: 3 })
    ));
    // A request that is taken back leaves nothing.
    assert_eq!(writing.rewind().await.unwrap(), 3);
    for at in [0, 2, 4] {
        let elsewhere = resume(&world.registry, &ada, &id, Some(at)).await;
        assert!(matches!(elsewhere, Err(Error::OutOfOrder { position: 3 })));
    }
    finish(&world, &ada, &id, "abc").await.unwrap();
}

async fn a_dead_writer_is_outlived(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    bring(&world.registry, &ada, &id, "abc").await;
    // The claim of a process that is gone.
    let (row, now) = (id.clone(), world.clock_now());
    let until = now + TimeDelta::seconds(30);
    world
        .db(move |conn| packhouse_db::upload::claim(conn, &row, "gone", until, now, None))
        .await
        .unwrap();
    world.clock.advance(TimeDelta::seconds(31));
    assert_eq!(bring(&world.registry, &ada, &id, "def").await, 6);
    finish(&world, &ada, &id, "abcdef").await.unwrap();
}

async fn uploads_are_their_makers_alone(database: TestDatabase) {
    let world = World::new(database);
    let (ada, root) = (world.user("ada").await, world.site_admin("root").await);
    let id = begin(&world, &ada).await;
    let registry = &world.registry;
    let (here, elsewhere) = (content("ada/x"), content("ada/y"));
    for (actor, address, id) in [
        (&root, &here, id.as_str()),
        (&ada, &elsewhere, id.as_str()),
        (&ada, &here, "0123456789abcdef0123456789abcdef"),
        (&ada, &here, "../../etc/passwd"),
        (&ada, &here, ""),
    ] {
        let found = registry.find_upload_session(actor, address, id).await;
        assert_eq!(refused(found), ErrorKind::NotFound, "{id}");
        let cancelled = registry.cancel_upload_session(actor, address, id).await;
        assert_eq!(refused(cancelled), ErrorKind::NotFound, "{id}");
    }
    registry
        .cancel_upload_session(&ada, &here, &id)
        .await
        .unwrap();
    let found = registry.find_upload_session(&ada, &here, &id).await;
    assert_eq!(refused(found), ErrorKind::NotFound);
}

async fn other_bytes_than_announced_end_it(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    bring(&world.registry, &ada, &id, "abc").await;
    let refusal = finish(&world, &ada, &id, "other").await;
    assert!(matches!(refusal, Err(Error::DigestMismatch { .. })));
    let found = resume(&world.registry, &ada, &id, None).await;
    assert_eq!(refused(found.map(drop)), ErrorKind::NotFound);
    assert_eq!(world.uploads_lying_about(), 0);
}

async fn a_limit_ends_it(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    bring(&world.registry, &ada, &id, "abc").await;
    let mut writing = world
        .registry
        .resume_upload_session(&ada, &content("ada/x"), &id, None, 5)
        .await
        .unwrap();
    let refusal = writing.write("defg".into()).await;
    assert_eq!(refused(refusal), ErrorKind::TooLarge);
    drop(writing);
    let found = resume(&world.registry, &ada, &id, None).await;
    assert_eq!(refused(found.map(drop)), ErrorKind::NotFound);
    assert_eq!(world.uploads_lying_about(), 0);
}

async fn what_is_idle_is_given_up(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let old = begin(&world, &ada).await;
    bring(&world.registry, &ada, &old, "abc").await;
    let layer = world.bring(&ada, "ada/x", "layer").await.unwrap();
    world.clock.advance(TimeDelta::hours(23));
    let young = begin(&world, &ada).await;
    assert_eq!(world.registry.purge_uploads().await.unwrap(), 0);
    assert!(world.sees(&ada, "ada/x", &layer).await);
    world.clock.advance(TimeDelta::hours(2));
    assert_eq!(world.registry.purge_uploads().await.unwrap(), 1);
    let found = resume(&world.registry, &ada, &old, None).await;
    assert_eq!(refused(found.map(drop)), ErrorKind::NotFound);
    assert!(!world.sees(&ada, "ada/x", &layer).await);
    bring(&world.registry, &ada, &young, "abc").await;
    finish(&world, &ada, &young, "abc").await.unwrap();
    assert_eq!(world.uploads_lying_about(), 0);
}

async fn two_uploads_of_the_same_bytes_both_succeed(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let (one, two) = (begin(&world, &ada).await, begin(&world, &ada).await);
    bring(&world.registry, &ada, &one, "abc").await;
    bring(&world.registry, &ada, &two, "abc").await;
    let (first, second) = tokio::join!(
        finish(&world, &ada, &one, "abc"),
        finish(&world, &ada, &two, "abc")
    );
    first.unwrap();
    second.unwrap();
    let digest = digest(&world.registry, "abc").await;
    assert!(world.sees(&ada, "ada/x", &digest).await);
    assert_eq!(world.uploads_lying_about(), 0);
}

async fn ending_it_twice_is_known_by_what_is_there(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    bring(&world.registry, &ada, &id, "abc").await;
    let address = content("ada/x");
    let wanted = digest(&world.registry, "abc").await.parse().unwrap();
    let known = || world.registry.was_uploaded(&ada, &address, &wanted);
    assert!(!known().await.unwrap());
    finish(&world, &ada, &id, "abc").await.unwrap();
    assert!(known().await.unwrap());
}

async fn a_claim_that_lapsed_while_finishing_loses_nothing(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    bring(&world.registry, &ada, &id, "abc").await;
    let writing = resume(&world.registry, &ada, &id, None).await.unwrap();
    // Another request takes over by the time that the bytes are whole.
    world.clock.advance(TimeDelta::seconds(31));
    let (row, now) = (id.clone(), world.clock_now());
    let until = now + TimeDelta::seconds(30);
    world
        .db(move |conn| packhouse_db::upload::claim(conn, &row, "other", until, now, None))
        .await
        .unwrap();
    let whole = digest(&world.registry, "abc").await;
    let (address, wanted) = (content("ada/x"), whole.parse().unwrap());
    world
        .registry
        .finish_upload_session(&ada, &world.client, &address, writing, &wanted)
        .await
        .unwrap();
    assert!(world.sees(&ada, "ada/x", &whole).await);
    // What it does with the upload is its own affair.
    let row = id.clone();
    let left = world.db(move |conn| packhouse_db::upload::find(conn, &row));
    assert_eq!(left.await.unwrap().writer.as_deref(), Some("other"));
    // One that failed does not take the other's bytes either.
    world.clock.advance(TimeDelta::seconds(31));
    let second = begin(&world, &ada).await;
    bring(&world.registry, &ada, &second, "def").await;
    let writing = resume(&world.registry, &ada, &second, None).await.unwrap();
    world.clock.advance(TimeDelta::seconds(31));
    let (row, now) = (second.clone(), world.clock_now());
    world
        .db(move |conn| packhouse_db::upload::claim(conn, &row, "other", now, now, None))
        .await
        .unwrap();
    writing.give_up().await.unwrap();
    world.clock.advance(TimeDelta::seconds(1));
    finish(&world, &ada, &second, "def").await.unwrap();
}

async fn a_claim_is_renewed_while_nothing_is_written(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    let writing = resume(&world.registry, &ada, &id, None).await.unwrap();
    world.clock.advance(TimeDelta::seconds(25));
    let now = world.clock_now();
    let idle = || world.db(move |conn| packhouse_db::upload::list_idle(conn, now, 10));
    while !idle().await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    world.clock.advance(TimeDelta::seconds(25));
    let other = resume(&world.registry, &ada, &id, None).await;
    assert!(matches!(other, Err(Error::BeingWritten { position: 0 })));
    writing.pause().await.unwrap();
}

async fn what_goes_on_after_the_list_was_made_stays(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let id = begin(&world, &ada).await;
    world.clock.advance(TimeDelta::hours(25));
    let now = world.clock_now();
    let before = now - TimeDelta::hours(24);
    let listed = world.db(move |conn| packhouse_db::upload::list_idle(conn, before, 10));
    assert_eq!(listed.await.len(), 1);
    bring(&world.registry, &ada, &id, "abc").await;
    let row = id.clone();
    let gone = world.db(move |conn| packhouse_db::upload::delete_idle(conn, &row, before, now));
    assert!(!gone.await);
    finish(&world, &ada, &id, "abc").await.unwrap();
}
