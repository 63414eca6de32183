//! Clients of other kinds: sources without `.json`, Paket, nuget.exe 2.8 and 5.8, Chocolatey.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_registry::bytes::digests_of;
use packhouse_testkit::app::send;
use reqwest::Method;

use crate::feed::{Feed, entry};
use crate::pack::{Nupkg, form};
use crate::raw::{Connection, old};
use crate::world::{World, basic, escaped, strings};

/// A client whose source does not end in `.json` pushes to the source itself.
#[tokio::test(flavor = "multi_thread")]
async fn case_12_a_push_to_the_source_itself_with_and_without_slash() {
    let world = World::new().await;
    let source = world.source();
    for (number, below) in [
        "",
        "package",
        "package/",
        "v2",
        "v2/",
        "v2/package",
        "v2/package/",
    ]
    .into_iter()
    .enumerate()
    {
        let package = Nupkg::new("Acme.Lib", &format!("1.0.{number}")).bytes();
        source.send(below, &package).await.expect(201);
    }
    let package = Nupkg::new("Acme.Lib", "1.1.0").bytes();
    let with_slash = source.client.request(Method::PUT, "/acme/");
    send(with_slash.body(package)).await.expect(201);
    assert_eq!(source.versions("acme.lib").await.len(), 8);
}

/// On Linux Paket ends its form with a bare line feed before the last boundary.
#[tokio::test(flavor = "multi_thread")]
async fn case_13_paket_pushes_forms_of_its_own() {
    let world = World::new().await;
    let sign_in = basic("ada", &world.key);
    let mut connection = Connection::open(&world.app).await;
    for (version, line, path) in [
        ("1.0.0", "\r\n", "/nuget/acme/package"),
        ("1.0.1", "\n", "/nuget/acme/package"),
        ("1.0.2", "\n", "/nuget/acme/package/"),
    ] {
        let mut package = Nupkg::new("Acme.Lib", version).bytes();
        // What looks like the end of a line before the boundary is still the package's.
        if version == "1.0.2" {
            package = Nupkg::new("Acme.Lib", version)
                .file("content/z.txt", b"\r\n--crossed\r\n")
                .bytes();
        }
        let boundary = "--crossed9c1f";
        let head = format!(
            "--{boundary}{line}Content-Disposition: form-data; name=\"package\"; \
             filename=\"package.nupkg\"{line}Content-Type: application/octet-stream{line}{line}"
        );
        let end = format!("{line}--{boundary}--{line}");
        let body = [head.as_bytes(), &package, end.as_bytes()].concat();
        let kind = format!("multipart/form-data; boundary={boundary}");
        let headers = [
            ("Authorization", &*sign_in),
            ("X-NuGet-ApiKey", &*world.key),
            ("Content-Type", &*kind),
            ("User-Agent", "Paket"),
        ];
        connection.put(path, &headers, &body).await.expect(201);
        let served = world.source().download("acme.lib", version).await;
        assert_eq!(served.expect(200).body, package, "{version}");
    }
}

