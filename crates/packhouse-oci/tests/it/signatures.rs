//! Signatures as cosign 2 pushes them: payloads as layers, under a tag made of the signed digest.

use packhouse_core::actor::Actor;
use packhouse_core::package::VersionName;
use packhouse_core::permission::Action;
use serde_json::{Value, json};

use crate::image::{EMPTY, IMAGE, descriptor};
use crate::world::{HERE, World, address, sha256};

/// A key made with OpenSSL 3.0, and what it signed below.
const KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECjC8xIQnpK25ReTjQ0MPm3pFR84S
3WhtujmjqarQjZS2PMCVyHGDCSHtsY8XLavQGigKn76ETJ7hLtZKD4TjEw==
-----END PUBLIC KEY-----
";

const PAYLOAD: &str = concat!(
    r#"{"critical":{"identity":{"docker-reference":"registry.example/acme/web"},"image":{"d"#,
    r#"ocker-manifest-digest":"sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"#,
    r#"a0a0a0a0a0a"},"type":"cosign container image signature"},"optional":{"env":"prod","t"#,
    r#"eam":"core"}}"#,
);

const SIGNATURE: &str = "MEUCIQC18icLeCKGEt9IJ4u6g/JVIujnizeziIRbrIqVZapVjgIgQ6Ys8+fRoEUpBO6f1j\
    g9kTtB7cZJl9RCtS4UbAeBhp8=";

/// Gives a manifest with these payloads, each with the same signature.
fn carrier(payloads: &[&[u8]]) -> Vec<u8> {
    let layers = payloads.iter().map(|payload| {
        let mut layer = descriptor("application/vnd.dev.cosign.simplesigning.v1+json", payload);
        layer["annotations"] = json!({ "dev.cosignproject.cosign/signature": SIGNATURE });
        layer
    });
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": IMAGE,
        "config": descriptor(EMPTY, b"{}"),
        "layers": layers.collect::<Vec<Value>>(),
    });
    manifest.to_string().into_bytes()
}

/// Gives how many signatures the signed manifest has, which need not be there.
async fn signatures(world: &World, name: &str) -> usize {
    let (registry, address) = (&world.app.registry, address(name));
    let found = registry.authorize(&Actor::System, &address, Action::Read);
    let package = found.await.unwrap().unwrap();
    let signed = format!("sha256:{}", "0a".repeat(32));
    let signed = VersionName::new(signed.clone(), signed);
    let told = registry.signatures_of(package.package.id, &signed).await;
    told.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_counts_once_and_under_its_tag() {
    let world = World::new().await;
    let image = world.image("web");
    let (registry, owner) = (&world.app.registry, address("web").owner);
    let added = registry.add_owner_key(&Actor::System, &HERE, &owner, KEY.as_bytes());
    added.await.unwrap();
    image.blob(b"{}").await;
    image.blob(PAYLOAD.as_bytes()).await;
    let manifest = carrier(&[PAYLOAD.as_bytes(); 8]);
    let tag = format!("sha256-{}.sig", "0a".repeat(32));
    // By its digest, and by a tag that says nothing, it is live and no signature.
    for reference in [sha256(&manifest), "other".to_owned()] {
        image.put(&reference, IMAGE, &manifest).await.expect(201);
        assert_eq!(signatures(&world, "web").await, 0);
    }
    for _ in 0..2 {
        image.put(&tag, IMAGE, &manifest).await.expect(201);
        assert_eq!(signatures(&world, "web").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_payload_hides_no_other() {
    let world = World::new().await;
    let image = world.image("web");
    let (registry, owner) = (&world.app.registry, address("web").owner);
    let added = registry.add_owner_key(&Actor::System, &HERE, &owner, KEY.as_bytes());
    added.await.unwrap();
    image.blob(b"{}").await;
    image.blob(PAYLOAD.as_bytes()).await;
    let large = vec![b' '; 33 * 1024];
    image.blob(&large).await;
    let manifest = carrier(&[&large, &large, PAYLOAD.as_bytes()]);
    let tag = format!("sha256-{}.sig", "0a".repeat(32));
    image.put(&tag, IMAGE, &manifest).await.expect(201);
    assert_eq!(signatures(&world, "web").await, 1);
}
