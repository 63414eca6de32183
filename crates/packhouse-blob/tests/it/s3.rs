use std::net::TcpListener;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use packhouse_blob::{BlobError, BlobKey, S3Settings, open_store};
use packhouse_core::error::ErrorKind;
use packhouse_testkit::blob_suite::World;
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
        let (put, stat, open) = tokio::join!(
            opened.store.put(&staged),
            opened.store.stat(&key),
            opened.store.open(&key, 0..1),
        );
        for error in [put.err(), stat.err(), open.err()] {
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
