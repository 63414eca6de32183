//! Versions that are looked for: case 21.

use packhouse_e2e::Scene;
use packhouse_e2e::maven::{Dependency, Mvn, Tree};

use super::expect::{COPY, REPO, built_and_run, lib, scene};

/// Deploys with a Maven what is run, and without one what is only listed.
fn versions(scene: &Scene) {
    let (bench, repository) = (scene.workbench(Mvn::V39), scene.maven(REPO));
    for version in ["1.0", "1.9", "1.10", "2.0-beta-1", "2.0", "2.1-SNAPSHOT"] {
        if version == "1.10" || version == "2.1-SNAPSHOT" {
            bench.run(&lib(scene, version), &["deploy"]).ok();
        } else {
            let coordinates = format!("com.acme:lib:{version}");
            repository.deploy_jar(&coordinates, version.as_bytes());
        }
    }
    let metadata = repository.metadata("com.acme:lib");
    let ordered = ["1.0", "1.9", "1.10", "2.0-beta-1", "2.0", "2.1-SNAPSHOT"];
    assert_eq!(metadata.versions, ordered);
    assert_eq!(metadata.latest, "2.1-SNAPSHOT");
    assert_eq!(metadata.release, "2.0");
}

/// A range takes the highest by Maven's order, `RELEASE` no snapshot, `LATEST` whatever is newest.
#[test]
fn case_21_the_highest_of_a_range_and_the_release_are_found() {
    let scene = scene();
    versions(&scene);
    let url = scene.maven_url(REPO);
    let on = Dependency::on("com.acme:lib:[1.0,2.0-alpha)");
    let main = ["com.acme.Greeting.text()"];
    let wanted = [
        ("RELEASE", "lib-2.0.jar"),
        ("LATEST", "lib-2.1-SNAPSHOT.jar"),
    ];
    for mvn in Mvn::ALL {
        let bench = scene.workbench(mvn);
        let consumer = Tree::consumer(&url, std::slice::from_ref(&on), &main);
        assert_eq!(built_and_run(&bench, &consumer, &[]), "lib 1.10\n");
        for (version, file) in wanted {
            let artifact = format!("-Dartifact=com.acme:lib:{version}");
            let folder = format!("-DoutputDirectory={version}");
            let words = [COPY, &artifact, &folder, "-Dmdep.useBaseVersion=true"];
            bench.run(&consumer, &words).ok();
            let found = std::fs::read_dir(consumer.path().join(version));
            let found = found.expect("a folder was made").flatten();
            let found: Vec<_> = found.map(|entry| entry.file_name()).collect();
            assert_eq!(found, [file], "{version}");
        }
    }
}

/// The versions plugin offers what the metadata lists.
#[test]
fn case_21_updates_are_offered() {
    let scene = scene();
    let repository = scene.maven(REPO);
    for version in ["1.0", "1.1", "1.2"] {
        let coordinates = format!("com.acme:lib:{version}");
        repository.deploy_jar(&coordinates, version.as_bytes());
    }
    let on = Dependency::on("com.acme:lib:1.0");
    let consumer = Tree::consumer(repository.url(), &[on], &[]);
    let goal = "org.codehaus.mojo:versions-maven-plugin:2.18.0:display-dependency-updates";
    let ran = scene.workbench(Mvn::V39).run(&consumer, &[goal]).ok();
    ran.says("1.0 -> 1.2");
}
