//! What a consumer finds after versions were deleted and restored.

use packhouse_e2e::maven::{Dependency, Mvn, Tree};

use super::expect::{REPO, built_and_run, compiled, lib, scene};

#[test]
fn case_22_a_range_follows_deletion_and_restoring() {
    let scene = scene();
    let (bench, repository) = (scene.workbench(Mvn::V39), scene.maven(REPO));
    for version in ["1.0", "1.1"] {
        bench.run(&lib(&scene, version), &["deploy"]).ok();
    }
    let on = Dependency::on("com.acme:lib:[1.0,2.0)");
    let main = ["com.acme.Greeting.text()"];
    let consumer = Tree::consumer(repository.url(), &[on], &main);
    let reader = scene.workbench(Mvn::V39);
    let print = || {
        reader.forget();
        built_and_run(&reader, &consumer, &[])
    };
    let name = format!("{REPO}/com.acme:lib");
    let admin = |verb: &str, version: &str| {
        let words = ["package", verb, "maven", &name, version];
        scene.server.admin(&words, "");
    };
    assert_eq!(print(), "lib 1.1\n");
    admin("delete", "1.1");
    assert_eq!(repository.versions("com.acme:lib"), ["1.0"]);
    repository.get("com/acme/lib/1.1/lib-1.1.jar").expect(404);
    assert_eq!(print(), "lib 1.0\n");
    admin("delete", "1.0");
    repository
        .get("com/acme/lib/maven-metadata.xml")
        .expect(404);
    reader.forget();
    compiled(&reader, &consumer, &[]).failed();
    admin("restore", "1.1");
    assert_eq!(print(), "lib 1.1\n");
    admin("restore", "1.0");
    let metadata = repository.metadata("com.acme:lib");
    assert_eq!(metadata.versions, ["1.0", "1.1"]);
    assert_eq!(metadata.release, "1.1");
}

/// A deleted release may come back as what it was, and as nothing else.
#[test]
fn a_deleted_release_is_deployed_again_with_its_own_bytes_alone() {
    let scene = scene();
    let (bench, repository) = (scene.workbench(Mvn::V39), scene.maven(REPO));
    let tree = lib(&scene, "1.0");
    bench.run(&tree, &["deploy"]).ok();
    bench.run(&lib(&scene, "2.0"), &["deploy"]).ok();
    let name = format!("{REPO}/com.acme:lib");
    let words = ["package", "delete", "maven", &name, "1.0"];
    scene.server.admin(&words, "");
    let tree = tree.greeting("", "com.acme:lib:1.0", "another");
    bench.run(&tree, &["deploy"]).failed().says("409");
    assert_eq!(repository.versions("com.acme:lib"), ["2.0"]);
    let tree = tree.greeting("", "com.acme:lib:1.0", "lib 1.0");
    bench.run(&tree, &["deploy"]).ok();
    assert_eq!(repository.versions("com.acme:lib"), ["1.0", "2.0"]);
}
