//! Packuments, manifests and tarballs as they are read.

use serde_json::json;

use crate::body::Body;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_is_installed() {
    let world = World::new().await;
    let body = Body::new("@acme/tools", "1.0.0");
    body.publish(&world.owner).await.expect(201);
    let packument = world.owner.get(&body.path()).await.expect(200).json();
    assert_eq!(packument["dist-tags"], json!({ "latest": "1.0.0" }));
    let dist = &packument["versions"]["1.0.0"]["dist"];
    assert_eq!(dist["shasum"], body.shasum());
    assert_eq!(dist["integrity"], body.integrity());
    let address = dist["tarball"].as_str().unwrap();
    let path = address.strip_prefix(&world.app.base).unwrap();
    assert_eq!(path, "/@acme/tools/-/tools-1.0.0.tgz");
    let tarball = world.owner.get(path).await.expect(200);
    assert_eq!(tarball.body, body.tarball);
    assert_eq!(
        tarball.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(tarball.header("content-encoding"), None);
    let kept = world.app.kept().await;
    assert_eq!((kept.blobs, kept.uploads), (1, 0));
}
