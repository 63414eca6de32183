//! What people look for, and what is shown of it.

use packhouse_core::format::DeprecationWish;
use serde_json::{Value, json};

use crate::pack::{Nupkg, PNG};
use crate::world::{Source, World, strings, text};

async fn stocked() -> World {
    let world = World::new().await;
    let source = world.source();
    source
        .push_all(&[
            Nupkg::new("Acme.Json", "1.0.0").with("<tags>data fast</tags>"),
            Nupkg::new("Acme.Json", "2.0.0-beta"),
            Nupkg::new("Acme.Xml", "1.0.0").with("<tags>data slow</tags>"),
            Nupkg::new("Acme.Xml", "1.1.0").with("<tags>data slow</tags>"),
            Nupkg::new("Acme.Preview", "0.1.0-alpha"),
            Nupkg::new("Acme.Next", "1.0.0-a.1"),
        ])
        .await;
    world
}

async fn search(source: &Source, query: &str) -> (u64, Vec<(String, String)>) {
    let found = source.json(&format!("query?{query}")).await;
    let hits = found["data"].as_array().unwrap().iter();
    let hits = hits.map(|hit| (text(&hit["id"]), text(&hit["version"])));
    (found["totalHits"].as_u64().unwrap(), hits.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn case_20_searches_are_filtered_and_counted_before_they_are_cut() {
    let world = stocked().await;
    let source = world.source();
    let level = "&semVerLevel=2.0.0";
    for (query, total, expected) in [
        (
            "q=acme&skip=0&take=20&prerelease=false",
            2,
            &["Acme.Json 1.0.0", "Acme.Xml 1.1.0"][..],
        ),
        (
            "q=acme&prerelease=true",
            4,
            &[
                "Acme.Json 2.0.0-beta",
                "Acme.Next 1.0.0-a.1",
                "Acme.Preview 0.1.0-alpha",
                "Acme.Xml 1.1.0",
            ],
        ),
        ("q=json", 1, &["Acme.Json 1.0.0"]),
        ("q=acme.json", 1, &["Acme.Json 1.0.0"]),
        ("q=json&prerelease=true", 1, &["Acme.Json 2.0.0-beta"]),
        ("q=id:acme.xml", 1, &["Acme.Xml 1.1.0"]),
        ("q=tags:slow", 1, &["Acme.Xml 1.1.0"]),
        ("q=nothing-of-the-kind", 0, &[]),
    ] {
        let (hits, mut found) = search(&source, &format!("{query}{level}")).await;
        assert_eq!(hits, total, "{query}");
        found.sort();
        let found: Vec<_> = found.iter().map(|(id, at)| format!("{id} {at}")).collect();
        assert_eq!(found, expected, "{query}");
    }
    // Page by page, each package once.
    let mut all = Vec::new();
    for skip in 0..5 {
        let query = format!("q=acme&prerelease=true&skip={skip}&take=1{level}");
        let (total, found) = search(&source, &query).await;
        assert_eq!(total, 4);
        assert_eq!(found.len(), usize::from(skip < 4), "{query}");
        all.extend(found);
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 4);
    // `--exact-match` reads the registration.
    let leaves = source.leaves("registration", "acme.json").await;
    assert_eq!(leaves.len(), 2);
}

/// Without a level nothing is shown that only newer clients can read.
#[tokio::test(flavor = "multi_thread")]
async fn case_20_old_clients_are_shown_what_they_can_read() {
    let world = stocked().await;
    let source = world.source();
    let (total, found) = search(&source, "q=next&prerelease=true").await;
    assert_eq!((total, found.len()), (0, 0));
    for level in ["2.0.0", "2"] {
        let query = format!("q=next&prerelease=true&semVerLevel={level}");
        assert_eq!(search(&source, &query).await.0, 1, "{level}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_21_visual_studio_finds_details_versions_readme_and_badges() {
    let world = World::new().await;
    let source = world.source();
    let package = |version: &str| {
        Nupkg::new("Acme.Lib", version)
            .with(
                "<title>The Library</title><summary>In short</summary><tags>one two</tags>\
                 <projectUrl>https://acme.example/lib</projectUrl>\
                 <license type=\"expression\">MIT</license><readme>README.md</readme>\
                 <icon>icon.png</icon><language>en</language>\
                 <requireLicenseAcceptance>true</requireLicenseAcceptance>",
            )
            .file("README.md", b"# Hello")
            .file("icon.png", PNG)
    };
    source.push_all(&[package("1.0.0"), package("1.1.0")]).await;
    let wish = DeprecationWish {
        message: Some("leaks".to_owned()),
        reasons: vec!["CriticalBugs".to_owned()],
        alternate: Some("Acme.Other".to_owned()),
    };
    world
        .deprecate("Acme.Lib", &["1.0.0", "1.1.0"], &wish)
        .await;
    let badge = json!({
        "reasons": ["CriticalBugs"],
        "message": "leaks",
        "alternatePackage": { "id": "Acme.Other", "range": "*" },
    });
    let found = source
        .json("query?q=&skip=0&take=26&prerelease=false&semVerLevel=2.0.0")
        .await;
    let hit = &found["data"][0];
    let base = &world.app.base;
    assert_eq!(found["totalHits"], 1);
    for (key, expected) in [
        ("id", json!("Acme.Lib")),
        ("version", json!("1.1.0")),
        ("title", json!("The Library")),
        ("summary", json!("In short")),
        ("description", json!("What Acme.Lib does")),
        ("tags", json!(["one", "two"])),
        ("authors", json!(["Ada", "Grace"])),
        ("owners", json!(["acme"])),
        ("projectUrl", json!("https://acme.example/lib")),
        (
            "iconUrl",
            json!(format!("{base}/acme/download/acme.lib/1.1.0/icon")),
        ),
        (
            "licenseUrl",
            json!(format!("{base}/acme/download/acme.lib/1.1.0/license")),
        ),
        (
            "registration",
            json!(format!("{base}/acme/registration/acme.lib/index.json")),
        ),
        ("totalDownloads", json!(0)),
        ("verified", json!(false)),
        ("packageTypes", json!([{ "name": "Dependency" }])),
        ("deprecation", badge.clone()),
    ] {
        assert_eq!(hit[key], expected, "{key}");
    }
    let versions: Vec<_> = hit["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["version"]), one["downloads"].clone()))
        .collect();
    let none = json!(0);
    assert_eq!(
        versions,
        [
            ("1.0.0".to_owned(), none.clone()),
            ("1.1.0".to_owned(), none)
        ]
    );
    for one in hit["versions"].as_array().unwrap() {
        source.follow(one["@id"].as_str().unwrap()).await;
    }
    // The details.
    let leaves = source.leaves("registration", "acme.lib").await;
    let entry = &leaves[1]["catalogEntry"];
    for (key, expected) in [
        ("licenseExpression", json!("MIT")),
        ("language", json!("en")),
        ("requireLicenseAcceptance", json!(true)),
        ("listed", json!(true)),
        ("published", json!("2026-01-31T12:00:00.000+00:00")),
        ("deprecation", badge),
    ] {
        assert_eq!(entry[key], expected, "{key}");
    }
    for key in ["iconUrl", "licenseUrl"] {
        let at = entry[key].as_str().unwrap();
        source.get(source.below(at)).await.expect(200);
    }
    // The readme, by the template of the index.
    let index = source.json("index.json").await;
    let resources = index["resources"].as_array().unwrap();
    let template = resources
        .iter()
        .find(|one| one["@type"] == "ReadmeUriTemplate/6.13.0");
    let at = text(&template.unwrap()["@id"])
        .replace("{lower_id}", "acme.lib")
        .replace("{lower_version}", "1.1.0");
    let readme = source.get(source.below(&at)).await.expect(200);
    assert_eq!(readme.text(), "# Hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_22_tools_and_templates_are_found_by_their_type() {
    let world = World::new().await;
    let source = world.source();
    source
        .push_all(&[
            Nupkg::new("Acme.Tool", "1.0.0").of_type("DotnetTool"),
            Nupkg::new("Acme.Tool", "1.1.0").of_type("DotnetTool"),
            Nupkg::new("Acme.Tool", "2.0.0-rc").of_type("DotnetTool"),
            Nupkg::new("Acme.Tool", "1.2.0"),
            Nupkg::new("Acme.Tpl", "1.0.0").of_type("Template"),
            Nupkg::new("Acme.Lib", "1.0.0"),
        ])
        .await;
    source.unlist("Acme.Tool", "1.2.0").await.expect(204);
    for (query, expected) in [
        ("packageType=DotnetTool", &["Acme.Tool 1.1.0"][..]),
        ("packageType=dotnettool", &["Acme.Tool 1.1.0"]),
        ("packageTypeFilter=Template", &["Acme.Tpl 1.0.0"]),
        ("packageType=Dependency", &["Acme.Lib 1.0.0"]),
        ("packageType=Nothing", &[]),
        (
            "packageType=&q=acme",
            &["Acme.Lib 1.0.0", "Acme.Tool 1.1.0", "Acme.Tpl 1.0.0"],
        ),
    ] {
        let (total, mut found) = search(&source, query).await;
        found.sort();
        let found: Vec<_> = found.iter().map(|(id, at)| format!("{id} {at}")).collect();
        assert_eq!(found, expected, "{query}");
        assert_eq!(total as usize, expected.len(), "{query}");
    }
    let hit = source.json("query?packageType=DotnetTool").await;
    let types = &hit["data"][0]["packageTypes"];
    assert_eq!(*types, json!([{ "name": "DotnetTool" }]));
    // The installer takes the newest that is listed and stable from the registration.
    let leaves = source.leaves("registration", "acme.tool").await;
    let shown = |leaf: &&Value| leaf["catalogEntry"]["listed"] == true;
    let versions: Vec<_> = leaves.iter().filter(shown).collect();
    let versions: Vec<_> = versions
        .iter()
        .map(|leaf| text(&leaf["catalogEntry"]["version"]))
        .collect();
    assert_eq!(versions, ["1.0.0", "1.1.0", "2.0.0-rc"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_23_registrations_say_what_is_newer_deprecated_or_vulnerable() {
    let world = stocked().await;
    let source = world.source();
    let wish = DeprecationWish {
        message: None,
        reasons: vec!["legacy".to_owned()],
        alternate: None,
    };
    world.deprecate("Acme.Xml", &["1.0.0"], &wish).await;
    let leaves = source.leaves("registration", "acme.xml").await;
    let entries: Vec<_> = leaves.iter().map(|leaf| &leaf["catalogEntry"]).collect();
    assert_eq!(entries[0]["deprecation"], json!({ "reasons": ["Legacy"] }));
    // What is absent is left out: clients take null for a wrong value.
    assert!(entries[1].get("deprecation").is_none());
    assert!(entries[1].get("vulnerabilities").is_none());
    assert_eq!(entries[1]["version"], "1.1.0");
    assert_eq!(entries[1]["listed"], true);
    // And by the list of versions of one id.
    let known = source
        .json("autocomplete?id=Acme.Json&prerelease=true&semVerLevel=2.0.0&take=100000")
        .await;
    assert_eq!(strings(&known["data"]), ["1.0.0", "2.0.0-beta"]);
    let known = source.json("autocomplete?id=acme.json").await;
    assert_eq!(strings(&known["data"]), ["1.0.0"]);
}
