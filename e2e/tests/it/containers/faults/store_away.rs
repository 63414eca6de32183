//! The bucket goes away in the middle of a push, and comes back.

use std::thread;

use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::{Dockerd, sha256};
use packhouse_e2e::s3::S3;
use packhouse_e2e::{Scene, Server};

use super::super::expect::{build, file, file_of};
use super::rows::Rows;
use super::upload::{away, holds, manifest, patch, patch_at, position, put, put_manifest};
use crate::expect::ready_becomes;

/// The image that every test pushes to.
const NAME: &str = "acme/x";

/// More than one part of the store's own.
const LAYER: usize = 40_000_000;

/// How much of it a 202 has said is there: a part and a rest.
const FIRST: usize = 18_000_000;

fn scene_on(s3: &S3) -> Scene {
    let builder = Server::builder().flag("--storage-url", &s3.url());
    let variables = s3.environment().into_iter();
    Scene::on(variables.fold(builder, |builder, (key, value)| builder.env(key, &value)))
}

fn goes_away_in_mid_push(end: fn(&mut S3), start_again: fn(&mut S3)) {
    let mut s3 = S3::start();
    let scene = scene_on(&s3);
    let registry = scene.registry();
    registry.put_blob(NAME, b"{}");
    let layer = noise(1, LAYER);
    let digest = sha256(&layer);
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer[..FIRST])
        .send()
        .expect(202);
    let (whole, untouched) = (noise(2, 20_000_000), registry.begin_upload(NAME));
    let at_once = put(&registry, &untouched, &sha256(&whole), &whole);
    let small = noise(3, 10_000);
    let small_at_once = registry
        .request(
            "POST",
            &format!("acme/x/blobs/uploads/?digest={}", sha256(&small)),
        )
        .body(small.clone());

    end(&mut s3);
    let rest = patch_at(&registry, &location, FIRST, &layer[FIRST..]);
    away(rest.send());
    away(put(&registry, &location, &digest, &layer[FIRST..]).send());
    away(at_once.send());
    away(small_at_once.send());
    away(registry.blob(NAME, &sha256(b"{}")));
    // What needs the database alone goes on: how far it is, and that the blob is there.
    assert_eq!(position(&registry, &location), FIRST);
    let head = registry.request("HEAD", &format!("acme/x/blobs/{}", sha256(b"{}")));
    head.send().expect(200);
    ready_becomes(&scene, 503);

    start_again(&mut s3);
    ready_becomes(&scene, 200);
    assert_eq!(position(&registry, &location), FIRST);
    rest.send().expect(202);
    put(&registry, &location, &digest, b"").send().expect(201);
    at_once.send().expect(201);
    small_at_once.send().expect(201);
    for bytes in [&layer, &whole, &small] {
        holds(&registry, NAME, bytes);
        put_manifest(&registry, "acme/x/manifests/1", &manifest(bytes))
            .send()
            .expect(201);
    }
    registry.whole(NAME, "1");
    assert_eq!(Rows::of(&scene).uploads(), [0; 0]);
    assert_eq!(scene.server.stored_files().len(), 0);
}

#[test]
fn the_bucket_is_lost_in_mid_push_and_started() {
    goes_away_in_mid_push(S3::kill, S3::start_again);
}

/// It takes connections and says nothing: no request may wait for it without end.
#[test]
fn the_bucket_hangs_in_mid_push_and_goes_on() {
    goes_away_in_mid_push(S3::freeze, S3::go_on);
}

/// A manifest cannot be kept either: the tag stays as it was.
#[test]
fn a_manifest_waits_for_the_bucket() {
    let mut s3 = S3::start();
    let scene = scene_on(&s3);
    let registry = scene.registry();
    let layers = [noise(1, 1000), noise(2, 1000)];
    registry.put_blob(NAME, b"{}");
    for layer in &layers {
        registry.put_blob(NAME, layer);
    }
    let path = "acme/x/manifests/1";
    let [first, second] = layers.each_ref().map(|layer| manifest(layer));
    put_manifest(&registry, path, &first).send().expect(201);
    let before = registry.digest(NAME, "1");
    s3.kill();
    away(put_manifest(&registry, path, &second).send());
    assert_eq!(registry.digest(NAME, "1"), before);
    away(registry.manifest(NAME, "1"));
    s3.start_again();
    ready_becomes(&scene, 200);
    registry.whole(NAME, "1");
    put_manifest(&registry, path, &second).send().expect(201);
    assert_ne!(registry.digest(NAME, "1"), before);
    registry.whole(NAME, "1");
}

/// docker tries again by itself until the bucket is back.
#[test]
fn docker_waits_for_a_bucket_that_comes_back() {
    let mut s3 = S3::start();
    let scene = scene_on(&s3);
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let image = scene.registry().image("acme/x:1");
    build(&desk, &image, 1, 2, 3_000_000);
    s3.kill();
    thread::scope(|scope| {
        let push = scope.spawn(|| desk.docker(&["push", &image]));
        while !scene
            .server
            .log()
            .contains("database or store cannot be reached")
        {
            assert!(!push.is_finished(), "docker gave up");
            thread::sleep(std::time::Duration::from_millis(50));
        }
        s3.start_again();
        push.join().expect("docker ends").ok();
    });
    scene.registry().whole("acme/x", "1");
    let other = scene.desk().beside(&there);
    other.docker(&["pull", &image]).ok();
    assert!(file_of(&other, &image, "/file-1") == file(1, 1, 3_000_000));
}