/// The requests of nuget.exe 2.8 in the order of its commands; the first of each is HTTP/1.0.
#[tokio::test(flavor = "multi_thread")]
async fn case_14_nuget_2_8_pushes_lists_installs_updates_and_deletes() {
    let world = World::new().await;
    let key = [
        ("User-Agent", "NuGet Command Line/2.8.60717.93"),
        ("X-NuGet-ApiKey", &*world.key),
    ];
    // push: no line end after the last boundary.
    for version in ["1.0", "1.1.0", "2.0.0-beta"] {
        let package = Nupkg::new("Acme.Lib", version).bytes();
        let (kind, body) = form(&package);
        let body = body.strip_suffix(b"\r\n").unwrap();
        let headers = [key[0], key[1], ("Content-Type", &*kind)];
        let pushed = old(&world.app, "PUT", "/nuget/acme/v2/", &headers, body).await;
        pushed.expect(201);
    }
    world
        .show("Acme.Lib", packhouse_core::visibility::Visibility::Public)
        .await;
    // list: the source, its model, then the search.
    let root = old(&world.app, "GET", "/nuget/acme/v2/", &key[..1], b"").await;
    let root = root.expect(200);
    assert_eq!(
        root.headers("content-type"),
        ["application/xml;charset=utf-8"]
    );
    assert!(root.text().contains("<collection href=\"Packages\">"));
    let model = old(
        &world.app,
        "GET",
        "/nuget/acme/v2/$metadata",
        &key[..1],
        b"",
    )
    .await;
    let model = model.expect(200).text();
    for word in [
        "Name=\"IsAbsoluteLatestVersion\"",
        "FunctionImport Name=\"Search\"",
        "EntityType Name=\"V2FeedPackage\"",
    ] {
        assert!(model.contains(word), "{word}");
    }
    let source = world.stranger();
    let filter = escaped("IsLatestVersion");
    let listed = format!(
        "v2/Search()?$filter={filter}&$orderby=Id&searchTerm='lib'&targetFramework=''\
         &includePrerelease=false&$skip=0&$top=30"
    );
    let listed = Feed::get(&source, &listed).await;
    assert_eq!(listed.versions(), ["1.1.0"]);
    assert_eq!(listed.next, None);
    // install A
    let newest = format!(
        "v2/FindPackagesById()?$filter=IsLatestVersion&$orderby={}&$top=1&id='Acme.Lib'",
        escaped("Version desc")
    );
    let newest = Feed::get(&source, &newest).await;
    assert_eq!(newest.versions(), ["1.1.0"]);
    let content = source.below(&newest.entries[0].content);
    let at = format!("/nuget/acme/{content}");
    let served = old(&world.app, "GET", &at, &key[..1], b"")
        .await
        .expect(200);
    let hash = digests_of(&served.body).sha512.unwrap();
    assert_eq!(
        newest.entries[0].text("PackageHash"),
        STANDARD.encode(hash.0)
    );
    let size = served.body.len().to_string();
    assert_eq!(newest.entries[0].text("PackageSize"), size);
    // install A -Version 1.0: all spellings are tried.
    for spelled in ["1.0", "1.0.0", "1.0.0.0"] {
        let at = format!("v2/Packages(Id='acme.lib',Version='{spelled}')");
        let one = entry(&source.get(&at).await.expect(200).text());
        assert_eq!(one.text("Id"), "Acme.Lib");
        assert_eq!(one.text("NormalizedVersion"), "1.0.0");
    }
    source
        .get("v2/Packages(Id='Acme.Lib',Version='3.0')")
        .await
        .expect(404);
    // update
    let updates = "v2/GetUpdates()?packageIds='Acme.Lib|Other'&versions='1.0|1.0'\
                   &includePrerelease=false&includeAllVersions=false&targetFrameworks='net45'\
                   &versionConstraints='|'";
    let updates = Feed::get(&source, updates).await;
    assert_eq!(updates.versions(), ["1.1.0"]);
    // delete
    let at = "/nuget/acme/v2/Acme.Lib/1.1.0";
    let gone = old(&world.app, "DELETE", at, &key, b"").await;
    assert_eq!(gone.status, 204);
    let newest = Feed::get(&source, "v2/Search()?$filter=IsLatestVersion&searchTerm=''").await;
    assert_eq!(newest.versions(), ["1.0.0"]);
}

