//! Gradle 4.4.1: case 18, and what it says of refusals.

use packhouse_e2e::Scene;
use packhouse_e2e::jvm::{Gradle4, Home, Shelf, all};

/// Libraries are published with both of Gradle's plugins, as releases and as snapshots, and an
/// application elsewhere, whose caches are empty, compiles with them and runs.
#[test]
fn case_18_gradle_4_publishes_and_another_build_runs_it() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let url = shelf.url();
    let home = Home::new(&scene.token);
    let build = Gradle4::new(&home, "libraries", &["lib", "snap", "old", "oldsnap"]);
    build.library("lib", "1.0", &url, "Lib", "lib 1");
    build.library("snap", "1.1-SNAPSHOT", &url, "Snap", "snap 1");
    build.old_library("old", "1.0", &url, "Old", "old 1");
    build.old_library("oldsnap", "1.1-SNAPSHOT", &url, "OldSnap", "oldsnap 1");
    build.run(&["publish", "uploadArchives"]).ok();
    let released = build.jar("lib", "lib-1.0.jar");
    let sources = build.jar("lib", "lib-1.0-sources.jar");

    // Again with another text: a snapshot's next build, while a release stays as it is.
    build.change("lib", "Lib", "lib 2");
    build.change("snap", "Snap", "snap 2");
    build.change("oldsnap", "OldSnap", "oldsnap 2");
    let tasks = [":snap:publish", ":oldsnap:uploadArchives", ":lib:publish"];
    let ran = build.run(&tasks).failed();
    let place = format!("{url}org/acme/lib/1.0/lib-1.0.jar");
    ran.says(&format!(
        "Could not PUT '{place}'. Received status code 409 from server: Conflict"
    ));

    assert_eq!(shelf.whole("org/acme/lib/1.0/lib-1.0.jar"), released);
    assert_eq!(shelf.whole("org/acme/lib/1.0/lib-1.0-sources.jar"), sources);
    assert_eq!(shelf.versions("org/acme/lib"), ["1.0"]);
    assert_eq!(shelf.versions("org/acme/old"), ["1.0"]);
    for (name, newest) in [
        ("snap", "snap-1.1-SNAPSHOT.jar"),
        ("oldsnap", "oldsnap-1.1-SNAPSHOT.jar"),
    ] {
        let module = format!("org/acme/{name}");
        assert_eq!(shelf.versions(&module), ["1.1-SNAPSHOT"]);
        let (file, build_number) = shelf.newest_build(&module, "1.1-SNAPSHOT", ".jar");
        assert_eq!(build_number, 2, "{file}");
        assert_eq!(shelf.whole(&file), build.jar(name, newest));
    }
    let rows = shelf.metadata("org/acme/snap/1.1-SNAPSHOT");
    assert_eq!(all(&rows, "classifier"), ["sources"]);

    let elsewhere = Home::new(&scene.token);
    let build = Gradle4::new(&elsewhere, "applications", &["app"]);
    let dependencies = "compile 'org.acme:lib:latest.release'
runtime 'org.acme:lib:1.0:sources'
compile 'org.acme:snap:1.1-SNAPSHOT'
compile 'org.acme:old:[1.0,2.0)'
compile 'org.acme:oldsnap:1.+'";
    let classes = ["Lib", "Snap", "Old", "OldSnap"];
    build.application("app", &url, dependencies, &classes);
    build
        .run(&["show", "run"])
        .ok()
        .says("resolved lib-1.0.jar")
        .says("resolved lib-1.0-sources.jar")
        .says("resolved snap-1.1-SNAPSHOT.jar")
        .says("it says lib 1\n")
        .says("it says snap 2\n")
        .says("it says old 1\n")
        .says("it says oldsnap 2\n");
}

/// Nothing is stored for a bad token, for a reader, or for somebody who may not even read; each is
/// told why, and so is who resolves with a bad token.
#[test]
fn gradle_4_says_why_it_was_refused() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let url = shelf.url();
    let mut home = Home::new("pkp_wrong");
    home.set("READER_TOKEN", &shelf.member("bob", "read"));
    home.set(
        "STRANGER_TOKEN",
        &scene.user_with_token("carol", "read:packages,write:packages"),
    );
    let build = Gradle4::new(
        &home,
        "build",
        &["wrong", "reader", "stranger", "older", "app"],
    );
    for name in ["wrong", "reader", "stranger"] {
        build.library(name, "1.0", &url, "Lib", "lib");
    }
    build.old_library("older", "1.0", &url, "Lib", "lib");
    build.take_token_from("reader", "READER_TOKEN");
    build.take_token_from("stranger", "STRANGER_TOKEN");
    build.application("app", &url, "compile 'org.acme:lib:1.0'", &[]);
    let mut ran = build.run(&["publish", "uploadArchives", "show"]).failed();
    for (name, why) in [
        ("wrong", "401 from server: Unauthorized"),
        ("reader", "403 from server: Forbidden"),
        ("stranger", "404 from server: Not Found"),
    ] {
        let place = format!("{url}org/acme/{name}/1.0/{name}-1.0.jar");
        ran = ran.says(&format!(
            "Could not PUT '{place}'. Received status code {why}"
        ));
        let metadata = format!("org/acme/{name}/maven-metadata.xml");
        shelf.get(&metadata).expect(404);
        shelf
            .get(&format!("org/acme/{name}/1.0/{name}-1.0.jar"))
            .expect(404);
    }
    let pom = format!("{url}org/acme/lib/1.0/lib-1.0.pom");
    ran.says(&format!(
        "Could not GET '{pom}'. Received status code 401 from server: Unauthorized"
    ))
    .says("older-1.0.jar");
    shelf.get("org/acme/older/1.0/older-1.0.jar").expect(404);
}
