//! One grant for everything that a repository holds.

use packhouse_e2e::maven::{Dependency, Mvn, Tree};
use packhouse_e2e::{Client, Credential, Project};
use serde_json::json;

use super::expect::{REPO, built_and_run, compiled, lib, scene};

/// Where the sources of [`REPO`] are.
const SOURCE: &str = "https://git.example/acme/tools";

/// An npm package linked to a repository and the Maven packages in it follow the same grant.
#[test]
fn one_grant_on_a_repository_opens_its_npm_and_maven_packages_and_taking_it_closes_both() {
    let scene = scene();
    scene
        .server
        .admin(&["repo", "source", REPO, "add", SOURCE], "");
    let repository = json!({ "type": "git", "url": SOURCE });
    let script = Project::package("@acme/script", "1.0.0").field("repository", repository);
    scene.seat(Client::Npm11).publish(&script, &[]).ok();
    scene
        .workbench(Mvn::V39)
        .run(&lib(&scene, "1.0"), &["deploy"])
        .ok();

    let bob = scene.user_with_token("bob", "read:packages");
    let seat = scene.seat_as(Client::Npm11, &Credential::Token(bob.clone()));
    let bench = scene.workbench_with(Mvn::V39, &bob);
    let on = [Dependency::on("com.acme:lib:1.0")];
    let main = ["com.acme.Greeting.text()"];
    for role in ["none", "read", "none"] {
        scene.grant_repository(REPO, "bob", role);
        seat.forget_cache();
        bench.forget();
        let page = Project::consumer(&[("@acme/script", "1.0.0")]);
        let program = Tree::consumer(&scene.maven_url(REPO), &on, &main);
        if role == "read" {
            seat.install(&page, &[]).ok();
            assert_eq!(page.installed_version("@acme/script"), "1.0.0");
            assert_eq!(built_and_run(&bench, &program, &[]), "lib 1.0\n");
        } else {
            seat.install(&page, &[]).failed().says("404");
            let ran = compiled(&bench, &program, &[]).failed();
            ran.says("com.acme:lib:jar:1.0");
        }
    }
}
