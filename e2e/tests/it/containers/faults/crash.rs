//! A server that dies in the middle of a push, at offsets that the test controls and at steps of
//! its own. A client that repeats its request, or begins again where it is told to, always comes
//! through, and nothing that was answered is lost.

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::sha256;
use packhouse_e2e::http::Request;

use super::rows::{Rows, consistent, waiting};
use super::upload::{
    holds, manifest, patch, patch_at, position, put, put_manifest, status, wait_until,
};

/// The image that every test pushes to.
const NAME: &str = "acme/x";

/// What is sent of a layer before the server dies.
const FIRST: usize = 3_000_000;

/// What is sent after that.
const REST: usize = 5_000_000;

/// What was pushed before, and has to be there in the end.
fn before() -> Vec<u8> {
    noise(9, 200_000)
}

fn scene() -> Scene {
    let scene = Scene::new();
    let registry = scene.registry();
    registry.put_blob(NAME, b"{}");
    registry.put_blob(NAME, &before());
    put_manifest(&registry, "acme/x/manifests/old", &manifest(&before()))
        .send()
        .expect(201);
    scene
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
    consistent(scene);
}

/// Asserts that the layer is there and nothing else has changed or is left over.
fn ends_well(scene: &Scene, layer: &[u8]) {
    let registry = scene.registry();
    holds(&registry, NAME, layer);
    put_manifest(&registry, "acme/x/manifests/new", &manifest(layer))
        .send()
        .expect(201);
    registry.whole(NAME, "new");
    registry.whole(NAME, "old");
    assert_eq!(registry.tags(NAME), ["new", "old"]);
    consistent(scene);
    assert_eq!(Rows::of(scene).uploads(), [0; 0]);
}

/// Asserts that no file of an upload is left. What a dead process staged outside of one is nobody's,
/// and goes when it is a day old.
fn nothing_waits(scene: &Scene) {
    let files = waiting(scene);
    let sessions = files.iter().filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("session-")
    });
    assert_eq!(sessions.count(), 0, "{files:?}");
}

/// Dies when some of a chunk has arrived: what the answer before said is true, and no more.
#[test]
fn a_kill_in_the_middle_of_a_patch() {
    let mut scene = scene();
    let registry = scene.registry();
    let layer = noise(1, FIRST + REST);
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer[..FIRST])
        .send()
        .expect(202);
    let second = patch_at(&registry, &location, FIRST, &layer[FIRST..]);
    let connection = second.send_part(REST / 2);
    wait_until("a part of the chunk", || {
        let [file] = &waiting(&scene)[..] else {
            panic!("there is one upload");
        };
        let length = std::fs::metadata(file).expect("it is there").len();
        length > FIRST as u64 + 1_000_000
    });
    scene.server.kill();
    drop(connection);
    scene.server.start_again(&[]);
    consistent(&scene);
    assert_eq!(position(&registry, &location), FIRST);
    second.send().expect(202);
    put(&registry, &location, &sha256(&layer), b"")
        .send()
        .expect(201);
    ends_well(&scene, &layer);
    nothing_waits(&scene);
}

/// Dies when some of a body that comes at once has arrived: the upload is as if nothing had come.
#[test]
fn a_kill_in_the_middle_of_a_whole_put() {
    let mut scene = scene();
    let registry = scene.registry();
    let layer = noise(1, FIRST + REST);
    let location = registry.begin_upload(NAME);
    let whole = put(&registry, &location, &sha256(&layer), &layer);
    let connection = whole.send_part(FIRST);
    wait_until("a part of the layer", || !waiting(&scene).is_empty());
    scene.server.kill();
    drop(connection);
    scene.server.start_again(&[]);
    consistent(&scene);
    assert_eq!(position(&registry, &location), 0);
    whole.send().expect(201);
    let registry = scene.registry();
    holds(&registry, NAME, &layer);
    nothing_waits(&scene);
}

/// Dies when a chunk is written and not recorded: the repeat of the chunk counts once.
#[test]
fn a_kill_before_a_chunk_is_recorded() {
    let mut scene = scene();
    let registry = scene.registry();
    let layer = noise(1, FIRST + REST);
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer[..FIRST])
        .send()
        .expect(202);
    let second = patch_at(&registry, &location, FIRST, &layer[FIRST..]);
    die(&mut scene, "session-before-state", &second);
    assert_eq!(position(&registry, &location), FIRST);
    second.send().expect(202);
    put(&registry, &location, &sha256(&layer), b"")
        .send()
        .expect(201);
    ends_well(&scene, &layer);
    nothing_waits(&scene);
}

/// Dies when the first chunk of all is written and not recorded.
#[test]
fn a_kill_before_the_first_chunk_is_recorded() {
    let mut scene = scene();
    let registry = scene.registry();
    let layer = noise(1, FIRST);
    let location = registry.begin_upload(NAME);
    let first = patch(&registry, &location, &layer);
    die(&mut scene, "session-before-state", &first);
    assert_eq!(position(&registry, &location), 0);
    first.send().expect(202);
    assert_eq!(position(&registry, &location), FIRST);
    put(&registry, &location, &sha256(&layer), b"")
        .send()
        .expect(201);
    ends_well(&scene, &layer);
    nothing_waits(&scene);
}

