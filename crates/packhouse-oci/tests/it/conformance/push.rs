//! Pushing blobs, in every way there is, under digests of both algorithms.

use futures_util::stream;
use packhouse_testkit::app::{Answer, send};
use reqwest::Method;

use crate::world::{Algorithm, Image, World, bytes, location, refused};

/// Makes a test of each algorithm out of a check.
macro_rules! for_both {
    ($($name:ident => $check:ident;)*) => { $(
        mod $name {
            use super::{Algorithm, $check};

            #[tokio::test(flavor = "multi_thread")]
            async fn sha256() {
                $check(Algorithm::Sha256).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn sha512() {
                $check(Algorithm::Sha512).await;
            }
        }
    )* };
}

for_both! {
    single_post => post_only;
    post_then_put => post_put;
    one_chunk => chunked_single;
    stream_of_unknown_length => streamed;
    several_chunks => chunked_multi;
    several_chunks_the_last_in_the_put => chunked_multi_put;
    chunk_out_of_order => out_of_order;
    last_chunk_out_of_order => out_of_order_put;
    chunks_without_ranges => appended;
    announced_algorithm => announced;
    cancelled => cancel;
    empty_blob => empty;
    empty_json => empty_json_blob;
    the_same_blob_again => again;
    end_asked_for_twice => ended_twice;
}

async fn world() -> (World, Image) {
    let world = World::new().await;
    let image = world.image("push");
    (world, image)
}

/// Insists that a push succeeded, that the blob is there as it was sent, and that it goes and is
/// gone at once.
async fn arrived(image: &Image, answer: Answer, digest: &str, blob: &[u8]) {
    let answer = answer.expect(201);
    let path = format!("blobs/{digest}");
    assert_eq!(location(&answer), image.path(&path));
    assert_eq!(answer.header("docker-content-digest"), Some(digest));
    let length = blob.len().to_string();
    let head = image.head(&path).await.expect(200);
    assert_eq!(head.header("content-length"), Some(length.as_str()));
    assert_eq!(head.header("docker-content-digest"), Some(digest));
    assert_eq!(image.get(&path).await.expect(200).body, blob);
    image.delete(&path).await.expect(202);
    image.head(&path).await.expect(404);
    refused(image.get(&path).await, 404, "BLOB_UNKNOWN");
}

/// Insists that an upload stands at a byte.
async fn stands_at(image: &Image, at: &str, last: usize) {
    let answer = image.client.get(at).await.expect(204);
    let range = format!("0-{last}");
    assert_eq!(answer.header("range"), Some(range.as_str()));
    assert_eq!(location(&answer), at);
    assert!(answer.header("docker-upload-uuid").is_some());
    let head = image.client.head(at).await.expect(204);
    assert_eq!(head.header("range"), Some(range.as_str()));
}

async fn post_only(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("post", 512);
    let digest = algorithm.of(&blob);
    let answer = image.post(&format!("?digest={digest}"), &blob).await;
    arrived(&image, answer, &digest, &blob).await;
}

async fn post_put(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("put", 512);
    let digest = algorithm.of(&blob);
    let begun = image.post("", b"").await.expect(202);
    assert_eq!(begun.header("range"), Some("0-0"));
    let id = begun.header("docker-upload-uuid").unwrap();
    let at = location(&begun);
    assert_eq!(at, image.path(&format!("blobs/uploads/{id}")));
    let answer = image.close(&at, &digest, &blob, None).await;
    arrived(&image, answer, &digest, &blob).await;
    // The session ended with it.
    refused(image.client.get(&at).await, 404, "BLOB_UPLOAD_UNKNOWN");
}

async fn chunked_single(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("chunk", 512);
    let digest = algorithm.of(&blob);
    let begun = image.begin().await;
    let patched = image.patch(&begun, &blob, Some("0-511")).await.expect(202);
    assert_eq!(patched.header("range"), Some("0-511"));
    let answer = image.close(&location(&patched), &digest, b"", None).await;
    arrived(&image, answer, &digest, &blob).await;
}

async fn streamed(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("stream", 300_000);
    let digest = algorithm.of(&blob);
    let begun = image.begin().await;
    let pieces: Vec<_> = blob
        .chunks(70_000)
        .map(|piece| Ok(piece.to_vec()))
        .collect();
    let pieces = stream::iter::<Vec<Result<_, std::io::Error>>>(pieces);
    // Neither Content-Length nor Content-Range.
    let request = image.client.request(Method::PATCH, &begun);
    let patched = send(request.body(reqwest::Body::wrap_stream(pieces))).await;
    let patched = patched.expect(202);
    assert_eq!(patched.header("range"), Some("0-299999"));
    let answer = image.close(&location(&patched), &digest, b"", None).await;
    arrived(&image, answer, &digest, &blob).await;
}

/// Sends the first two chunks of three.
async fn two_chunks(image: &Image, blob: &[u8]) -> String {
    let begun = image.begin().await;
    let first = image.patch(&begun, &blob[..1024], Some("0-1023")).await;
    let first = first.expect(202);
    assert_eq!(first.header("range"), Some("0-1023"));
    let (next, chunk) = (location(&first), &blob[1024..2048]);
    let second = image
        .patch(&next, chunk, Some("1024-2047"))
        .await
        .expect(202);
    assert_eq!(second.header("range"), Some("0-2047"));
    location(&second)
}

async fn chunked_multi(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("chunks", 3067);
    let digest = algorithm.of(&blob);
    let at = two_chunks(&image, &blob).await;
    let last = image.patch(&at, &blob[2048..], Some("2048-3066")).await;
    let last = last.expect(202);
    assert_eq!(last.header("range"), Some("0-3066"));
    let answer = image.close(&location(&last), &digest, b"", None).await;
    arrived(&image, answer, &digest, &blob).await;
}

async fn chunked_multi_put(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("chunks", 3067);
    let digest = algorithm.of(&blob);
    let at = two_chunks(&image, &blob).await;
    let answer = image.close(&at, &digest, &blob[2048..], Some("2048-3066"));
    arrived(&image, answer.await, &digest, &blob).await;
}

async fn out_of_order(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("order", 3067);
    let digest = algorithm.of(&blob);
    let begun = image.begin().await;
    let early = image
        .patch(&begun, &blob[1024..2048], Some("1024-2047"))
        .await;
    let early = refused(early, 416, "BLOB_UPLOAD_INVALID");
    assert_eq!(early.header("range"), Some("0-0"));
    assert_eq!(location(&early), begun);
    let at = two_chunks(&image, &blob).await;
    // The first chunk again, and one that leaves a gap.
    let again = image.patch(&at, &blob[..1024], Some("0-1023")).await;
    let again = refused(again, 416, "BLOB_UPLOAD_INVALID");
    assert_eq!(again.header("range"), Some("0-2047"));
    let gap = image.patch(&at, &blob[3000..], Some("3000-3066")).await;
    refused(gap, 416, "BLOB_UPLOAD_INVALID");
    stands_at(&image, &at, 2047).await;
    image
        .patch(&at, &blob[2048..], Some("2048-3066"))
        .await
        .expect(202);
    let answer = image.close(&at, &digest, b"", None).await;
    arrived(&image, answer, &digest, &blob).await;
}

async fn out_of_order_put(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("order", 3067);
    let digest = algorithm.of(&blob);
    let at = two_chunks(&image, &blob).await;
    let early = image
        .close(&at, &digest, &blob[3000..], Some("3000-3066"))
        .await;
    let early = refused(early, 416, "BLOB_UPLOAD_INVALID");
    assert_eq!(early.header("range"), Some("0-2047"));
    stands_at(&image, &at, 2047).await;
    let answer = image.close(&at, &digest, &blob[2048..], Some("2048-3066"));
    arrived(&image, answer.await, &digest, &blob).await;
    // To an upload to which nothing came yet.
    let begun = image.begin().await;
    let early = image
        .close(&begun, &digest, &blob[1024..], Some("1024-3066"))
        .await;
    let early = refused(early, 416, "BLOB_UPLOAD_INVALID");
    assert_eq!(early.header("range"), Some("0-0"));
    let answer = image.close(&begun, &digest, &blob, Some("0-3066")).await;
    arrived(&image, answer, &digest, &blob).await;
}

async fn appended(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("appended", 3067);
    let digest = algorithm.of(&blob);
    let at = image.begin().await;
    image
        .patch(&at, &blob[..1000], Some("bytes 0-999/3067"))
        .await
        .expect(202);
    // Some clients send no place after the first chunk, and an empty one in between.
    image.patch(&at, &blob[1000..2000], None).await.expect(202);
    let nothing = image.patch(&at, b"", None).await.expect(202);
    assert_eq!(nothing.header("range"), Some("0-1999"));
    let answer = image.close(&at, &digest, &blob[2000..], None).await;
    arrived(&image, answer, &digest, &blob).await;
}

async fn announced(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("announced", 2000);
    let digest = algorithm.of(&blob);
    let (name, _) = digest.split_once(':').unwrap();
    let begun = image.post(&format!("?digest-algorithm={name}"), b"").await;
    let at = location(&begun.expect(202));
    image.patch(&at, &blob, None).await.expect(202);
    let answer = image.close(&at, &digest, b"", None).await;
    arrived(&image, answer, &digest, &blob).await;
    let unknown = image.post("?digest-algorithm=md5", b"").await;
    refused(unknown, 400, "DIGEST_INVALID");
}

async fn cancel(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("cancel", 512);
    let at = image.begin().await;
    image.patch(&at, &blob, None).await.expect(202);
    let gone = image.client.delete(&at).await.expect(204);
    assert!(gone.body.is_empty());
    refused(image.client.get(&at).await, 404, "BLOB_UPLOAD_UNKNOWN");
    let late = image.patch(&at, &blob, None).await;
    refused(late, 404, "BLOB_UPLOAD_UNKNOWN");
    let digest = algorithm.of(&blob);
    let late = image.close(&at, &digest, &blob, None).await;
    refused(late, 404, "BLOB_UPLOAD_UNKNOWN");
    refused(image.client.delete(&at).await, 404, "BLOB_UPLOAD_UNKNOWN");
    image.head(&format!("blobs/{digest}")).await.expect(404);
}

async fn empty(algorithm: Algorithm) {
    small(algorithm, b"").await;
}

async fn empty_json_blob(algorithm: Algorithm) {
    small(algorithm, b"{}").await;
}

async fn small(algorithm: Algorithm, blob: &[u8]) {
    let (_world, image) = world().await;
    let digest = algorithm.of(blob);
    let answer = image.post(&format!("?digest={digest}"), blob).await;
    arrived(&image, answer, &digest, blob).await;
    let at = image.begin().await;
    let answer = image.close(&at, &digest, blob, None).await;
    arrived(&image, answer, &digest, blob).await;
    let at = image.begin().await;
    image.patch(&at, blob, None).await.expect(202);
    let answer = image.close(&at, &digest, b"", None).await;
    arrived(&image, answer, &digest, blob).await;
}

async fn again(algorithm: Algorithm) {
    let (world, image) = world().await;
    let blob = bytes("again", 512);
    let digest = image.blob_as(algorithm, &blob).await;
    image.blob_as(Algorithm::Sha256, &blob).await;
    let other = world.image("elsewhere");
    other.blob_as(algorithm, &blob).await;
    assert_eq!(world.app.kept().await.blobs, 1, "bytes are stored once");
    let answer = image.post(&format!("?digest={digest}"), &blob).await;
    arrived(&image, answer, &digest, &blob).await;
    other.head(&format!("blobs/{digest}")).await.expect(200);
}

/// A client that did not hear that its upload had ended asks once more to end it.
async fn ended_twice(algorithm: Algorithm) {
    let (_world, image) = world().await;
    let blob = bytes("twice", 512);
    let digest = algorithm.of(&blob);
    let at = image.begin().await;
    image.patch(&at, &blob, None).await.expect(202);
    image.close(&at, &digest, b"", None).await.expect(201);
    let answer = image.close(&at, &digest, b"", None).await;
    arrived(&image, answer, &digest, &blob).await;
    let answer = image.close(&at, &digest, b"", None).await;
    refused(answer, 404, "BLOB_UPLOAD_UNKNOWN");
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_begin_with_and_without_the_slash_and_whatever_the_type() {
    let (_world, image) = world().await;
    for path in ["blobs/uploads/", "blobs/uploads"] {
        let request = image.request(Method::POST, path);
        let request = request.header("content-type", "application/json");
        let begun = send(request).await.expect(202);
        assert_eq!(begun.header("content-length"), Some("0"));
        let at = location(&begun);
        image.client.get(&at).await.expect(204);
        // A body without a digest is no blob.
        let request = image.request(Method::POST, path).body("not a blob");
        let begun = send(request).await.expect(202);
        let answer = image.client.get(&location(&begun)).await.expect(204);
        assert_eq!(answer.header("range"), Some("0-0"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_location_goes_on_where_the_upload_stands() {
    let (_world, image) = world().await;
    let blob = bytes("old", 2000);
    let begun = image.begin().await;
    let first = image
        .patch(&begun, &blob[..1000], Some("0-999"))
        .await
        .expect(202);
    let again = image.patch(&begun, &blob[..1000], Some("0-999")).await;
    refused(again, 416, "BLOB_UPLOAD_INVALID");
    stands_at(&image, &begun, 999).await;
    let second = image
        .patch(&location(&first), &blob[1000..], Some("1000-1999"))
        .await;
    second.expect(202);
    let digest = Algorithm::Sha256.of(&blob);
    let answer = image.close(&begun, &digest, b"", None).await;
    arrived(&image, answer, &digest, &blob).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn known_bytes_are_found_under_each_digest_they_were_pushed_with() {
    let (world, image) = world().await;
    for blob in [bytes("both", 512), b"{}".to_vec(), Vec::new()] {
        let sha256 = image.blob_as(Algorithm::Sha256, &blob).await;
        let sha512 = Algorithm::Sha512.of(&blob);
        // Nobody named it so yet.
        image.head(&format!("blobs/{sha512}")).await.expect(404);
        image.blob_as(Algorithm::Sha512, &blob).await;
        for digest in [sha256, sha512] {
            let path = format!("blobs/{digest}");
            assert_eq!(image.get(&path).await.expect(200).body, blob);
        }
    }
    assert_eq!(world.app.kept().await.blobs, 3, "bytes are stored once");
}
