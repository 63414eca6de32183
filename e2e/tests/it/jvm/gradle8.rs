//! Gradle 8.11.1: module metadata, and tokens in headers.

use packhouse_e2e::Scene;
use packhouse_e2e::jvm::{CHECKSUMS, Gradle4, Gradle8, Home, Login, Shelf, all, first, pom};
use packhouse_e2e::process::Ran;

/// Gives what the task `show` printed about a probe.
fn shown<'a>(ran: &'a Ran, probe: &str) -> Vec<&'a str> {
    let lines = ran.stdout.lines();
    lines
        .filter_map(|line| line.strip_prefix(&format!("{probe}: ")))
        .collect()
}

/// A release that is sent with each kind of credentials, a snapshot twice, and a bill of
/// materials; an application with empty caches finds each by exact version, newest release,
/// newest of all, classifier and bill of materials, and runs. Gradle 4 runs the release too.
#[test]
fn gradle_8_publishes_and_another_build_runs_it() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let url = shelf.url();
    let home = Home::new(&scene.token);
    let gradle = Gradle8::new(&home);
    // The same bytes again are no conflict: whoever may write may say so with any credentials.
    let logins = [Login::Bearer, Login::PrivateToken, Login::Basic];
    gradle.library("lib", "1.0", (&url, &logins), ("Lib", "lib 1"));
    gradle.run("lib", &["publish"]).ok();
    let jar = home.read("lib/build/libs/lib-1.0.jar");
    let module = home.read("lib/build/publications/maven/module.json");
    assert_eq!(shelf.whole("org/acme/lib/1.0/lib-1.0.jar"), jar);
    assert_eq!(shelf.whole("org/acme/lib/1.0/lib-1.0.module"), module);
    let pom = shelf.whole("org/acme/lib/1.0/lib-1.0.pom");
    assert!(String::from_utf8_lossy(&pom).contains("published-with-gradle-metadata"));

    gradle.change("lib", "Lib", "lib 2");
    gradle.library(
        "lib",
        "1.1-SNAPSHOT",
        (&url, &logins[..2]),
        ("Lib", "lib 2"),
    );
    gradle.run("lib", &["publish"]).ok();
    let (file, build) = shelf.newest_build("org/acme/lib", "1.1-SNAPSHOT", ".jar");
    assert_eq!(build, 2, "{file}");
    assert_eq!(shelf.versions("org/acme/lib"), ["1.0", "1.1-SNAPSHOT"]);
    let listed = shelf.metadata("org/acme/lib");
    assert_eq!(first(&listed, "latest"), "1.1-SNAPSHOT");
    assert_eq!(first(&listed, "release"), "1.0");
    let rows = shelf.metadata("org/acme/lib/1.1-SNAPSHOT");
    let mut kinds = all(&rows, "extension");
    kinds.sort_unstable();
    assert_eq!(kinds, ["jar", "jar", "module", "pom"]);

    gradle.platform("bom", &url, Login::PrivateToken, "org.acme:lib:1.0");
    gradle.run("bom", &["publish"]).ok();

    let elsewhere = Home::new(&scene.token);
    let gradle = Gradle8::new(&elsewhere);
    let dependencies = "implementation platform('org.acme:bom:1.0')