/// Between PATCH and PUT, and then at `step` of the PUT: what a 202 said stands, also when the bytes
/// had become a blob that nobody knows of.
fn dies_at_the_end_of_an_upload(step: &str) {
    let mut scene = scene();
    let registry = scene.registry();
    let layer = noise(1, FIRST + REST);
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer[..FIRST])
        .send()
        .expect(202);
    scene.server.kill();
    scene.server.start_again(&[]);
    assert_eq!(position(&registry, &location), FIRST);
    let first = &layer[..FIRST];
    let end = put(&registry, &location, &sha256(first), b"");
    die(&mut scene, step, &end);
    assert_eq!(position(&registry, &location), FIRST);
    end.send().expect(201);
    holds(&registry, NAME, first);

    // The client may as well go on, as if it had never asked for the end.
    let location = registry.begin_upload(NAME);
    let first = noise(2, FIRST);
    patch(&registry, &location, &first).send().expect(202);
    let end = put(&registry, &location, &sha256(&first), b"");
    die(&mut scene, step, &end);
    let rest = patch_at(&registry, &location, FIRST, &layer[..REST]);
    rest.send().expect(202);
    let longer = [first, layer[..REST].to_vec()].concat();
    put(&registry, &location, &sha256(&longer), b"")
        .send()
        .expect(201);
    ends_well(&scene, &longer);
    nothing_waits(&scene);
}

#[test]
fn a_kill_before_an_upload_is_claimed_for_its_end() {
    dies_at_the_end_of_an_upload("db-before-commit");
}

#[test]
fn a_kill_before_an_upload_is_synced() {
    dies_at_the_end_of_an_upload("blob-before-sync");
}

#[test]
fn a_kill_before_an_upload_becomes_a_blob() {
    dies_at_the_end_of_an_upload("blob-before-rename");
}

#[test]
fn a_kill_after_an_upload_became_a_blob() {
    dies_at_the_end_of_an_upload("blob-after-rename");
}

#[test]
fn a_kill_before_the_end_of_an_upload_is_recorded() {
    dies_at_the_end_of_an_upload("db-before-commit:2");
}

/// The client did not hear that it had succeeded, asks again, and is told so.
#[test]
fn a_kill_after_the_end_of_an_upload_is_recorded() {
    dies_after_success(b"");
}

/// At `step` of a PUT with the whole body: the upload stands, and the repeat succeeds.
fn dies_in_a_whole_put(step: &str) {
    let mut scene = scene();
    let registry = scene.registry();
    let layer = noise(1, FIRST);
    let location = registry.begin_upload(NAME);
    let whole = put(&registry, &location, &sha256(&layer), &layer);
    die(&mut scene, step, &whole);
    assert_eq!(position(&registry, &location), 0);
    registry.blob(NAME, &sha256(&layer)).expect(404);
    whole.send().expect(201);
    let registry = scene.registry();
    holds(&registry, NAME, &layer);
    consistent(&scene);
    assert_eq!(Rows::of(&scene).uploads(), [0; 0]);
}

#[test]
fn a_kill_before_a_whole_put_is_synced() {
    dies_in_a_whole_put("blob-before-sync");
}

#[test]
fn a_kill_before_a_whole_put_becomes_a_blob() {
    dies_in_a_whole_put("blob-before-rename");
}

#[test]
fn a_kill_after_a_whole_put_became_a_blob() {
    dies_in_a_whole_put("blob-after-rename");
}

#[test]
fn a_kill_before_a_whole_put_is_recorded() {
    dies_in_a_whole_put("db-before-commit");
}

fn dies_after_success(body: &[u8]) {
    let mut scene = scene();
    let registry = scene.registry();
    let layer = noise(1, FIRST);
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer).send().expect(202);
    let end = put(&registry, &location, &sha256(&layer), body);
    die(&mut scene, "db-after-commit:2", &end);
    holds(&registry, NAME, &layer);
    status(&registry, &location).expect(404);
    end.send().expect(201);
    ends_well(&scene, &layer);
    nothing_waits(&scene);
}

/// At `step` of the PUT of a manifest: it is there under its tag or it is not, and the tag stands
/// for something whole all the time.
fn dies_in_a_manifest(step: &str, there: bool) {
    let mut scene = scene();
    let registry = scene.registry();
    let layer = noise(1, FIRST);
    registry.put_blob(NAME, &layer);
    let old = registry.digest(NAME, "old");
    let moved = manifest(&layer);
    let request = put_manifest(&registry, "acme/x/manifests/old", &moved);
    die(&mut scene, step, &request);
    let new = sha256(moved.to_string().as_bytes());
    let (shown, found) = if there { (&new, 200) } else { (&old, 404) };
    assert_eq!(registry.digest(NAME, "old"), *shown);
    registry.manifest(NAME, &new).expect(found);
    registry.manifest(NAME, &old).expect(200);
    request.send().expect(201);
    assert_eq!(registry.digest(NAME, "old"), new);
    registry.whole(NAME, &old);
    ends_well(&scene, &layer);
    nothing_waits(&scene);
}

#[test]
fn a_kill_before_a_manifest_is_synced() {
    dies_in_a_manifest("blob-before-sync", false);
}

#[test]
fn a_kill_after_a_manifest_became_a_blob() {
    dies_in_a_manifest("blob-after-rename", false);
}

#[test]
fn a_kill_before_a_manifest_is_recorded() {
    dies_in_a_manifest("db-before-commit", false);
}

#[test]
fn a_kill_after_a_manifest_is_recorded() {
    dies_in_a_manifest("db-after-commit", true);
}
