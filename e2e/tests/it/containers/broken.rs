//! What breaks in the middle, and goes on: cases 12, 13, 14 and 28.

use std::thread;

use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::{Desk, Dockerd, Layout, Registry, Tool, Wire, sha256};
use packhouse_e2e::postgres::Postgres;
use packhouse_e2e::s3::S3;
use packhouse_e2e::{Scene, Server};

use super::expect::{build, copy_in, file, file_of};

/// Large enough that a break after some of it is in the middle of a layer.
const LARGE: usize = 8_000_000;

/// How much of a layer passes before a line breaks.
const SOME: usize = 3_000_000;

/// Puts a line before a new server, which knows itself by the line's address.
fn behind_a_wire() -> (Scene, Wire) {
    let wire = Wire::new();
    let scene = Scene::on(Server::builder().flag("--public-url", &wire.origin()));
    wire.lead_to(&scene.host());
    (scene, wire)
}

/// The server dies in the middle of a layer; docker tries again by itself.
#[test]
fn docker_goes_on_after_the_server_was_killed() {
    let (mut scene, wire) = behind_a_wire();
    let dockerd = Dockerd::start();
    let desk = Desk::signed_in(&wire.host(), "any", &scene.token);
    let desk = desk.beside(&dockerd);
    let image = format!("{}/acme/x:1", wire.host());
    build(&desk, &image, 1, 2, LARGE);
    wire.hang_after(SOME);
    let push = thread::scope(|scope| {
        let push = scope.spawn(|| desk.docker(&["push", &image]));
        wire.wait_for_break();
        scene.server.kill();
        scene.server.start_again(&[]);
        push.join().expect("docker ends")
    });
    push.ok();
    scene.registry().whole("acme/x", "1");
    assert_eq!(scene.registry().tags("acme/x"), ["1"]);
}

/// The client dies in the middle of a layer, and is started again.
#[test]
fn case_12_a_killed_client_pushes_again() {
    let (scene, wire) = behind_a_wire();
    let desk = Desk::signed_in(&wire.host(), "any", &scene.token);
    let layout = Layout::with_image(1, 2, LARGE);
    let image = format!("docker://{}/acme/x:1", wire.host());
    let from = layout.reference("1");
    let words = ["copy", "--dest-tls-verify=false", &from, &image];
    wire.hang_after(SOME);
    let client = desk.start(Tool::Skopeo, &words);
    wire.wait_for_break();
    // Dropped, it is killed.
    drop(client);
    assert_eq!(scene.registry().manifest("acme/x", "1").status, 404);
    desk.run(Tool::Skopeo, &words).ok();
    scene.registry().whole("acme/x", "1");
    assert_eq!(scene.registry().digest("acme/x", "1"), layout.digest("1"));
}

/// docker's daemon dies with the client.
#[test]
fn case_12_a_killed_dockerd_pushes_again() {
    let (scene, wire) = behind_a_wire();
    let mut dockerd = Dockerd::start();
    let desk = Desk::signed_in(&wire.host(), "any", &scene.token);
    let desk = desk.beside(&dockerd);
    let image = format!("{}/acme/x:1", wire.host());
    build(&desk, &image, 1, 2, LARGE);
    wire.hang_after(SOME);
    let client = desk.start(Tool::Docker, &["push", &image]);
    wire.wait_for_break();
    dockerd.crash();
    drop(client);
    desk.docker(&["push", &image]).ok();
    scene.registry().whole("acme/x", "1");
}

/// The server dies between two chunks of an upload, each acknowledged.
#[test]
fn case_13_an_upload_goes_on_after_the_server_was_killed() {
    let mut scene = Scene::new();
    let registry = scene.registry();
    let bytes = noise(1, LARGE);
    let (mut location, mut sent) = (registry.begin_upload("acme/x"), 0);
    for end in [1_000_001, 5_000_000, LARGE - 1] {
        let range = format!("{sent}-{}", end - 1);
        let answer = registry
            .request("PATCH", &location)
            .header("Content-Type", "application/octet-stream")
            .header("Content-Range", &range)
            .body(bytes[sent..end].to_vec())
            .send()
            .expect(202);
        sent = end;
        assert_eq!(answer.header("Range"), format!("0-{}", sent - 1));
        location = registry.location(&answer);
        scene.server.kill();
        scene.server.start_again(&[]);
        let answer = registry.request("GET", &location).send().expect(204);
        assert_eq!(answer.header("Range"), format!("0-{}", sent - 1));
    }
    let digest = sha256(&bytes);
    registry
        .finish_upload(&location, &digest, &bytes[sent..])
        .expect(201);
    assert!(registry.blob("acme/x", &digest).expect(200).body == bytes);
}

