use std::net::TcpListener;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use packhouse_blob::{BlobError, BlobKey, Hashing, S3Settings, open_store};
use packhouse_core::error::ErrorKind;
use packhouse_testkit::blob_suite::{World, pattern};
use packhouse_testkit::s3::S3Server;
use url::Url;

static SERVER: LazyLock<S3Server> = LazyLock::new(S3Server::start);

packhouse_testkit::blob_suite!(World::s3(&SERVER));

#[tokio::test]
async fn keys_are_random_and_no_key_is_the_folder_of_another() {
    let world = World::s3(&SERVER);
    let (first, second) = (world.put(b"abc").await, world.put(b"abc").await);
    assert_ne!(first, second);
    for key in [first, second] {
        let parts: Vec<&str> = key.as_str().split('/').collect();
        let [folder, start, id] = parts[..] else {
            panic!("{key}")
        };
        assert_eq!((folder, start, id.len()), ("blobs", &id[..2], 32));
    }
}

#[tokio::test]
async fn a_missing_bucket_and_wrong_credentials_are_unavailable() {
    let dir = tempfile::tempdir().unwrap();
    let no_bucket = Url::parse("s3://no-such-bucket").unwrap();
    let store = open_store(&no_bucket, dir.path(), &SERVER.settings())
        .unwrap()
        .store;
    assert_eq!(
        store.check().await.unwrap_err().kind(),
        ErrorKind::Unavailable
    );

    let wrong = S3Settings {
        secret_key: Some("wrong".to_owned().into()),
        ..SERVER.settings()
    };
    let store = open_store(&SERVER.new_bucket(), dir.path(), &wrong)
        .unwrap()
        .store;
    assert_eq!(
        store.check().await.unwrap_err().kind(),
        ErrorKind::Unavailable
    );
}

/// One endpoint refuses connections, the other takes them and never answers.
#[tokio::test]
async fn an_unreachable_server_is_reported_within_seconds() {
    // A port that is held and does not listen: nobody else can begin to listen on it.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let refusing = held.local_addr().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = tempfile::tempdir().unwrap();
    for address in [refusing, silent.local_addr().unwrap()] {
        let settings = S3Settings {
            endpoint: Some(format!("http://{address}")),
            ..SERVER.settings()
        };
        let url = Url::parse("s3://bucket").unwrap();
        let opened = open_store(&url, dir.path(), &settings).unwrap();
        let start = Instant::now();
        let error = opened.store.check().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{:?}",
            start.elapsed()
        );
        let staged = opened.staging.begin(1).finish().await.unwrap();
        let key = BlobKey::new("blobs/ab/abcd");
        let begun = opened.store.begin_session(&"5".repeat(32), Hashing::Sha256);
        let session = async {
            let mut session = opened.store.open_session(&begun, 10).await?;
            session.write("abc".into()).await?;
            session.pause().await.map(drop)
        };
        let (put, stat, open, paused, discarded) = tokio::join!(
            opened.store.put(&staged),
            opened.store.stat(&key),
            opened.store.open(&key, 0..1),
            session,
            opened.store.discard_session(&begun),
        );
        for error in [
            put.err(),
            stat.err(),
            open.err(),
            paused.err(),
            discarded.err(),
        ] {
            assert!(
                matches!(error, Some(BlobError::Unavailable { .. })),
                "{error:?}"
            );
        }
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{:?}",
            start.elapsed()
        );
    }
}

/// As when a lifecycle rule of the bucket ends multipart uploads that take too long.
#[tokio::test]
async fn a_session_whose_parts_the_bucket_gave_up_is_lost() {
    let world = World::s3(&SERVER);
    let (store, part) = (&world.opened.store, 16 << 20);
    let begun = store.begin_session(&"5".repeat(32), Hashing::Sha256);
    let mut session = store.open_session(&begun, u64::MAX).await.unwrap();
    session.write(pattern(part).into()).await.unwrap();
    let state = session.pause().await.unwrap();
    store.discard_session(&state).await.unwrap();
    let mut session = store.open_session(&state, u64::MAX).await.unwrap();
    assert_eq!(session.offset(), part as u64);
    session.write(pattern(part + 1).into()).await.unwrap();
    let Err(error) = session.pause().await else {
        panic!("there is nothing to add a part to")
    };
    assert!(matches!(error, BlobError::SessionLost { .. }), "{error:?}");
    world.wait_for_no_leftovers().await;
}

/// What was begun in a folder cannot go on in a bucket, nor the other way round.
#[tokio::test]
async fn a_session_stays_in_its_kind_of_store() {
    let (here, there) = (World::s3(&SERVER), World::local());
    for (from, to) in [(&here, &there), (&there, &here)] {
        let state = from
            .opened
            .store
            .begin_session(&"5".repeat(32), Hashing::Sha256);
        let Err(error) = to.opened.store.open_session(&state, 10).await else {
            panic!("it was opened")
        };
        assert!(matches!(error, BlobError::SessionLost { .. }), "{error:?}");
    }
}

#[test]
fn half_a_credential_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let settings = S3Settings {
        secret_key: None,
        ..SERVER.settings()
    };
    let Err(error) = open_store(&Url::parse("s3://bucket").unwrap(), dir.path(), &settings) else {
        panic!("it was opened");
    };
    assert!(error.to_string().contains("secret"), "{error}");
}
