//! What restores ask for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::permission::Role;
use packhouse_registry::bytes::digests_of;

use crate::feed::Feed;
use crate::pack::Nupkg;
use crate::world::{Source, World};

#[tokio::test(flavor = "multi_thread")]
async fn case_06_capitals_of_ids_and_versions_do_not_count() {
    let world = World::new().await;
    let source = world.source();
    let package = Nupkg::new("Acme.Lib", "2.0.0-RC.1+Build.7").bytes();
    source.send("package/", &package).await.expect(201);
    assert_eq!(source.versions("acme.lib").await, ["2.0.0-rc.1"]);
    let shouting = Source::of(&world.owner, "ACME");
    assert_eq!(shouting.versions("ACME.LIB").await, ["2.0.0-rc.1"]);
    for (id, version, file) in [
        ("acme.lib", "2.0.0-rc.1", "acme.lib.2.0.0-rc.1.nupkg"),
        ("Acme.Lib", "2.0.0-RC.1", "Acme.Lib.2.0.0-RC.1.nupkg"),
        ("ACME.LIB", "2.0.0-rc.1", "acme.lib.2.0.0-RC.1.NUPKG"),
        ("acme.lib", "2.0-rc.1", "acme.lib.2.0-rc.1.nupkg"),
        ("acme.lib", "2.0.0.0-rc.1", "acme.lib.2.0.0-rc.1.nupkg"),
        ("acme.lib", "02.0.0-rc.1+y", "acme.lib.2.0.0-rc.1.nupkg"),
    ] {
        for source in [&source, &shouting] {
            let below = format!("download/{id}/{version}/{file}");
            let served = source.get(&below).await;
            assert_eq!(served.status, 200, "{below}");
            assert_eq!(served.body, package);
        }
    }
    for file in [
        "acme.lib.2.0.0.nupkg",
        "other.2.0.0-rc.1.nupkg",
        "acme.lib.zip",
    ] {
        let below = format!("download/acme.lib/2.0.0-rc.1/{file}");
        source.get(&below).await.expect(404);
    }
}

/// A chain of packages, the newest of a range; the lock file holds the hash of what was uploaded.
#[tokio::test(flavor = "multi_thread")]
async fn case_16_a_chain_is_restored_to_the_byte() {
    let world = World::new().await;
    let source = world.source();
    let chain = [
        Nupkg::new("Acme.Top", "1.0.0").needs("Acme.Middle", "1.0"),
        Nupkg::new("Acme.Middle", "1.2.0").needs("Acme.Bottom", "[1.0,2.0)"),
        Nupkg::new("Acme.Bottom", "1.9.0"),
        Nupkg::new("Acme.Bottom", "1.10.0"),
        Nupkg::new("Acme.Bottom", "2.0.0"),
    ];
    source.push_all(&chain).await;
    for (id, versions) in [
        ("acme.top", &["1.0.0"][..]),
        ("acme.middle", &["1.2.0"]),
        ("acme.bottom", &["1.9.0", "1.10.0", "2.0.0"]),
    ] {
        assert_eq!(source.versions(id).await, versions, "ascending");
    }
    let served = source.download("acme.bottom", "1.10.0").await.expect(200);
    assert_eq!(served.body, chain[3].bytes());
    let kind = served.header("content-type");
    assert_eq!(kind, Some("application/octet-stream"));
    let hash = STANDARD.encode(digests_of(&served.body).sha512.unwrap().0);
    let feed = Feed::get(&source, "v2/FindPackagesById()?id='Acme.Bottom'").await;
    let entry = feed.entries.iter();
    let hashes: Vec<_> = entry.map(|entry| entry.text("PackageHash")).collect();
    assert!(hashes.contains(&hash), "{hash} in {hashes:?}");
    let nuspec = source
        .get("download/acme.middle/1.2.0/acme.middle.nuspec")
        .await
        .expect(200);
    assert_eq!(nuspec.text(), chain[1].nuspec());
    assert_eq!(nuspec.header("content-type"), Some("application/xml"));
}

/// The next source is asked then.
#[tokio::test(flavor = "multi_thread")]
async fn case_17_what_lies_in_another_source_is_not_found_here() {
    let world = World::new().await;
    world.public("Acme.Lib", "1.0.0").await;
    for source in [world.stranger(), world.source()] {
        for below in [
            "download/newtonsoft.json/index.json",
            "download/newtonsoft.json/13.0.1/newtonsoft.json.13.0.1.nupkg",
            "registration/newtonsoft.json/index.json",
            "registration-semver1/newtonsoft.json/index.json",
            "registration/newtonsoft.json/13.0.1.json",
            "v2/Packages(Id='newtonsoft.json',Version='13.0.1')",
        ] {
            let answer = source.get(below).await;
            assert_eq!(answer.status, 404, "{below}");
            assert!(answer.header("www-authenticate").is_none());
        }
        let feed = Feed::get(&source, "v2/FindPackagesById()?id='newtonsoft.json'").await;
        assert!(feed.entries.is_empty());
        let none = source.json("autocomplete?id=newtonsoft.json").await;
        assert_eq!(none["data"], serde_json::json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_28_a_signed_package_comes_back_as_it_went() {
    let world = World::new().await;
    let source = world.source();
    let package = Nupkg::new("Acme.Lib", "1.0.0")
        .file(".signature.p7s", b"a signature, as far as anybody looks")
        .bytes();
    source.send("package/", &package).await.expect(201);
    for below in [
        "download/acme.lib/1.0.0/acme.lib.1.0.0.nupkg",
        "v2/package/acme.lib/1.0.0",
        "v2/package/acme.lib",
    ] {
        assert_eq!(source.get(below).await.expect(200).body, package);
    }
    // Nobody says that it was signed here.
    let index = source.json("index.json").await;
    let kinds = index["resources"].as_array().unwrap().iter();
    let signing = kinds.filter(|one| one["@type"].as_str().unwrap().starts_with("Repository"));
    assert_eq!(signing.count(), 0);
    let reader = world.colleague("rita", "Acme.Lib", Role::Read).await;
    assert_eq!(
        reader.download("acme.lib", "1.0.0").await.expect(200).body,
        package
    );
}
