//! Packages that are refused for what is in them, or for their size: cases 8 and 9.

use std::collections::BTreeSet;

use packhouse_e2e::archive::noise;
use packhouse_e2e::nuget::{Nupkg, SOURCE};
use packhouse_e2e::{Scene, Server};

use super::expect::{CLIENTS, OWNER, absent, has, push, requests};

/// Each wrong package, and what the client prints of it.
fn wrong() -> Vec<(Nupkg, &'static str)> {
    let package = || Nupkg::new("Acme.A", "1.0.0").file("content/text.txt", "a text");
    let nuspec = package().described();
    let entities = nuspec
        .replace(
            "<package ",
            "<!DOCTYPE package [<!ENTITY x \"y\">]><package ",
        )
        .replace("made for a test", "made for &x;");
    let id = |id: &str| nuspec.replace("<id>Acme.A</id>", &format!("<id>{id}</id>"));
    let version = nuspec.replace("<version>1.0.0<", "<version>1.0.0-beta.01<");
    vec![
        (
            package().file("Other.nuspec", nuspec.clone()),
            "the package has several nuspecs at its root",
        ),
        (
            package().file("../out.txt", "x"),
            "an entry of the package has a name that is not allowed",
        ),
        (
            package().nuspec(id("Acme..A")),
            "the id in the nuspec is not allowed",
        ),
        (
            package().nuspec(id("../Acme")),
            "the id in the nuspec is not allowed",
        ),
        (
            package().nuspec(id(&"a".repeat(101))),
            "the id in the nuspec is not allowed",
        ),
        (
            package().depends("", "Acme.B", "1.*"),
            "a dependency in the nuspec is not allowed",
        ),
        (package().nuspec(entities), "the nuspec is not plain XML"),
        (
            package().nuspec(version),
            "the version in the nuspec is none",
        ),
        (
            package().metadata("<icon>missing.png</icon>"),
            "the nuspec names a file that is not in the package",
        ),
    ]
}

/// The client says what is wrong with each, and nothing of it is kept.
#[test]
fn case_08_what_is_wrong_with_a_package_is_said() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let key = Some(scene.token.as_str());
    for (package, told) in wrong() {
        let ran = push(&home, None, &package.write(&home), key);
        ran.failed().says(&format!("400 (Bad Request: {told})"));
    }
    let file = home.write("made/Acme.A.1.0.0.nupkg", "no archive");
    for client in CLIENTS {
        let ran = push(&home, client, &file, key).failed();
        ran.says("400 (Bad Request: the file is not a whole zip archive)");
    }
    let texts: BTreeSet<_> = wrong().into_iter().map(|(_, told)| told).collect();
    assert_eq!(texts.len(), wrong().len() - 2);
    // Each was sent once.
    let puts = requests(&scene, "PUT");
    assert_eq!(puts, vec!["{owner}/package 400"; wrong().len() + 3]);
    absent(&scene, "Acme.A");
    assert_eq!(scene.server.stored_files().len(), 0);
}

/// An address that no client may follow is left out; with it a client would drop the whole page.
#[test]
fn an_icon_at_an_address_of_a_file_is_left_out() {
    let scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let package = Nupkg::new("Acme.A", "1.0.0").metadata("<iconUrl>file:///icon.png</iconUrl>");
    push(&home, None, &package.write(&home), None).ok();
    let found = scene.nuget(OWNER).search("q=acme");
    assert_eq!(found["data"][0]["id"], "Acme.A");
    assert!(found["data"][0].get("iconUrl").is_none(), "{found}");
}

/// The client sends all of it in chunks, before it listens.
#[test]
fn case_09_a_package_over_the_limit_is_heard_out() {
    let scene = Scene::on(Server::builder().env("PACKHOUSE__LIMITS__NUGET", "1MB"));
    let mut home = scene.nuget_home(OWNER);
    home.use_no_proxy();
    let package = |version: &str, length: usize| {
        Nupkg::new("Acme.Large", version).file("content/noise", noise(9, length))
    };
    let large = package("1.0.0", 20_000_000).write(&home);
    for (client, key) in CLIENTS.into_iter().zip([Some(&scene.token), None, None]) {
        let before = requests(&scene, "PUT").len();
        push(&home, client, &large, key.map(String::as_str))
            .failed()
            .says("413 (Payload Too Large: the package is over the limit)")
            .says("the request body is over the limit of 1000000 bytes");
        let seen = &requests(&scene, "PUT")[before..];
        assert_eq!(seen.last().map(String::as_str), Some("{owner}/package 413"));
        assert!(seen.len() <= 2, "{seen:?}");
    }
    absent(&scene, "Acme.Large");
    assert_eq!(scene.server.stored_files().len(), 0);
    let small = package("1.0.1", 900_000);
    let file = small.write(&home);
    home.dotnet().push(&file, SOURCE, None, &[]).ok();
    has(&scene, "Acme.Large", "1.0.1", &small.bytes());
}
