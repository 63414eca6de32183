//! Under which address a client finds tokens: the one it came to.

use packhouse_testkit::app::{Options, TestApp, send};
use reqwest::{Method, RequestBuilder, Version};
use url::Url;

use super::Challenge;
use crate::world::{World, location};

async fn world(proxies: Vec<&'static str>, hosts: Vec<&'static str>, public: &str) -> World {
    let options = Options {
        public_url: Some(Url::parse(public).unwrap()),
        hosts,
        trusted_proxies: proxies,
        ..Options::default()
    };
    World::with(options).await
}

fn ping(app: &TestApp, host: &str) -> RequestBuilder {
    app.anonymous()
        .request(Method::GET, "/")
        .header("host", host)
}

async fn realm(request: RequestBuilder) -> (String, String) {
    let answer = send(request).await.expect(401);
    let challenge = Challenge::of(&answer);
    (challenge.realm, challenge.service)
}

fn at(origin: &str) -> (String, String) {
    let (_, host) = origin.split_once("://").unwrap();
    (format!("{origin}/v2/token"), host.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn case_50_behind_a_tls_proxy_tokens_are_found_where_the_client_is() {
    let world = world(vec!["127.0.0.0/8"], vec![], "https://packages.example").await;
    let app = &world.app;
    let through = |host: &str| ping(app, host).header("x-forwarded-proto", "https");
    let told = realm(through("registry.example:8443")).await;
    assert_eq!(told, at("https://registry.example:8443"));
    let named = ping(app, "inside:8080").header("x-forwarded-proto", "https");
    let named = named.header("x-forwarded-host", "registry.example:8443");
    assert_eq!(realm(named).await, at("https://registry.example:8443"));
    // Without a word about the scheme: the public address is what it says it is.
    assert_eq!(
        realm(ping(app, "packages.example")).await,
        at("https://packages.example")
    );
    assert_eq!(
        realm(ping(app, "other.example")).await,
        at("http://other.example")
    );
    // Locations and links are relative, so they are good anywhere.
    let image = world.image("web");
    image.push("1", "one").await;
    image.push("2", "two").await;
    let begun = image.request(Method::POST, "blobs/uploads/");
    let begun = begun.header("host", "registry.example:8443");
    let begun = send(begun.header("x-forwarded-proto", "https"))
        .await
        .expect(202);
    assert!(location(&begun).starts_with("/acme/web/blobs/uploads/"));
    let page = image.request(Method::GET, "tags/list?n=1");
    let page = send(page.header("host", "registry.example:8443"))
        .await
        .expect(200);
    let link = page.header("link").unwrap();
    assert!(link.starts_with("</v2/acme/web/tags/list?"), "{link}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_trusted_proxies_are_believed() {
    let world = world(vec!["10.0.0.0/8"], vec![], "https://packages.example").await;
    let request = ping(&world.app, "registry.example:8443");
    let request = request.header("x-forwarded-proto", "https");
    let request = request.header("x-forwarded-host", "evil.example");
    assert_eq!(realm(request).await, at("http://registry.example:8443"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_none_leads_to_the_public_address() {
    let world = world(vec![], vec![], "https://packages.example").await;
    for odd in ["a\"b", "a b", "a/b", "user@host", &"x".repeat(300)] {
        let told = realm(ping(&world.app, odd)).await;
        assert_eq!(told, at("https://packages.example"), "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_host_of_the_registry_serves_it_at_its_root() {
    let hosts = vec!["registry.example", "containers.example"];
    let world = world(vec![], hosts, "https://packages.example").await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    world.publish("web").await;
    let address = world.app.base.strip_prefix("http://").unwrap();
    let address: std::net::SocketAddr = address.split('/').next().unwrap().parse().unwrap();
    for host in ["registry.example", "containers.example"] {
        for version in [Version::HTTP_11, Version::HTTP_2] {
            let client = reqwest::Client::builder().no_proxy().resolve(host, address);
            let client = match version {
                Version::HTTP_2 => client.http2_prior_knowledge(),
                _ => client.http1_only(),
            };
            let client = client.build().unwrap();
            let base = format!("http://{host}:{}/v2", address.port());
            let answer = send(client.get(format!("{base}/"))).await.expect(401);
            // The scheme is that of the public address, behind which it stands.
            let origin = format!("https://{host}:{}", address.port());
            let challenge = Challenge::of(&answer);
            assert_eq!((challenge.realm, challenge.service), at(&origin));
            let got = client.get(format!("{base}/acme/web/manifests/1"));
            assert_eq!(send(got).await.expect(200).body, manifest);
            send(client.get(format!("{base}/token"))).await.expect(200);
            // Nothing else is there.
            let root = format!("http://{host}:{}/", address.port());
            send(client.get(root)).await.expect(404);
        }
    }
}
