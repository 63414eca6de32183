//! A server that dies in the middle of a publish, at ten points: five offsets of the body that
//! the test controls, five steps of the server's own.

use packhouse_e2e::{Client, Project, Scene, archive};
use serde_json::json;

use crate::expect::{absent, packument, published, versions, whole};

/// The steps at which a server built with failpoints ends itself with SIGKILL when
/// `PACKHOUSE_ABORT_AT` names one.
const STEPS: [&str; 5] = [
    "blob-before-sync",
    "blob-before-rename",
    "blob-after-rename",
    "db-before-commit",
    "db-after-commit",
];

fn manifest() -> serde_json::Value {
    json!({ "name": "@acme/x", "version": "1.0.0" })
}

/// After a restart: the version is whole or absent, and a retry succeeds and changes nothing
/// that was there before.
fn recovers(scene: &mut Scene, request: &packhouse_e2e::http::Request) {
    scene.server.start_again(&[]);
    let found = scene.packument("@acme/x");
    match found.status {
        200 => whole(scene, "@acme/x", "1.0.0"),
        status => assert_eq!(status, 404, "{}", found.text()),
    }
    let answer = request.send();
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    assert_eq!(versions(&packument(scene, "@acme/x")), ["1.0.0"]);
    whole(scene, "@acme/x", "1.0.0");
    whole(scene, "@acme/before", "1.0.0");
}

/// Sends a part of the body, and kills the server once it has taken that part in.
fn cut_at(tenths: usize) {
    let mut scene = Scene::new();
    published(&scene, "@acme/before", "1.0.0");
    let noise = archive::noise(5, 3_000_000);
    let request = scene.publish_request(&manifest(), &[("noise.bin", &noise)]);
    let connection = request.send_part(request.body_len() * tenths / 10);
    // An answer to a later request says that the server is at work, not that it has read all.
    scene.get("-/ping").send().expect(200);
    scene.server.kill();
    drop(connection);
    scene.server.start_again(&[]);
    absent(&scene, "@acme/x");
    scene.server.kill();
    recovers(&mut scene, &request);
}

#[test]
fn crash_after_the_head() {
    cut_at(0);
}

#[test]
fn crash_after_a_tenth_of_the_body() {
    cut_at(1);
}

#[test]
fn crash_in_the_middle_of_the_body() {
    cut_at(5);
}

#[test]
fn crash_after_nine_tenths_of_the_body() {
    cut_at(9);
}

/// The whole body is sent; the answer may be on its way or not.
#[test]
fn crash_after_the_body() {
    let mut scene = Scene::new();
    published(&scene, "@acme/before", "1.0.0");
    let noise = archive::noise(5, 3_000_000);
    let request = scene.publish_request(&manifest(), &[("noise.bin", &noise)]);
    let connection = request.send_part(request.body_len());
    scene.server.kill();
    drop(connection);
    recovers(&mut scene, &request);
}

fn die_at(step: &str) {
    let mut scene = Scene::new();
    published(&scene, "@acme/before", "1.0.0");
    scene.server.stop();
    scene.server.start_again(&[("PACKHOUSE_ABORT_AT", step)]);
    let request = scene.publish_request(&manifest(), &[("index.js", b"1")]);
    let answer = request.try_send();
    assert!(answer.is_err(), "{step} was not reached: {answer:?}");
    let status = scene.server.wait_for_end();
    assert!(!status.success(), "{step}: {status}");
    scene.server.start_again(&[]);
    let found = scene.packument("@acme/x").status;
    let expected = if step == "db-after-commit" { 200 } else { 404 };
    assert_eq!(found, expected, "after {step}");
    scene.server.stop();
    recovers(&mut scene, &request);
}

#[test]
fn crash_before_the_blob_is_synced() {
    die_at(STEPS[0]);
}

#[test]
fn crash_before_the_blob_is_renamed() {
    die_at(STEPS[1]);
}

#[test]
fn crash_after_the_blob_is_renamed() {
    die_at(STEPS[2]);
}

#[test]
fn crash_before_the_commit() {
    die_at(STEPS[3]);
}

#[test]
fn crash_after_the_commit() {
    die_at(STEPS[4]);
}

/// npm's own retry finds the server gone, then a person runs the command again.
#[test]
fn crash_under_npm_11_then_publish_again() {
    let mut scene = Scene::new();
    scene.server.stop();
    scene
        .server
        .start_again(&[("PACKHOUSE_ABORT_AT", "db-before-commit")]);
    let seat = scene
        .seat(Client::Npm11)
        .with_env("npm_config_fetch_retries", "0");
    let project = Project::package("@acme/x", "1.0.0");
    seat.publish(&project, &[]).failed();
    scene.server.wait_for_end();
    scene.server.start_again(&[]);
    absent(&scene, "@acme/x");
    seat.publish(&project, &[]).ok();
    whole(&scene, "@acme/x", "1.0.0");
}

#[test]
fn sigterm_ends_with_success() {
    let mut scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    assert_eq!(scene.server.stop().code(), Some(0));
    scene.server.start_again(&[]);
    whole(&scene, "@acme/x", "1.0.0");
}

/// A request that has begun is finished first.
#[test]
fn sigterm_lets_a_publish_finish() {
    use std::io::{Read, Write};
    let mut scene = Scene::new();
    let noise = archive::noise(5, 1_000_000);
    let request = scene.publish_request(&manifest(), &[("noise.bin", &noise)]);
    let half = request.body_len() / 2;
    let mut connection = request.send_part(half);
    scene.get("-/ping").send().expect(200);
    scene.server.ask_to_stop();
    connection.write_all(request.body_after(half)).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap_or_default();
    assert!(matches!(status, "200" | "201"), "{answer}");
    assert_eq!(scene.server.wait_for_end().code(), Some(0));
    scene.server.start_again(&[]);
    whole(&scene, "@acme/x", "1.0.0");
}
