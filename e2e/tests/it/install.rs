//! Installing: case 3, for private and for public packages.

use packhouse_e2e::client::Family;
use packhouse_e2e::{Client, Project, Scene, Seat};
use serde_json::json;

use crate::expect::{packument, published, published_as};

/// Publishes `@acme/x` 1.0.0, which depends on `@acme/y` 1.0.0.
fn scene_with_two_packages() -> Scene {
    let scene = Scene::new();
    published(&scene, "@acme/y", "1.0.0");
    published_as(&scene, "@acme/x", "1.0.0", |project| {
        project.field("dependencies", json!({ "@acme/y": "^1.0.0" }))
    });
    scene
}

fn install_and_reinstall(scene: &Scene, seat: &Seat) {
    let client = seat.client();
    let project = Project::consumer(&[("@acme/x", "^1.0.0")]);
    seat.install(&project, &[]).ok();
    assert_eq!(project.installed_version("@acme/x"), "1.0.0");
    let lockfile = project.read(client.lockfile());
    check_lockfile(scene, client, &lockfile);

    project.forget_installed();
    seat.forget_cache();
    seat.install_frozen(&project, &[]).ok();
    assert_eq!(project.installed_version("@acme/x"), "1.0.0");
    assert_eq!(
        project.read(client.lockfile()),
        lockfile,
        "the lockfile changed"
    );
}

fn check_lockfile(scene: &Scene, client: Client, lockfile: &str) {
    if client.family() == Family::YarnBerry {
        // It keeps a checksum of its own, and a foreign address only where ours is unusual.
        assert!(!lockfile.contains("__archiveUrl"), "{lockfile}");
        return;
    }
    for name in ["@acme/x", "@acme/y"] {
        let document = packument(scene, name);
        let integrity = document["versions"]["1.0.0"]["dist"]["integrity"].as_str();
        let integrity = integrity.expect("a version has an integrity");
        assert!(
            lockfile.contains(integrity),
            "{integrity} is not in {lockfile}"
        );
    }
}

fn private_and_public(client: Client) {
    let scene = scene_with_two_packages();
    install_and_reinstall(&scene, &scene.seat(client));

    let anonymous = scene.anonymous(client);
    let project = Project::consumer(&[("@acme/x", "^1.0.0")]);
    anonymous.install(&project, &[]).failed();
    assert!(!project.installed("@acme/x").exists());

    for package in ["acme/x", "acme/y"] {
        scene.set_visibility(package, "public");
    }
    anonymous.forget_cache();
    install_and_reinstall(&scene, &anonymous);
}

#[test]
fn case_03_install_with_npm_6() {
    private_and_public(Client::Npm6);
}

#[test]
fn case_03_install_with_npm_8() {
    private_and_public(Client::Npm8);
}

#[test]
fn case_03_install_with_npm_10() {
    private_and_public(Client::Npm10);
}

#[test]
fn case_03_install_with_npm_11() {
    private_and_public(Client::Npm11);
}

#[test]
fn case_03_install_with_pnpm_9() {
    private_and_public(Client::Pnpm9);
}

#[test]
fn case_03_install_with_pnpm_10() {
    private_and_public(Client::Pnpm10);
}

#[test]
fn case_03_install_with_yarn_classic() {
    private_and_public(Client::YarnClassic);
}

#[test]
fn case_03_install_with_yarn_berry() {
    private_and_public(Client::YarnBerry);
}

#[test]
fn case_03_install_with_bun() {
    private_and_public(Client::Bun);
}
