//! Deprecating: case 15.

use packhouse_e2e::http::Request;
use packhouse_e2e::{Client, Scene};
use serde_json::{Value, json};

use crate::expect::{packument, published, versions};

fn deprecate_and_take_back(client: Client) {
    let scene = Scene::new();
    let project = published(&scene, "@acme/x", "1.0.0");
    let seat = scene.seat(client);
    seat.run(&project, &["deprecate", "@acme/x@1.0.0", "gone soon"])
        .ok();
    let deprecated = &packument(&scene, "@acme/x")["versions"]["1.0.0"]["deprecated"];
    assert_eq!(*deprecated, "gone soon");
    seat.run(&project, &["deprecate", "@acme/x@1.0.0", ""]).ok();
    let version = packument(&scene, "@acme/x")["versions"]["1.0.0"].clone();
    assert_eq!(version.get("deprecated"), None, "{version}");
}

#[test]
fn case_15_deprecate_with_npm_6() {
    deprecate_and_take_back(Client::Npm6);
}

#[test]
fn case_15_deprecate_with_npm_8() {
    deprecate_and_take_back(Client::Npm8);
}

#[test]
fn case_15_deprecate_with_npm_10() {
    deprecate_and_take_back(Client::Npm10);
}

#[test]
fn case_15_deprecate_with_npm_11() {
    deprecate_and_take_back(Client::Npm11);
}

#[test]
fn case_15_deprecate_with_pnpm_10() {
    deprecate_and_take_back(Client::Pnpm10);
}

/// What npm does between its GET and its PUT is too quick to step between, so its two requests
/// are sent by hand.
#[test]
fn case_15_a_version_published_in_between_survives() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    let mut document: Value = scene.get("@acme%2fx?write=true").send().expect(200).json();
    published(&scene, "@acme/x", "1.1.0");
    document["versions"]["1.0.0"]["deprecated"] = json!("old");
    let answer = Request::put(&scene.package_url("@acme/x"))
        .token(&scene.token)
        .json(&document)
        .send();
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    let served = packument(&scene, "@acme/x");
    assert_eq!(versions(&served), ["1.0.0", "1.1.0"]);
    assert_eq!(served["versions"]["1.0.0"]["deprecated"], "old");
    assert_eq!(served["dist-tags"]["latest"], "1.1.0");
}
