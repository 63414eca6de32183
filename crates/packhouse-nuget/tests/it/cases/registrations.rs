//! Registrations: pages, dependencies, and the two hives.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use packhouse_nuget::range::VersionRange;
use packhouse_nuget::version::Version;
use serde_json::{Value, json};

use crate::pack::Nupkg;
use crate::world::{Source, World, strings, text};

fn version_of(leaf: &Value) -> String {
    text(&leaf["catalogEntry"]["version"])
}

/// Checks a page against itself and the one before.
fn check_page(page: &Value, leaves: &[Value], before: Option<&Version>) -> Version {
    let parse = |text: &Value| Version::parse(text.as_str().unwrap()).unwrap();
    assert_eq!(page["@type"], "catalog:CatalogPage");
    assert_eq!(page["count"], leaves.len());
    let versions: Vec<_> = leaves
        .iter()
        .map(|leaf| parse(&leaf["catalogEntry"]["version"]))
        .collect();
    assert!(versions.windows(2).all(|two| two[0] < two[1]), "ascending");
    assert_eq!(versions.first(), Some(&parse(&page["lower"])));
    assert_eq!(versions.last(), Some(&parse(&page["upper"])));
    if let Some(before) = before {
        assert!(*before < versions[0], "pages do not overlap");
    }
    parse(&page["upper"])
}

