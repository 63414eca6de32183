//! JSON for tools, needs for old clients, owners, search.

use packhouse_rubygems::dependencies::{Row, marshal};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::World;
use crate::world::gem::Gem;

async fn world() -> (World, [Gem; 3]) {
    let world = World::new().await;
    let gems = [
        Gem::new("a", "1.9"),
        Gem::new("a", "1.10")
            .needs("b", "~> 2.0, >= 2.0.1")
            .develops_with("rake", ">= 0")
            .ruby(">= 2.7")
            .says("source_code_uri", "https://code.example/a"),
        Gem::new("a", "2.0.rc1").on("java"),
    ];
    world.source().push_all(&gems).await;
    (world, gems)
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_read_of_a_gem_and_its_versions() {
    let (world, gems) = world().await;
    let source = world.source();
    let about = source.json("api/v1/gems/a.json").await;
    let base = format!("{}/acme", world.app.base);
    for (key, value) in [
        ("name", json!("a")),
        ("version", json!("1.10")),
        ("platform", json!("ruby")),
        ("authors", json!("A. Author")),
        ("info", json!("About a")),
        ("licenses", json!(["MIT"])),
        (
            "metadata",
            json!({ "source_code_uri": "https://code.example/a" }),
        ),
        ("sha", json!(hex::encode(Sha256::digest(gems[1].bytes())))),
        ("gem_uri", json!(format!("{base}/gems/a-1.10.gem"))),
        ("project_uri", json!(format!("{base}/api/v1/gems/a.json"))),
        ("homepage_uri", json!("https://a.example/")),
        ("source_code_uri", json!("https://code.example/a")),
        ("yanked", json!(false)),
        (
            "dependencies",
            json!({
                "development": [{ "name": "rake", "requirements": ">= 0" }],
                "runtime": [{ "name": "b", "requirements": "~> 2.0, >= 2.0.1" }],
            }),
        ),
    ] {
        assert_eq!(about[key], value, "{key}");
    }
    let versions = source.json("api/v1/versions/a.json").await;
    let told: Vec<_> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["number"], &one["platform"], &one["prerelease"]))
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["2.0.rc1", "java", true],
            ["1.10", "ruby", false],
            ["1.9", "ruby", false]
        ])
    );
    assert_eq!(versions[1]["ruby_version"], ">= 2.7");
    let latest = source.json("api/v1/versions/a/latest.json").await;
    assert_eq!(latest, json!({ "version": "1.10" }));
    let one = source.json("api/v2/rubygems/a/versions/1.9.json").await;
    assert_eq!(
        (&one["version"], &one["number"]),
        (&json!("1.9"), &json!("1.9"))
    );
    let java = "api/v2/rubygems/a/versions/2.0.rc1.json";
    source.get(java).await.expect(404);
    let one = source.json(&format!("{java}?platform=java")).await;
    assert_eq!(one["platform"], "java");
    for below in [
        "api/v1/gems/b.json",
        "api/v1/versions/b.json",
        "api/v2/rubygems/a/versions/3.json",
    ] {
        source.get(below).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_are_counted() {
    let (world, _) = world().await;
    let source = world.source();
    source.get("gems/a-1.9.gem").await.expect(200);
    source.get("gems/a-1.10.gem").await.expect(200);
    source.get("gems/a-1.10.gem").await.expect(200);
    source.head("gems/a-1.10.gem").await.expect(200);
    world.app.registry.flush_counters().await.unwrap();
    let about = source.json("api/v1/gems/a.json").await;
    let counted = (&about["downloads"], &about["version_downloads"]);
    assert_eq!(counted, (&json!(3), &json!(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_clients_ask_what_gems_need() {
    let (world, _) = world().await;
    let source = world.source();
    source.publish("b", "2.1").await;
    let row = |name, number, platform, dependencies| Row {
        name,
        number,
        platform,
        dependencies,
    };
    let needs = vec![("b", "~> 2.0, >= 2.0.1".to_owned())];
    let rows = [
        row("a", "1.9", "ruby", vec![]),
        row("a", "1.10", "ruby", needs),
        row("a", "2.0.rc1", "java", vec![]),
        row("b", "2.1", "ruby", vec![]),
    ];
    let below = "api/v1/dependencies?gems=a,nothing,b";
    let answer = source.get(below).await.expect(200);
    let kind = answer.header("content-type");
    assert_eq!(kind, Some("application/octet-stream"));
    assert_eq!(answer.body, marshal(&rows));
    let listed = source
        .json("api/v1/dependencies.json?gems=a,nothing,b")
        .await;
    let numbers: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["number"])
        .collect();
    assert_eq!(numbers, ["1.9", "1.10", "2.0.rc1", "2.1"]);
    assert_eq!(
        listed[1]["dependencies"],
        json!([["b", "~> 2.0, >= 2.0.1"]])
    );
    // The probe, at which old clients look whether this is answered.
    assert!(
        source
            .get("api/v1/dependencies")
            .await
            .expect(200)
            .body
            .is_empty()
    );
    source.head("api/v1/dependencies").await.expect(200);
    let names: Vec<String> = (0..201).map(|number| format!("x{number}")).collect();
    let names = names.join(",");
    let many = source
        .get(&format!("api/v1/dependencies?gems={names}"))
        .await;
    many.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_29_owners_are_told_and_not_changed_here() {
    let (mut world, _) = world().await;
    let source = world.source();
    let told = source.json("api/v1/gems/a/owners.json").await;
    assert_eq!(told[0]["handle"], "acme");
    let yaml = source.text("api/v1/gems/a/owners.yaml").await;
    assert!(yaml.starts_with("---\n- id: "), "{yaml}");
    assert!(yaml.ends_with("  handle: \"acme\"\n"), "{yaml}");
    world.mark().await;
    for method in [reqwest::Method::POST, reqwest::Method::DELETE] {
        let request = source.request(method, "api/v1/gems/a/owners");
        let answer = packhouse_testkit::app::send(request.body("email=b@b.example")).await;
        crate::world::refused(&answer, 403, &["package's settings", "acme/a"]);
    }
    world.expect_untouched("owners are not changed here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_gems_by_their_words() {
    let (world, _) = world().await;
    let source = world.source();
    source.publish("haystack", "1.0").await;
    source.publish("needle", "1.0").await;
    let found = async |query: &str| -> Vec<Value> {
        let found = source.json(&format!("api/v1/search.json?{query}")).await;
        let found = found.as_array().unwrap().iter();
        found.map(|gem| gem["name"].clone()).collect()
    };
    assert_eq!(found("query=needle").await, ["needle"]);
    assert_eq!(found("query=nothing-of-it").await, [""; 0]);
    let mut all = found("query=").await;
    all.sort_by_key(ToString::to_string);
    assert_eq!(all, ["a", "haystack", "needle"]);
    assert_eq!(found("query=&page=2").await, [""; 0]);
    let hit = source.json("api/v1/search.json?query=needle").await;
    assert_eq!(hit[0], source.json("api/v1/gems/needle.json").await);
    source.yank("needle", "1.0", None).await.expect(200);
    assert_eq!(found("query=needle").await, [""; 0]);
}
