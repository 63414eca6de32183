//! The form of refusals, and the header by which the protocol is known.

use packhouse_testkit::app::send;
use reqwest::Method;

use crate::world::{World, code, refused};

#[tokio::test(flavor = "multi_thread")]
async fn the_protocol_tells_that_it_is_spoken() {
    let world = World::new().await;
    for path in ["/", ""] {
        let answer = world.owner.get(path).await.expect(200);
        assert_eq!(answer.json(), serde_json::json!({}));
        let spoken = answer.header("docker-distribution-api-version");
        assert_eq!(spoken, Some("registry/2.0"));
        let head = world.owner.head(path).await.expect(200);
        assert!(head.body.is_empty());
    }
    for (method, path) in [
        (Method::GET, "/nothing/here"),
        (Method::GET, "/acme/x/manifests/1"),
        (Method::POST, "/acme/x/blobs/uploads/"),
        (Method::PUT, "/acme/x/tags/list"),
    ] {
        let answer = send(world.owner.request(method, path)).await;
        let spoken = answer.header("docker-distribution-api-version");
        assert_eq!(spoken, Some("registry/2.0"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_methods_and_addresses_have_error_bodies_too() {
    let world = World::new().await;
    for (method, path, allow) in [
        (Method::PUT, "/", "GET, HEAD"),
        (Method::DELETE, "/acme/x/tags/list", "GET, HEAD"),
        (
            Method::POST,
            "/acme/x/manifests/1",
            "GET, HEAD, PUT, DELETE",
        ),
        (Method::GET, "/acme/x/blobs/uploads/", "POST"),
    ] {
        let answer = send(world.owner.request(method, path)).await;
        let answer = refused(answer, 405, "UNSUPPORTED");
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
    let answer = world.owner.get("/nothing/here").await.expect(404);
    assert_eq!(code(&answer), "NAME_UNKNOWN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_parameter_is_ignored() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    let answer = image
        .get("manifests/1?ns=elsewhere.example")
        .await
        .expect(200);
    assert_eq!(answer.body, manifest);
    assert!(answer.header("oci-namespace").is_none());
}
