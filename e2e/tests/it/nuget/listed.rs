//! Versions that are hidden, deprecated, deleted: cases 23, 24 and, as far as the SDK 3.1 plays it,
//! 27.

use packhouse_e2e::Scene;
use packhouse_e2e::http::Response;
use packhouse_e2e::nuget::{Csproj, Exe, Home, Nupkg, Project, SOURCE};

use super::expect::{OWNER, chosen, pushed, requests};

fn app(home: &Home, range: &str) -> Project {
    let name = format!("app-{}", range.trim_end_matches(".*"));
    Csproj::console("App", &[])
        .depends("Acme.A", range)
        .write(home, &name)
}

fn versions(list: &[&str]) -> Vec<Nupkg> {
    let version = |version: &&str| Nupkg::new("Acme.A", version);
    list.iter().map(version).collect()
}

/// Gives the rows of a table that `dotnet list package` prints, a word apart each.
fn rows(printed: &str) -> Vec<String> {
    let rows = printed.lines().filter(|row| row.trim().starts_with('>'));
    rows.map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

fn relist(scene: &Scene, id: &str, version: &str) -> Response {
    let path = format!("/package/{id}/{version}");
    let request = scene.nuget(OWNER).request("POST", &path);
    request.header("X-NuGet-ApiKey", &scene.token).send()
}

#[test]
fn case_24_an_unlisted_version_is_hidden_and_restored_by_its_number() {
    let scene = Scene::new();
    pushed(&scene, &versions(&["1.0.0", "1.1.0"]));
    let home = scene.nuget_home(OWNER);
    let (dotnet, nuget) = (home.dotnet(), home.nuget(Exe::V5));
    let outdated = app(&home, "1.0.0");
    dotnet.restore(&outdated, &[]).ok();
    let newest = || {
        home.forget_answers();
        rows(&dotnet.outdated(&outdated, &[]).ok().stdout)
    };
    assert_eq!(newest(), ["> Acme.A 1.0.0 1.0.0 1.1.0"]);

    let key = Some(scene.token.as_str());
    dotnet.delete("Acme.A", "1.1.0", SOURCE, key).ok();
    assert_eq!(newest(), [""; 0]);
    let ran = nuget.search("acme", SOURCE, &[]).ok();
    ran.says("Acme.A | 1.0.0").says_nothing_of("1.1.0");
    let ran = nuget.list("acme", SOURCE, &["-AllVersions"]).ok();
    ran.says("Acme.A 1.0.0").says_nothing_of("1.1.0");
    let exact = app(&home, "1.1.0");
    dotnet.restore(&exact, &[]).ok();
    assert_eq!(chosen(&exact), ["Acme.A/1.1.0"]);
    // It is in the way of another one as before.
    let again = Nupkg::new("Acme.A", "1.1.0").write(&home);
    dotnet.push(&again, SOURCE, key, &[]).failed().says("409");

    relist(&scene, "acme.a", "1.1").expect(200);
    assert_eq!(newest(), ["> Acme.A 1.0.0 1.0.0 1.1.0"]);
    // Without a key, with the credentials of the source; by another client.
    nuget.delete("Acme.A", "1.1.0", SOURCE, None).ok();
    assert_eq!(newest(), [""; 0]);
    let ran = dotnet.delete("Acme.A", "7.0.0", SOURCE, key).failed();
    ran.says("404");
    let deletes = requests(&scene, "DELETE");
    assert_eq!(deletes.len(), 4, "{deletes:?}");
}

/// Who may only read hides nothing.
#[test]
fn case_24_a_token_that_may_only_read_hides_nothing() {
    let scene = Scene::new();
    pushed(&scene, &versions(&["1.0.0"]));
    let reads = scene.create_token("alice", "read:packages", &[]);
    let home = scene.nuget_home_as(OWNER, Some(&reads));
    let ran = home
        .dotnet()
        .delete("Acme.A", "1.0.0", SOURCE, Some(&reads));
    ran.failed().says("403");
    relist(&scene, "Acme.A", "1.0.0").expect(200);
    let found = scene.nuget(OWNER).search("q=acme");
    assert_eq!(found["totalHits"], 1, "{found}");
}

/// What is really deleted cannot be restored, nor its number used again.
#[test]
fn a_deleted_version_is_gone() {
    let scene = Scene::new();
    pushed(&scene, &versions(&["1.0.0", "1.1.0"]));
    let words = ["package", "delete", "nuget", "acme/Acme.A", "1.1.0"];
    scene.server.admin(&words, "");
    let home = scene.nuget_home(OWNER);
    let app = app(&home, "[1.1.0]");
    let ran = home.dotnet().restore(&app, &[]).failed();
    ran.says("NU1102").says("1.0.0");
    let again = Nupkg::new("Acme.A", "1.1.0").write(&home);
    let ran = home.dotnet().push(&again, SOURCE, None, &[]).failed();
    ran.says("409");
    let words = ["package", "restore", "nuget", "acme/Acme.A", "1.1.0"];
    scene.server.admin(&words, "");
    home.forget_answers();
    home.dotnet().restore(&app, &[]).ok();
    assert_eq!(chosen(&app), ["Acme.A/1.1.0"]);
}

/// The SDK 3.1 knows nothing of `--vulnerable` yet.
#[test]
fn case_23_newer_and_deprecated_versions_are_listed() {
    let scene = Scene::new();
    pushed(
        &scene,
        &versions(&["1.0.0", "1.1.0", "2.0.0-a.1", "2.0.0-a.2"]),
    );
    pushed(
        &scene,
        &[Nupkg::new("Acme.B", "1.0.0"), Nupkg::new("Acme.C", "3.0.0")],
    );
    let home = scene.nuget_home(OWNER);
    let dotnet = home.dotnet();
    let app = Csproj::console("App", &[])
        .depends("Acme.A", "1.0.0")
        .depends("Acme.B", "1.0.0")
        .write(&home, "app");
    dotnet.restore(&app, &[]).ok();
    let outdated = dotnet.outdated(&app, &[]).ok();
    assert_eq!(rows(&outdated.stdout), ["> Acme.A 1.0.0 1.0.0 1.1.0"]);
    // Case 27: the metadata has versions that only SemVer 2 knows.
    let outdated = dotnet.outdated(&app, &["--include-prerelease"]).ok();
    assert_eq!(rows(&outdated.stdout), ["> Acme.A 1.0.0 1.0.0 2.0.0-a.2"]);

    let deprecated = || {
        home.forget_answers();
        let printed = dotnet.listed(&app, &["--deprecated"]).ok().stdout;
        rows(&printed)
    };
    assert_eq!(deprecated(), [""; 0]);
    let words = ["package", "deprecate", "nuget", "acme/Acme.B", "all"];
    let why = ["--reason", "Legacy", "--reason", "CriticalBugs"];
    let more = ["--message", "use the other", "--alternate", "Acme.C"];
    scene.server.admin(&[&words[..], &why, &more].concat(), "");
    assert_eq!(deprecated(), ["> Acme.B 1.0.0 Legacy,CriticalBugs Acme.C"]);
    scene.server.admin(&[&words[..], &["--undo"]].concat(), "");
    assert_eq!(deprecated(), [""; 0]);
}
