//! Disks that are really full: small file systems of the test's own, under the store, under the
//! database, and under both.

use packhouse_e2e::http::Request;
use packhouse_e2e::process::Ran;
use packhouse_e2e::{Client, Project, Scene, Server, SmallDisk, archive};

use crate::expect::{absent, npm_once, packument, published, ready_becomes, versions, whole};

const MIB: usize = 1 << 20;

/// A package whose tarball has `bytes`, and a little more.
fn package(name: &str, version: &str, bytes: usize) -> Project {
    let seed = bytes as u64 + name.len() as u64;
    Project::package(name, version).bytes("noise.bin", &archive::noise(seed, bytes))
}

/// What npm 11 prints of a full disk: the status, and what is to be done.
fn says_full(ran: Ran) {
    ran.failed()
        .says("507")
        .says("the server's storage is full: nothing was changed")
        .says("ask its operator to make room, then try again");
}

/// Starts a server whose store is on `disk`, and its database is not.
fn with_store_on(disk: &SmallDisk) -> Scene {
    let url = format!("file://{}/store", disk.path().display());
    Scene::on(Server::builder().on_disk(disk).flag("--storage-url", &url))
}

#[test]
fn a_publish_that_does_not_fit_leaves_nothing_and_the_server_goes_on() {
    let disk = SmallDisk::of(8 * MIB as u64);
    let scene = with_store_on(&disk);
    let npm = npm_once(&scene);
    // Two of three MiB fit, the third does not.
    for version in ["1.0.0", "2.0.0"] {
        npm.publish(&package("@acme/x", version, 3 * MIB), &[]).ok();
    }
    let kept = disk.files("store");
    let before = packument(&scene, "@acme/x");
    let too_large = package("@acme/x", "3.0.0", 3 * MIB);
    says_full(npm.publish(&too_large, &[]));
    says_full(npm.publish(&package("@acme/new", "1.0.0", 3 * MIB), &[]));
    assert_eq!(packument(&scene, "@acme/x"), before);
    absent(&scene, "@acme/new");
    assert_eq!(disk.files("store/uploads").len(), 0);
    assert_eq!(disk.files("store"), kept);

    // What is there is served, what fits is taken, and the refused one too once it fits.
    whole(&scene, "@acme/x", "1.0.0");
    npm.publish(&package("@acme/x", "2.1.0", MIB / 4), &[]).ok();
    whole(&scene, "@acme/x", "2.1.0");
    assert_eq!(ready_becomes(&scene, 200), "ready\n");
}

#[test]
fn a_full_store_is_not_ready_until_there_is_room() {
    let disk = SmallDisk::of(8 * MIB as u64);
    let scene = with_store_on(&disk);
    published(&scene, "@acme/x", "1.0.0");
    assert_eq!(ready_becomes(&scene, 200), "ready\n");
    let kept = disk.files("store");
    disk.fill();
    let reason = ready_becomes(&scene, 503);
    assert!(reason.contains("the store is full"), "{reason}");

    // One that is held in memory on its way, and one that is written as it comes.
    let (small, large) = (
        package("@acme/x", "2.0.0", 100),
        package("@acme/x", "3.0.0", 2 * MIB),
    );
    let npm = npm_once(&scene);
    for project in [&small, &large] {
        says_full(npm.publish(project, &[]));
        assert_eq!(versions(&packument(&scene, "@acme/x")), ["1.0.0"]);
        assert_eq!(disk.files("store"), kept);
    }
    whole(&scene, "@acme/x", "1.0.0");
    let consumer = Project::consumer(&[("@acme/x", "1.0.0")]);
    scene.seat(Client::Npm11).install(&consumer, &[]).ok();

    disk.make_room();
    assert_eq!(ready_becomes(&scene, 200), "ready\n");
    for project in [&small, &large] {
        npm.publish(project, &[]).ok();
    }
    for version in ["1.0.0", "2.0.0", "3.0.0"] {
        whole(&scene, "@acme/x", version);
    }
}

