//! Files beside the main one: cases 8 and 9.

use packhouse_e2e::maven::{Coordinates, Mvn, Pom, Tree};

use super::expect::{REPO, packages, scene};

/// The old plugin sends each attached file after the metadata of the version, and that of a
/// snapshot again with each.
fn attachments_of_the_old_plugin(mvn: Mvn) {
    let scene = scene();
    let (bench, repository) = (scene.workbench(mvn), scene.maven(REPO));
    for coordinates in ["com.acme:lib:1.0", "com.acme:lib:1.1-SNAPSHOT"] {
        let pom = Pom::of(coordinates)
            .publishes_to(repository.url())
            .attaches(&[("a.txt", "jar", "sources"), ("b.txt", "jar", "javadoc")]);
        let tree = Tree::of(&pom)
            .file("a.txt", "the sources")
            .file("b.txt", "the documentation")
            .greeting("", coordinates, "hello");
        bench.run(&tree, &["deploy", "-Ddeploy.version=2.8.2"]).ok();
        let at = Coordinates::of(coordinates);
        let path = |classifier: &str| {
            let rest = match classifier {
                "" => ".jar".to_owned(),
                _ => format!("-{classifier}.jar"),
            };
            if coordinates.ends_with("-SNAPSHOT") {
                let metadata = repository.metadata(coordinates);
                at.build(metadata.build(classifier, "jar"), &rest)
            } else {
                at.file(&rest)
            }
        };
        assert_eq!(repository.whole(&path("sources")), b"the sources");
        assert_eq!(repository.whole(&path("javadoc")), b"the documentation");
        repository.whole(&path(""));
    }
    let versions = repository.versions("com.acme:lib");
    assert_eq!(versions, ["1.0", "1.1-SNAPSHOT"]);
}

#[test]
fn case_08_maven_3_8_and_plugin_2_8_deploy_sources_and_documentation() {
    attachments_of_the_old_plugin(Mvn::V38);
}

#[test]
fn case_08_maven_3_9_and_plugin_2_8_deploy_sources_and_documentation() {
    attachments_of_the_old_plugin(Mvn::V39);
}

/// Several files at once arrive first at a package that is not there yet.
fn many_attachments_at_once(mvn: Mvn) {
    let scene = scene();
    let (bench, repository) = (scene.workbench(mvn), scene.maven(REPO));
    let files: Vec<_> = (1..=12)
        .map(|number| (format!("part-{number}.txt"), format!("part{number}")))
        .collect();
    let attached: Vec<_> = files
        .iter()
        .map(|(file, classifier)| (file.as_str(), "txt", classifier.as_str()))
        .collect();
    let pom = Pom::of("com.acme:lib:1.0")
        .publishes_to(repository.url())
        .attaches(&attached);
    let tree = Tree::of(&pom).greeting("", "com.acme:lib:1.0", "hello");
    let tree = files.iter().fold(tree, |tree, (file, text)| {
        tree.file(file, text.repeat(1000))
    });
    bench.run(&tree, &["deploy"]).ok();
    let at = Coordinates::of("com.acme:lib:1.0");
    for (_, classifier) in &files {
        let bytes = repository.whole(&at.file(&format!("-{classifier}.txt")));
        assert_eq!(bytes, classifier.repeat(1000).into_bytes());
    }
    repository.whole(&at.file(".jar"));
    assert_eq!(repository.versions("com.acme:lib"), ["1.0"]);
    assert_eq!(packages(&scene, "acme").len(), 1);
    assert!(
        !scene.server.log().contains("ERROR"),
        "{}",
        scene.server.log()
    );
}

#[test]
fn case_09_maven_3_9_deploys_twelve_attachments_of_a_new_package() {
    many_attachments_at_once(Mvn::V39);
}

#[test]
fn case_09_maven_4_deploys_twelve_attachments_of_a_new_package() {
    many_attachments_at_once(Mvn::V4);
}
