//! Pulling blobs and manifests, and looking whether they are there.

use crate::image::{IMAGE, INDEX, config, descriptor, index};
use crate::world::{Algorithm, World, bytes, refused, sha256};

#[tokio::test(flavor = "multi_thread")]
async fn unknown_blobs_are_404() {
    let world = World::new().await;
    let image = world.image("pull");
    image.push("1", "one").await;
    for algorithm in Algorithm::ALL {
        let path = format!("blobs/{}", algorithm.of(b"unknown"));
        assert!(image.head(&path).await.expect(404).body.is_empty());
        refused(image.get(&path).await, 404, "BLOB_UNKNOWN");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_come_as_they_were_pushed() {
    let world = World::new().await;
    let image = world.image("pull");
    for (algorithm, length) in Algorithm::ALL.into_iter().zip([5000, 300_000]) {
        let blob = bytes("blob", length);
        let digest = image.blob_as(algorithm, &blob).await;
        let path = format!("blobs/{digest}");
        let head = image.head(&path).await.expect(200);
        let got = image.get(&path).await.expect(200);
        let length = length.to_string();
        for answer in [&head, &got] {
            assert_eq!(answer.header("content-length"), Some(length.as_str()));
            assert_eq!(
                answer.header("docker-content-digest"),
                Some(digest.as_str())
            );
            let type_ = answer.header("content-type");
            assert_eq!(type_, Some("application/octet-stream"));
            assert_eq!(answer.header("accept-ranges"), Some("bytes"));
            let etag = format!("\"{digest}\"");
            assert_eq!(answer.header("etag"), Some(etag.as_str()));
        }
        assert_eq!(got.body, blob);
        assert!(head.body.is_empty());
        let etag = format!("\"{digest}\"");
        let path = image.path(&path);
        let answer = image.client.get_with(&path, "if-none-match", &etag).await;
        assert!(answer.expect(304).body.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_manifests_are_404_whatever_their_tag_looks_like() {
    let world = World::new().await;
    let image = world.image("pull");
    image.push("1", "one").await;
    for reference in [".INVALID_MANIFEST_NAME", "unknown", &sha256(b"unknown")] {
        let path = format!("manifests/{reference}");
        image.head(&path).await.expect(404);
        refused(image.get(&path).await, 404, "MANIFEST_UNKNOWN");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_come_by_digest_and_tag_as_they_were_pushed() {
    let world = World::new().await;
    let image = world.image("pull");
    let one = image.push("one", "one").await;
    let two = image.push("two", "two").await;
    let both = index(&[descriptor(IMAGE, &one), descriptor(IMAGE, &two)]);
    let both = both.to_string().into_bytes();
    image.put("both", INDEX, &both).await.expect(201);
    let all = [
        ("one", &one, IMAGE),
        ("two", &two, IMAGE),
        ("both", &both, INDEX),
    ];
    for (tag, manifest, media_type) in all {
        let digest = sha256(manifest);
        for reference in [tag, digest.as_str()] {
            let path = format!("manifests/{reference}");
            let head = image.head(&path).await.expect(200);
            let got = image.get(&path).await.expect(200);
            for answer in [&head, &got] {
                let length = manifest.len().to_string();
                assert_eq!(answer.header("content-length"), Some(length.as_str()));
                assert_eq!(answer.header("content-type"), Some(media_type));
                let told = answer.header("docker-content-digest");
                assert_eq!(told, Some(digest.as_str()));
            }
            assert!(head.body.is_empty());
            assert_eq!(&got.body, manifest);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_come_in_their_own_type_whatever_is_accepted() {
    let world = World::new().await;
    let image = world.image("pull");
    let manifest = image.push("1", "one").await;
    let path = image.path("manifests/1");
    for accept in [
        "*/*",
        "text/html",
        "application/vnd.oci.image.index.v1+json",
        IMAGE,
    ] {
        let answer = image
            .client
            .get_with(&path, "accept", accept)
            .await
            .expect(200);
        assert_eq!(answer.header("content-type"), Some(IMAGE), "{accept}");
        assert_eq!(answer.body, manifest);
    }
    let etag = format!("\"{}\"", sha256(&manifest));
    let answer = image.client.get_with(&path, "if-none-match", &etag).await;
    answer.expect(304);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_with_a_colon_is_a_digest_or_an_error() {
    let world = World::new().await;
    let image = world.image("pull");
    let manifest = image.push("1", "one").await;
    for bad in ["sha256:totallywrong", "sha256:", "md5:0a0a", "a:b"] {
        let path = format!("manifests/{bad}");
        refused(image.get(&path).await, 400, "DIGEST_INVALID");
        image.head(&path).await.expect(400);
        let answer = image.put(bad, IMAGE, &manifest).await;
        refused(answer, 400, "DIGEST_INVALID");
    }
    // Clients encode the colon of a good one, or do not.
    let encoded = sha256(&manifest).replace(':', "%3A");
    let answer = image.get(&format!("manifests/{encoded}")).await.expect(200);
    assert_eq!(answer.body, manifest);
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_and_blobs_are_apart() {
    let world = World::new().await;
    let image = world.image("pull");
    let manifest = image.push("1", "one").await;
    // containerd asks for both with what it got from somewhere.
    refused(
        image.get(&format!("blobs/{}", sha256(&manifest))).await,
        404,
        "BLOB_UNKNOWN",
    );
    let config = sha256(&config("one"));
    let answer = image.get(&format!("manifests/{config}")).await;
    refused(answer, 404, "MANIFEST_UNKNOWN");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_may_have_parts_that_are_called_like_addresses() {
    let world = World::new().await;
    for name in [
        "manifests/blobs",
        "blobs/uploads",
        "tags/list/tags",
        "a__b/c--d.e_f/x",
    ] {
        let image = world.image(name);
        let manifest = image.push("1", name).await;
        let answer = image.get("manifests/1").await.expect(200);
        assert_eq!(answer.body, manifest, "{name}");
        assert_eq!(image.tags().await, ["1"], "{name}");
        let encoded = crate::world::Image::of(&image.client, &image.name.replace('/', "%2F"));
        assert_eq!(encoded.get("manifests/1").await.expect(200).body, manifest);
    }
}
