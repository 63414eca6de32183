//! Searches and lists, and how they follow what changes.

use packhouse_core::format::DeprecationWish;
use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use serde_json::{Value, json};

use crate::feed::Feed;
use crate::pack::Nupkg;
use crate::world::{World, escaped, strings};

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_in_all_that_a_package_says() {
    let world = World::new().await;
    let source = world.source();
    source
        .push_all(&[
            Nupkg::new("Json.Reader.Fast", "1.0.0")
                .with("<title>Quick Parser</title><summary>Shortly said</summary>")
                .with("<tags>serializer, stream</tags>"),
            Nupkg::new("HttpClientTools", "1.0.0").described("Talks to servers"),
            Nupkg::new("Json", "1.0.0"),
        ])
        .await;
    let fast = "Json.Reader.Fast";
    for (text, expected) in [
        ("reader", &[fast][..]),
        ("READER", &[fast]),
        ("json.reader.fast", &[fast]),
        ("quick", &[fast]),
        ("shortly", &[fast]),
        ("serializer", &[fast]),
        ("grace", &["HttpClientTools", "Json", fast]),
        ("servers", &["HttpClientTools"]),
        ("json reader", &[fast]),
        ("json servers", &[]),
        ("read", &[fast]),
        ("id:json", &["Json"]),
        ("packageid:JSON", &["Json"]),
        ("tags:stream", &[fast]),
        ("tag:stream json", &[fast]),
        ("owner:acme id:json", &["Json"]),
        ("owner:other", &[]),
        ("%", &["HttpClientTools", "Json", fast]),
        ("", &["HttpClientTools", "Json", fast]),
    ] {
        let mut found = source.found(&format!("q={}", escaped(text))).await;
        found.sort();
        assert_eq!(found, expected, "{text}");
    }
    // The one that is called so comes first.
    assert_eq!(source.found("q=json").await, ["Json", fast]);
    // Escaped by halves, as clients do.
    assert_eq!(source.found("q=json+reader").await, [fast]);
    assert_eq!(source.found("q=%22reader%22").await, [fast]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_search_are_bounded() {
    let world = World::new().await;
    let source = world.source();
    for number in 0..25 {
        source.publish(&format!("Acme.P{number:02}"), "1.0.0").await;
    }
    for (query, count) in [
        ("q=", 20),
        ("take=5", 5),
        ("take=1000", 25),
        ("take=100000", 25),
        ("take=0", 0),
        ("take=-1", 0),
        ("take=x", 20),
        ("skip=20", 5),
        ("skip=-5", 20),
        ("skip=25", 0),
        ("skip=1000000000000", 0),
    ] {
        let found = source.json(&format!("query?{query}")).await;
        assert_eq!(found["totalHits"], 25, "{query}");
        assert_eq!(found["data"].as_array().unwrap().len(), count, "{query}");
        let ids = source.json(&format!("autocomplete?{query}")).await;
        assert_eq!(ids["totalHits"], 25, "{query}");
        assert_eq!(ids["data"].as_array().unwrap().len(), count, "{query}");
    }
    // No member is null, whatever a package does not say.
    let found = source.get("query?take=100").await.text();
    assert!(!found.contains("null"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn autocomplete_knows_ids_and_versions() {
    let world = World::new().await;
    let source = world.source();
    source
        .push_all(&[
            Nupkg::new("Acme.Lib", "1.0.0"),
            Nupkg::new("Acme.Lib", "1.1.0-beta"),
            Nupkg::new("Acme.Lib", "1.2.0-b.1"),
            Nupkg::new("Acme.Lib", "1.3.0"),
            Nupkg::new("Acme.Tool", "1.0.0").of_type("DotnetTool"),
            Nupkg::new("Acme.Soon", "1.0.0-beta"),
            Nupkg::new("Big.Acme", "1.0.0"),
        ])
        .await;
    source.unlist("Acme.Lib", "1.3.0").await.expect(204);
    for (query, expected) in [
        ("q=acme", &["Acme.Lib", "Acme.Tool"][..]),
        ("q=ACME.", &["Acme.Lib", "Acme.Tool"]),
        ("q=acme.t", &["Acme.Tool"]),
        (
            "q=acme&prerelease=true",
            &["Acme.Lib", "Acme.Soon", "Acme.Tool"],
        ),
        ("q=acme&packageType=dotnettool", &["Acme.Tool"]),
        ("q=acme&skip=1&take=1", &["Acme.Tool"]),
        ("q=nothing", &[]),
        ("q=%25", &[]),
        ("q=_", &[]),
        ("q=", &["Acme.Lib", "Acme.Tool", "Big.Acme"]),
        ("id=Acme.Lib", &["1.0.0"]),
        ("id=acme.lib&prerelease=true", &["1.0.0", "1.1.0-beta"]),
        (
            "id=acme.lib&prerelease=true&semVerLevel=2.0.0",
            &["1.0.0", "1.1.0-beta", "1.2.0-b.1"],
        ),
        ("id=nothing", &[]),
        ("id=a%2Fb", &[]),
    ] {
        let found = source.json(&format!("autocomplete?{query}")).await;
        assert_eq!(strings(&found["data"]), expected, "{query}");
        assert!(found["totalHits"].is_u64(), "{query}");
    }
}

/// Deprecation is shown wherever clients look for it, and goes again.
#[tokio::test(flavor = "multi_thread")]
async fn deprecation_is_shown_until_it_is_taken_back() {
    let world = World::new().await;
    let source = world.source();
    for version in ["1.0.0", "1.1.0"] {
        source.publish("Acme.Lib", version).await;
    }
    let shown = async || -> Vec<Value> {
        let leaves = source.leaves("registration", "acme.lib").await;
        let old = source.leaves("registration-semver1", "acme.lib").await;
        let found = source.json("query?q=lib").await;
        let mut all: Vec<_> = [leaves, old]
            .concat()
            .iter()
            .map(|leaf| leaf["catalogEntry"]["deprecation"].clone())
            .collect();
        all.push(found["data"][0]["deprecation"].clone());
        all
    };
    assert_eq!(shown().await, [(); 5].map(|()| Value::Null));
    let wish = |message: Option<&str>, reasons: &[&str]| DeprecationWish {
        message: message.map(str::to_owned),
        reasons: reasons.iter().map(|&reason| reason.to_owned()).collect(),
        alternate: None,
    };
    let old = wish(None, &["legacy", "other"]);
    world.deprecate("Acme.Lib", &["1.0.0"], &old).await;
    let old = json!({ "reasons": ["Legacy", "Other"] });
    let none = Value::Null;
    assert_eq!(
        shown().await,
        [old.clone(), none.clone(), old.clone(), none.clone(), none]
    );
    let new = wish(Some("use 2"), &[]);
    world.deprecate("Acme.Lib", &["1.1.0"], &new).await;
    let new = json!({ "reasons": ["Other"], "message": "use 2" });
    assert_eq!(
        shown().await,
        [old.clone(), new.clone(), old, new.clone(), new]
    );
    let wanted = ["1.0.0", "1.1.0"].map(|text| (crate::world::version(text), None));
    let (registry, address) = (&world.app.registry, crate::world::address("Acme.Lib"));
    let actor = packhouse_core::actor::Actor::System;
    let back = registry.deprecate(&actor, &crate::world::HERE, &address, wanted.to_vec());
    assert_eq!(back.await.unwrap(), 2);
    assert_eq!(shown().await, [(); 5].map(|()| Value::Null));
}

/// A version that is deleted for good is nowhere, at once; one that comes back is everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn lists_follow_deletion_and_restoring() {
    let world = World::new().await;
    let source = world.source();
    for version in ["1.0.0", "1.1.0"] {
        source.publish("Acme.Lib", version).await;
    }
    world.delete("Acme.Lib", &["1.1.0"]).await;
    assert_eq!(source.versions("acme.lib").await, ["1.0.0"]);
    assert_eq!(source.leaves("registration", "acme.lib").await.len(), 1);
    source.download("acme.lib", "1.1.0").await.expect(404);
    source
        .get("registration/acme.lib/1.1.0.json")
        .await
        .expect(404);
    let found = source.json("query?q=lib").await;
    assert_eq!(found["data"][0]["version"], "1.0.0");
    let feed = Feed::get(&source, "v2/FindPackagesById()?id='Acme.Lib'").await;
    assert_eq!(feed.versions(), ["1.0.0"]);
    source.unlist("Acme.Lib", "1.1.0").await.expect(404);
    let (registry, address) = (&world.app.registry, crate::world::address("Acme.Lib"));
    let (actor, here) = (packhouse_core::actor::Actor::System, &crate::world::HERE);
    let name = crate::world::version("1.1.0");
    let back = registry.restore_version(&actor, here, &address, &name);
    back.await.unwrap();
    assert_eq!(source.versions("acme.lib").await, ["1.0.0", "1.1.0"]);
    source.download("acme.lib", "1.1.0").await.expect(200);
    world.delete_package("Acme.Lib").await;
    assert!(source.versions("acme.lib").await.is_empty());
    assert!(source.found("q=lib").await.is_empty());
    source
        .get("registration/acme.lib/index.json")
        .await
        .expect(404);
    let feed = Feed::get(&source, "v2/Packages()").await;
    assert!(feed.entries.is_empty());
    // A number never comes again, and a new one is a new package.
    let again = source.push(&Nupkg::new("Acme.Lib", "1.0.0")).await;
    again.expect(409);
    source.publish("ACME.LIB", "3.0.0").await;
    assert_eq!(source.versions("acme.lib").await, ["3.0.0"]);
    assert_eq!(source.found("q=lib").await, ["ACME.LIB"]);
}

/// A package that names a repository of ours inherits from it, and says so when it cannot.
#[tokio::test(flavor = "multi_thread")]
async fn packages_are_linked_to_the_repository_that_they_name() {
    let world = World::new().await;
    world.app.repository("acme/open", Visibility::Public).await;
    world
        .app
        .repository("acme/theirs", Visibility::Private)
        .await;
    let source = world.source();
    let linked = Nupkg::new("Acme.Lib", "1.0.0")
        .with("<repository type=\"git\" url=\"https://git.example/acme/open\" commit=\"abc\"/>");
    let pushed = source.push(&linked).await.expect(201);
    assert!(pushed.header("x-nuget-warning").is_none());
    let stranger = world.stranger();
    stranger.download("acme.lib", "1.0.0").await.expect(200);
    let by_project = Nupkg::new("Acme.Other", "1.0.0")
        .with("<projectUrl>https://git.example/acme/open</projectUrl>");
    source.push(&by_project).await.expect(201);
    stranger.download("acme.other", "1.0.0").await.expect(200);
    // Somebody who may not write there publishes all the same, unlinked, and is told.
    let member = world.member("mel").await;
    let theirs = Nupkg::new("Acme.Mine", "1.0.0")
        .with("<repository url=\"https://git.example/acme/theirs\"/>");
    let pushed = member.push(&theirs).await.expect(201);
    let warning = pushed.header("x-nuget-warning").unwrap();
    assert!(warning.contains("without a link"), "{warning}");
    stranger.download("acme.mine", "1.0.0").await.expect(401);
    // Once somebody may read the package, it is in all of the lists.
    let reader = world.colleague("rita", "Acme.Mine", Role::Read).await;
    let mut found = reader.found("q=").await;
    found.sort();
    assert_eq!(found, ["Acme.Lib", "Acme.Mine", "Acme.Other"]);
}