/// Reads the index of a registration by the rules: how many pages there are, and whether they come
/// with it.
async fn check_index(source: &Source, hive: &str, count: usize) {
    let at = format!("{hive}/acme.lib/index.json");
    let index = source.json(&at).await;
    assert_eq!(
        index["@type"],
        json!([
            "catalog:CatalogRoot",
            "PackageRegistration",
            "catalog:Permalink"
        ])
    );
    let pages = index["items"].as_array().unwrap();
    assert_eq!(pages.len(), count.div_ceil(64), "{count}");
    assert_eq!(index["count"], pages.len());
    let (mut seen, mut last) = (HashSet::new(), None);
    for (number, page) in pages.iter().enumerate() {
        let expected = (count - number * 64).min(64);
        assert_eq!(page["count"], expected);
        // Up to 127 the pages come with the index; a client takes `null` or nothing for no page.
        let whole = match count < 128 {
            true => page.clone(),
            false => {
                assert!(page.get("items").is_none(), "{count}");
                source.follow(page["@id"].as_str().unwrap()).await
            }
        };
        assert_eq!(whole["parent"], index["@id"]);
        let leaves = whole["items"].as_array().expect("the page's versions");
        last = Some(check_page(&whole, leaves, last.as_ref()));
        for leaf in leaves {
            assert!(seen.insert(version_of(leaf)), "{leaf} comes once");
        }
        if count >= 128 {
            for key in ["@id", "lower", "upper", "count"] {
                assert_eq!(whole[key], page[key], "{key}");
            }
        }
    }
    assert_eq!(seen.len(), count);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_25_registrations_come_in_pages() {
    let world = World::new().await;
    let source = world.source();
    let mut there = 0;
    for count in [1, 63, 64, 65, 127, 128, 300] {
        let new: Vec<_> = (there..count)
            .map(|number| Nupkg::new("Acme.Lib", &format!("1.{number}.0")))
            .collect();
        let pushes = stream::iter(&new).map(|package| source.push(package));
        let answers: Vec<_> = pushes.buffer_unordered(8).collect().await;
        for answer in answers {
            answer.expect(201);
        }
        there = count;
        for hive in ["registration", "registration-semver1"] {
            check_index(&source, hive, count).await;
        }
        assert_eq!(source.versions("acme.lib").await.len(), count);
    }
    // An address of a page that somebody kept stands for the versions within it, whatever pages there
    // are now: all of them, and no other.
    let page = source
        .json("registration/acme.lib/page/1.65.0/1.100.0.json")
        .await;
    assert_eq!(
        (&page["lower"], &page["upper"]),
        (&"1.65.0".into(), &"1.100.0".into())
    );
    assert_eq!(
        (&page["count"], page["items"].as_array().unwrap().len()),
        (&36.into(), 36)
    );
    source
        .get("registration/acme.lib/page/1.0.0/9.0.0.json")
        .await
        .expect(404);
    // Paket looks for every version inside the bounds of a page.
    let known = source
        .json("autocomplete?id=Acme.Lib&prerelease=true&semVerLevel=2.0.0&take=100000")
        .await;
    let known = strings(&known["data"]);
    assert_eq!(known, source.versions("acme.lib").await);
    let leaf = source.json("registration/acme.lib/1.299.json").await;
    assert_eq!(leaf["@type"], json!(["Package", "catalog:Permalink"]));
    assert_eq!(leaf["listed"], true);
    let content = leaf["packageContent"].as_str().unwrap();
    source.get(source.below(content)).await.expect(200);
}

const DEPENDENCIES: &str = "<dependencies>\
     <group targetFramework=\"net8.0\"><dependency id=\"One\" version=\"1.0\"/>\
     <dependency id=\"Exact\" version=\"[1.0]\"/><dependency id=\"Below\" version=\"(,2.0]\"/>\
     <dependency id=\"Any\"/></group>\
     <group targetFramework=\".NETFramework4.7.2\"/>\
     <group><dependency id=\"Between\" version=\"(1.0.0-RC,2)\"/></group></dependencies>";

#[tokio::test(flavor = "multi_thread")]
async fn case_26_dependencies_keep_their_groups_and_ranges() {
    let world = World::new().await;
    let source = world.source();
    let flat = "<dependencies><dependency id=\"One\" version=\"1\"/>\
                <dependency id=\"Two\" version=\"\"/></dependencies>";
    source
        .push_all(&[
            Nupkg::new("Acme.Lib", "1.0.0").with(DEPENDENCIES),
            Nupkg::new("Acme.Lib", "1.1.0").with(flat),
            Nupkg::new("Acme.Lib", "1.2.0").with("<dependencies/>"),
            Nupkg::new("Acme.Lib", "1.3.0"),
        ])
        .await;
    let base = format!("{}/acme/registration", world.app.base);
    let dependency = |id: &str, range: &str| {
        json!({
            "@type": "PackageDependency",
            "id": id,
            "range": range,
            "registration": format!("{base}/{}/index.json", id.to_lowercase()),
        })
    };
    let leaves = source.leaves("registration", "acme.lib").await;
    let groups = |place: usize| &leaves[place]["catalogEntry"]["dependencyGroups"];
    assert_eq!(
        *groups(0),
        json!([
            {
                "@type": "PackageDependencyGroup",
                "targetFramework": "net8.0",
                "dependencies": [
                    dependency("One", "[1.0.0, )"),
                    dependency("Exact", "[1.0.0, 1.0.0]"),
                    dependency("Below", "(, 2.0.0]"),
                    dependency("Any", "(, )"),
                ],
            },
            // Without it another group would be chosen.
            { "@type": "PackageDependencyGroup", "targetFramework": ".NETFramework4.7.2" },
            {
                "@type": "PackageDependencyGroup",
                "dependencies": [dependency("Between", "(1.0.0-RC, 2.0.0)")],
            },
        ])
    );
    assert_eq!(
        *groups(1),
        json!([{
            "@type": "PackageDependencyGroup",
            "dependencies": [dependency("One", "[1.0.0, )"), dependency("Two", "(, )")],
        }])
    );
    for place in [2, 3] {
        assert!(groups(place).is_null(), "{}", groups(place));
    }
    // Everything in a page is of the kind that clients read.
    for leaf in &leaves {
        check_leaf(leaf);
    }
    // The same for old clients, in their words.
    let feed = crate::feed::Feed::get(&source, "v2/FindPackagesById()?id='Acme.Lib'").await;
    assert_eq!(
        feed.entries[0].text("Dependencies"),
        "One:[1.0.0, ):net8.0|Exact:[1.0.0, 1.0.0]:net8.0|Below:(, 2.0.0]:net8.0|Any::net8.0|\
         ::net472|Between:(1.0.0-RC, 2.0.0):"
    );
    assert_eq!(feed.entries[1].text("Dependencies"), "One:[1.0.0, ):|Two::");
    assert_eq!(feed.entries[3].text("Dependencies"), "");
}

/// Nothing null, addresses absolute, versions and ranges readable.
fn check_leaf(leaf: &Value) {
    let entry = &leaf["catalogEntry"];
    assert!(!leaf.to_string().contains("null"), "{leaf}");
    for key in ["@id", "packageContent", "registration"] {
        assert!(text(&leaf[key]).starts_with("http://"), "{key}");
    }
    assert_eq!(leaf["@type"], "Package");
    assert_eq!(leaf["packageContent"], entry["packageContent"]);
    Version::parse(&version_of(leaf)).unwrap();
    assert!(entry["listed"].is_boolean() && entry["requireLicenseAcceptance"].is_boolean());
    let groups = entry["dependencyGroups"].as_array();
    let dependencies = groups.into_iter().flatten().flat_map(|group| {
        let dependencies = group["dependencies"].as_array();
        dependencies.into_iter().flatten()
    });
    for dependency in dependencies {
        VersionRange::parse(&text(&dependency["range"])).unwrap();
    }
}

/// Client 6.0 reads what `/Versioned` leads to, 4.2 what `/3.4.0` does.
#[tokio::test(flavor = "multi_thread")]
async fn case_27_each_generation_finds_the_hive_it_can_read() {
    let world = World::new().await;
    let source = world.source();
    source
        .push_all(&[
            Nupkg::new("Acme.Lib", "1.0.0"),
            Nupkg::new("Acme.Lib", "1.0.0-a.1"),
            Nupkg::new("Acme.Lib", "1.1.0+meta"),
            Nupkg::new("Acme.Lib", "1.2.0").needs("Other", "1.0.0-x.2"),
            Nupkg::new("Acme.Lib", "1.3.0-beta"),
            Nupkg::new("Acme.New", "1.0.0-a.1"),
        ])
        .await;
    let index = source.json("index.json").await;
    let resources = index["resources"].as_array().unwrap();
    let base = |kind: &str| {
        let found = resources.iter().find(|one| one["@type"] == kind).unwrap();
        source.below(found["@id"].as_str().unwrap()).to_owned()
    };
    let versions = async |kind: &str| -> Vec<String> {
        let hive = base(kind);
        let leaves = source.leaves(hive.trim_end_matches('/'), "acme.lib").await;
        leaves.iter().map(version_of).collect()
    };
    let all = ["1.0.0-a.1", "1.0.0", "1.1.0+meta", "1.2.0", "1.3.0-beta"];
    assert_eq!(versions("RegistrationsBaseUrl/Versioned").await, all);
    assert_eq!(versions("RegistrationsBaseUrl/3.6.0").await, all);
    for kind in ["/3.4.0", "/3.0.0-rc", "/3.0.0-beta", ""] {
        let kind = format!("RegistrationsBaseUrl{kind}");
        assert_eq!(versions(&kind).await, ["1.0.0", "1.3.0-beta"], "{kind}");
    }
    // In the flat container everything, whoever asks.
    assert_eq!(source.versions("acme.lib").await.len(), 5);
    let old = base("RegistrationsBaseUrl/3.4.0");
    for (below, status) in [
        ("acme.lib/1.0.0.json", 200),
        ("acme.lib/1.0.0-a.1.json", 404),
        ("acme.lib/1.1.0.json", 404),
        ("acme.lib/1.2.0.json", 404),
        ("acme.new/index.json", 404),
    ] {
        source.get(&format!("{old}{below}")).await.expect(status);
    }
    assert_eq!(source.leaves("registration", "acme.new").await.len(), 1);
}
