//! Leiningen 2.10: signed releases, snapshots, and what it depends on.

use packhouse_e2e::Scene;
use packhouse_e2e::jvm::{Home, Leiningen, Shelf, all};

/// A signed release, and a snapshot twice; an application takes the snapshot's second build, and a
/// Java library by a range, and runs.
#[test]
fn leiningen_deploys_and_resolves() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let mut home = Home::new(&scene.token);
    let lib = home.jar("Lib", "lib 1");
    shelf.release("org/acme/lib", "1.5", &[(".jar", &lib)]);
    let lein = Leiningen::new(&mut home, &shelf.url());
    lein.library("hello", "1.0", "one");
    lein.run("hello", &["deploy", "packhouse"]).ok();
    let release = "org/acme/hello/1.0/hello-1.0";
    let jar = shelf.whole(&format!("{release}.jar"));
    for end in [".jar.asc", ".pom.asc"] {
        let signature = String::from_utf8(shelf.whole(&format!("{release}{end}")));
        assert!(signature.is_ok_and(|text| text.starts_with("-----BEGIN PGP SIGNATURE-----")));
    }
    assert_eq!(shelf.versions("org/acme/hello"), ["1.0"]);

    for text in ["two", "three"] {
        lein.library("hello", "1.1-SNAPSHOT", text);
        lein.run("hello", &["deploy", "packhouse"]).ok();
    }
    let (file, build) = shelf.newest_build("org/acme/hello", "1.1-SNAPSHOT", ".jar");
    assert_eq!(build, 2, "{file}");
    assert_eq!(shelf.versions("org/acme/hello"), ["1.0", "1.1-SNAPSHOT"]);
    let rows = shelf.metadata("org/acme/hello/1.1-SNAPSHOT");
    assert_eq!(all(&rows, "value").len(), 2, "{rows}");
    assert_eq!(shelf.whole(&format!("{release}.jar")), jar);

    lein.application(("hello", "1.1-SNAPSHOT"), ("lib", "[1.0,2.0)", "Lib"));
    lein.run("app", &["run"]).ok().says("three and lib 1");
}

/// A bad token is refused, and so is a reader's; Leiningen says which file and why.
#[test]
fn leiningen_says_why_it_was_refused() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    for (token, why) in [
        ("pkp_wrong".to_owned(), "401 Unauthorized"),
        (shelf.member("bob", "read"), "403 Forbidden"),
    ] {
        let mut home = Home::new(&token);
        let lein = Leiningen::new(&mut home, &shelf.url());
        lein.library("hello", "1.1-SNAPSHOT", "one");
        lein.run("hello", &["deploy", "packhouse"])
            .failed()
            .says(why);
        shelf
            .get("org/acme/hello/1.1-SNAPSHOT/maven-metadata.xml")
            .expect(404);
    }
}
