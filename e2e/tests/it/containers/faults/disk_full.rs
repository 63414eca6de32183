//! Disks that are really full in the middle of a push: under the store and under the database.

use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::{Registry, sha256};
use packhouse_e2e::http::{Request, Response};
use packhouse_e2e::{Scene, Server, SmallDisk};

use super::super::expect::{build, copy_in};
use super::rows::Rows;
use super::upload::{full, holds, manifest, patch, put, put_manifest, status};
use packhouse_e2e::containers::{Dockerd, Layout};

const MIB: usize = 1 << 20;

/// The image that every test pushes to.
const NAME: &str = "acme/x";

/// A disk with the store, and a server whose database is elsewhere; an image is there.
fn full_store() -> (SmallDisk, Scene) {
    let disk = SmallDisk::of(8 * MIB as u64);
    let url = format!("file://{}/store", disk.path().display());
    let scene = Scene::on(Server::builder().on_disk(&disk).flag("--storage-url", &url));
    prepare(&scene);
    (disk, scene)
}

fn prepare(scene: &Scene) {
    let registry = scene.registry();
    let layer = noise(9, 100_000);
    registry.put_blob(NAME, b"{}");
    registry.put_blob(NAME, &layer);
    put_manifest(&registry, "acme/x/manifests/old", &manifest(&layer))
        .send()
        .expect(201);
}

/// Asserts that a refused push left nothing on the disk and no upload, and that what was there is
/// served.
fn nothing_kept(disk: &SmallDisk, scene: &Scene, kept: &[std::path::PathBuf]) {
    assert_eq!(disk.files("store/uploads").len(), 0);
    assert_eq!(disk.files("store/blobs"), kept);
    assert_eq!(Rows::of(scene).uploads(), [0; 0]);
    scene.registry().whole(NAME, "old");
}

/// Sends a body in pieces, as docker does: without a length beforehand.
fn chunked(request: &Request, bytes: &[u8]) -> Response {
    let pieces = bytes.chunks(100_000).map(<[u8]>::to_vec);
    request.stream_chunked(pieces).0
}

#[test]
fn a_layer_that_does_not_fit_leaves_nothing_by_patch() {
    let (disk, scene) = full_store();
    let registry = scene.registry();
    let kept = disk.files("store/blobs");
    let layer = noise(1, 12 * MIB);
    // With a length, and without one.
    let location = registry.begin_upload(NAME);
    full(patch(&registry, &location, &layer).send());
    status(&registry, &location).expect(404);
    nothing_kept(&disk, &scene, &kept);
    let location = registry.begin_upload(NAME);
    full(chunked(&patch(&registry, &location, b""), &layer));
    nothing_kept(&disk, &scene, &kept);
    // The second chunk of an upload: what the first one brought goes too.
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer[..3 * MIB])
        .send()
        .expect(202);
    full(patch(&registry, &location, &layer[3 * MIB..]).send());
    status(&registry, &location).expect(404);
    nothing_kept(&disk, &scene, &kept);
    // The last one, with the PUT.
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer[..3 * MIB])
        .send()
        .expect(202);
    let end = put(&registry, &location, &sha256(&layer), &layer[3 * MIB..]);
    full(end.send());
    nothing_kept(&disk, &scene, &kept);
    // What fits is taken.
    let small = noise(2, 5 * MIB);
    registry.put_blob(NAME, &small);
    holds(&registry, NAME, &small);
}

#[test]
fn a_layer_that_does_not_fit_leaves_nothing_by_one_put_or_post() {
    let (disk, scene) = full_store();
    let registry = scene.registry();
    let kept = disk.files("store/blobs");
    let layer = noise(1, 12 * MIB);
    let digest = sha256(&layer);
    let location = registry.begin_upload(NAME);
    full(put(&registry, &location, &digest, &layer).send());
    nothing_kept(&disk, &scene, &kept);
    let location = registry.begin_upload(NAME);
    full(chunked(&put(&registry, &location, &digest, b""), &layer));
    nothing_kept(&disk, &scene, &kept);
    let path = format!("acme/x/blobs/uploads/?digest={digest}");
    let at_once = registry.request("POST", &path).body(layer);
    full(at_once.send());
    nothing_kept(&disk, &scene, &kept);
}

