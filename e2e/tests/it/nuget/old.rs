//! nuget.exe 2.8, which knows version 2 of the protocol alone: case 14. What Chocolatey asks is here
//! too, as requests: case 31.

use packhouse_e2e::Scene;
use packhouse_e2e::nuget::{Exe, Home, Nupkg, SOURCE};

use super::expect::{OWNER, has, pushed, requests};

fn package(version: &str) -> Nupkg {
    Nupkg::new("Acme.A", version).file("lib/text.txt", format!("Acme.A {version}"))
}

fn text(home: &Home, path: &str) -> String {
    let bytes = home.read(&format!("{path}/lib/text.txt"));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Gives the packages that lines name, whatever else a terminal is told before.
fn rows(printed: &str) -> Vec<&str> {
    let rows = printed.lines();
    rows.filter_map(|row| Some(row[row.find("Acme.")?..].trim_end()))
        .collect()
}

#[test]
fn case_14_every_verb_of_2_8_works() {
    let scene = Scene::new();
    let home = scene.nuget_v2_home(OWNER, Some(&scene.token));
    let nuget = home.nuget(Exe::V2);
    let key = Some(scene.token.as_str());
    for version in ["1.0.0", "1.1.0", "2.0.0-beta"] {
        let made = package(version);
        nuget.push(&made.write(&home), SOURCE, key, &[]).ok();
    }
    let versions = scene.nuget(OWNER).versions("Acme.A");
    assert_eq!(versions, ["1.0.0", "1.1.0", "2.0.0-beta"]);
    has(&scene, "Acme.A", "1.0.0", &package("1.0.0").bytes());
    let again = package("1.1.0").write(&home);
    nuget.push(&again, SOURCE, key, &[]).failed().says("409");

    let listed = home.list_with_2_8("", SOURCE, &[]).ok().stdout;
    assert_eq!(rows(&listed), ["Acme.A 1.1.0"]);
    let more = ["-AllVersions", "-Prerelease"];
    let listed = home.list_with_2_8("acme", SOURCE, &more).ok().stdout;
    let mut all = rows(&listed);
    all.sort_unstable();
    assert_eq!(all, ["Acme.A 1.0.0", "Acme.A 1.1.0", "Acme.A 2.0.0-beta"]);
    let listed = home
        .list_with_2_8("acme", SOURCE, &["-Prerelease"])
        .ok()
        .stdout;
    assert_eq!(rows(&listed), ["Acme.A 2.0.0-beta"]);
    let listed = home.list_with_2_8("nothing", SOURCE, &[]).ok();
    listed.says("No packages found.");

    nuget.install("Acme.A", SOURCE, "newest", &[]).ok();
    assert_eq!(text(&home, "newest/Acme.A.1.1.0"), "Acme.A 1.1.0");
    nuget
        .install("acme.a", SOURCE, "early", &["-Prerelease"])
        .ok();
    assert_eq!(text(&home, "early/Acme.A.2.0.0-beta"), "Acme.A 2.0.0-beta");
    for version in ["1.0", "1.0.0"] {
        let to = format!("number-{version}");
        let number = ["-Version", version];
        nuget.install("Acme.A", SOURCE, &to, &number).ok();
        assert_eq!(text(&home, &format!("{to}/Acme.A.1.0.0")), "Acme.A 1.0.0");
    }

    nuget.write_project("app", &[("Acme.A", "1.0.0")]);
    nuget.restore("app", SOURCE, &[]).ok();
    assert_eq!(text(&home, "app/packages/Acme.A.1.0.0"), "Acme.A 1.0.0");
    nuget.update("app", SOURCE, &[]).ok();
    assert_eq!(text(&home, "app/packages/Acme.A.1.1.0"), "Acme.A 1.1.0");

    nuget.delete("Acme.A", "1.1.0", SOURCE, key).ok();
    let listed = home.list_with_2_8("acme", SOURCE, &[]).ok().stdout;
    assert_eq!(rows(&listed), ["Acme.A 1.0.0"]);
    home.forget();
    nuget.install("Acme.A", SOURCE, "after", &[]).ok();
    assert_eq!(text(&home, "after/Acme.A.1.0.0"), "Acme.A 1.0.0");
}

/// What it depends on comes along, and what only SemVer 2 knows does not.
#[test]
fn case_14_dependencies_are_installed_and_semver_2_is_hidden() {
    let scene = Scene::new();
    let top = Nupkg::new("Acme.Top", "1.0.0").depends("net45", "Acme.A", "[1.0,2.0)");
    let top = top.depends_on_nothing("net20");
    pushed(
        &scene,
        &[
            top.file("lib/text.txt", "top"),
            package("1.0.0"),
            package("1.5.0"),
        ],
    );
    pushed(&scene, &[package("2.0.0"), package("3.0.0-rc.1")]);
    let home = scene.nuget_v2_home(OWNER, Some(&scene.token));
    let nuget = home.nuget(Exe::V2);
    nuget.install("Acme.Top", SOURCE, "got", &[]).ok();
    assert_eq!(text(&home, "got/Acme.Top.1.0.0"), "top");
    // The lowest that will do.
    assert_eq!(text(&home, "got/Acme.A.1.0.0"), "Acme.A 1.0.0");
    let more = ["-AllVersions", "-Prerelease"];
    let listed = home.list_with_2_8("Acme.A", SOURCE, &more).ok();
    listed.says("Acme.A 2.0.0").says_nothing_of("3.0.0");
}

/// Without credentials it is told why; where everything is public it needs none.
#[test]
fn a_source_of_version_2_asks_who_is_there() {
    let scene = Scene::new();
    pushed(&scene, &[package("1.0.0")]);
    let home = scene.nuget_v2_home(OWNER, None);
    let nuget = home.nuget(Exe::V2);
    // It ends well, having found nothing.
    home.list_with_2_8("", SOURCE, &[])
        .says("Please provide credentials");
    nuget.install("Acme.A", SOURCE, "got", &[]).failed();
    scene.set_nuget_visibility("acme/Acme.A", "public");
    let listed = home.list_with_2_8("", SOURCE, &[]).ok().stdout;
    assert_eq!(rows(&listed), ["Acme.A 1.0.0"]);
    nuget.install("Acme.A", SOURCE, "got", &[]).ok();
    assert_eq!(text(&home, "got/Acme.A.1.0.0"), "Acme.A 1.0.0");
    let puts = requests(&scene, "PUT").len();
    let made = package("1.1.0").write(&home);
    nuget.push(&made, SOURCE, None, &[]).failed();
    let reads = scene.create_token("alice", "read:packages", &[]);
    let ran = nuget.push(&made, SOURCE, Some(&reads), &[]).failed();
    ran.says("403");
    assert_eq!(scene.nuget(OWNER).versions("Acme.A"), ["1.0.0"]);
    assert!(requests(&scene, "PUT").len() > puts);
}

/// Searches, counts, pages and single packages, as Chocolatey asks for them.
#[test]
fn case_31_what_chocolatey_asks_is_answered() {
    let scene = Scene::new();
    let many: Vec<_> = (0..35)
        .map(|number| Nupkg::new(&format!("acme-{number:02}"), "1.0.0"))
        .collect();
    pushed(&scene, &many);
    pushed(
        &scene,
        &[
            Nupkg::new("acme-07", "1.1.0"),
            Nupkg::new("acme-07", "2.0.0-beta"),
        ],
    );
    let feed = scene.nuget(OWNER);
    let entries = |path: &str| {
        let text = feed.get(path).expect(200).text();
        let entries = text.split("<entry").skip(1);
        let ids = entries.map(|entry| {
            let of = |name: &str| {
                let begin = format!("<d:{name}>");
                let rest = entry.split_once(&begin).expect("an entry has it").1;
                rest.split('<').next().unwrap_or_default().to_owned()
            };
            format!("{} {}", of("Id"), of("Version"))
        });
        (ids.collect::<Vec<_>>(), text)
    };
    let words = "searchTerm='acme'&targetFramework=''&includePrerelease=false";
    let query = |skip: u32| {
        format!(
            "/v2/Search()?$filter=IsLatestVersion&$orderby=Id&{words}&$skip={skip}&$top=30\
             &semVerLevel=2.0.0"
        )
    };
    let count = feed.get(&format!(
        "/v2/Search()/$count?$filter=IsLatestVersion&{words}"
    ));
    assert_eq!(count.expect(200).text(), "35");
    let (first, text) = entries(&query(0));
    assert_eq!((first.len(), first[7].as_str()), (30, "acme-07 1.1.0"));
    // With `$top` the client counts by itself.
    assert!(!text.contains("rel=\"next\""), "{text}");
    let (second, _) = entries(&query(30));
    assert_eq!((second.len(), second[4].as_str()), (5, "acme-34 1.0.0"));

    let exact = "/v2/Packages()?$filter=(tolower(Id)%20eq%20'acme-07')%20and%20IsLatestVersion";
    assert_eq!(entries(exact).0, ["acme-07 1.1.0"]);
    let newest = "/v2/FindPackagesById()?id='ACME-07'&semVerLevel=2.0.0";
    let expected = ["acme-07 1.0.0", "acme-07 1.1.0", "acme-07 2.0.0-beta"];
    let mut found = entries(newest).0;
    found.sort();
    assert_eq!(found, expected);
    let one = "/v2/Packages(Id='acme-07',Version='1.1.0')";
    let (found, text) = entries(one);
    assert_eq!(found, ["acme-07 1.1.0"]);
    let source = text.split_once("src=\"").expect("an entry has content").1;
    let source = source.split('"').next().unwrap_or_default();
    let root = format!("{}/nuget/{OWNER}", scene.server.origin());
    let path = source.strip_prefix(&root).expect("it is below the source");
    let package = feed.get(path).expect(200);
    assert!(package.body == Nupkg::new("acme-07", "1.1.0").bytes());
}