/// Another replica takes over between two chunks: the database and the store know everything.
#[test]
fn case_13_an_upload_goes_on_at_another_replica() {
    let (postgres, s3) = (Postgres::start(), S3::start());
    let replica = || {
        let builder = Server::builder()
            .flag("--database-url", &postgres.url())
            .flag("--storage-url", &s3.url());
        s3.environment()
            .into_iter()
            .fold(builder, |builder, (key, value)| builder.env(key, &value))
    };
    let (scene, other) = (Scene::on(replica()), replica().start());
    let first = scene.registry();
    let second = Registry::at(&other.origin().replace("http://", ""), Some(&scene.token));
    // More than one part of the store's own, and less than two.
    let bytes = noise(1, 20_000_000);
    let (mut location, mut sent) = (first.begin_upload("acme/x"), 0);
    for (replica, end) in [
        (&first, 1_000_001),
        (&second, 18_000_000),
        (&first, 19_000_000),
    ] {
        let answer = replica
            .request("PATCH", &location)
            .header("Content-Range", &format!("{sent}-{}", end - 1))
            .body(bytes[sent..end].to_vec())
            .send()
            .expect(202);
        sent = end;
        location = replica.location(&answer);
    }
    let digest = sha256(&bytes);
    second
        .finish_upload(&location, &digest, &bytes[sent..])
        .expect(201);
    for replica in [&first, &second] {
        assert!(replica.blob("acme/x", &digest).expect(200).body == bytes);
    }
}

/// Several clients push the same new layers under the same tag, and under others.
#[test]
fn case_14_the_same_image_is_pushed_at_once() {
    let scene = Scene::new();
    let registry = scene.registry();
    let layout = Layout::with_image(1, 4, 500_000);
    let names = ["acme/x:1", "acme/x:1", "acme/x:2", "acme/y:1"];
    thread::scope(|scope| {
        for name in names {
            let (desk, layout, image) = (scene.desk(), &layout, registry.image(name));
            scope.spawn(move || copy_in(&desk, layout, "1", &image).ok());
        }
    });
    for (name, tag) in [("acme/x", "1"), ("acme/x", "2"), ("acme/y", "1")] {
        registry.whole(name, tag);
        assert_eq!(registry.digest(name, tag), layout.digest("1"));
    }
    // Every blob is kept once: the layers and the config, whoever brought them.
    let blobs = scene.server.stored_files();
    let large = blobs.iter().filter(|path| {
        let facts = std::fs::metadata(path);
        facts.is_ok_and(|facts| facts.len() > 400_000)
    });
    assert_eq!(large.count(), 4);
}

/// docker asks for the rest of a layer when its connection ends too early.
#[test]
fn case_28_an_interrupted_pull_is_resumed() {
    let (scene, wire) = behind_a_wire();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let login = |dockerd: &Dockerd| {
        let host = wire.host();
        Desk::signed_in(&host, "any", &scene.token).beside(dockerd)
    };
    let image = format!("{}/acme/x:1", wire.host());
    let desk = login(&here);
    build(&desk, &image, 1, 1, LARGE);
    desk.docker(&["push", &image]).ok();
    let other = login(&there);
    wire.cut_after(SOME);
    other.docker(&["pull", &image]).ok();
    wire.wait_for_break();
    assert!(file_of(&other, &image, "/file-0") == file(1, 0, LARGE));
    let said = wire.said();
    let ranges: Vec<_> = said
        .lines()
        .filter(|line| line.to_ascii_lowercase().starts_with("range: bytes="))
        .collect();
    assert!(!ranges.is_empty(), "no range was asked for");
}
