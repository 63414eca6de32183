//! The service document, the model, entries, and how they are sent.

use packhouse_core::visibility::Visibility;
use packhouse_xml::{Element, Namespace};

use crate::feed::{Feed, entry, root};
use crate::pack::{Nupkg, PNG};
use crate::raw::{ask, old};
use crate::world::World;

fn in_namespace(element: &Element, name: &str) -> bool {
    matches!(&element.namespace, Namespace::Named(found) if **found == *name)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_document_and_the_model_say_what_can_be_asked() {
    let world = World::new().await;
    world.public("Acme.Lib", "1.0.0").await;
    let source = world.stranger();
    for below in ["v2", "v2/", ""] {
        let answer = source.get(below).await.expect(200);
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("application/xml;charset=utf-8"), "{below}");
        let service = root(&answer.text(), "service");
        assert!(in_namespace(&service, "http://www.w3.org/2007/app"));
        let base = format!("{}/acme/v2/", world.app.base);
        assert_eq!(service.attribute("xml:base"), Some(&*base));
        let workspace = service.child("workspace").unwrap();
        assert_eq!(workspace.value("title"), Some("Default"));
        let collection = workspace.child("collection").unwrap();
        assert_eq!(collection.attribute("href"), Some("Packages"));
    }
    for below in ["v2/$metadata", "$metadata"] {
        let answer = source.get(below).await.expect(200);
        assert_eq!(answer.header("dataserviceversion"), Some("2.0;"));
        let model = root(&answer.text(), "Edmx");
        let edmx = "http://schemas.microsoft.com/ado/2007/06/edmx";
        assert!(in_namespace(&model, edmx));
        let schema = model.find(&["DataServices", "Schema"]).unwrap();
        assert!(in_namespace(
            schema,
            "http://schemas.microsoft.com/ado/2006/04/edm"
        ));
        let kind = schema.child("EntityType").unwrap();
        assert_eq!(kind.attribute("Name"), Some("V2FeedPackage"));
        assert_eq!(kind.attribute("m:HasStream"), Some("true"));
        let key = kind.child("Key").unwrap().all("PropertyRef");
        let key: Vec<_> = key.map(|one| one.attribute("Name").unwrap()).collect();
        assert_eq!(key, ["Id", "Version"]);
        let container = schema.child("EntityContainer").unwrap();
        let imports = container.all("FunctionImport");
        let imports: Vec<_> = imports.map(|one| one.attribute("Name").unwrap()).collect();
        assert_eq!(imports, ["Search", "FindPackagesById", "GetUpdates"]);
        // Every property of an entry is in the model, by its type.
        let feed = Feed::get(&source, "v2/Packages()").await;
        let known: Vec<_> = kind
            .all("Property")
            .map(|one| {
                let name = one.attribute("Name").unwrap().to_owned();
                (name, one.attribute("Type").unwrap().to_owned())
            })
            .collect();
        assert_eq!(known.len(), feed.entries[0].properties.len());
        for (name, kind) in known {
            assert_eq!(feed.entries[0].properties[&name].0, kind, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_says_all_that_its_nuspec_does() {
    let world = World::new().await;
    let source = world.source();
    let package = Nupkg::new("Acme.Lib", "1.2-RC.1+b7")
        .described("Less &lt; more &amp; \u{fc}ber")
        .with(
            "<title>The \"Library\"</title><summary>In short</summary><tags>one, two</tags>\
             <copyright>(c) Ada</copyright><language>en</language><releaseNotes>New</releaseNotes>\
             <projectUrl>https://acme.example/?a=1&amp;b=2</projectUrl>\
             <requireLicenseAcceptance>True</requireLicenseAcceptance>\
             <license type=\"expression\">MIT OR Apache-2.0</license><icon>i.png</icon>",
        )
        .file("i.png", PNG);
    source.push(&package).await.expect(201);
    let at = "v2/Packages(Id='ACME.lib',Version='1.2.0.0-rc.1')";
    let answer = source.get(at).await.expect(200);
    let kind = answer.header("content-type");
    assert_eq!(kind, Some("application/atom+xml;type=entry;charset=utf-8"));
    let one = entry(&answer.text());
    let part = |name: &str| {
        format!(
            "{}/acme/download/acme.lib/1.2.0-rc.1/{name}",
            world.app.base
        )
    };
    // Below the feed: clients show what they know of a source at no other address.
    let nupkg = format!("{}/acme/v2/package/acme.lib/1.2.0-rc.1", world.app.base);
    assert_eq!(one.content, nupkg);
    for (name, expected) in [
        ("Id", "Acme.Lib"),
        ("Version", "1.2-RC.1+b7"),
        ("NormalizedVersion", "1.2.0-RC.1"),
        ("Authors", "Ada, Grace"),
        ("Description", "Less < more & \u{fc}ber"),
        ("Title", "The \"Library\""),
        ("Summary", "In short"),
        ("Tags", "one two"),
        ("Copyright", "(c) Ada"),
        ("Language", "en"),
        ("ReleaseNotes", "New"),
        ("ProjectUrl", "https://acme.example/?a=1&b=2"),
        ("RequireLicenseAcceptance", "true"),
        ("LicenseNames", "MIT OR Apache-2.0"),
        ("LicenseUrl", &part("license")),
        ("IconUrl", &part("icon")),
        ("IsPrerelease", "true"),
        ("IsLatestVersion", "false"),
        ("IsAbsoluteLatestVersion", "true"),
        ("PackageHashAlgorithm", "SHA512"),
        ("Published", "2026-01-31T12:00:00.000"),
        ("DownloadCount", "0"),
        ("VersionDownloadCount", "0"),
    ] {
        assert_eq!(one.text(name), expected, "{name}");
    }
    for name in ["MinClientVersion", "LastEdited", "ReportAbuseUrl"] {
        assert!(one.is_null(name), "{name}");
    }
    // In a feed the same.
    let feed = Feed::get(
        &source,
        "v2/FindPackagesById()?id='acme.lib'&semVerLevel=2.0.0",
    )
    .await;
    assert_eq!(feed.entries[0].properties, one.properties);
    assert_eq!(feed.entries[0].content, one.content);
    // Downloads are counted, as soon as they are written down.
    for _ in 0..3 {
        source.get("v2/package/acme.lib/1.2-rc.1").await.expect(200);
    }
    world.app.registry.flush_counters().await.unwrap();
    let one = entry(&source.get(at).await.expect(200).text());
    assert_eq!(one.text("DownloadCount"), "3");
    assert_eq!(one.text("VersionDownloadCount"), "3");
    let found = source.json("query?prerelease=true&semVerLevel=2.0.0").await;
    assert_eq!(found["data"][0]["totalDownloads"], 3);
    assert_eq!(found["data"][0]["versions"][0]["downloads"], 3);
}

/// Such clients know no body in pieces, and no connection that stays.
#[tokio::test(flavor = "multi_thread")]
async fn clients_of_http_1_0_get_everything_whole() {
    let world = World::new().await;
    let source = world.source();
    for number in 0..120 {
        source.publish("Acme.Lib", &format!("1.{number}.0")).await;
    }
    world.show("Acme.Lib", Visibility::Public).await;
    for (method, path, status) in [
        ("GET", "/nuget/acme/v2/", 200),
        ("GET", "/nuget/acme/v2/$metadata", 200),
        ("GET", "/nuget/acme/v2/Packages()", 200),
        ("GET", "/nuget/acme/v2/Packages()/$count", 200),
        (
            "GET",
            "/nuget/acme/v2/FindPackagesById()?id='Acme.Lib'",
            200,
        ),
        (
            "GET",
            "/nuget/acme/v2/Packages(Id='Acme.Lib',Version='1.1')",
            200,
        ),
        (
            "GET",
            "/nuget/acme/v2/Packages(Id='Acme.Lib',Version='3')",
            404,
        ),
        ("GET", "/nuget/acme/v2/package/Acme.Lib/1.1.0", 200),
        ("HEAD", "/nuget/acme/v2/package/Acme.Lib/1.1.0", 200),
        ("GET", "/nuget/acme/v2/Packages()?$filter=Nothing", 400),
        ("GET", "/nuget/acme/index.json", 200),
        ("GET", "/nuget/acme/registration/acme.lib/index.json", 200),
        ("GET", "/nuget/acme/download/acme.lib/index.json", 200),
        ("PUT", "/nuget/acme/v2/", 401),
        ("POST", "/nuget/acme/v2/$batch", 501),
    ] {
        for encodings in ["", "gzip"] {
            let headers = [
                ("Accept-Encoding", encodings),
                ("DataServiceVersion", "1.0;NetFx"),
            ];
            let answer = old(&world.app, method, path, &headers, b"").await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
            assert_eq!(answer.body.is_empty(), method == "HEAD", "{path}");
        }
    }
    let key = [("X-NuGet-ApiKey", &*world.key)];
    let package = Nupkg::new("Acme.Lib", "2.0.0").bytes();
    let pushed = old(&world.app, "PUT", "/nuget/acme/v2/package/", &key, &package).await;
    pushed.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_are_those_of_gets_and_batches_are_not_offered() {
    let world = World::new().await;
    let source = world.source();
    source.publish("Acme.Lib", "1.0.0").await;
    for below in [
        "v2",
        "v2/$metadata",
        "v2/Packages()",
        "v2/Search()/$count",
        "v2/FindPackagesById()?id='Acme.Lib'",
        "v2/Packages(Id='Acme.Lib',Version='1.0')",
        "v2/package/Acme.Lib",
        "v2/package/Acme.Lib/1.0.0",
    ] {
        let (get, head) = (source.get(below).await, source.head(below).await);
        assert_eq!(head.status, 200, "{below}");
        assert!(head.body.is_empty(), "{below}");
        let length = get.body.len().to_string();
        for (name, value) in &get.headers {
            if name != "date" {
                assert_eq!(head.headers.get(name), Some(value), "{below}: {name}");
            }
        }
        assert_eq!(head.header("content-length"), Some(&*length), "{below}");
    }
    let batch = ask(
        &world.app,
        "POST",
        "/nuget/acme/v2/$batch",
        Some(&world.key),
    );
    let batch = batch.await;
    crate::raw::refused_change(&batch, 501, "Not Implemented", &["ask each by itself"]);
}
