//! What several subjects look at.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use packhouse_e2e::Scene;
use packhouse_e2e::nuget::{Exe, Home, Nupkg, Project, SOURCE};
use packhouse_e2e::process::Ran;
use serde_json::Value;
use sha2::{Digest, Sha512};

/// Whose source the tests use.
pub const OWNER: &str = "acme";

/// The clients that push by version 3 of the protocol: the SDK, and two versions of nuget.exe.
pub const CLIENTS: [Option<Exe>; 3] = [None, Some(Exe::V4), Some(Exe::V5)];

/// Pushes a file with one of [`CLIENTS`] to the home's source.
pub fn push(home: &Home, client: Option<Exe>, file: &Path, key: Option<&str>) -> Ran {
    match client {
        None => home.dotnet().push(file, SOURCE, key, &[]),
        Some(exe) => home.nuget(exe).push(file, SOURCE, key, &[]),
    }
}

/// Pushes packages without a client, with Alice's token.
pub fn pushed(scene: &Scene, packages: &[Nupkg]) {
    let feed = scene.nuget(OWNER);
    for package in packages {
        feed.push(&package.bytes()).expect(201);
    }
}

/// Asserts that a version is listed and its bytes are these.
pub fn has(scene: &Scene, id: &str, version: &str, bytes: &[u8]) {
    let feed = scene.nuget(OWNER);
    let versions = feed.versions(id);
    assert!(versions.iter().any(|one| one == version), "{versions:?}");
    let package = feed.download(id, version).expect(200);
    assert!(package.body == bytes, "{id} {version} has other bytes");
}

/// Asserts that nothing of a package is there.
pub fn absent(scene: &Scene, id: &str) {
    assert_eq!(scene.nuget(OWNER).versions(id), [""; 0]);
    let found = scene
        .nuget(OWNER)
        .search("semVerLevel=2.0.0&prerelease=true");
    let ids = found["data"].as_array().expect("a search has results");
    assert!(ids.iter().all(|one| one["id"] != id), "{found}");
}

/// Gives what a restore of `project` has chosen, `ID/VERSION` each, sorted.
pub fn chosen(project: &Project) -> Vec<String> {
    let text = project.read("obj/project.assets.json");
    let assets: Value = serde_json::from_str(&text).expect("a restore writes JSON");
    let libraries = assets["libraries"].as_object();
    let libraries = libraries.unwrap_or_else(|| panic!("no libraries in {text}"));
    let mut names: Vec<_> = libraries.keys().cloned().collect();
    names.sort();
    names
}

/// Gives the hash that NuGet's lock files and feeds hold of a package.
pub fn content_hash(bytes: &[u8]) -> String {
    STANDARD.encode(Sha512::digest(bytes))
}

/// Makes a user, and gives a token of theirs that could read and write.
pub fn user(scene: &Scene, login: &str) -> String {
    scene.create_user(login);
    scene.create_token(login, "read:packages,write:packages", &[])
}

/// Gives a role on a NuGet package, `Acme.A` of [`OWNER`].
pub fn grant(scene: &Scene, id: &str, to: &str, role: &str) {
    let package = format!("{OWNER}/{id}");
    let words = ["package", "grant", "nuget", &package, to, role];
    scene.server.admin(&words, "");
}

/// Gives the requests of a method that the server has answered, `ROUTE STATUS` each, as its log has
/// them.
pub fn requests(scene: &Scene, method: &str) -> Vec<String> {
    let begin = format!(" packhouse::request: {method} ");
    let log = scene.server.log();
    let rest = log.lines().filter_map(|line| line.split_once(&begin));
    let lines = rest.filter_map(|(_, rest)| Some(rest.split_once(" method=")?.0.to_owned()));
    lines.collect()
}
