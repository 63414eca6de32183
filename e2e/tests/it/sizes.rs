//! Big bodies and flat memory: case 13.

use packhouse_e2e::{Client, Project, Scene, Server, archive};
use serde_json::json;

use crate::expect::{absent, packument, published, whole};

const MB: usize = 1_000_000;
const MIB: usize = 1 << 20;

/// What the server may ever take, in bytes (`design.md` §7).
const MEMORY: u64 = 150 * MB as u64;

#[test]
fn case_13_a_tarball_of_200_mib_with_npm_11() {
    let mut scene = Scene::new();
    let project =
        Project::package("@acme/big", "1.0.0").bytes("noise.bin", &archive::noise(7, 200 * MIB));
    scene.seat(Client::Npm11).publish(&project, &[]).ok();
    let served = packument(&scene, "@acme/big");
    let size = &served["versions"]["1.0.0"]["dist"]["unpackedSize"];
    assert!(size.as_u64() > Some(200 * MIB as u64), "{size}");
    whole(&scene, "@acme/big", "1.0.0");
    let (_, peak) = scene.server.memory();
    assert!(peak < MEMORY, "the server took {} MB", peak / MB as u64);
}

/// Pieces of a publish document whose tarball has `megabytes` in base64, and its length.
fn big_document(megabytes: usize) -> (u64, impl Iterator<Item = Vec<u8>>) {
    let manifest = json!({ "name": "@acme/big", "version": "1.0.0" });
    let document = archive::publish_document("http://127.0.0.1:1/npm/", &manifest, b"");
    let text = document.to_string();
    let at = text.find("\"data\":\"").expect("there is an attachment") + "\"data\":\"".len();
    let (head, tail) = (
        text.as_bytes()[..at].to_vec(),
        text.as_bytes()[at..].to_vec(),
    );
    let length = head.len() + megabytes * MB + tail.len();
    let pieces = std::iter::once(head)
        .chain(std::iter::repeat_n(vec![b'A'; MB], megabytes))
        .chain(std::iter::once(tail));
    (length as u64, pieces)
}

#[test]
fn case_13_a_body_over_the_limit_is_refused_at_once() {
    let mut scene = Scene::on(Server::builder().config("[limits]\nnpm = \"100MB\"\n"));
    published(&scene, "@acme/small", "1.0.0");
    let kept = scene.server.stored_files();
    let (before, _) = scene.server.memory();
    let (length, pieces) = big_document(300);
    let request = packhouse_e2e::http::Request::put(&scene.package_url("@acme/big"))
        .token(&scene.token)
        .header("Content-Type", "application/json");
    let (answer, sent) = request.stream(length, pieces);
    let error = answer.expect(413).json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(error.contains("100"), "the limit is not in {error:?}");
    assert!(sent < length, "the whole body was read");
    absent(&scene, "@acme/big");
    assert_eq!(scene.server.stored_files(), kept);
    let (after, peak) = scene.server.memory();
    assert!(
        after < before + 20 * MB as u64,
        "memory grew from {before} to {after}"
    );
    assert!(peak < MEMORY, "the server took {} MB", peak / MB as u64);
}

/// Without a length beforehand the server counts.
#[test]
fn case_13_a_body_over_the_limit_is_refused_while_it_comes() {
    let mut scene = Scene::on(Server::builder().config("[limits]\nnpm = \"100MB\"\n"));
    let (before, _) = scene.server.memory();
    let (_, pieces) = big_document(300);
    let request = packhouse_e2e::http::Request::put(&scene.package_url("@acme/big"))
        .token(&scene.token)
        .header("Content-Type", "application/json");
    let (answer, _) = request.stream_chunked(pieces);
    let error = answer.expect(413).json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(error.contains("100"), "the limit is not in {error:?}");
    absent(&scene, "@acme/big");
    assert_eq!(scene.server.stored_files().len(), 0);
    let (after, peak) = scene.server.memory();
    assert!(
        after < before + 30 * MB as u64,
        "memory grew from {before} to {after}"
    );
    assert!(peak < MEMORY, "the server took {} MB", peak / MB as u64);
}

#[test]
fn case_13_npm_prints_the_limit() {
    let scene = Scene::on(Server::builder().config("[limits]\nnpm = \"1MB\"\n"));
    let project =
        Project::package("@acme/big", "1.0.0").bytes("noise.bin", &archive::noise(3, 3 * MB));
    for client in [Client::Npm6, Client::Npm11] {
        scene
            .seat(client)
            .publish(&project, &[])
            .failed()
            .says("413")
            .says("1");
        absent(&scene, "@acme/big");
    }
    assert_eq!(scene.server.stored_files().len(), 0);
}
