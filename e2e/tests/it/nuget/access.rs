//! Who may read what: cases 18 and 19, credentials in files and in the environment, and an owner with
//! public and private packages (NuGet notes §8).

use packhouse_e2e::Scene;
use packhouse_e2e::nuget::{Csproj, Exe, Home, Nupkg, Project, SOURCE, Source};

use super::expect::{OWNER, chosen, grant, pushed, requests, user};

/// Writes a program that needs `Acme.A` of any version.
fn app(home: &Home) -> Project {
    app_of(home, "Acme.A")
}

fn app_of(home: &Home, id: &str) -> Project {
    let app = Csproj::console("App", &[]).depends(id, "*");
    app.write(home, &format!("app-{id}"))
}

/// A scene whose `Acme.A` is private and whose `Acme.Open` is public.
fn scene() -> Scene {
    let scene = Scene::new();
    let packages = ["Acme.A", "Acme.Open"].map(|id| Nupkg::new(id, "1.0.0"));
    pushed(&scene, &packages);
    scene.set_nuget_visibility("acme/Acme.Open", "public");
    scene
}

#[test]
fn case_18_a_private_source_asks_for_credentials() {
    let scene = Scene::new();
    pushed(&scene, &[Nupkg::new("Acme.A", "1.0.0")]);
    let wrong = format!("{}x", scene.token);
    for token in [None, Some(wrong.as_str())] {
        let home = scene.nuget_home_as(OWNER, token);
        let ran = home.dotnet().restore(&app(&home), &[]).failed();
        ran.says("Unable to load the service index").says("401");
    }
    let answer = scene.nuget_as(OWNER, None).get("/index.json").expect(401);
    let challenges: Vec<_> = answer.headers("WWW-Authenticate").collect();
    assert_eq!(challenges, ["Basic realm=\"acme\""]);
}

/// Who may read nothing there is told that nothing is there, and is not asked again.
#[test]
fn case_19_a_stranger_finds_nothing() {
    let scene = Scene::new();
    pushed(&scene, &[Nupkg::new("Acme.A", "1.0.0")]);
    let carol = user(&scene, "carol");
    let home = scene.nuget_home_as(OWNER, Some(&carol));
    let ran = home.dotnet().restore(&app(&home), &[]).failed();
    ran.says("NU1101").says_nothing_of("401");
    let list = home.nuget(Exe::V5).list("", SOURCE, &[]);
    list.ok().says("No packages found.");
    let feed = scene.nuget_as(OWNER, Some(&carol));
    feed.get("/index.json").expect(200);
    feed.download("Acme.A", "1.0.0").expect(404);
    feed.registration("Acme.A").expect(404);
    // For each address once without credentials and once with them.
    let asked = requests(&scene, "GET");
    let flat = asked
        .iter()
        .filter(|line| line.starts_with("{owner}/download/"));
    assert!(flat.count() <= 4, "{asked:?}");

    grant(&scene, "Acme.A", "carol", "read");
    home.forget_answers();
    let app = app(&home);
    home.dotnet().restore(&app, &[]).ok();
    assert_eq!(chosen(&app), ["Acme.A/1.0.0"]);
    grant(&scene, "Acme.A", "carol", "none");
    home.forget();
    home.dotnet()
        .restore(&app, &["--force"])
        .failed()
        .says("NU1101");
}

/// The token stands in the file, the file names a variable, or a variable is all there is.
#[test]
fn credentials_come_from_the_file_or_the_environment() {
    let scene = Scene::new();
    pushed(&scene, &[Nupkg::new("Acme.A", "1.0.0")]);
    let url = scene.nuget(OWNER).index();
    let by_variable = || {
        let source = Source::new(SOURCE, &url).with_password("any", "%PACKHOUSE_TOKEN%");
        let mut home = Home::new(&[source]);
        home.set("PACKHOUSE_TOKEN", &scene.token);
        home
    };
    let by_environment = || {
        let mut home = scene.nuget_home_as(OWNER, None);
        let text = format!("Username=any;Password={}", scene.token);
        home.set(&format!("NuGetPackageSourceCredentials_{SOURCE}"), &text);
        home
    };
    for home in [scene.nuget_home(OWNER), by_variable(), by_environment()] {
        let app = app(&home);
        home.dotnet().restore(&app, &[]).ok();
        assert_eq!(chosen(&app), ["Acme.A/1.0.0"]);
        let nuget = home.nuget(Exe::V5);
        nuget.install("Acme.A", SOURCE, "got", &[]).ok();
        home.read("got/Acme.A.1.0.0/Acme.A.1.0.0.nupkg");
    }
}

/// Where some packages are not public, each public one is restored by anybody, and lists ask to sign
/// in, because clients show credentials only then.
#[test]
fn an_owner_with_public_and_private_packages() {
    let scene = scene();
    let anybody = scene.nuget_home_as(OWNER, None);
    let open = app_of(&anybody, "Acme.Open");
    anybody.dotnet().restore(&open, &[]).ok();
    assert_eq!(chosen(&open), ["Acme.Open/1.0.0"]);
    for exe in [Exe::V4, Exe::V5] {
        let nuget = anybody.nuget(exe);
        nuget.install("Acme.Open", SOURCE, exe.version(), &[]).ok();
        anybody.read(&format!(
            "{}/Acme.Open.1.0.0/Acme.Open.1.0.0.nupkg",
            exe.version()
        ));
        nuget.list("", SOURCE, &[]).failed().says("401");
    }
    let ran = anybody.dotnet().restore(&app(&anybody), &[]).failed();
    ran.says("401");

    // Whoever signs in sees what they may.
    let carol = user(&scene, "carol");
    for (token, rows) in [
        (&scene.token, &["Acme.A 1.0.0", "Acme.Open 1.0.0"][..]),
        (&carol, &["Acme.Open 1.0.0"][..]),
    ] {
        let home = scene.nuget_home_as(OWNER, Some(token));
        for exe in [Exe::V4, Exe::V5] {
            let listed = home.nuget(exe).list("", SOURCE, &[]).ok().stdout;
            let listed: Vec<_> = listed
                .lines()
                .filter(|line| line.starts_with("Acme."))
                .collect();
            assert_eq!(listed, rows, "{exe:?}");
        }
    }

    // Where everything is public, nobody is asked.
    scene.set_nuget_visibility("acme/Acme.A", "public");
    for exe in [Exe::V4, Exe::V5] {
        let ran = anybody.nuget(exe).list("", SOURCE, &[]).ok();
        ran.says("Acme.A 1.0.0").says("Acme.Open 1.0.0");
    }
    let ran = anybody.nuget(Exe::V5).search("acme", SOURCE, &[]);
    ran.ok().says("Acme.A | 1.0.0");
}

/// A token counts until it is revoked, to the next request.
#[test]
fn a_revoked_token_is_refused_at_the_next_request() {
    let scene = Scene::new();
    pushed(&scene, &[Nupkg::new("Acme.A", "1.0.0")]);
    let home = scene.nuget_home(OWNER);
    let app = app(&home);
    home.dotnet().restore(&app, &[]).ok();
    let table = scene.server.admin(&["token", "list", "alice"], "");
    let row = table.lines().last().expect("there is a token");
    let id = row.split_whitespace().next().expect("a row has an id");
    scene.server.admin(&["token", "revoke", id], "");
    home.forget();
    let ran = home.dotnet().restore(&app, &["--force"]).failed();
    ran.says("401 (Unauthorized: this key or token is unknown, expired or revoked)");
}
