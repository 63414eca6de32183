//! Packuments, manifests and tarballs as they are read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::permission::Role;
use packhouse_testkit::app::{Options, send, token_spec};
use reqwest::Method;
use serde_json::{Value, json};

use crate::body::Body;
use crate::world::{World, address};

const ABBREVIATED: &str =
    "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

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
    let header = |name| tarball.header(name);
    assert_eq!(header("content-type"), Some("application/octet-stream"));
    assert_eq!(header("content-encoding"), None);
    assert_eq!(
        header("cache-control"),
        Some("private, max-age=31536000, immutable")
    );
    let etag = header("etag").unwrap();
    let again = world.owner.get_with(path, "if-none-match", etag).await;
    assert!(again.expect(304).body.is_empty());
    let part = world.owner.get_with(path, "range", "bytes=2-5").await;
    assert_eq!(part.expect(206).body, body.tarball[2..6]);
    let head = world.owner.head(path).await.expect(200);
    let length = body.tarball.len().to_string();
    assert_eq!(head.header("content-length"), Some(length.as_str()));
    let kept = world.app.kept().await;
    assert_eq!((kept.blobs, kept.uploads), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn case_04_all_spellings_are_one() {
    let world = World::new().await;
    let body = Body::new("@acme/tools", "1.0.0");
    body.publish(&world.owner).await.expect(201);
    let first = world.owner.get("/@acme%2ftools").await.expect(200);
    for path in [
        "/@acme%2Ftools",
        "/@acme/tools",
        "/%40acme%2ftools",
        "//@ACME/tools",
    ] {
        let other = world.owner.get(path).await.expect(200);
        assert_eq!(other.body, first.body, "{path}");
        assert_eq!(other.header("etag"), first.header("etag"), "{path}");
    }
    for path in [
        "/@acme%252ftools",
        "/@acme%2f%2e%2e",
        "/@acme%5ctools",
        "/@acme%00/tools",
    ] {
        let refused = world.owner.get(path).await.status.as_u16();
        assert!(matches!(refused, 400 | 404), "{path}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_05_the_abbreviated_form_holds_what_installing_needs() {
    let world = World::new().await;
    let fields = json!({ "scripts": { "install": "make" }, "libc": ["glibc"], "os": ["linux"] });
    let body = Body::with("@acme/tools", "1.0.0", fields);
    body.publish(&world.owner).await.expect(201);
    let path = body.path();
    let short = world.owner.get_with(&path, "accept", ABBREVIATED).await;
    let short = short.expect(200);
    assert_eq!(
        short.header("content-type"),
        Some("application/vnd.npm.install-v1+json")
    );
    let document = short.json();
    let version = &document["versions"]["1.0.0"];
    assert_eq!(version["libc"], json!(["glibc"]));
    assert_eq!(version["hasInstallScript"], true);
    assert!(version.get("scripts").is_none() && version.get("readme").is_none());
    assert!(document["time"]["1.0.0"].is_string(), "{document}");
    let full = world.owner.get(&path).await.expect(200);
    assert_ne!(full.header("etag"), short.header("etag"));
    assert_eq!(
        full.json()["versions"]["1.0.0"]["scripts"]["install"],
        "make"
    );
    let request = world
        .owner
        .request(Method::GET, &path)
        .header("accept", ABBREVIATED)
        .header("if-none-match", short.header("etag").unwrap());
    let unchanged = send(request).await.expect(304);
    assert!(unchanged.body.is_empty());
    let other = world
        .owner
        .get_with(&path, "if-none-match", short.header("etag").unwrap());
    other.await.expect(200);
    let packed = world.owner.get_with(&path, "accept-encoding", "gzip").await;
    assert_eq!(packed.expect(200).header("content-encoding"), Some("gzip"));
    let write = format!("{path}?write=true");
    let write = world.owner.get_with(&write, "accept", ABBREVIATED).await;
    assert_eq!(write.header("cache-control"), Some("no-store"));
    assert!(write.json()["_rev"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn case_06_the_entity_tag_counts_before_the_date() {
    let world = World::new().await;
    let body = Body::new("@acme/tools", "1.0.0");
    body.publish(&world.owner).await.expect(201);
    let first = world.owner.get(&body.path()).await.expect(200);
    let modified = first.header("last-modified").unwrap();
    let path = body.path();
    let dated = world.owner.get_with(&path, "if-modified-since", modified);
    dated.await.expect(304);
    let request = world
        .owner
        .request(Method::GET, &body.path())
        .header("if-none-match", "\"stale\"")
        .header("if-modified-since", modified);
    send(request).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_29_hidden_forbidden_and_signed_out_differ() {
    let world = World::new().await;
    let body = Body::new("@acme/secret", "1.0.0");
    body.publish(&world.owner).await.expect(201);
    let anonymous = world.app.anonymous();
    let asked = anonymous.get(&body.path()).await.expect(401);
    assert_eq!(
        asked.error(),
        "@acme/secret needs a sign-in: send a token with the request"
    );
    assert_eq!(asked.header("www-authenticate"), None);
    let stranger = world.app.user("sam").await;
    let hidden = stranger.get(&body.path()).await.expect(404);
    assert_eq!(
        hidden.error(),
        "@acme/secret was not found, or you may not read it"
    );
    world.member("rita").await;
    world
        .app
        .grant(&address("secret"), "rita", Some(Role::Read))
        .await;
    let reader = world.app.token("rita", token_spec()).await;
    let reader = world.app.client(Some(&reader.secret));
    reader.get(&body.path()).await.expect(200);
    let refused = Body::new("@acme/secret", "1.0.1").publish(&reader).await;
    let refused = refused.expect(403);
    assert_eq!(
        refused.error(),
        "you may not publish @acme/secret: your account has no write access to it"
    );
    assert_eq!(refused.json()["error"], refused.json()["message"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_30_basic_credentials_install_and_publish() {
    let world = World::new().await;
    let token = world.app.token("ada", token_spec()).await.secret;
    let basic = |text: String| format!("Basic {}", STANDARD.encode(text));
    let forms = [
        basic(format!("anybody:{token}")),
        basic(format!("{token}:")),
        format!("token {token}"),
        token.clone(),
    ];
    for (patch, form) in forms.iter().enumerate() {
        let client = world.app.anonymous().authorization(form);
        let body = Body::new("@acme/tools", &format!("1.0.{patch}"));
        body.publish(&client).await.expect(201);
        client.get(&body.path()).await.expect(200);
    }
    let nobody = world.app.anonymous().authorization(basic(":".to_owned()));
    nobody.get("/@acme%2ftools").await.expect(401);
    let password = basic(format!("ada:{}", packhouse_testkit::app::PASSWORD));
    let password = world.app.anonymous().authorization(password);
    password.get("/@acme%2ftools").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_33_addresses_are_of_the_configured_url() {
    let options = Options {
        public_url: Some("https://packages.example:8443/registry/".parse().unwrap()),
        ..Options::default()
    };
    let world = World::with(options).await;
    let body = Body::new("@acme/tools", "1.0.0").proved();
    body.publish(&world.owner).await.expect(201);
    let base = "https://packages.example:8443/registry/npm/";
    for accept in [ABBREVIATED, "application/json"] {
        let request = world
            .owner
            .request(Method::GET, &body.path())
            .header("accept", accept)
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "http, http");
        let packument = send(request).await.expect(200).json();
        let dist = &packument["versions"]["1.0.0"]["dist"];
        let tarball = format!("{base}@acme/tools/-/tools-1.0.0.tgz");
        assert_eq!(dist["tarball"], tarball);
        let attestations = dist["attestations"]["url"].as_str().unwrap();
        assert!(attestations.starts_with(base), "{attestations}");
        assert!(!packument.to_string().contains("evil.example"));
        assert!(!packument.to_string().contains("registry.example"));
    }
    let login = world.app.anonymous().post("/-/v1/login", &json!({})).await;
    let login: Value = login.expect(200).json();
    for (key, start) in [
        (
            "loginUrl",
            "https://packages.example:8443/registry/login/cli/",
        ),
        (
            "doneUrl",
            "https://packages.example:8443/registry/npm/-/v1/done/",
        ),
    ] {
        assert!(login[key].as_str().unwrap().starts_with(start), "{login}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_35_odd_shapes_come_out_as_they_went_in() {
    let world = World::new().await;
    let fields = json!({
        "bin": "cli.js",
        "license": { "type": "MIT" },
        "repository": "https://git.example/acme/tools",
        "bundleDependencies": true,
        "engines": ["node >= 6"],
        "funding": ["https://fund.example"],
    });
    let body = Body::with("@acme/tools", "1.0.0", fields);
    body.publish(&world.owner).await.expect(201);
    let full = world.owner.get(&body.path()).await.expect(200).json();
    let version = &full["versions"]["1.0.0"];
    assert_eq!(version["license"], json!({ "type": "MIT" }));
    assert_eq!(version["repository"], "https://git.example/acme/tools");
    assert_eq!(version["bundleDependencies"], true);
    assert_eq!(version["engines"], json!(["node >= 6"]));
    assert_eq!(version["funding"], json!(["https://fund.example"]));
    let bin = &version["bin"];
    assert!(
        *bin == json!("cli.js") || *bin == json!({ "tools": "cli.js" }),
        "{bin}"
    );
    let one = world.owner.get("/@acme%2ftools/latest").await.expect(200);
    assert_eq!(one.json()["version"], "1.0.0");
    let one = world.owner.get("/@acme%2ftools/1.0.0").await.expect(200);
    assert_eq!(one.json()["bin"], *bin);
    world.owner.get("/@acme%2ftools/2.0.0").await.expect(404);
    let missing = world.owner.get("/@acme/tools/-/tools-2.0.0.tgz").await;
    missing.expect(404);
}
