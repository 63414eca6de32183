//! The store goes away while packhouse uses it, and comes back: a bucket, or folders.

use std::fs;

use packhouse_e2e::http::Request;
use packhouse_e2e::s3::S3;
use packhouse_e2e::{Project, Scene, Server, archive};
use serde_json::json;

use crate::expect::{absent, away, npm_once, packument, published, ready_becomes, versions, whole};

const MB: usize = 1_000_000;

fn scene_on(s3: &S3) -> Scene {
    let mut builder = Server::builder().flag("--storage-url", &s3.url());
    for (key, value) in s3.environment() {
        builder = builder.env(key, &value);
    }
    Scene::on(builder)
}

fn goes_away_and_comes_back(end: fn(&mut S3), start_again: fn(&mut S3)) {
    let mut s3 = S3::start();
    let scene = scene_on(&s3);
    published(&scene, "@acme/x", "1.0.0");
    whole(&scene, "@acme/x", "1.0.0");
    assert_eq!(ready_becomes(&scene, 200), "ready\n");
    let stored = s3.stored_bytes();
    let before = packument(&scene, "@acme/x");

    end(&mut s3);
    let tarball = format!("{}@acme/x/-/x-1.0.0.tgz", scene.server.npm());
    let tarball = Request::get(&tarball).token(&scene.token);
    away(tarball.send());
    // In one request to the bucket, and in parts.
    let manifest = |name: &str| json!({ "name": name, "version": "1.0.0" });
    let small = scene.publish_request(&manifest("@acme/small"), &[("index.js", b"1")]);
    let noise = archive::noise(4, 20 * MB);
    let large = scene.publish_request(&manifest("@acme/large"), &[("noise.bin", &noise)]);
    for (name, request) in [("@acme/small", &small), ("@acme/large", &large)] {
        away(request.send());
        absent(&scene, name);
    }
    let reason = ready_becomes(&scene, 503);
    assert!(
        reason.contains("the blob store does not answer"),
        "{reason}"
    );

    // Documents come from the database, and are served.
    assert_eq!(packument(&scene, "@acme/x"), before);
    let npm = npm_once(&scene);
    let project = Project::package("@acme/x", "2.0.0");
    npm.publish(&project, &[])
        .failed()
        .says("503")
        .says("cannot be reached now: try again");
    let consumer = Project::consumer(&[("@acme/x", "1.0.0")]);
    npm.install(&consumer, &[]).failed().says("503");
    assert_eq!(packument(&scene, "@acme/x"), before);
    assert_eq!(scene.server.stored_files().len(), 0, "staging is empty");

    start_again(&mut s3);
    assert_eq!(ready_becomes(&scene, 200), "ready\n");
    tarball.send().expect(200);
    npm.install(&consumer, &[]).ok();
    npm.publish(&project, &[]).ok();
    small.send().expect(201);
    large.send().expect(201);
    assert_eq!(versions(&packument(&scene, "@acme/x")), ["1.0.0", "2.0.0"]);
    for (name, version) in [
        ("@acme/x", "1.0.0"),
        ("@acme/x", "2.0.0"),
        ("@acme/small", "1.0.0"),
        ("@acme/large", "1.0.0"),
    ] {
        whole(&scene, name, version);
    }
    assert!(s3.stored_bytes() > stored + 20 * MB as u64);
}

#[test]
fn the_store_is_lost_and_started() {
    goes_away_and_comes_back(S3::kill, S3::start_again);
}

/// It takes connections and says nothing: no request may wait for it without end.
#[test]
fn the_store_hangs_and_goes_on() {
    goes_away_and_comes_back(S3::freeze, S3::go_on);
}

/// As when a disk is unmounted under the server: nothing is written to what is left in its place.
#[test]
fn folders_are_taken_away_and_put_back() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    assert_eq!(ready_becomes(&scene, 200), "ready\n");
    let before = packument(&scene, "@acme/x");
    let data = scene.server.data();
    let folders = ["blobs", "uploads"];
    for name in folders {
        fs::rename(data.join(name), data.join(format!("{name}.away"))).unwrap();
    }

    let tarball = format!("{}@acme/x/-/x-1.0.0.tgz", scene.server.npm());
    let tarball = Request::get(&tarball).token(&scene.token);
    away(tarball.send());
    // Held in memory on its way, and written as it comes.
    let manifest = |name: &str| json!({ "name": name, "version": "1.0.0" });
    let small = scene.publish_request(&manifest("@acme/small"), &[("index.js", b"1")]);
    let noise = archive::noise(5, 4 * MB);
    let large = scene.publish_request(&manifest("@acme/large"), &[("noise.bin", &noise)]);
    for (name, request) in [("@acme/small", &small), ("@acme/large", &large)] {
        away(request.send());
        absent(&scene, name);
    }
    ready_becomes(&scene, 503);
    assert_eq!(packument(&scene, "@acme/x"), before);
    for name in folders {
        assert!(!data.join(name).exists(), "{name} was made anew");
    }

    for name in folders {
        fs::rename(data.join(format!("{name}.away")), data.join(name)).unwrap();
    }
    assert_eq!(ready_becomes(&scene, 200), "ready\n");
    tarball.send().expect(200);
    for (name, request) in [("@acme/small", &small), ("@acme/large", &large)] {
        request.send().expect(201);
        whole(&scene, name, "1.0.0");
    }
}