/// The bytes arrive, the rows do not fit: the version does not appear, and appears once they do.
fn full_database(disk: &SmallDisk, scene: &mut Scene, reason: &str) {
    published(scene, "@acme/x", "1.0.0");
    assert_eq!(ready_becomes(scene, 200), "ready\n");
    let before = packument(scene, "@acme/x");
    disk.fill();
    let said = ready_becomes(scene, 503);
    assert!(said.contains(reason), "{said}");

    // A readme fills pages of the database, so that no room left in its log is enough.
    let readme = "all about it ".repeat(4000);
    let project = Project::package("@acme/x", "2.0.0").file("README.md", &readme);
    let npm = npm_once(scene);
    // Twice, since the first one may leave something behind that hinders the second.
    for _ in 0..2 {
        says_full(npm.publish(&project, &[]));
        assert_eq!(packument(scene, "@acme/x"), before);
    }
    says_full(npm.publish(
        &Project::package("@acme/new", "1.0.0").file("README.md", &readme),
        &[],
    ));
    absent(scene, "@acme/new");
    whole(scene, "@acme/x", "1.0.0");
    let consumer = Project::consumer(&[("@acme/x", "1.0.0")]);
    scene.seat(Client::Npm11).install(&consumer, &[]).ok();

    disk.make_room();
    assert_eq!(ready_becomes(scene, 200), "ready\n");
    npm.publish(&project, &[]).ok();
    whole(scene, "@acme/x", "2.0.0");
    // And nothing of it was in memory only.
    assert!(scene.server.stop().success());
    scene.server.start_again(&[]);
    assert_eq!(versions(&packument(scene, "@acme/x")), ["1.0.0", "2.0.0"]);
    whole(scene, "@acme/x", "2.0.0");
}

#[test]
fn a_full_disk_under_the_database_refuses_changes_and_serves_the_rest() {
    let disk = SmallDisk::of(8 * MIB as u64);
    let url = format!("sqlite://{}/packhouse.db", disk.path().display());
    let builder = Server::builder()
        .on_disk(&disk)
        .flag("--database-url", &url);
    let mut scene = Scene::on(builder);
    full_database(&disk, &mut scene, "the disk under the database is full");
    let inside = |folder: &str| {
        let files = scene.server.stored_files();
        let files = files.iter();
        files
            .filter(|path| path.iter().any(|part| part == folder))
            .count()
    };
    // Uploads that were refused left no file in staging.
    assert_eq!(inside("uploads"), 0);
    // The bytes of the two versions, once each, and of the package that was refused: they had
    // arrived before its rows did not fit, and wait for its repeat or for collection.
    assert_eq!(inside("blobs"), 3);
}

/// The usual way to run it: one disk for everything.
#[test]
fn one_full_disk_under_everything() {
    let disk = SmallDisk::of(8 * MIB as u64);
    let (folder, inside) = (disk.path().display(), "data/blobs");
    let builder = Server::builder()
        .on_disk(&disk)
        .flag(
            "--database-url",
            &format!("sqlite://{folder}/data/packhouse.db"),
        )
        .flag("--storage-url", &format!("file://{folder}/data"));
    let mut scene = Scene::on(builder);
    full_database(&disk, &mut scene, "is full");
    assert_eq!(disk.files("data/uploads").len(), 0);
    // The bytes of the two versions that there are, and of nothing else.
    assert_eq!(disk.files(inside).len(), 2);
}

/// Each tag is another row: the ones that were answered as set are there, the one that was refused
/// for want of room is not.
#[test]
fn a_tag_on_a_full_database_is_refused_or_set() {
    let disk = SmallDisk::of(8 * MIB as u64);
    let url = format!("sqlite://{}/packhouse.db", disk.path().display());
    let builder = Server::builder()
        .on_disk(&disk)
        .flag("--database-url", &url);
    let scene = Scene::on(builder);
    published(&scene, "@acme/x", "1.0.0");
    disk.fill();
    let request = |number: usize| {
        let tags = format!("{}-/package/@acme%2fx/dist-tags", scene.server.npm());
        Request::put(&format!("{tags}/next-{number}"))
            .token(&scene.token)
            .json(&serde_json::json!("1.0.0"))
    };
    // The log of the database has some room of its own: sooner or later it is used up.
    let mut set = 0;
    let refused = loop {
        let answer = request(set).send();
        if answer.status != 200 && answer.status != 201 {
            break answer.expect(507);
        }
        set += 1;
        assert!(set < 10_000, "the disk is not full");
    };
    let error = refused.json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(error.contains("storage is full"), "{error}");
    let tags = packument(&scene, "@acme/x")["dist-tags"].clone();
    // And `latest`.
    let there = tags.as_object().map_or(0, serde_json::Map::len);
    assert_eq!(there, set + 1, "{tags}");
    assert_eq!(tags.get(format!("next-{set}")), None);
    disk.make_room();
    request(set).send().expect(201);
    let tags = packument(&scene, "@acme/x")["dist-tags"].clone();
    assert_eq!(tags[format!("next-{set}")], "1.0.0");
}
