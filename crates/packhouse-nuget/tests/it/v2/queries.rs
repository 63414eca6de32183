//! The queries that clients really send (NuGet notes §9), and what they find.

use packhouse_core::visibility::Visibility;

use crate::feed::Feed;
use crate::pack::Nupkg;
use crate::world::{Source, World, escaped};

/// A source with something for every query.
async fn stocked() -> World {
    let world = World::new().await;
    world
        .source()
        .push_all(&[
            Nupkg::new("Acme.Lib", "1.0"),
            Nupkg::new("Acme.Lib", "1.1.0"),
            Nupkg::new("Acme.Lib", "2.0.0-beta"),
            Nupkg::new("Acme.Lib", "2.0.0-beta.1"),
            Nupkg::new("Acme.Tool", "0.1.0")
                .with("<title>Zebra</title><tags>choco tool</tags>")
                .described("Cuts wood"),
            Nupkg::new("Acme.Tool", "0.2.0")
                .with("<title>Zebra</title><tags>choco tool</tags>")
                .described("Cuts wood"),
            Nupkg::new("Other", "3.0.0-rc").with("<title>Apple</title>"),
        ])
        .await;
    let source = world.source();
    source.unlist("Acme.Tool", "0.2.0").await.expect(204);
    world
}

/// Gives what a query finds: id and version of each entry.
async fn found(source: &Source, below: &str) -> Vec<String> {
    let feed = Feed::get(source, below).await;
    let both = feed.ids().into_iter().zip(feed.versions());
    both.map(|(id, version)| format!("{id} {version}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_id_is_found_with_all_of_its_versions() {
    let world = stocked().await;
    let source = world.source();
    let all = ["Acme.Lib 1.0.0", "Acme.Lib 1.1.0", "Acme.Lib 2.0.0-beta"];
    let both = ["Acme.Tool 0.1.0", "Acme.Tool 0.2.0"];
    for (query, expected) in [
        ("?id='Acme.Lib'", &all[..]),
        ("?id=%27acme.LIB%27", &all),
        ("?id='Acme.Tool'", &both),
        ("?id='Nothing'", &[]),
        ("?id='a''b'", &[]),
        (
            "?$filter=IsLatestVersion&$orderby=Version%20desc&$top=1&id='Acme.Lib'",
            &all[1..2],
        ),
        (
            "?$filter=IsAbsoluteLatestVersion&$top=1&id='Acme.Lib'",
            &all[2..3],
        ),
        ("?id='Acme.Lib'&$top=2", &all[..2]),
        ("?id='Acme.Lib'&$skip=1", &all[1..]),
        ("?id='Acme.Lib'&$filter=not%20IsPrerelease", &all[..2]),
    ] {
        for name in ["FindPackagesById()", "FindPackagesById"] {
            let below = format!("v2/{name}{query}");
            assert_eq!(found(&source, &below).await, expected, "{below}");
        }
    }
    // In the order that was asked for.
    let mut backwards = found(
        &source,
        "v2/FindPackagesById()?id='Acme.Lib'&semVerLevel=2.0.0&$orderby=Version%20desc",
    )
    .await;
    assert_eq!(
        backwards,
        [
            "Acme.Lib 2.0.0-beta.1",
            "Acme.Lib 2.0.0-beta",
            "Acme.Lib 1.1.0",
            "Acme.Lib 1.0.0"
        ]
    );
    let by_time = "v2/FindPackagesById()?id='Acme.Lib'&semVerLevel=2.0.0&$orderby=Published%20desc";
    let mut paket = found(&source, by_time).await;
    backwards.sort();
    paket.sort();
    assert_eq!(paket, backwards);
    source.get("v2/FindPackagesById()").await.expect(400);
    let counted = source
        .get("v2/FindPackagesById()/$count?id='Acme.Lib'")
        .await
        .expect(200);
    assert_eq!(counted.text(), "3");
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_are_found_by_every_filter_that_clients_send() {
    let world = stocked().await;
    let source = world.source();
    let (lib, tool) = ("Acme.Lib 1.1.0", "Acme.Tool 0.1.0");
    let versions = ["Acme.Lib 1.0.0", lib, "Acme.Lib 2.0.0-beta"];
    let both = ["Acme.Tool 0.1.0", "Acme.Tool 0.2.0"];
    for (filter, expected) in [
        ("IsLatestVersion", &[lib, tool][..]),
        (
            "IsAbsoluteLatestVersion",
            &["Acme.Lib 2.0.0-beta", tool, "Other 3.0.0-rc"],
        ),
        ("(tolower(Id) eq 'acme.lib') and IsLatestVersion", &[lib]),
        ("Id eq 'ACME.LIB'", &versions),
        (
            "tolower(Id) eq 'acme.lib' or tolower(Id) eq 'other'",
            &[versions[0], lib, versions[2], "Other 3.0.0-rc"],
        ),
        (
            "(tolower(Id) eq 'acme.lib') and (NormalizedVersion eq '1.0.0')",
            &versions[..1],
        ),
        (
            "(tolower(Id) eq 'acme.lib') and (Version eq '1.0')",
            &versions[..1],
        ),
        ("Id eq 'Acme.Tool'", &both),
        ("substringof('lib',tolower(Id))", &versions),
        ("startswith(tolower(Id),'acme.t')", &[tool]),
        ("substringof('choco',Tags)", &[tool]),
        ("substringof(' choco ',Tags)", &[tool]),
        ("substringof(' cho ',Tags)", &[]),
        (
            "(((Id ne null) and substringof('wood',tolower(Id))) or ((Description ne null) and \
             substringof('wood',tolower(Description)))) or ((Tags ne null) and \
             substringof(' wood ',tolower(Tags)))",
            &[tool],
        ),
        ("IsPrerelease eq false and Id eq 'Acme.Lib'", &versions[..2]),
        (
            "not (IsPrerelease) and startswith(Id,'Acme.L')",
            &versions[..2],
        ),
        ("Title eq 'Zebra'", &[tool]),
        ("Id eq 'nothing'", &[]),
    ] {
        let below = format!("v2/Packages()?$filter={}", escaped(filter));
        let mut there = found(&source, &below).await;
        there.sort();
        assert_eq!(there, expected, "{filter}");
        let below = format!("v2/Packages/$count?$filter={}", escaped(filter));
        let counted = source.get(&below).await.expect(200).text();
        assert_eq!(counted, expected.len().to_string(), "{filter}");
    }
    for (order, expected) in [
        ("Id", [lib, tool]),
        ("Id desc", [tool, lib]),
        ("DownloadCount desc,Id", [lib, tool]),
        ("concat(Title,Id) desc", [tool, lib]),
        ("Version", [tool, lib]),
    ] {
        let below = format!(
            "v2/Packages()?$filter=IsLatestVersion&$orderby={}",
            escaped(order)
        );
        assert_eq!(found(&source, &below).await, expected, "{order}");
    }
    source.download("acme.tool", "0.1.0").await.expect(200);
    world.app.registry.flush_counters().await.unwrap();
    let order = escaped("DownloadCount desc,Id");
    let below = format!("v2/Packages()?$filter=IsLatestVersion&$orderby={order}");
    assert_eq!(found(&source, &below).await, [tool, lib]);
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_find_what_is_listed() {
    let world = stocked().await;
    let source = world.source();
    let (lib, tool) = ("Acme.Lib 1.1.0", "Acme.Tool 0.1.0");
    for (query, expected) in [
        (
            "$filter=IsLatestVersion&$orderby=Id&searchTerm='acme'&targetFramework='net45'\
             &includePrerelease=false&$skip=0&$top=30",
            &[lib, tool][..],
        ),
        (
            "$filter=IsAbsoluteLatestVersion&searchTerm='acme.lib'&targetFramework=''\
             &includePrerelease=true&$orderby=Id&semVerLevel=2.0.0",
            &["Acme.Lib 2.0.0-beta.1"],
        ),
        (
            "$filter=IsLatestVersion&searchTerm=''&$orderby=Id",
            &[lib, tool],
        ),
        ("$filter=IsLatestVersion&searchTerm='wood'", &[tool]),
        ("$filter=IsLatestVersion&searchTerm='tag:choco'", &[tool]),
        ("$filter=IsLatestVersion&searchTerm='id:Acme.Tool'", &[tool]),
        (
            "$filter=IsAbsoluteLatestVersion&searchTerm='apple'&includePrerelease=true",
            &["Other 3.0.0-rc"],
        ),
        ("$filter=IsLatestVersion&searchTerm='apple'", &[]),
        ("searchTerm='lib'", &["Acme.Lib 1.0.0", lib]),
        (
            "searchTerm='lib'&targetFramework='portable-net45+win8'",
            &["Acme.Lib 1.0.0", lib],
        ),
    ] {
        let below = format!("v2/Search()?{query}");
        assert_eq!(found(&source, &below).await, expected, "{query}");
        if !query.contains("$top") {
            let counted = source.get(&format!("v2/Search()/$count?{query}")).await;
            let counted = counted.expect(200).text();
            assert_eq!(counted, expected.len().to_string(), "{query}");
        }
    }
    let feed = Feed::get(
        &source,
        "v2/Search()?$filter=IsLatestVersion&searchTerm=''&$top=1&$inlinecount=allpages",
    )
    .await;
    assert_eq!((feed.count.as_deref(), feed.entries.len()), (Some("2"), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_are_newer_and_inside_the_bounds() {
    let world = stocked().await;
    let source = world.source();
    let (lib, beta) = ("Acme.Lib 1.1.0", "Acme.Lib 2.0.0-beta");
    let flags = |prerelease: bool, all: bool| {
        format!("&includePrerelease={prerelease}&includeAllVersions={all}")
    };
    for (query, flags, expected) in [
        (
            "packageIds='Acme.Lib|Acme.Tool|None'&versions='1.0|0.1.0|1.0'",
            flags(false, false),
            &[lib][..],
        ),
        (
            "packageIds='acme.lib'&versions='0.5'",
            flags(true, false),
            &[beta],
        ),
        (
            "packageIds='acme.lib'&versions='0.5'&semVerLevel=2.0.0",
            flags(true, false),
            &["Acme.Lib 2.0.0-beta.1"],
        ),
        (
            "packageIds='acme.lib'&versions='0.5'",
            flags(true, true),
            &["Acme.Lib 1.0.0", lib, beta],
        ),
        (
            "packageIds='acme.lib'&versions='1.1.0'",
            flags(false, true),
            &[],
        ),
        (
            "packageIds='Acme.Lib|Acme.Lib'&versions='0.5|0.5'&versionConstraints='[0,1.1)|'\
             &targetFrameworks='net45|portable-net45+win8'",
            flags(false, false),
            &["Acme.Lib 1.0.0", lib],
        ),
        ("packageIds=''&versions=''", flags(false, false), &[]),
    ] {
        let below = format!("v2/GetUpdates()?{query}{flags}");
        assert_eq!(found(&source, &below).await, expected, "{below}");
    }
    for query in [
        "packageIds='A|B'&versions='1.0'",
        "packageIds='A'&versions='x'",
        "packageIds='A'&versions='1.0'&includePrerelease=maybe",
    ] {
        let below = format!("v2/GetUpdates()?{query}");
        assert_eq!(source.get(&below).await.status, 400, "{query}");
    }
}

/// What is not known is refused by name: passed over, it would find what nobody asked for.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_refused_by_name() {
    let world = stocked().await;
    let source = world.source();
    for (query, word) in [
        ("$filter=Nothing eq 'x'", "Nothing"),
        ("$filter=length(Id) gt 3", "length"),
        ("$filter=Id gt 'x'", "gt"),
        ("$filter=Id eq 'x", "does not end"),
        ("$filter=(Id eq 'x'", "parenthesis"),
        ("$filter=Id eq 'x' and", "the end"),
        ("$filter=DownloadCount eq 3", "DownloadCount"),
        ("$orderby=Nothing", "Nothing"),
        ("$top=many", "many"),
        ("$skip=-1", "-1"),
        ("$inlinecount=some", "some"),
        ("$expand=Screenshots", "$expand"),
        ("$format=json", "json"),
        ("$top=1&$top=2", "twice"),
    ] {
        let query: Vec<_> = query
            .split('&')
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                format!("{name}={}", escaped(value))
            })
            .collect();
        for feed in ["Packages()", "Search()", "Packages()/$count"] {
            let below = format!("v2/{feed}?{}", query.join("&"));
            let answer = source.get(&below).await;
            assert_eq!(answer.status, 400, "{below}");
            let told = answer.error();
            assert!(
                told.contains("cannot be read") && told.contains(word),
                "{told}"
            );
        }
    }
    let deep = format!("{}IsLatestVersion{}", "(".repeat(40), ")".repeat(40));
    let below = format!("v2/Packages()?$filter={}", escaped(&deep));
    let told = source.get(&below).await.expect(400).error();
    assert!(told.contains("32 deep"), "{told}");
}

/// Without the level nothing is found that only newer clients know, but for the one version that
/// somebody names.
#[tokio::test(flavor = "multi_thread")]
async fn old_clients_do_not_see_semver_2() {
    let world = World::new().await;
    let source = world.source();
    source
        .push_all(&[
            Nupkg::new("Acme.Lib", "1.0.0"),
            Nupkg::new("Acme.Lib", "1.1.0+meta"),
            Nupkg::new("Acme.Lib", "1.2.0").needs("X", "1.0.0-a.b"),
            Nupkg::new("Acme.Lib", "2.0.0-rc.1"),
            Nupkg::new("Acme.New", "1.0.0-a.1"),
        ])
        .await;
    world.show("Acme.Lib", Visibility::Internal).await;
    for (below, old, new) in [
        ("v2/FindPackagesById()?id='Acme.Lib'", 1, 4),
        ("v2/FindPackagesById()?id='Acme.New'", 0, 1),
        ("v2/Packages()?", 1, 5),
        ("v2/Search()?searchTerm='acme'&includePrerelease=true", 1, 5),
        ("v2/Packages()?$filter=IsAbsoluteLatestVersion", 1, 2),
    ] {
        assert_eq!(found(&source, below).await.len(), old, "{below}");
        let level = format!("{below}&semVerLevel=2.0.0");
        assert_eq!(found(&source, &level).await.len(), new, "{below}");
    }
    // The newest of those that are seen.
    let latest = "v2/Packages()?$filter=IsLatestVersion";
    assert_eq!(found(&source, latest).await, ["Acme.Lib 1.0.0"]);
    let level = format!("{latest}&semVerLevel=2.0.0");
    assert_eq!(found(&source, &level).await, ["Acme.Lib 1.2.0"]);
    for version in ["1.1.0", "1.2.0", "2.0.0-rc.1"] {
        let below = format!("v2/Packages(Id='Acme.Lib',Version='{version}')");
        source.get(&below).await.expect(200);
    }
}