/// Not one block is left: what stays in memory on its way is refused too, when it becomes a blob.
#[test]
fn a_full_store_refuses_small_layers_and_manifests_until_there_is_room() {
    let (disk, scene) = full_store();
    let registry = scene.registry();
    let layer = noise(1, 50_000);
    let digest = sha256(&layer);
    let kept = disk.files("store/blobs");
    disk.fill();
    let location = registry.begin_upload(NAME);
    full(put(&registry, &location, &digest, &layer).send());
    nothing_kept(&disk, &scene, &kept);
    let location = registry.begin_upload(NAME);
    full(patch(&registry, &location, &layer).send());
    nothing_kept(&disk, &scene, &kept);
    // A manifest of what is there, under a new tag and under the old one.
    let mut image = manifest(&noise(9, 100_000));
    image["annotations"] = serde_json::json!({ "note": "another one" });
    for tag in ["new", "old"] {
        let path = format!("acme/x/manifests/{tag}");
        full(put_manifest(&registry, &path, &image).send());
    }
    assert_eq!(registry.tags(NAME), ["old"]);
    nothing_kept(&disk, &scene, &kept);

    disk.make_room();
    registry.put_blob(NAME, &layer);
    put_manifest(&registry, "acme/x/manifests/new", &image)
        .send()
        .expect(201);
    registry.whole(NAME, "new");
    assert_eq!(Rows::of(&scene).uploads(), [0; 0]);
}

#[test]
fn docker_and_skopeo_are_refused_and_succeed_once_there_is_room() {
    let (disk, scene) = full_store();
    let dockerd = Dockerd::start();
    let desk = scene.desk().beside(&dockerd);
    let registry = scene.registry();
    let image = registry.image("acme/x:1");
    build(&desk, &image, 1, 1, 3 * MIB);
    let layout = Layout::with_image(2, 1, 2 * MIB);
    let copy = |registry: &Registry| copy_in(&desk, &layout, "1", &registry.image("acme/x:2"));
    let kept = disk.files("store/blobs");
    disk.fill();
    // docker tries a layer five times before it says so. Of a 5xx both show the status alone.
    let said = "507 Insufficient Storage";
    desk.docker(&["push", &image]).failed().says(said);
    copy(&registry).failed().says(said);
    nothing_kept(&disk, &scene, &kept);
    assert_eq!(registry.tags(NAME), ["old"]);
    disk.make_room();
    desk.docker(&["push", &image]).ok();
    copy(&registry).ok();
    for tag in ["1", "2", "old"] {
        registry.whole(NAME, tag);
    }
}

/// The rows do not fit: nothing begins, what had begun ends or stands, and the tag stays.
#[test]
fn a_full_disk_under_the_database_refuses_a_push() {
    let disk = SmallDisk::of(8 * MIB as u64);
    let url = format!("sqlite://{}/packhouse.db", disk.path().display());
    let builder = Server::builder()
        .on_disk(&disk)
        .flag("--database-url", &url);
    let mut scene = Scene::on(builder);
    prepare(&scene);
    let registry = scene.registry();
    let layer = noise(1, 3 * MIB);
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, &layer[..MIB])
        .send()
        .expect(202);
    let image = manifest(&layer);
    let tag = "acme/x/manifests/old";
    let before = registry.digest(NAME, "old");
    disk.fill();
    // The log of the database has some room of its own, which is used up sooner or later.
    let mut begun = Vec::new();
    let refused = loop {
        let answer = registry.request("POST", "acme/x/blobs/uploads/").send();
        if answer.status != 202 {
            break answer;
        }
        begun.push(registry.location(&answer));
        assert!(begun.len() < 10_000, "the disk is not full");
    };
    full(refused);
    let rest = patch(&registry, &location, &layer[MIB..]);
    full(rest.send());
    let mut old = manifest(&noise(9, 100_000));
    old["annotations"] = serde_json::json!({ "note": "large ".repeat(20_000) });
    full(put_manifest(&registry, tag, &old).send());
    assert_eq!(registry.digest(NAME, "old"), before);
    registry.whole(NAME, "old");

    disk.make_room();
    let stands = super::upload::position(&registry, &location);
    assert_eq!(stands, MIB, "what a 202 said is there");
    rest.send().expect(202);
    put(&registry, &location, &sha256(&layer), b"")
        .send()
        .expect(201);
    put_manifest(&registry, tag, &image).send().expect(201);
    registry.whole(NAME, "old");
    for location in begun {
        registry.request("DELETE", &location).send().expect(204);
    }
    // And nothing of it was in memory only.
    assert!(scene.server.stop().success());
    scene.server.start_again(&[]);
    registry.whole(NAME, "old");
    holds(&registry, NAME, &layer);
    assert!(super::rows::waiting(&scene).is_empty());
}
