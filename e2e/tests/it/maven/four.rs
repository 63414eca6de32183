//! What Maven 4 does that no other does: cases 30 and 31.

use packhouse_e2e::containers::Wire;
use packhouse_e2e::maven::{Coordinates, Dependency, Mvn, Pom, Tree};

use super::expect::{REPO, built_and_run, scene};

/// Its client sends the whole body, is told 401, and sends it again with the token.
#[test]
fn case_30_maven_4_is_let_in_after_the_challenge() {
    let scene = scene();
    let (bench, repository) = (scene.workbench(Mvn::V4), scene.maven(REPO));
    let wire = Wire::new();
    wire.lead_to(&scene.host());
    let url = format!("{}/maven/{REPO}/", wire.origin());
    let pom = Pom::of("com.acme:lib:1.0")
        .publishes_to(&url)
        .attaches(&[("large", "bin", "large")]);
    // A body that no buffer holds whole.
    let large = vec![7; 3_000_000];
    let tree = Tree::of(&pom)
        .greeting("", "com.acme:lib:1.0", "hello")
        .file("large", &large);
    bench.run(&tree, &["deploy"]).ok();
    let said = wire.said();
    assert!(said.contains("PUT /maven/acme/tools/com/acme/lib/1.0/"));
    let first = said.find("PUT ").map(|at| &said[at..]).unwrap_or_default();
    let head = first.split("\r\n\r\n").next().unwrap_or_default();
    assert!(!head.contains("Authorization"), "it asked unasked: {head}");
    let at = Coordinates::of("com.acme:lib:1.0");
    assert!(repository.whole(&at.file(".jar")) == tree.bytes("target/lib-1.0.jar"));
    assert!(repository.whole(&at.file("-large.bin")) == large);
    assert_eq!(repository.versions("com.acme:lib"), ["1.0"]);
}

/// A project with a parent: the POM that consumers get is flat, the one that was written is beside
/// it, and other Mavens resolve it.
#[test]
fn case_31_maven_4_deploys_the_written_pom_beside_the_flat_one() {
    let scene = scene();
    let (bench, repository) = (scene.workbench(Mvn::V4), scene.maven(REPO));
    let parent = Pom::of("com.acme:parent:1.0")
        .packaging("pom")
        .publishes_to(repository.url())
        .module("lib");
    let lib = Pom::of("com.acme:lib:1.0").parent("com.acme:parent:1.0");
    let tree = Tree::of(&parent)
        .pom("lib", &lib)
        .greeting("lib", "com.acme:lib:1.0", "flat");
    bench.run(&tree, &["deploy"]).ok();
    let at = Coordinates::of("com.acme:lib:1.0");
    let written = repository.whole(&at.file("-build.pom"));
    assert_eq!(written, tree.bytes("lib/pom.xml"));
    let flat = String::from_utf8_lossy(&repository.whole(&at.file(".pom"))).into_owned();
    assert!(!flat.contains("<parent>"), "{flat}");
    let on = [Dependency::on("com.acme:lib:1.0")];
    let main = ["com.acme.Greeting.text()"];
    for mvn in Mvn::ALL {
        let consumer = Tree::consumer(repository.url(), &on, &main);
        let printed = built_and_run(&scene.workbench(mvn), &consumer, &[]);
        assert_eq!(printed, "flat\n");
    }
}
