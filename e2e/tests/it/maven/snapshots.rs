//! Snapshots: cases 6 and 7.

use packhouse_e2e::maven::{Coordinates, Dependency, Mvn, Pom, Tree};

use super::expect::{REPO, built_and_run, scene};

const SNAPSHOT: &str = "com.acme:lib:1.0-SNAPSHOT";

/// A consumer that asks for updates gets the newest build.
fn the_second_build_arrives_with_an_update(mvn: Mvn, plugin: &str) {
    let scene = scene();
    let (bench, repository) = (scene.workbench(mvn), scene.maven(REPO));
    let reader = scene.workbench(mvn);
    let url = repository.url().to_owned();
    let main = ["com.acme.Greeting.text()"];
    let consumer = Tree::consumer(&url, &[Dependency::on(SNAPSHOT)], &main);
    let plugin = format!("-Ddeploy.version={plugin}");
    let mut jars = Vec::new();
    for number in ["1", "2"] {
        let tree = Tree::library(SNAPSHOT, &url, &format!("build {number}"));
        bench.run(&tree, &["deploy", &plugin]).ok();
        let metadata = repository.metadata(SNAPSHOT);
        assert_eq!(metadata.build_number, number);
        let value = metadata.build("", "jar");
        assert!(value.ends_with(&format!("-{number}")), "{value}");
        assert_eq!(metadata.build("", "pom"), value);
        let path = Coordinates::of(SNAPSHOT).build(value, ".jar");
        assert!(repository.whole(&path) == tree.bytes("target/lib-1.0-SNAPSHOT.jar"));
        jars.push(path);
        let listed = repository.metadata("com.acme:lib");
        assert_eq!(listed.versions, ["1.0-SNAPSHOT"]);
        assert_eq!((&*listed.latest, &*listed.release), ("1.0-SNAPSHOT", ""));
        // It has asked for metadata once, and would do so again a day later.
        let printed = built_and_run(&reader, &consumer, &["-U"]);
        assert_eq!(printed, format!("build {number}\n"));
    }
    // The first build is still what it was, under its own name.
    assert!(repository.whole(&jars[0]) != repository.whole(&jars[1]));
}

#[test]
fn case_06_a_second_snapshot_of_maven_3_8_arrives_with_an_update() {
    the_second_build_arrives_with_an_update(Mvn::V38, "2.8.2");
}

#[test]
fn case_06_a_second_snapshot_of_maven_3_9_arrives_with_an_update() {
    the_second_build_arrives_with_an_update(Mvn::V39, "3.1.4");
}

#[test]
fn case_06_a_second_snapshot_of_maven_4_arrives_with_an_update() {
    the_second_build_arrives_with_an_update(Mvn::V4, "3.1.4");
}

/// What only an older build has is still offered; a consumer gets each file of its newest build.
#[test]
fn case_07_a_build_without_sources_leaves_those_of_the_one_before() {
    let scene = scene();
    let (bench, repository) = (scene.workbench(Mvn::V39), scene.maven(REPO));
    let pom = Pom::of(SNAPSHOT).publishes_to(repository.url());
    let with_sources = pom.clone().attaches(&[("notes.txt", "jar", "sources")]);
    let tree = Tree::of(&with_sources)
        .file("notes.txt", "the sources")
        .greeting("", SNAPSHOT, "build 1");
    bench.run(&tree, &["deploy"]).ok();
    let tree = tree.pom("", &pom).greeting("", SNAPSHOT, "build 2");
    bench.run(&tree, &["deploy"]).ok();
    let metadata = repository.metadata(SNAPSHOT);
    assert_eq!(metadata.build_number, "2");
    assert!(metadata.build("", "jar").ends_with("-2"));
    let sources = metadata.build("sources", "jar");
    assert!(sources.ends_with("-1"), "{sources}");
    let path = Coordinates::of(SNAPSHOT).build(sources, "-sources.jar");
    assert_eq!(repository.whole(&path), b"the sources");

    let sources = Dependency::on(SNAPSHOT).classifier("sources");
    let on = [Dependency::on(SNAPSHOT), sources];
    let main = ["com.acme.Greeting.text()"];
    let consumer = Tree::consumer(repository.url(), &on, &main);
    // A jar that is no archive is in the way of a compiler, not of resolving.
    let words = ["org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"];
    let reader = scene.workbench(Mvn::V39);
    reader.run(&consumer, &words).ok();
    let got = consumer.read("target/dependency/lib-1.0-SNAPSHOT-sources.jar");
    assert_eq!(got, "the sources");
    let got = consumer.bytes("target/dependency/lib-1.0-SNAPSHOT.jar");
    assert!(got == tree.bytes("target/lib-1.0-SNAPSHOT.jar"));
}
