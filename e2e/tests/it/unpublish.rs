//! Unpublishing: cases 16 and 17.

use packhouse_e2e::{Client, Project, Scene};
use serde_json::json;

use crate::expect::{absent, packument, published, versions};

/// The registry is known by the scope, and its address has a path: npm then asks to delete the
/// tarball under that path twice.
fn unpublish_one(client: Client) {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    let project = published(&scene, "@acme/x", "1.1.0");
    scene
        .seat(client)
        .run(&project, &["unpublish", "@acme/x@1.1.0"])
        .ok();
    let served = packument(&scene, "@acme/x");
    assert_eq!(versions(&served), ["1.0.0"]);
    assert_eq!(served["dist-tags"], json!({ "latest": "1.0.0" }));
    scene.get("@acme/x/-/x-1.1.0.tgz").send().expect(404);
    scene.get("@acme/x/-/x-1.0.0.tgz").send().expect(200);
    // The number stays taken, for other bytes and for the same.
    let again = Project::package("@acme/x", "1.1.0").file("index.js", "other");
    scene
        .seat(Client::Npm10)
        .publish(&again, &[])
        .failed()
        .says("1.1.0");
}

fn unpublish_all(client: Client) {
    let scene = Scene::new();
    let project = published(&scene, "@acme/x", "1.0.0");
    let seat = scene.seat(client);
    seat.run(&project, &["unpublish", "@acme/x", "--force"])
        .ok();
    absent(&scene, "@acme/x");
    let answer = scene
        .publish_request(&json!({ "name": "@acme/x", "version": "1.0.0" }), &[])
        .send()
        .expect(403);
    let error = answer.json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(error.contains("1.0.0"), "{error}");
    seat.publish(&project, &[]).failed();
    seat.publish(&project.at("1.0.1"), &[]).ok();
    assert_eq!(versions(&packument(&scene, "@acme/x")), ["1.0.1"]);
}

#[test]
fn case_16_unpublish_one_with_npm_6() {
    unpublish_one(Client::Npm6);
}

#[test]
fn case_16_unpublish_one_with_npm_8() {
    unpublish_one(Client::Npm8);
}

#[test]
fn case_16_unpublish_one_with_npm_10() {
    unpublish_one(Client::Npm10);
}

#[test]
fn case_16_unpublish_one_with_npm_11() {
    unpublish_one(Client::Npm11);
}

#[test]
fn case_16_unpublish_one_with_pnpm_10() {
    unpublish_one(Client::Pnpm10);
}

#[test]
fn case_17_unpublish_all_with_npm_6() {
    unpublish_all(Client::Npm6);
}

#[test]
fn case_17_unpublish_all_with_npm_10() {
    unpublish_all(Client::Npm10);
}

#[test]
fn case_17_unpublish_all_with_npm_11() {
    unpublish_all(Client::Npm11);
}

/// A token without `delete:packages` publishes, and deletes nothing.
#[test]
fn case_16_a_token_without_the_scope_unpublishes_nothing() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    let project = published(&scene, "@acme/x", "1.1.0");
    let token = scene.create_token("alice", "read:packages,write:packages", &[]);
    let seat = scene.seat_as(Client::Npm11, &packhouse_e2e::Credential::Token(token));
    seat.run(&project, &["unpublish", "@acme/x@1.1.0"])
        .failed()
        .says("403");
    assert_eq!(versions(&packument(&scene, "@acme/x")), ["1.0.0", "1.1.0"]);
}
