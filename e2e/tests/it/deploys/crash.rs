//! A server that dies in the middle of a deploy: at each step of its own with each request, and in
//! the middle of a file. What was answered stays, and a client that begins again comes through.

use packhouse_e2e::Scene;
use packhouse_e2e::http::Request;

use super::deploy::{Deploy, prepare, request, versions};

/// The steps of storing a file that does not fit into memory.
const BYTES: [&str; 3] = [
    "blob-before-sync",
    "blob-before-rename",
    "blob-after-rename",
];
/// The steps of a transaction.
const ROWS: [&str; 2] = ["db-before-commit", "db-after-commit"];

fn scene() -> (Scene, Deploy) {
    let scene = Scene::new();
    prepare(&scene);
    let before = Deploy::new("0.9", 50_000);
    before.send(&scene);
    (scene, before)
}

/// Sends a request to a server that kills itself at `step`, and starts the server again.
fn die(scene: &mut Scene, step: &str, request: &Request) {
    assert!(scene.server.stop().success());
    scene.server.start_again(&[("PACKHOUSE_ABORT_AT", step)]);
    let answer = request.try_send();
    assert!(answer.is_err(), "{step} was not reached: {answer:?}");
    let status = scene.server.wait_for_end();
    assert!(!status.success(), "{step}: {status}");
    scene.server.start_again(&[]);
    scene.server.check().ok();
}

/// Dies at every step of one request of a deploy; what came before it was answered.
fn dies_with(
    steps: &[&str],
    before: &[fn(&Deploy, &Scene) -> Request],
    at: fn(&Deploy, &Scene) -> Request,
) {
    for step in steps {
        let (mut scene, old) = scene();
        let deploy = Deploy::new("1.0", 3_000_000);
        for request in before {
            request(&deploy, &scene).send().expect(201);
        }
        let last = at(&deploy, &scene);
        die(&mut scene, step, &last);
        // Whether the last step was durable or not: whole or absent, and a repeat comes through.
        if versions(&scene).contains(&"1.0".to_owned()) {
            deploy.is_whole(&scene);
        }
        old.is_whole(&scene);
        deploy.send(&scene);
        deploy.is_whole(&scene);
        assert_eq!(versions(&scene), ["0.9", "1.0"], "{step}");
        scene.server.check().ok();
    }
}

#[test]
fn a_kill_while_the_first_file_is_stored() {
    dies_with(&[&BYTES[..], &ROWS[..]].concat(), &[], Deploy::put_jar);
}

#[test]
fn a_kill_while_a_further_file_is_stored() {
    let steps = [&BYTES[..1], &ROWS[..]].concat();
    dies_with(&steps, &[Deploy::put_pom], Deploy::put_jar);
}

#[test]
fn a_kill_while_a_deploy_is_listed() {
    let before = [Deploy::put_pom, Deploy::put_jar, Deploy::put_sha1];
    dies_with(&ROWS, &before, Deploy::put_metadata);
}

#[test]
fn a_kill_in_the_middle_of_a_file() {
    let (mut scene, old) = scene();
    let deploy = Deploy::new("1.0", 8_000_000);
    deploy.put_pom(&scene).send().expect(201);
    let connection = deploy.put_jar(&scene).send_part(3_000_000);
    // An answer to a later request says that the server is at work.
    request(&scene, "GET", &deploy.path("pom"))
        .send()
        .expect(200);
    scene.server.kill();
    drop(connection);
    scene.server.start_again(&[]);
    request(&scene, "GET", &deploy.path("jar"))
        .send()
        .expect(404);
    scene.server.check().ok();
    deploy.send(&scene);
    deploy.is_whole(&scene);
    old.is_whole(&scene);
    scene.server.check().ok();
}
