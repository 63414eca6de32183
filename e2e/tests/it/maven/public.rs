//! A public repository: case 28.

use packhouse_e2e::containers::Wire;
use packhouse_e2e::maven::{Dependency, Login, Mvn, Tree, Workbench};

use super::expect::{REPO, built_and_run, lib, scene};

#[test]
fn case_28_anybody_resolves_from_a_public_repository() {
    let scene = scene();
    scene
        .workbench(Mvn::V39)
        .run(&lib(&scene, "1.0"), &["deploy"])
        .ok();
    let words = ["repo", "visibility", REPO, "public"];
    scene.server.admin(&words, "");
    let main = ["com.acme.Greeting.text()"];
    for mvn in Mvn::ALL {
        let wire = Wire::new();
        wire.lead_to(&scene.host());
        let url = format!("{}/maven/{REPO}/", wire.origin());
        let on = [Dependency::on("com.acme:lib:[1.0,)")];
        let consumer = Tree::consumer(&url, &on, &main);
        let bench = Workbench::new(mvn, &Login::None);
        assert_eq!(built_and_run(&bench, &consumer, &[]), "lib 1.0\n");
        assert!(!wire.said().contains("Authorization"));
    }
}

#[test]
fn case_28_what_is_not_in_a_public_repository_is_404_and_no_page() {
    let scene = scene();
    scene.create_repository("acme/open", "public");
    let nobody = scene.maven_as("acme/open", None);
    for path in [
        ".meta/prefixes.txt",
        ".index/nexus-maven-repository-index.properties",
        "com/acme/lib/maven-metadata.xml",
        "com/acme/lib/1.0/lib-1.0.pom.sha1",
        "something",
        "a%2Fb",
    ] {
        let answer = nobody.get(path).expect(404);
        assert_eq!(answer.header("WWW-Authenticate"), "");
        let kind = answer.header("Content-Type");
        assert!(!kind.contains("html"), "{path} is {kind}");
    }
    nobody
        .put("com/acme/lib/1.0/lib-1.0.jar", b"a jar")
        .expect(401);
}
