//! Maven and Gradle with each other's packages.

use packhouse_e2e::Scene;
use packhouse_e2e::jvm::{Gradle4, Gradle8, Home, Login, Shelf};
use packhouse_e2e::maven::{Dependency, Mvn, Tree};

const REPO: &str = "acme/tools";

/// Goals of plugins are called by their full names: then nobody asks which version there is.
const CLASS_PATH: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";

/// A release, found as the newest one, and a snapshot of Maven's: each Gradle compiles with them
/// and runs.
#[test]
fn gradle_runs_what_maven_deployed() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, REPO);
    let url = shelf.url();
    let bench = scene.workbench(Mvn::V39);
    for (coordinates, text) in [
        ("com.acme.tool:tool:1.0", "tool 1"),
        ("com.acme.moving:moving:1.0-SNAPSHOT", "moving 1"),
        ("com.acme.moving:moving:1.0-SNAPSHOT", "moving 2"),
    ] {
        let tree = Tree::library(coordinates, &url, text);
        bench.run(&tree, &["deploy"]).ok();
    }
    let home = Home::new(&scene.token);
    let classes = ["com.acme.tool.Greeting", "com.acme.moving.Greeting"];
    let dependencies = |configuration: &str| {
        format!(
            "{configuration} 'com.acme.tool:tool:latest.release'
{configuration} 'com.acme.moving:moving:1.0-SNAPSHOT'"
        )
    };
    let older = Gradle4::new(&home, "older", &["app"]);
    older.application("app", &url, &dependencies("compile"), &classes);
    let newer = Gradle8::new(&home);
    let wanted = dependencies("implementation");
    let from = (url.as_str(), Login::Basic);
    newer.application("newer", from, (&wanted, &classes), &[]);
    for ran in [older.run(&["run"]), newer.run("newer", &["run"])] {
        ran.ok().says("it says tool 1\n").says("it says moving 2\n");
    }
}

/// What Gradle 4 published with both of its plugins, and Gradle 8 with module metadata that Maven
/// does not know: every Maven resolves it, checksums and all, and runs.
#[test]
fn case_18_maven_runs_what_gradle_published() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, REPO);
    let url = shelf.url();
    let home = Home::new(&scene.token);
    let older = Gradle4::new(&home, "older", &["lib", "snap", "old", "oldsnap"]);
    older.library("lib", "1.0", &url, "Lib", "lib 1");
    older.library("snap", "1.1-SNAPSHOT", &url, "Snap", "snap 1");
    older.old_library("old", "1.0", &url, "Old", "old 1");
    older.old_library("oldsnap", "1.1-SNAPSHOT", &url, "OldSnap", "oldsnap 1");
    older.run(&["publish", "uploadArchives"]).ok();
    let newer = Gradle8::new(&home);
    let to = (url.as_str(), &[Login::Bearer][..]);
    newer.library("newer", "1.0-SNAPSHOT", to, ("Newer", "newer 1"));
    newer.run("newer", &["publish"]).ok();

    let dependencies = [
        "org.acme:lib:[1.0,2.0)",
        "org.acme:snap:1.1-SNAPSHOT",
        "org.acme:old:1.0",
        "org.acme:oldsnap:1.1-SNAPSHOT",
        "org.acme:newer:1.0-SNAPSHOT",
    ];
    let dependencies = dependencies.map(Dependency::on);
    let expressions = ["Lib", "Snap", "Old", "OldSnap", "Newer"];
    let expressions = expressions.map(|name| format!("org.acme.{name}.text()"));
    let expressions = expressions.each_ref().map(String::as_str);
    for mvn in Mvn::ALL {
        let consumer = Tree::consumer(&url, &dependencies, &expressions);
        // A checksum that is missing or wrong is a failure.
        let bench = scene.workbench(mvn).with_option("--strict-checksums");
        let words = ["compile", CLASS_PATH, "-Dmdep.outputFile=class-path"];
        bench.run(&consumer, &words).ok();
        let said = bench.java(&consumer, "consumer.Main").ok().stdout;
        assert_eq!(said, "lib 1\nsnap 1\nold 1\noldsnap 1\nnewer 1\n");
    }
}
