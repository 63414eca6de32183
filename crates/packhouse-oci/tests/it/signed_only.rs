//! What readers get where only signed images are handed out, and what does not pass for a signature.

use packhouse_core::actor::Actor;
use packhouse_core::permission::Role;
use packhouse_registry::PackageAddress;
use packhouse_testkit::app::TestClient;
use serde_json::{Value, json};

use crate::image::{IMAGE, artifact, config, descriptor, image as image_manifest};
use crate::world::{HERE, Image, World, address, bytes, message, refused, sha256};

const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// An image that hands out only what is signed, by its owner and by rita, who may read.
async fn world() -> (World, Image, Image) {
    let world = World::new().await;
    let image = world.image("web");
    image.push("plain", "one").await;
    let at: PackageAddress = address("web");
    let needed = world
        .app
        .registry
        .set_signature_needed(&Actor::System, &HERE, &at, true);
    needed.await.unwrap();
    let rita: TestClient = world.member("rita").await;
    world.app.grant(&at, "rita", Some(Role::Read)).await;
    let read = image.by(&rita);
    (world, image, read)
}

async fn unsigned(read: &Image, reference: &str) {
    let answer = refused(
        read.get(&format!("manifests/{reference}")).await,
        403,
        "DENIED",
    );
    assert!(message(&answer).contains("not signed"));
    read.head(&format!("manifests/{reference}"))
        .await
        .expect(403);
}

/// Brings config and layer, and gives an image manifest of them.
async fn parts(image: &Image, seed: &str) -> Value {
    let (config, layer) = (config(seed), bytes(seed, 50));
    image.blob(&config).await;
    image.blob(&layer).await;
    image_manifest(&config, &[&layer])
}

#[tokio::test(flavor = "multi_thread")]
async fn case_35_an_unsigned_image_is_for_who_may_push() {
    let (_world, image, read) = world().await;
    image.get("manifests/plain").await.expect(200);
    unsigned(&read, "plain").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_with_a_subject_is_no_signature() {
    let (_world, image, read) = world().await;
    let mut manifest = parts(&image, "evil").await;
    manifest["subject"] = descriptor(IMAGE, b"whatever");
    manifest["artifactType"] = json!("application/vnd.dev.sigstore.bundle.v0.3+json");
    let manifest = manifest.to_string().into_bytes();
    image.put("latest", IMAGE, &manifest).await.expect(201);
    unsigned(&read, "latest").await;
    unsigned(&read, &sha256(&manifest)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_under_a_signatures_tag_is_no_signature() {
    let (_world, image, read) = world().await;
    let manifest = parts(&image, "evil").await.to_string().into_bytes();
    let tag = format!("sha256-{}.sig", "ab".repeat(32));
    for tag in ["sha256-ab", &tag] {
        image.put(tag, IMAGE, &manifest).await.expect(201);
        unsigned(&read, tag).await;
        unsigned(&read, &sha256(&manifest)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_beside_signatures_makes_it_an_image() {
    let (_world, image, read) = world().await;
    let mut manifest = parts(&image, "evil").await;
    let payload = bytes("payload", 60);
    image.blob(&payload).await;
    let layer = descriptor(SIMPLE_SIGNING, &payload);
    manifest["layers"].as_array_mut().unwrap().push(layer);
    let manifest = manifest.to_string().into_bytes();
    image.put("mixed", IMAGE, &manifest).await.expect(201);
    unsigned(&read, "mixed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_handed_out() {
    let (_world, image, read) = world().await;
    let (config, payload) = (config("sig"), bytes("payload", 60));
    image.blob(&config).await;
    image.blob(&payload).await;
    let mut manifest = image_manifest(&config, &[]);
    manifest["layers"] = json!([descriptor(SIMPLE_SIGNING, &payload)]);
    let manifest = manifest.to_string().into_bytes();
    let tag = format!("sha256-{}.sig", "ab".repeat(32));
    image.put(&tag, IMAGE, &manifest).await.expect(201);
    read.get(&format!("manifests/{tag}")).await.expect(200);
    // One that holds nothing is none.
    image.blob(b"{}").await;
    let empty = artifact("application/x", None).to_string();
    image
        .put("empty", IMAGE, empty.as_bytes())
        .await
        .expect(201);
    unsigned(&read, "empty").await;
}
