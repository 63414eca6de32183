//! Deleting tags, manifests and blobs.

use crate::image::{IMAGE, config};
use crate::world::{Algorithm, World, bytes, refused, sha256};

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_tag_is_gone_at_once_and_its_manifest_stays() {
    let world = World::new().await;
    let image = world.image("manage");
    let manifest = image.push("one", "one").await;
    image.put("two", IMAGE, &manifest).await.expect(201);
    image.delete("manifests/one").await.expect(202);
    image.head("manifests/one").await.expect(404);
    refused(image.get("manifests/one").await, 404, "MANIFEST_UNKNOWN");
    refused(image.delete("manifests/one").await, 404, "MANIFEST_UNKNOWN");
    assert_eq!(image.tags().await, ["two"]);
    image.get("manifests/two").await.expect(200);
    image
        .get(&format!("manifests/{}", sha256(&manifest)))
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_manifest_is_gone_at_once_with_its_tags() {
    for algorithm in Algorithm::ALL {
        let world = World::new().await;
        let image = world.image("manage");
        let manifest = image.push("one", "one").await;
        image.put("two", IMAGE, &manifest).await.expect(201);
        image.push("other", "other").await;
        let path = format!("manifests/{}", algorithm.of(&manifest));
        image.delete(&path).await.expect(202);
        for algorithm in Algorithm::ALL {
            let path = format!("manifests/{}", algorithm.of(&manifest));
            image.head(&path).await.expect(404);
            refused(image.get(&path).await, 404, "MANIFEST_UNKNOWN");
            refused(image.delete(&path).await, 404, "MANIFEST_UNKNOWN");
        }
        image.head("manifests/one").await.expect(404);
        image.head("manifests/two").await.expect(404);
        assert_eq!(image.tags().await, ["other"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_blob_is_gone_at_once() {
    for algorithm in Algorithm::ALL {
        let world = World::new().await;
        let image = world.image("manage");
        image.push("one", "one").await;
        let blob = bytes("blob", 300);
        let digest = image.blob_as(algorithm, &blob).await;
        let path = format!("blobs/{digest}");
        image.delete(&path).await.expect(202);
        image.head(&path).await.expect(404);
        refused(image.get(&path).await, 404, "BLOB_UNKNOWN");
        refused(image.delete(&path).await, 404, "BLOB_UNKNOWN");
        let query = format!("?mount={digest}&from=acme/manage");
        world.image("other").post(&query, b"").await.expect(202);
        image.blob_as(algorithm, &blob).await;
        image.head(&path).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_can_be_pushed_again() {
    let world = World::new().await;
    let image = world.image("manage");
    let manifest = image.push("one", "one").await;
    let path = format!("manifests/{}", sha256(&manifest));
    for _ in 0..2 {
        image.delete(&path).await.expect(202);
        image.head(&path).await.expect(404);
        image.put("one", IMAGE, &manifest).await.expect(201);
        assert_eq!(image.get(&path).await.expect(200).body, manifest);
        assert_eq!(image.tags().await, ["one"]);
    }
    // With its blobs, which may go after their manifest.
    image.delete(&path).await.expect(202);
    let blobs = [sha256(&config("one")), sha256(&bytes("one", 200))];
    for blob in &blobs {
        image.delete(&format!("blobs/{blob}")).await.expect(202);
    }
    let answer = image.put("one", IMAGE, &manifest).await.expect(400);
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 2);
    image.push("one", "one").await;
    assert_eq!(image.get("manifests/one").await.expect(200).body, manifest);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_cannot_be_deleted() {
    let world = World::new().await;
    let image = world.image("manage");
    image.push("one", "one").await;
    for algorithm in Algorithm::ALL {
        let digest = algorithm.of(b"unknown");
        let answer = image.delete(&format!("manifests/{digest}")).await;
        refused(answer, 404, "MANIFEST_UNKNOWN");
        let answer = image.delete(&format!("blobs/{digest}")).await;
        refused(answer, 404, "BLOB_UNKNOWN");
    }
    refused(
        image.delete("blobs/sha256:short").await,
        400,
        "DIGEST_INVALID",
    );
    refused(
        image.delete("manifests/.bad").await,
        404,
        "MANIFEST_UNKNOWN",
    );
}
