//! What several subjects look at.

use packhouse_e2e::Scene;
use packhouse_e2e::maven::{Coordinates, Repository, Tree, Workbench};
use packhouse_e2e::process::Ran;

/// The repository that the tests deploy to.
pub const REPO: &str = "acme/tools";

/// Goals of plugins are called by their full names: then nobody asks which version there is.
pub const DEPLOY_FILE: &str = "org.apache.maven.plugins:maven-deploy-plugin:3.1.4:deploy-file";

/// The goal that resolves one artifact and all that it depends on.
pub const GET: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get";

/// The goal that copies one artifact to a folder.
pub const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

const CLASS_PATH: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";

/// Starts a server with the private repository [`REPO`].
pub fn scene() -> Scene {
    let scene = Scene::new();
    scene.create_repository(REPO, "private");
    scene
}

/// Makes bob, who has `role` on [`REPO`], and gives a token of his that could write.
pub fn bob(scene: &Scene, role: &str) -> String {
    let token = scene.user_with_token("bob", "read:packages,write:packages");
    scene.grant_repository(REPO, "bob", role);
    token
}

/// Makes a library `com.acme:lib` for [`REPO`], whose class says its version.
pub fn lib(scene: &Scene, version: &str) -> Tree {
    library(scene, &format!("com.acme:lib:{version}"))
}

/// Makes a library for [`REPO`], whose class `GROUP.Greeting` gives its artifact and version.
pub fn library(scene: &Scene, coordinates: &str) -> Tree {
    let Coordinates {
        artifact, version, ..
    } = Coordinates::of(coordinates);
    let text = format!("{artifact} {version}");
    Tree::library(coordinates, &scene.maven_url(REPO), &text)
}

/// Compiles `consumer` with what its repository has, and gives what it prints when it runs.
pub fn built_and_run(bench: &Workbench, consumer: &Tree, more: &[&str]) -> String {
    compiled(bench, consumer, more).ok();
    bench.java(consumer, "consumer.Main").ok().stdout
}

/// Compiles `consumer` with what its repository has.
pub fn compiled(bench: &Workbench, consumer: &Tree, more: &[&str]) -> Ran {
    let words = ["compile", CLASS_PATH, "-Dmdep.outputFile=class-path"];
    bench.run(consumer, &[&words, more].concat())
}

/// Asserts that the repository has exactly the bytes that Maven built in the folder of `tree`:
/// the main file, and the POM of which they were built.
pub fn has_what_was_built(repository: &Repository, tree: &Tree, coordinates: &str) {
    let coordinates = Coordinates::of(coordinates);
    let name = format!(
        "target/{}-{}.jar",
        coordinates.artifact, coordinates.version
    );
    let jar = repository.whole(&coordinates.file(".jar"));
    assert!(jar == tree.bytes(&name), "another jar than was built");
    let pom = repository.whole(&coordinates.file(".pom"));
    assert!(pom == tree.bytes("pom.xml"), "another POM than was built");
}

/// Gives how many packages of type `maven` an owner has.
pub fn packages(scene: &Scene, owner: &str) -> Vec<String> {
    let table = scene.server.admin(&["package", "list", owner], "");
    let rows = table.lines().filter(|line| line.contains("maven"));
    rows.map(str::to_owned).collect()
}
