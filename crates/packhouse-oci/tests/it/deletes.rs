//! What is in use stays, what was moved away from stays, and what was deleted comes back.

use chrono::Duration;
use packhouse_core::actor::Actor;
use packhouse_core::package::VersionName;
use packhouse_registry::Error;

use crate::image::{IMAGE, INDEX, artifact, config, described, descriptor, index};
use crate::world::{Algorithm, HERE, Image, World, address, bytes, message, refused, sha256};

/// Undoes the deletion of a manifest.
async fn restore(world: &World, name: &str, manifest: &[u8]) -> Result<(), Error> {
    let key = sha256(manifest);
    let version = VersionName::new(key.clone(), key);
    let registry = &world.app.registry;
    registry
        .restore_version(&Actor::System, &HERE, &address(name), &version)
        .await
}

async fn pushed_index(image: &Image) -> (Vec<u8>, Vec<u8>) {
    let child = image.push("child", "child").await;
    let parent = index(&[descriptor(IMAGE, &child)]).to_string().into_bytes();
    image.put("parent", INDEX, &parent).await.expect(201);
    (child, parent)
}

#[tokio::test(flavor = "multi_thread")]
async fn case_41_what_an_index_lists_cannot_be_deleted() {
    let world = World::new().await;
    let image = world.image("web");
    let (child, parent) = pushed_index(&image).await;
    for algorithm in Algorithm::ALL {
        let path = format!("manifests/{}", algorithm.of(&child));
        let answer = refused(image.delete(&path).await, 405, "UNSUPPORTED");
        assert!(
            message(&answer).contains(&sha256(&parent)),
            "it names the parent"
        );
    }
    // Its tag may go; it stays under its digest.
    image.delete("manifests/child").await.expect(202);
    let path = format!("manifests/{}", sha256(&child));
    image.get(&path).await.expect(200);
    image
        .delete(&format!("manifests/{}", sha256(&parent)))
        .await
        .expect(202);
    image.delete(&path).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_41_a_blob_in_use_cannot_be_deleted() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    let (config, layer) = (config("one"), bytes("one", 200));
    for algorithm in Algorithm::ALL {
        for blob in [&config, &layer] {
            // Known by this digest from now on.
            image.blob_as(algorithm, blob).await;
            let path = format!("blobs/{}", algorithm.of(blob));
            let answer = refused(image.delete(&path).await, 405, "UNSUPPORTED");
            assert!(
                message(&answer).contains(&sha256(&manifest)),
                "it names the user"
            );
            image.head(&path).await.expect(200);
        }
    }
    image
        .delete(&format!("manifests/{}", sha256(&manifest)))
        .await
        .expect(202);
    image
        .delete(&format!("blobs/{}", sha256(&layer)))
        .await
        .expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_tag_leaves_the_old_manifest_as_an_untagged_one() {
    let world = World::new().await;
    let image = world.image("web");
    let old = image.push("latest", "old").await;
    let new = image.push("latest", "new").await;
    assert_eq!(image.get("manifests/latest").await.expect(200).body, new);
    let path = format!("manifests/{}", sha256(&old));
    assert_eq!(image.get(&path).await.expect(200).body, old);
    assert_eq!(image.tags().await, ["latest"]);
    // And back again.
    image.put("latest", IMAGE, &old).await.expect(201);
    assert_eq!(image.get("manifests/latest").await.expect(200).body, old);
    image
        .get(&format!("manifests/{}", sha256(&new)))
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_brings_back_the_manifest_its_blobs_and_the_tags_that_are_free() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("free", "one").await;
    image.put("taken", IMAGE, &manifest).await.expect(201);
    let digest = sha256(&manifest);
    image
        .delete(&format!("manifests/{digest}"))
        .await
        .expect(202);
    for blob in [config("one"), bytes("one", 200)] {
        image
            .delete(&format!("blobs/{}", sha256(&blob)))
            .await
            .expect(202);
    }
    let other = image.push("taken", "other").await;
    world.app.clock.advance(Duration::days(29));
    restore(&world, "web", &manifest).await.unwrap();
    assert_eq!(image.tags().await, ["free", "taken"]);
    assert_eq!(image.get("manifests/free").await.expect(200).body, manifest);
    assert_eq!(image.get("manifests/taken").await.expect(200).body, other);
    for blob in [config("one"), bytes("one", 200)] {
        let path = format!("blobs/{}", sha256(&blob));
        assert_eq!(image.get(&path).await.expect(200).body, blob);
    }
    // It is live: there is nothing more to undo.
    let again = restore(&world, "web", &manifest).await;
    assert!(matches!(
        again,
        Err(Error::NotFound { .. } | Error::Conflict(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_ends_after_thirty_days_and_pushing_does_not() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    image
        .delete(&format!("manifests/{}", sha256(&manifest)))
        .await
        .expect(202);
    world.app.clock.advance(Duration::days(30));
    let late = restore(&world, "web", &manifest).await;
    assert!(matches!(late, Err(Error::NotFound { .. })));
    let image = Image::of(&world.owner, "acme/web");
    image.push("1", "one").await;
    assert_eq!(image.get("manifests/1").await.expect(200).body, manifest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_has_two_digests() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.layers("alias").await;
    let (sha256, sha512) = (sha256(&manifest), Algorithm::Sha512.of(&manifest));
    let pushed = image.put(&sha512, IMAGE, &manifest).await.expect(201);
    assert_eq!(
        pushed.header("docker-content-digest"),
        Some(sha512.as_str())
    );
    for digest in [&sha256, &sha512] {
        let path = format!("manifests/{digest}");
        let got = image.get(&path).await.expect(200);
        assert_eq!(got.header("docker-content-digest"), Some(digest.as_str()));
        let etag = format!("\"{digest}\"");
        assert_eq!(got.header("etag"), Some(etag.as_str()));
        assert_eq!(got.body, manifest);
    }
    // The same one under a tag, which tells its sha256.
    image.put("1", IMAGE, &manifest).await.expect(201);
    let got = image.head("manifests/1").await.expect(200);
    assert_eq!(got.header("docker-content-digest"), Some(sha256.as_str()));
    // An index may name it by either.
    let child = described(Algorithm::Sha512, IMAGE, &manifest);
    let parent = index(&[child]).to_string().into_bytes();
    image.put("parent", INDEX, &parent).await.expect(201);
    let answer = image.delete(&format!("manifests/{sha256}")).await;
    refused(answer, 405, "UNSUPPORTED");
}

#[tokio::test(flavor = "multi_thread")]
async fn referrers_stay_when_their_subject_goes() {
    let world = World::new().await;
    let image = world.image("web");
    image.blob(b"{}").await;
    let subject = image.push("1", "one").await;
    let referrer = artifact("application/vnd.example.sbom", Some(&subject));
    let referrer = referrer.to_string().into_bytes();
    let digest = sha256(&referrer);
    image.put(&digest, IMAGE, &referrer).await.expect(201);
    image
        .delete(&format!("manifests/{}", sha256(&subject)))
        .await
        .expect(202);
    image.get(&format!("manifests/{digest}")).await.expect(200);
    assert_eq!(image.referrers(&sha256(&subject)).await.len(), 1);
    // A subject is in nobody's way.
    image.put("1", IMAGE, &subject).await.expect(201);
    image
        .delete(&format!("manifests/{digest}"))
        .await
        .expect(202);
    assert!(image.referrers(&sha256(&subject)).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_goes_with_write_and_a_manifest_with_admin() {
    use packhouse_core::permission::Role;
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    image.put("2", IMAGE, &manifest).await.expect(201);
    let wes = world.app.user("wes").await;
    world
        .app
        .grant(&address("web"), "wes", Some(Role::Write))
        .await;
    let his = image.by(&wes);
    his.delete("manifests/1").await.expect(202);
    let path = format!("manifests/{}", sha256(&manifest));
    refused(his.delete(&path).await, 403, "DENIED");
    let blob = format!("blobs/{}", sha256(b"free"));
    image.blob(b"free").await;
    refused(his.delete(&blob).await, 403, "DENIED");
    world
        .app
        .grant(&address("web"), "wes", Some(Role::Admin))
        .await;
    his.delete(&blob).await.expect(202);
    his.delete(&path).await.expect(202);
    assert!(image.tags().await.is_empty());
}
