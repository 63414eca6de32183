use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use packhouse_blob::{BlobError, BlobKey, BlobStore, Claim, Hashing, S3Settings, open_store};
use packhouse_core::error::ErrorKind;
use packhouse_testkit::blob_suite::{World, pattern};
use url::Url;

packhouse_testkit::blob_suite!(World::local());

#[tokio::test]
async fn the_key_is_the_path_by_digest() {
    let world = World::local();
    let key = world.put(b"abc").await;
    assert_eq!(
        key.as_str(),
        "blobs/sha256/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    let file = world.dir().join("store").join(key.as_str());
    assert_eq!(fs::read(file).unwrap(), b"abc");
}

#[tokio::test]
async fn a_blob_of_the_wrong_size_is_replaced() {
    let world = World::local();
    let key = world.put(b"abc").await;
    let file = world.dir().join("store").join(key.as_str());
    for wrong in [&b""[..], b"abcd"] {
        fs::write(&file, wrong).unwrap();
        assert_eq!(world.put(b"abc").await, key);
        assert_eq!(fs::read(&file).unwrap(), b"abc");
    }
}

#[tokio::test]
async fn a_small_upload_touches_no_disk_before_it_is_kept() {
    let world = World::local();
    let staged = world.stage(&pattern(1024 * 1024)).await;
    assert_eq!(world.uploads(), [""; 0]);
    world.opened.store.put(&staged).await.unwrap();
    assert_eq!(world.uploads(), [""; 0]);
}

#[tokio::test]
async fn only_small_blobs_are_read_on_the_calling_thread() {
    let world = World::local();
    let key = world.put(&pattern(64 * 1024 + 1)).await;
    assert!(world.opened.store.read_small(&key, 64 * 1024 + 1).is_none());
    let key = world.put(b"abc").await;
    assert_eq!(
        world.opened.store.read_small(&key, 3).unwrap().unwrap(),
        "abc"
    );
    let short = world.opened.store.read_small(&key, 4).unwrap().unwrap_err();
    assert!(matches!(short, BlobError::Damaged { .. }), "{short:?}");
}

#[tokio::test]
async fn a_store_that_lost_its_folder_is_away_until_it_is_back() {
    let world = World::local();
    let key = world.put(b"abc").await;
    let (kept, new) = (world.stage(b"abc").await, world.stage(b"new").await);
    let store = &world.opened.store;
    for name in ["store", "store/blobs", "store/uploads"] {
        let (here, there) = (world.dir().join(name), world.dir().join("away"));
        fs::rename(&here, &there).unwrap();
        let put = store.put(&new).await.map(drop);
        let mut answers = vec![store.check().await, put];
        if name != "store/uploads" {
            answers.push(store.open(&key, 0..3).await.map(drop));
            answers.push(store.read_small(&key, 3).unwrap().map(drop));
            answers.push(store.stat(&key).await.map(drop));
            answers.push(store.put(&kept).await.map(drop));
            answers.push(store.delete(&key).await);
        }
        for (index, answer) in answers.into_iter().enumerate() {
            let kind = answer.as_ref().map_err(BlobError::kind);
            assert_eq!(kind, Err(ErrorKind::Unavailable), "{name} {index}");
        }
        assert!(!here.exists(), "{name} was made anew");
        fs::rename(&there, &here).unwrap();
        store.check().await.unwrap();
        assert_eq!(store.put(&kept).await.unwrap(), key);
    }
    store.put(&new).await.unwrap();
}

/// One blob that is missing is not a store that is away.
#[tokio::test]
async fn a_folder_of_blobs_that_was_taken_away_is_made_again() {
    let world = World::local();
    let key = world.put(b"abc").await;
    let folder = world.dir().join("store/blobs/sha256/ba");
    fs::remove_dir_all(&folder).unwrap();
    let store = &world.opened.store;
    let Err(error) = store.open(&key, 0..3).await else {
        panic!("it is gone");
    };
    assert!(matches!(error, BlobError::Missing { .. }), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(world.put(b"abc").await, key);
    assert_eq!(fs::read(folder.join(&key.as_str()[16..])).unwrap(), b"abc");
}

#[test]
fn other_urls_are_refused_by_name() {
    for url in ["http://example.org/x", "file://host/x", "gs://bucket"] {
        let opened = open_store(
            &Url::parse(url).unwrap(),
            Path::new("x"),
            &S3Settings::default(),
        );
        let Err(error) = opened else {
            panic!("{url} was opened")
        };
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains(url), "{error}");
    }
}

/// Claims a blob that nobody holds but a process that another test starts: it has all files open
/// until it runs its own program.
async fn claim(store: &dyn BlobStore, key: &BlobKey) -> Box<dyn Claim> {
    let later = SystemTime::now() + Duration::from_secs(60);
    loop {
        if let Some(claim) = store.claim(key, later).await.unwrap() {
            return claim;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_is_not_claimed_while_its_staged_file_lives() {
    let later = || SystemTime::now() + Duration::from_secs(60);
    for size in [1000, 3 << 20] {
        let world = World::local();
        let store = &world.opened.store;
        let bytes = pattern(size);
        let (first, second) = (world.stage(&bytes).await, world.stage(&bytes).await);
        let key = store.put(&first).await.unwrap();
        assert_eq!(store.put(&second).await.unwrap(), key);
        // The same process through another handle, as another process would.
        let other = world.open_again().store;
        for store in [store, &other] {
            assert!(store.claim(&key, later()).await.unwrap().is_none());
        }
        drop(first);
        assert!(other.claim(&key, later()).await.unwrap().is_none());
        drop(second);
        let just = SystemTime::now() - Duration::from_secs(3600);
        assert!(other.claim(&key, just).await.unwrap().is_none());
        let claim = claim(&*other, &key).await;
        assert!(store.claim(&key, later()).await.unwrap().is_none());
        drop(claim);
        let claim = self::claim(&**store, &key).await;
        claim.remove().await.unwrap();
        assert_eq!(store.stat(&key).await.unwrap(), None);
        let nothing = self::claim(&**store, &key).await;
        nothing.remove().await.unwrap();
    }
}

/// A put that meets a claim waits for it, and what it gave is there afterwards, whatever became of
/// the claim.
#[tokio::test(flavor = "multi_thread")]
async fn a_put_beside_a_claim_is_never_lost() {
    let world = World::local();
    let store = &world.opened.store;
    let bytes = pattern(2000);
    for round in 0..60 {
        let key = world.put(&bytes).await;
        let later = SystemTime::now() + Duration::from_secs(60);
        let claim = claim(&**store, &key).await;
        let (staged, putting) = (world.stage(&bytes).await, std::sync::Arc::clone(store));
        let put = tokio::spawn(async move {
            putting.put(&staged).await.unwrap();
            staged
        });
        if round % 2 == 0 {
            tokio::task::yield_now().await;
        }
        if round % 3 == 0 {
            drop(claim);
        } else {
            claim.remove().await.unwrap();
        }
        let staged = put.await.unwrap();
        assert_eq!(store.stat(&key).await.unwrap(), Some(2000), "{round}");
        assert!(store.claim(&key, later).await.unwrap().is_none());
        drop(staged);
    }
    assert_eq!(world.uploads(), [""; 0]);
}

/// Also what comes through a session, whose file was locked while it was written.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_through_a_session_is_held_too() {
    let world = World::local();
    let store = &world.opened.store;
    let later = SystemTime::now() + Duration::from_secs(60);
    let session = async |id: char| {
        let begun = store.begin_session(&id.to_string().repeat(32), Hashing::Sha256);
        let mut session = store.open_session(&begun, u64::MAX).await.unwrap();
        session.write(pattern(3 << 20).into()).await.unwrap();
        session.finish(false).await.unwrap()
    };
    let (first, second) = (session('1').await, session('2').await);
    let key = store.put(&first).await.unwrap();
    // It does not wait for the first to be done with.
    assert_eq!(store.put(&second).await.unwrap(), key);
    drop(first);
    assert!(store.claim(&key, later).await.unwrap().is_none());
    drop(second);
    claim(&**store, &key).await.remove().await.unwrap();
}
