use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{FutureExt, future};
use object_store::{PutPayload, PutResult, UploadPart};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;

use super::*;
use crate::s3::{S3Settings, S3Store};
use crate::staging::Staging;
use crate::store::BlobStore;

/// Takes parts and never says that they are one.
#[derive(Debug)]
struct Endless;

#[async_trait]
impl MultipartUpload for Endless {
    fn put_part(&mut self, _: PutPayload) -> UploadPart {
        future::ready(Ok(())).boxed()
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        future::pending().await
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        Ok(())
    }
}

const SOON: Patience = Patience {
    answer: Duration::from_millis(20),
};

async fn staged(folder: &tempfile::TempDir) -> StagedFile {
    let staging = Staging::new(folder.path().join("uploads")).unwrap();
    let mut upload = staging.begin(10);
    upload.write(Bytes::from_static(b"abc")).await.unwrap();
    upload.finish().await.unwrap()
}

fn store_at(address: std::net::SocketAddr) -> S3Store {
    let settings = S3Settings {
        endpoint: Some(format!("http://{address}")),
        access_key: Some("key".to_owned()),
        secret_key: Some("secret".to_owned().into()),
        allow_http: true,
        ..S3Settings::default()
    };
    S3Store::open(&Url::parse("s3://bucket").unwrap(), &settings).unwrap()
}

/// With a bucket that says nothing, small files do not wait for each other: all of them have asked
/// before one gives up.
#[tokio::test]
async fn small_files_do_not_queue_before_a_silent_bucket() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(store_at(silent.local_addr().unwrap()));
    let mut puts = JoinSet::new();
    for _ in 0..12 {
        let (store, staged) = (Arc::clone(&store), staged(&folder).await);
        puts.spawn(async move { store.put(&staged).await });
    }
    let mut taken = Vec::new();
    while taken.len() < 12 {
        tokio::select! {
            connection = silent.accept() => taken.push(connection.unwrap()),
            Some(ended) = puts.join_next() => panic!("{} asked: {ended:?}", taken.len()),
        }
    }
    // Nobody is there any more, which every one of them reports.
    drop((silent, taken));
    while let Some(ended) = puts.join_next().await {
        let ended = ended.unwrap();
        assert!(
            matches!(ended, Err(BlobError::Unavailable { .. })),
            "{ended:?}"
        );
    }
}

/// Whoever waits for room gives up in time, in one request and in parts; without the limit these
/// would wait for ever.
#[tokio::test]
async fn waiting_for_room_and_for_the_end_is_limited() {
    let folder = tempfile::tempdir().unwrap();
    let staged = staged(&folder).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut store = store_at(silent.local_addr().unwrap());
    store.patience = SOON;
    let room = Arc::new(Room::new(1024));
    store.room = Arc::clone(&room);
    let held = room.take(1).await.unwrap();
    let unavailable = |ended: Result<(), BlobError>| {
        assert!(
            matches!(ended, Err(BlobError::Unavailable { .. })),
            "{ended:?}"
        );
    };
    unavailable(store.put(&staged).await.map(drop));
    unavailable(send_parts(&mut Endless, (&room, SOON), &staged).await);
    drop(held);
    // There is room now; it is the end that does not come.
    unavailable(send_parts(&mut Endless, (&room, SOON), &staged).await);
}