/// It looks for registrations with SemVer 2 under `/Versioned`, and lists through the old feed.
#[tokio::test(flavor = "multi_thread")]
async fn case_15_nuget_5_8_installs_semver_2_and_lists_through_the_old_feed() {
    let world = World::new().await;
    world.public("Acme.Lib", "1.0.0").await;
    world.source().publish("Acme.Lib", "1.1.0-rc.1+x").await;
    let source = world.stranger();
    let index = source.json("index.json").await;
    let resources = index["resources"].as_array().unwrap();
    let find = |kind: &str| {
        let found = resources.iter().find(|one| one["@type"] == kind);
        found.unwrap_or_else(|| panic!("{kind}"))
    };
    let versioned = find("RegistrationsBaseUrl/Versioned");
    assert_eq!(versioned["clientVersion"], "4.3.0-alpha");
    let base = versioned["@id"].as_str().unwrap();
    assert!(base.ends_with('/'));
    let registration = source.follow(&format!("{base}acme.lib/index.json")).await;
    let leaves = registration["items"][0]["items"].as_array().unwrap();
    let versions: Vec<_> = leaves
        .iter()
        .map(|leaf| leaf["catalogEntry"]["version"].as_str().unwrap())
        .collect();
    assert_eq!(versions, ["1.0.0", "1.1.0-rc.1+x"]);
    let flat = find("PackageBaseAddress/3.0.0")["@id"].as_str().unwrap();
    let flat = source.follow(&format!("{flat}acme.lib/index.json")).await;
    assert_eq!(strings(&flat["versions"]), ["1.0.0", "1.1.0-rc.1"]);
    let search = find("SearchQueryService/3.0.0-beta")["@id"].as_str();
    let search = format!(
        "{}?q=lib&skip=0&take=30&prerelease=true&semVerLevel=2.0.0",
        search.unwrap()
    );
    let found = source.follow(&search).await;
    assert_eq!(found["data"][0]["version"], "1.1.0-rc.1+x");
    let old = find("LegacyGallery/2.0.0")["@id"].as_str().unwrap();
    let listed = format!(
        "{}/Search()?$filter=IsAbsoluteLatestVersion&searchTerm='lib'&targetFramework=''\
         &includePrerelease=true&$skip=0&$top=30&semVerLevel=2.0.0",
        source.below(old)
    );
    let listed = Feed::get(&source, &listed).await;
    assert_eq!(listed.versions(), ["1.1.0-rc.1"]);
    assert_eq!(listed.entries[0].text("Version"), "1.1.0-rc.1+x");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_31_chocolatey_pushes_counts_pages_and_installs() {
    let world = World::new().await;
    let source = world.source();
    let count = 130;
    for number in 0..count {
        let package = Nupkg::new(&format!("tool-{number:03}"), "1.0.0").with("<tags>choco</tags>");
        source
            .send("v2/package", &package.bytes())
            .await
            .expect(201);
    }
    source.publish("tool-000", "1.1.0").await;
    let query = "$filter=IsLatestVersion&searchTerm='choco'&targetFramework=''\
                 &includePrerelease=false";
    let counted = source.get(&format!("v2/Search()/$count?{query}")).await;
    let counted = counted.expect(200);
    assert_eq!(
        counted.header("content-type"),
        Some("text/plain;charset=utf-8")
    );
    // The newest version of the first one says no such tag.
    assert_eq!(counted.text(), (count - 1).to_string());
    let mut found = Vec::new();
    for page in 0..5 {
        let page = format!(
            "v2/Search()?{query}&$orderby=Id&$skip={}&$top=30",
            page * 30
        );
        let page = Feed::get(&source, &page).await;
        assert_eq!(page.next, None);
        found.extend(page.ids());
    }
    let expected: Vec<_> = (1..count)
        .map(|number| format!("tool-{number:03}"))
        .collect();
    assert_eq!(found, expected);
    // By the id alone, then the package through the old feed.
    let filter = escaped("(tolower(Id) eq 'tool-007') and IsLatestVersion");
    let one = Feed::get(
        &source,
        &format!("v2/Packages()?$filter={filter}&semVerLevel=2.0.0"),
    )
    .await;
    assert_eq!(one.ids(), ["tool-007"]);
    let served = source.get("v2/package/TOOL-007/1.0.0").await.expect(200);
    let again = source.get("v2/package/tool-007").await.expect(200);
    assert_eq!(served.body, again.body);
    // The same through V3.
    assert_eq!(source.found("q=tag:choco&take=3").await.len(), 3);
    assert_eq!(source.versions("tool-007").await, ["1.0.0"]);
}
