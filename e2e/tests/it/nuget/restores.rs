//! Restoring, compiling and running: cases 6, 16, 17, and what the SDK packs itself.

use packhouse_e2e::Scene;
use packhouse_e2e::nuget::{Csproj, Home, Nupkg, SOURCE, Source};
use serde_json::Value;

use super::expect::{OWNER, chosen, content_hash, has, pushed};

/// What the SDK packs and pushes, another machine restores, compiles with and runs.
#[test]
fn a_library_is_packed_pushed_restored_and_run() {
    let scene = Scene::new();
    let maker = scene.nuget_home(OWNER);
    let dotnet = maker.dotnet();
    let library = Csproj::library("Acme.Base", "1.2.3", "base 1.2.3")
        .property("Description", "What everything else stands on")
        .property("PackageTags", "base acme")
        .repository("https://registry.example/acme/base", "0123abcd")
        .write(&maker, "base");
    dotnet.pack(&library, &[]).ok();
    dotnet.push(&library.package(), SOURCE, None, &[]).ok();
    let packed = std::fs::read(library.package()).expect("it was packed");
    has(&scene, "Acme.Base", "1.2.3", &packed);
    let found = scene.nuget(OWNER).search("q=tags:base");
    assert_eq!(
        found["data"][0]["description"],
        "What everything else stands on"
    );

    let user = scene.nuget_home(OWNER);
    let app = Csproj::console("App", &["Acme.Base.Greeting.Text()"]).write(&user, "app");
    user.dotnet().add(&app, "acme.base", &[]).ok();
    assert_eq!(user.dotnet().prints(&app), "base 1.2.3\n");
}

/// A pushed version is found at once by whoever has not asked before; its spelling is free.
#[test]
fn case_06_prereleases_are_found_in_any_spelling() {
    let scene = Scene::new();
    let package = Nupkg::library("Acme.Base", "2.0.0-RC.1", "rc 1");
    pushed(&scene, std::slice::from_ref(&package));
    pushed(&scene, &[Nupkg::library("Acme.Base", "1.0.0", "1")]);
    let feed = scene.nuget(OWNER);
    assert_eq!(feed.versions("Acme.Base"), ["1.0.0", "2.0.0-rc.1"]);
    for version in ["2.0.0-rc.1", "2.0.0-RC.1", "2.0-Rc.1"] {
        let path = format!("/download/ACME.Base/{version}/acme.BASE.{version}.nupkg");
        let answer = feed.get(&path).expect(200);
        assert!(answer.body == package.bytes(), "{version}");
    }
    let home = scene.nuget_home(OWNER);
    let app = |name: &str, range: &str| {
        let app = Csproj::console(name, &["Acme.Base.Greeting.Text()"]);
        app.depends("Acme.Base", range).write(&home, name)
    };
    let exact = app("exact", "2.0.0-rc.1");
    assert_eq!(home.dotnet().prints(&exact), "rc 1\n");
    for (name, range, expected) in [
        ("stable", "1.*", "Acme.Base/1.0.0"),
        ("floating", "2.0.0-*", "Acme.Base/2.0.0-RC.1"),
    ] {
        let app = app(name, range);
        home.dotnet().restore(&app, &[]).ok();
        assert_eq!(chosen(&app), [expected]);
    }
}

/// A chain of packages with floating versions, from nothing; its lock file holds on another day.
#[test]
fn case_16_floating_versions_are_the_newest_and_a_lock_file_keeps_them() {
    let scene = Scene::new();
    let library = |version: &str| {
        let text = format!("base {version}");
        Nupkg::library("Acme.Base", version, &text)
    };
    let middle = Nupkg::library("Acme.Middle", "3.0.0", "middle").depends(
        "netcoreapp3.1",
        "Acme.Base",
        "[1.1.0,2.0.0)",
    );
    let newest = library("1.10.0");
    let packages = ["1.0.0", "1.9.0", "1.10.1-beta", "2.0.0"].map(library);
    pushed(&scene, &packages);
    pushed(&scene, &[newest.clone(), middle.clone()]);
    let home = scene.nuget_home(OWNER);
    let both = ["Acme.Base.Greeting.Text()", "Acme.Middle.Greeting.Text()"];
    let app = Csproj::console("App", &both)
        .depends("Acme.Base", "1.*")
        .depends("Acme.Middle", "3.*")
        .property("RestorePackagesWithLockFile", "true")
        .write(&home, "app");
    assert_eq!(home.dotnet().prints(&app), "base 1.10.0\nmiddle\n");
    assert_eq!(chosen(&app), ["Acme.Base/1.10.0", "Acme.Middle/3.0.0"]);
    let lock: Value =
        serde_json::from_str(&app.read("packages.lock.json")).expect("a lock file is JSON");
    let locked = &lock["dependencies"][".NETCoreApp,Version=v3.1"];
    for (id, package) in [("Acme.Base", newest), ("Acme.Middle", middle)] {
        let hash = content_hash(&package.bytes());
        assert_eq!(locked[id]["contentHash"], hash, "{lock}");
    }

    // A newer version changes nothing where the file says which.
    pushed(&scene, &[library("1.11.0")]);
    home.forget();
    home.dotnet().restore(&app, &["--locked-mode"]).ok();
    assert_eq!(chosen(&app), ["Acme.Base/1.10.0", "Acme.Middle/3.0.0"]);
    let again = ["--force-evaluate"];
    home.dotnet().restore(&app, &again).ok();
    assert_eq!(chosen(&app), ["Acme.Base/1.11.0", "Acme.Middle/3.0.0"]);
}

/// What one source does not have the other may.
#[test]
fn case_17_two_sources_together_have_everything() {
    let scene = Scene::new();
    let words = ["org", "create", "other", "--owner", "alice"];
    scene.server.admin(&words, "");
    pushed(
        &scene,
        &[Nupkg::new("Acme.A", "1.0.0").depends("", "Other.B", "1.0.0")],
    );
    let other = scene.nuget("other");
    other
        .push(&Nupkg::new("Other.B", "1.0.0").bytes())
        .expect(201);
    let source = |name: &str, owner: &str| {
        Source::new(name, &scene.nuget(owner).index()).with_password("any", &scene.token)
    };
    let home = Home::new(&[source("one", OWNER), source("two", "other")]);
    let app = Csproj::console("App", &[]).depends("Acme.A", "1.0.0");
    let app = app.write(&home, "app");
    home.dotnet().restore(&app, &[]).ok();
    assert_eq!(chosen(&app), ["Acme.A/1.0.0", "Other.B/1.0.0"]);

    // One alone lacks the other's, and says of which package.
    let home = Home::new(&[source("one", OWNER)]);
    let app = Csproj::console("App", &[]).depends("Acme.A", "1.0.0");
    let app = app.write(&home, "app");
    let ran = home.dotnet().restore(&app, &[]).failed();
    ran.says("NU1101").says("Other.B");
}