implementation 'org.acme:lib'";
    let probes = [
        ("newest", "'org.acme:lib:latest.release'"),
        ("anyof", "'org.acme:lib:[1.0,2.0)'"),
        ("changing", "'org.acme:lib:1.1-SNAPSHOT'"),
        ("sources", "'org.acme:lib:1.0:sources'"),
    ];
    let from = (url.as_str(), Login::Bearer);
    gradle.application("app", from, (dependencies, &["Lib"]), &probes);
    let ran = gradle.run("app", &["show", "run"]).ok();
    let stamped = file.trim_start_matches("org/acme/lib/1.1-SNAPSHOT/lib-1.1-");
    let stamped = stamped.trim_end_matches(".jar");
    let snapshot = format!("org.acme:lib:1.1-SNAPSHOT:{stamped} ");
    // Module metadata calls it so; what a POM alone describes is called otherwise.
    let newest = shown(&ran, "newest");
    assert!(newest[0].contains("runtimeElements"), "{ran}");
    for (probe, begins, ends) in [
        ("newest", "org.acme:lib:1.0 ", " lib-1.0.jar"),
        ("anyof", &snapshot, " lib-1.1-SNAPSHOT.jar"),
        ("changing", &snapshot, " lib-1.1-SNAPSHOT.jar"),
        ("sources", "org.acme:lib:1.0 ", " lib-1.0-sources.jar"),
    ] {
        let lines = shown(&ran, probe);
        assert_eq!(lines.len(), 1, "{probe}: {ran}");
        assert!(lines[0].starts_with(begins), "{probe}: {ran}");
        assert!(lines[0].ends_with(ends), "{probe}: {ran}");
    }
    ran.says("it says lib 1\n");

    let older = Gradle4::new(&elsewhere, "older", &["app"]);
    older.application("app", &url, "compile 'org.acme:lib:1.1-SNAPSHOT'", &["Lib"]);
    older.run(&["run"]).ok().says("it says lib 2\n");
}

/// A snapshot without builds, as sbt and Bazel publish it, is asked after at every build, and
/// fetched anew when it was replaced; what is public needs no token.
#[test]
fn gradle_8_notices_that_a_snapshot_was_replaced() {
    let scene = Scene::new();
    let shelf = Shelf::visible(&scene, "acme/open", "public");
    let home = Home::new("");
    let gradle = Gradle8::new(&home);
    let dependencies = ("implementation 'org.acme:lib:1.0-SNAPSHOT'", &["Lib"][..]);
    let from = (shelf.url(), Login::None);
    gradle.application("app", (&from.0, from.1), dependencies, &[]);
    let pom = pom("org.acme", "lib", "1.0-SNAPSHOT");
    for (text, status) in [("lib 1", 201), ("lib 2", 200)] {
        let jar = home.jar("Lib", text);
        for (end, content) in [(".pom", pom.as_bytes()), (".jar", &jar)] {
            let path = format!("org/acme/lib/1.0-SNAPSHOT/lib-1.0-SNAPSHOT{end}");
            shelf.put(&path, content).expect(status);
        }
        let ran = gradle.run("app", &["run"]).ok();
        ran.says(&format!("it says {text}\n"));
    }
}

/// What Gradle 4 has published, with POMs alone, is good for Gradle 8; a bad token is not, however
/// it is shown, and who shows one is told.
#[test]
fn gradle_8_runs_what_gradle_4_published_and_says_why_it_was_refused() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let url = shelf.url();
    let mut home = Home::new(&scene.token);
    let older = Gradle4::new(&home, "older", &["lib"]);
    older.library("lib", "1.0", &url, "Lib", "lib 1");
    older.run(&["publish"]).ok();
    let gradle = Gradle8::new(&home);
    let dependencies = ("implementation 'org.acme:lib:1.+'", &["Lib"][..]);
    gradle.application("app", (&url, Login::Basic), dependencies, &[]);
    gradle.run("app", &["run"]).ok().says("it says lib 1\n");

    home.show("pkp_wrong");
    let gradle = Gradle8::new(&home);
    let dependencies = ("implementation 'org.acme:other:1.+'", &["Lib"][..]);
    gradle.application("app", (&url, Login::Bearer), dependencies, &[]);
    let place = format!("{url}org/acme/other/maven-metadata.xml");
    gradle.run("app", &["run"]).failed().says(&format!(
        "Could not GET '{place}'. Received status code 401 from server: Unauthorized"
    ));
    let to = (url.as_str(), &[Login::PrivateToken][..]);
    gradle.library("other", "1.0", to, ("Other", "other"));
    let place = format!("{url}org/acme/other/1.0/other-1.0.jar");
    gradle.run("other", &["publish"]).failed().says(&format!(
        "Could not PUT '{place}'. Received status code 401 from server: Unauthorized"
    ));
    for algorithm in CHECKSUMS {
        let path = format!("org/acme/other/1.0/other-1.0.jar.{algorithm}");
        shelf.get(&path).expect(404);
    }
}
