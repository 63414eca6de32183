//! Hosts that lead to npm at their root, by whatever version of HTTP they are named.

use packhouse_testkit::app::{Options, send};
use reqwest::{Method, Version};

use crate::body::Body;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_known_by_its_header_and_by_its_authority() {
    let options = Options {
        hosts: vec!["npm.example"],
        ..Options::default()
    };
    let world = World::with(options).await;
    let body = Body::new("@acme/tools", "1.0.0").access("public");
    body.publish(&world.owner).await.expect(201);
    let address = world.app.base.strip_prefix("http://").unwrap();
    let address = address.split('/').next().unwrap().parse().unwrap();
    let client = || {
        let client = reqwest::Client::builder().no_proxy();
        let client = client.resolve("npm.example", address);
        client.resolve("other.example", address)
    };
    let port = address.port();
    // In HTTP/2 the client sends `:authority` and no Host header.
    for (version, client) in [
        (Version::HTTP_11, client().http1_only()),
        (Version::HTTP_2, client().http2_prior_knowledge()),
    ] {
        let client = client.build().unwrap();
        let get = |url: String| client.request(Method::GET, url);
        let base = format!("http://npm.example:{port}");
        let answer = get(format!("{base}/-/ping")).send().await.unwrap();
        assert_eq!(answer.version(), version);
        assert_eq!(answer.status(), 200, "{version:?}");
        let packument = send(get(format!("{base}{}", body.path()))).await;
        let packument = packument.expect(200).json();
        let tarball = &packument["versions"]["1.0.0"]["dist"]["tarball"];
        let tarball = tarball.as_str().unwrap().to_owned();
        assert!(tarball.starts_with(&format!("{base}/@acme/")), "{tarball}");
        assert_eq!(send(get(tarball)).await.expect(200).body, body.tarball);
        // Another name leads nowhere at its root, and to npm below its scope.
        let other = format!("http://other.example:{port}");
        send(get(format!("{other}/-/ping"))).await.expect(404);
        send(get(format!("{other}/npm/-/ping"))).await.expect(200);
    }
}
