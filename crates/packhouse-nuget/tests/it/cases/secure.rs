//! Audits, and addresses behind a proxy.

use packhouse_core::visibility::Visibility;
use packhouse_testkit::app::{Options, TestApp};
use serde_json::{Value, json};

use crate::pack::{Nupkg, PNG};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn case_29_an_audit_finds_an_empty_page() {
    let world = World::new().await;
    world.public("Acme.Lib", "1.0.0").await;
    for source in [world.stranger(), world.source()] {
        let index = source.json("vulnerabilities/index.json").await;
        let pages = index.as_array().unwrap();
        assert_eq!(pages.len(), 1);
        assert_eq!(pages[0]["@name"], "all");
        assert!(pages[0]["@updated"].as_str().unwrap().ends_with('Z'));
        let page = source.follow(pages[0]["@id"].as_str().unwrap()).await;
        // A list would break the client, which reads a dictionary.
        assert_eq!(page, json!({}));
        source.get("vulnerabilities/other.json").await.expect(404);
    }
}

/// Checks all addresses in a document.
fn check(at: &str, value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(|member| check(at, member)).sum(),
        Value::Array(members) => members.iter().map(|member| check(at, member)).sum(),
        Value::String(text) if text.starts_with("http") => {
            assert!(
                text.starts_with("https://registry.example/below/"),
                "{at} names {text}"
            );
            1
        }
        _ => 0,
    }
}

/// Clients from 7.0 on refuse a source on https that names anything on http.
#[tokio::test(flavor = "multi_thread")]
async fn case_30_every_address_is_the_public_one() {
    let options = Options {
        public_url: Some("https://registry.example/below/".parse().unwrap()),
        ..Options::default()
    };
    let world = World::with(options).await;
    let source = world.source();
    let package = Nupkg::new("Acme.Lib", "1.0.0")
        .needs("Other", "1.0")
        .with("<icon>i.png</icon><license type=\"expression\">MIT</license>")
        .file("i.png", PNG);
    source.push(&package).await.expect(201);
    for number in 1..130 {
        source.publish("Acme.Many", &format!("1.{number}.0")).await;
    }
    world.show("Acme.Lib", Visibility::Public).await;
    let mut count = 0;
    for below in [
        "index.json",
        "registration/acme.lib/index.json",
        "registration-semver1/acme.lib/index.json",
        "registration/acme.lib/1.0.0.json",
        "registration/acme.many/index.json",
        "registration/acme.many/page/1.1.0/1.64.0.json",
        "query",
        "vulnerabilities/index.json",
    ] {
        let found = check(below, &source.json(below).await);
        assert!(found > 0, "{below} names nothing");
        count += found;
    }
    assert!(count > 300, "only {count} addresses");
    for below in [
        "v2/",
        "v2/Packages()",
        "v2/FindPackagesById()?id='Acme.Many'",
        "v2/Packages(Id='Acme.Lib',Version='1.0.0')",
    ] {
        let text = source.get(below).await.expect(200).text();
        let ours = "https://registry.example/below/nuget/acme/";
        assert!(text.contains(ours), "{below}");
        let schemas = ["http://www.w3.org/", "http://schemas.microsoft.com/"];
        for address in text.split("http://").skip(1) {
            let schema = |schema: &&str| {
                address.starts_with(schema.strip_prefix("http://").unwrap_or(schema))
            };
            assert!(
                schemas.iter().any(schema),
                "{below} names http://{}",
                address.split('"').next().unwrap()
            );
        }
    }
    listens_elsewhere(&world.app);
}

/// The test means something only when the server listens at another address.
fn listens_elsewhere(app: &TestApp) {
    assert!(app.base.starts_with("http://127.0.0.1:"));
}
