//! Coursier 2.1.24: releases and snapshots, with a token and without.

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;
use packhouse_e2e::jvm::{Coursier, Home, Shelf, pom};

/// A release by version and by `latest.release`, a snapshot with builds and one without, with a
/// token that is shown when it is asked for. A bad one is refused, and said to be.
#[test]
fn coursier_fetches_with_a_token() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let [one, two, built, plain] = [1, 2, 3, 4].map(|seed| noise(seed, 5_000));
    shelf.release("org/acme/lib", "1.0", &[(".jar", &one)]);
    shelf.release("org/acme/lib", "1.10", &[(".jar", &two)]);
    put_build(&shelf, "20260102.030405-7", &built);
    for (end, content) in [
        (".pom", pom("org.acme", "plain", "1.0-SNAPSHOT").as_bytes()),
        (".jar", &plain),
    ] {
        let path = format!("org/acme/plain/1.0-SNAPSHOT/plain-1.0-SNAPSHOT{end}");
        shelf.put(&path, content).expect(201);
    }

    let mut home = Home::new(&scene.token);
    let coursier = Coursier::new(&home);
    let modules = [
        "org.acme:lib:latest.release",
        "org.acme:snap:1.0-SNAPSHOT",
        "org.acme:plain:1.0-SNAPSHOT",
    ];
    let ran = coursier.fetch(&shelf.url(), &modules).ok();
    let mut files = coursier.fetched(&ran);
    files.sort();
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..2], ["lib-1.10.jar", "plain-1.0-SNAPSHOT.jar"]);
    assert!(names[2].starts_with("snap-1.0-"), "{names:?}");
    let contents: Vec<_> = files.into_iter().map(|(_, content)| content).collect();
    assert_eq!(contents, [two, plain, built]);

    coursier.forget();
    home.show("pkp_wrong");
    Coursier::new(&home)
        .fetch(&shelf.url(), &["org.acme:lib:1.0"])
        .failed()
        .says("unauthorized")
        .says("lib-1.0.pom (Packhouse)");
}

/// What is public needs no token; what does not exist there is not found.
#[test]
fn coursier_fetches_from_a_public_repository_as_nobody() {
    let scene = Scene::new();
    let shelf = Shelf::visible(&scene, "acme/open", "public");
    let jar = noise(1, 5_000);
    shelf.release("org/acme/lib", "1.0", &[(".jar", &jar)]);
    put_build(&shelf, "20260102.030405-7", &jar);
    let home = Home::new("");
    let coursier = Coursier::new(&home);
    let modules = ["org.acme:lib:1.0", "org.acme:snap:1.0-SNAPSHOT"];
    let ran = coursier.fetch(&shelf.url(), &modules).ok();
    let files = coursier.fetched(&ran);
    assert_eq!(files.len(), 2, "{ran}");
    assert!(files.iter().all(|(_, content)| *content == jar), "{ran}");
    coursier
        .fetch(&shelf.url(), &["org.acme:missing:1.0"])
        .failed()
        .says("not found");
}

/// Puts a build of `org.acme:snap:1.0-SNAPSHOT`, and the metadata that lists it.
fn put_build(shelf: &Shelf<'_>, stamp: &str, jar: &[u8]) {
    let pom = pom("org.acme", "snap", "1.0-SNAPSHOT");
    for (end, content) in [(".pom", pom.as_bytes()), (".jar", jar)] {
        let path = format!("org/acme/snap/1.0-SNAPSHOT/snap-1.0-{stamp}{end}");
        shelf.put(&path, content).expect(201);
    }
    let metadata = "<metadata modelVersion=\"1.1.0\"><groupId>org.acme</groupId>\
        <artifactId>snap</artifactId><version>1.0-SNAPSHOT</version></metadata>";
    let path = "org/acme/snap/1.0-SNAPSHOT/maven-metadata.xml";
    shelf.put(path, metadata.as_bytes()).expect(200);
    shelf.announce("org/acme/snap", "1.0-SNAPSHOT");
}
