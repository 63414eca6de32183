//! Mounting blobs of other images.

use packhouse_testkit::app::Options;
use packhouse_testkit::database::Engine;

use crate::world::{Algorithm, Image, World, bytes, location};

async fn images() -> (World, Image, Image) {
    let world = World::new().await;
    let (from, to) = (world.image("from"), world.image("to"));
    (world, from, to)
}

/// Insists that a blob was mounted, and that it goes and leaves the source alone.
async fn mounted(from: &Image, to: &Image, query: &str, digest: &str, blob: &[u8]) {
    let answer = to.post(query, b"").await.expect(201);
    let path = format!("blobs/{digest}");
    assert_eq!(location(&answer), to.path(&path));
    assert_eq!(answer.header("docker-content-digest"), Some(digest));
    assert_eq!(to.get(&path).await.expect(200).body, blob);
    to.delete(&path).await.expect(202);
    to.head(&path).await.expect(404);
    from.head(&path).await.expect(200);
}

async fn with_source(algorithm: Algorithm) {
    let (_world, from, to) = images().await;
    // From an image that is yet to be, to one that is yet to be.
    let blob = bytes("mount", 512);
    let digest = from.blob_as(algorithm, &blob).await;
    for source in ["acme/from", "acme%2Ffrom"] {
        let query = format!("?mount={digest}&from={source}");
        mounted(&from, &to, &query, &digest, &blob).await;
    }
    // Between images.
    from.push("1", "one").await;
    to.push("1", "two").await;
    let digest = from.blob_as(algorithm, &bytes("other", 300)).await;
    let query = format!("?mount={}&from=acme/from", digest.replace(':', "%3A"));
    mounted(&from, &to, &query, &digest, &bytes("other", 300)).await;
}

async fn without_source(algorithm: Algorithm) {
    let (_world, from, to) = images().await;
    let blob = bytes("mount", 512);
    let digest = from.blob_as(algorithm, &blob).await;
    let query = format!("?mount={digest}");
    mounted(&from, &to, &query, &digest, &blob).await;
    from.push("1", "one").await;
    mounted(&from, &to, &query, &digest, &blob).await;
}

async fn of_nothing(algorithm: Algorithm) {
    let (_world, from, to) = images().await;
    from.push("1", "one").await;
    let digest = algorithm.of(b"unknown");
    for query in [
        format!("?mount={digest}&from=acme/from"),
        format!("?mount={digest}&from=acme/nowhere"),
        format!("?mount={digest}&from=Not%20a%20name"),
        format!("?mount={digest}&from="),
        format!("?mount={digest}"),
        "?mount=sha256:nonsense&from=acme/from".to_owned(),
    ] {
        // An upload begins instead, and does what uploads do.
        let begun = to.post(&query, b"").await.expect(202);
        let at = location(&begun);
        assert!(at.starts_with("/acme/to/blobs/uploads/"), "{query}: {at}");
        let blob = bytes(&query, 100);
        let digest = algorithm.of(&blob);
        to.close(&at, &digest, &blob, None).await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_of_another_image_is_mounted_sha256() {
    with_source(Algorithm::Sha256).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_of_another_image_is_mounted_sha512() {
    with_source(Algorithm::Sha512).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_of_the_same_owner_is_mounted_without_a_source_sha256() {
    without_source(Algorithm::Sha256).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_of_the_same_owner_is_mounted_without_a_source_sha512() {
    without_source(Algorithm::Sha512).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_uploaded_sha256() {
    of_nothing(Algorithm::Sha256).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_uploaded_sha512() {
    of_nothing(Algorithm::Sha512).await;
}

/// The queries about what is brought for new images are the same in both databases.
#[tokio::test(flavor = "multi_thread")]
async fn new_images_are_mounted_from_in_postgresql_as_well() {
    let options = Options {
        engine: Engine::Postgres,
        ..Options::default()
    };
    let world = World::with(options).await;
    let (from, to) = (world.image("from"), world.image("to"));
    let blob = bytes("mount", 512);
    for algorithm in Algorithm::ALL {
        let digest = from.blob_as(algorithm, &blob).await;
        for query in [
            format!("?mount={digest}&from=acme/from"),
            format!("?mount={digest}"),
        ] {
            mounted(&from, &to, &query, &digest, &blob).await;
        }
    }
    from.push("1", "one").await;
    let digest = from.blob(&blob).await;
    let query = format!("?mount={digest}");
    mounted(&from, &to, &query, &digest, &blob).await;
}
