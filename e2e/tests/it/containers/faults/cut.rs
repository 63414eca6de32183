//! A client that vanishes in the middle of a chunk: what arrived is kept, and the upload goes on.

use std::io::{Read, Write};

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::sha256;

use super::upload::{holds, patch, patch_at, position, put, wait_until};

/// The image that every test pushes to.
const NAME: &str = "acme/x";

/// More than a part of the store's own, so that a bucket gets a part and a rest.
const LAYER: usize = 24_000_000;

/// How much of it arrives before the client goes.
const SENT: usize = 20_000_001;

fn is_cut_and_goes_on(scene: &Scene) {
    let registry = scene.registry();
    let layer = noise(1, LAYER);
    let location = registry.begin_upload(NAME);
    let whole = patch(&registry, &location, &layer);
    let connection = whole.send_part(SENT);
    drop(connection);
    // Everything that was sent had been received by the kernel; the server reads it to its end.
    wait_until("what was sent", || position(&registry, &location) == SENT);
    let rest = patch_at(&registry, &location, SENT, &layer[SENT..]);
    rest.send().expect(202);
    let digest = sha256(&layer);
    put(&registry, &location, &digest, b"").send().expect(201);
    holds(&registry, NAME, &layer);

    // Or it is pushed again from the start, whatever is left of the first try.
    let location = registry.begin_upload(NAME);
    let layer = noise(2, SENT);
    drop(patch(&registry, &location, &layer).send_part(SENT / 2));
    registry.put_blob(NAME, &layer);
    holds(&registry, NAME, &layer);
    wait_until("what was sent", || {
        position(&registry, &location) == SENT / 2
    });
    registry.request("DELETE", &location).send().expect(204);
}

#[test]
fn a_client_vanishes_and_its_upload_goes_on() {
    let scene = Scene::new();
    is_cut_and_goes_on(&scene);
    assert_eq!(super::rows::Rows::of(&scene).uploads(), [0; 0]);
    assert!(super::rows::waiting(&scene).is_empty());
}

#[test]
fn a_client_vanishes_and_its_upload_goes_on_in_a_bucket() {
    is_cut_and_goes_on(&Scene::on_postgres_and_s3());
}

/// While the first request still writes, a second one is refused with where the upload stands, and
/// changes nothing.
#[test]
fn a_second_writer_is_refused() {
    let scene = Scene::new();
    let registry = scene.registry();
    let layer = noise(1, LAYER);
    let location = registry.begin_upload(NAME);
    let first = patch(&registry, &location, &layer);
    let mut connection = first.send_part(LAYER / 2);
    wait_until("the first writer", || {
        !super::rows::waiting(&scene).is_empty()
    });
    let second = patch(&registry, &location, &noise(2, 1000)).send();
    let second = second.expect(416);
    assert_eq!(second.error_code(), "BLOB_UPLOAD_INVALID");
    assert_eq!(second.header("Range"), "0-0");
    assert_eq!(registry.location(&second), location);
    registry.request("DELETE", &location).send().expect(416);

    let rest = first.body_after(LAYER / 2);
    connection.write_all(rest).expect("the rest can be sent");
    let mut answer = String::new();
    connection
        .read_to_string(&mut answer)
        .expect("there is an answer");
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    put(&registry, &location, &sha256(&layer), b"")
        .send()
        .expect(201);
    holds(&registry, NAME, &layer);
}
