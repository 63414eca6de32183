//! A deploy that ends in the middle: case 12.

use std::time::Duration;

use packhouse_e2e::containers::Wire;
use packhouse_e2e::maven::{Coordinates, Mvn};
use packhouse_e2e::process::Ran;

use super::expect::{COPY, REPO, has_what_was_built, lib, scene};

/// How long a killed Maven may take to end.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn case_12_a_maven_killed_before_its_jar_leaves_nothing_listed() {
    let scene = scene();
    let (bench, repository) = (scene.workbench(Mvn::V39), scene.maven(REPO));
    let wire = Wire::new();
    wire.lead_to(&scene.host());
    wire.hang_at("lib-1.0.jar HTTP/1.1");
    let tree = lib(&scene, "1.0");
    // One file after the other, the POM first.
    let words = [
        "deploy".to_owned(),
        "-Daether.connector.basic.parallelPut=false".to_owned(),
        format!(
            "-DaltDeploymentRepository=packhouse::{}/maven/{REPO}/",
            wire.origin()
        ),
    ];
    let words = words.each_ref().map(String::as_str);
    let mut maven = bench.start(&tree, &words);
    wire.wait_for_break();
    maven.signal("KILL");
    assert!(maven.wait(PATIENCE).is_some_and(|status| !status.success()));

    let at = Coordinates::of("com.acme:lib:1.0");
    repository.whole(&at.file(".pom"));
    repository.get(&at.file(".jar")).expect(404);
    repository
        .get("com/acme/lib/maven-metadata.xml")
        .expect(404);
    let reader = scene.workbench(Mvn::V39);
    let newest = |ran: Ran| ran.failed().says("com.acme:lib");
    let words = [
        "-DrepositoryId=packhouse",
        "-Dartifact=com.acme:lib:RELEASE",
    ];
    newest(reader.run(&consumer_of(&repository), &[&[COPY], &words[..]].concat()));

    bench.run(&tree, &["deploy"]).ok();
    assert_eq!(repository.versions("com.acme:lib"), ["1.0"]);
    has_what_was_built(&repository, &tree, "com.acme:lib:1.0");
}

fn consumer_of(repository: &packhouse_e2e::maven::Repository) -> packhouse_e2e::maven::Tree {
    packhouse_e2e::maven::Tree::consumer(repository.url(), &[], &[])
}
