//! Parts of blobs.

use packhouse_testkit::app::send;
use reqwest::Method;

use crate::world::{Algorithm, Image, World, bytes, refused};

const LENGTH: usize = 4000;

async fn blob(algorithm: Algorithm) -> (World, Image, String, Vec<u8>) {
    let world = World::new().await;
    let image = world.image("ranges");
    let blob = bytes("ranges", LENGTH);
    let digest = image.blob_as(algorithm, &blob).await;
    (world, image, format!("blobs/{digest}"), blob)
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_blob_come_as_206() {
    for algorithm in Algorithm::ALL {
        let (_world, image, path, blob) = blob(algorithm).await;
        for (range, from, to) in [
            ("500-1499", 500, 1500),
            ("500-", 500, LENGTH),
            ("-500", LENGTH - 500, LENGTH),
            ("2000-5000", 2000, LENGTH),
            ("0-0", 0, 1),
            ("-5000", 0, LENGTH),
        ] {
            let path = image.path(&path);
            let asked = format!("bytes={range}");
            let answer = image
                .client
                .get_with(&path, "range", &asked)
                .await
                .expect(206);
            assert_eq!(answer.body, blob[from..to], "{range}");
            let told = format!("bytes {from}-{}/{LENGTH}", to - 1);
            assert_eq!(answer.header("content-range"), Some(told.as_str()));
            let length = (to - from).to_string();
            assert_eq!(answer.header("content-length"), Some(length.as_str()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_are_not_there_are_416() {
    let (_world, image, path, _) = blob(Algorithm::Sha256).await;
    for range in ["500-0", "5000-10000", "4000-"] {
        let path = image.path(&path);
        let asked = format!("bytes={range}");
        let answer = image.client.get_with(&path, "range", &asked).await;
        let answer = refused(answer, 416, "SIZE_INVALID");
        let told = format!("bytes */{LENGTH}");
        assert_eq!(
            answer.header("content-range"),
            Some(told.as_str()),
            "{range}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_parts_at_once_come_as_the_whole() {
    let (_world, image, path, blob) = blob(Algorithm::Sha256).await;
    let path = image.path(&path);
    for range in ["bytes=0-1,5-6", "lines=1-2", "bytes=x-y"] {
        let answer = image
            .client
            .get_with(&path, "range", range)
            .await
            .expect(200);
        assert_eq!(answer.body, blob, "{range}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_what_changed_meanwhile_comes_as_the_whole() {
    let (_world, image, path, blob) = blob(Algorithm::Sha256).await;
    let request = |tag: &str| {
        let request = image.request(Method::GET, &path);
        request.header("range", "bytes=0-9").header("if-range", tag)
    };
    let other = send(request("\"sha256:other\"")).await.expect(200);
    assert_eq!(other.body, blob);
    let digest = path.strip_prefix("blobs/").unwrap();
    let same = send(request(&format!("\"{digest}\""))).await.expect(206);
    assert_eq!(same.body, blob[..10]);
}
