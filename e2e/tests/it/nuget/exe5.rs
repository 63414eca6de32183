//! nuget.exe 5.8 and 4.9: cases 15 and 20, and projects with a packages.config.

use packhouse_e2e::Scene;
use packhouse_e2e::nuget::{Exe, Nupkg, SOURCE};

use super::expect::{OWNER, pushed, requests};

fn package(id: &str, version: &str) -> Nupkg {
    Nupkg::new(id, version).file("lib/text.txt", format!("{id} {version}"))
}

/// Gives the lines that begin with a package's id.
fn rows(printed: &str) -> Vec<&str> {
    let rows = printed
        .lines()
        .map(|row| row.trim_start_matches("> ").trim());
    rows.filter(|row| row.starts_with("Acme.")).collect()
}

/// A version that only SemVer 2 knows is found by installs and lists.
#[test]
fn case_15_versions_of_semver_2_are_installed_and_listed() {
    let scene = Scene::new();
    pushed(
        &scene,
        &[
            package("Acme.A", "1.0.0"),
            package("Acme.A", "1.1.0-rc.1+build.5"),
        ],
    );
    for exe in [Exe::V4, Exe::V5] {
        let home = scene.nuget_home(OWNER);
        let nuget = home.nuget(exe);
        nuget.install("Acme.A", SOURCE, "stable", &[]).ok();
        let text = home.read("stable/Acme.A.1.0.0/lib/text.txt");
        assert_eq!(text, b"Acme.A 1.0.0");
        nuget
            .install("acme.a", SOURCE, "newest", &["-PreRelease"])
            .ok();
        let text = home.read("newest/Acme.A.1.1.0-rc.1/lib/text.txt");
        assert_eq!(text, b"Acme.A 1.1.0-rc.1+build.5");
        let by_number = ["-Version", "1.1.0-RC.1"];
        nuget.install("Acme.A", SOURCE, "number", &by_number).ok();
        home.read("number/Acme.A.1.1.0-rc.1/lib/text.txt");

        let before = requests(&scene, "GET").len();
        let listed = nuget.list("", SOURCE, &[]).ok().stdout;
        assert_eq!(rows(&listed), ["Acme.A 1.0.0"], "{exe:?}");
        let more = ["-AllVersions", "-Prerelease"];
        let listed = nuget.list("acme", SOURCE, &more).ok().stdout;
        let expected = ["Acme.A 1.1.0-rc.1+build.5", "Acme.A 1.0.0"];
        assert_eq!(rows(&listed), expected, "{exe:?}");
        let asked = &requests(&scene, "GET")[before..];
        assert!(
            asked.iter().any(|line| line == "{owner}/v2/{feed}() 200"),
            "{asked:?}"
        );
    }
}

/// Words in ids and texts, prereleases when asked for, a page of one, everything for nothing.
#[test]
fn case_20_searches_find_what_is_listed() {
    let scene = Scene::new();
    let packages = [
        package("Acme.Json", "1.0.0").description("Reads and writes documents"),
        package("Acme.Json", "1.2.0").description("Reads and writes documents"),
        package("Acme.Json", "2.0.0-beta.1").description("Reads and writes documents"),
        package("Acme.Xml", "1.0.0").metadata("<tags>documents markup</tags>"),
        package("Acme.Early", "0.1.0-alpha"),
    ];
    pushed(&scene, &packages);
    let home = scene.nuget_home(OWNER);
    let search = |term: &str, more: &[&str]| {
        let printed = home.nuget(Exe::V5).search(term, SOURCE, more).ok().stdout;
        // Below each is what it says of itself.
        let rows = rows(&printed).into_iter();
        let rows = rows.filter(|row| row.contains(" | "));
        rows.map(|row| {
            let words: Vec<_> = row.split(" | ").take(2).collect();
            words.join(" ")
        })
        .collect::<Vec<_>>()
    };
    let mut all = search("", &[]);
    all.sort();
    assert_eq!(all, ["Acme.Json 1.2.0", "Acme.Xml 1.0.0"]);
    assert_eq!(search("json", &[]), ["Acme.Json 1.2.0"]);
    assert_eq!(search("json", &["-PreRelease"]), ["Acme.Json 2.0.0-beta.1"]);
    let mut about = search("documents", &[]);
    about.sort();
    assert_eq!(about, ["Acme.Json 1.2.0", "Acme.Xml 1.0.0"]);
    assert_eq!(search("early", &[]), [""; 0]);
    assert_eq!(
        search("early", &["-PreRelease"]),
        ["Acme.Early 0.1.0-alpha"]
    );
    assert_eq!(search("acme.xml", &["-Take", "1"]), ["Acme.Xml 1.0.0"]);
    assert_eq!(search("acme", &["-Take", "1"]).len(), 1);
    let counted = scene.nuget(OWNER).search("q=acme&take=1");
    assert_eq!(counted["totalHits"], 2);
    assert_eq!(counted["data"].as_array().map(Vec::len), Some(1));
}

/// A packages.config is restored, and brought to the newest version that is listed.
#[test]
fn a_packages_config_is_restored_and_updated() {
    let scene = Scene::new();
    let packages = ["1.0.0", "1.5.0", "2.0.0-rc.1"].map(|version| package("Acme.A", version));
    pushed(&scene, &packages);
    for exe in [Exe::V4, Exe::V5] {
        let home = scene.nuget_home(OWNER);
        let nuget = home.nuget(exe);
        nuget.write_project("app", &[("Acme.A", "1.0.0")]);
        nuget.restore("app", SOURCE, &[]).ok();
        let text = home.read("app/packages/Acme.A.1.0.0/lib/text.txt");
        assert_eq!(text, b"Acme.A 1.0.0", "{exe:?}");
        nuget.update("app", SOURCE, &[]).ok();
        let text = home.read("app/packages/Acme.A.1.5.0/lib/text.txt");
        assert_eq!(text, b"Acme.A 1.5.0", "{exe:?}");
    }
}
