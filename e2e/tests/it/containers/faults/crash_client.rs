//! The same with real clients: the server dies under them at a step of its own, and comes back.

use std::thread;

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Dockerd, Layout, Tool};
use packhouse_e2e::process::Ran;

use super::super::expect::{build, file, file_of};
use super::rows::{Rows, consistent};

/// Larger than what stays in memory, so that it has a file on its way.
const LAYER: usize = 3_000_000;

/// Lets `push` meet a server that kills itself at `step` and is started again; gives how it ended.
fn meets_a_crash(scene: &mut Scene, step: &str, push: impl Fn() -> Ran + Sync) -> Ran {
    assert!(scene.server.stop().success());
    scene.server.start_again(&[("PACKHOUSE_ABORT_AT", step)]);
    thread::scope(|scope| {
        let push = scope.spawn(&push);
        let status = scene.server.wait_for_end();
        assert!(!status.success(), "{step}: {status}");
        scene.server.start_again(&[]);
        push.join().expect("the client ends")
    })
}

fn crash_under_docker(step: &str) {
    let mut scene = Scene::new();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let image = scene.registry().image("acme/x:1");
    build(&desk, &image, 1, 2, LAYER);
    // docker tries a layer five times by itself, a manifest once.
    let push = meets_a_crash(&mut scene, step, || desk.docker(&["push", &image]));
    push.ok();
    scene.registry().whole("acme/x", "1");
    consistent(&scene);
    let other = scene.desk().beside(&there);
    other.docker(&["pull", &image]).ok();
    assert!(file_of(&other, &image, "/file-1") == file(1, 1, LAYER));
}

#[test]
fn docker_meets_a_crash_before_a_layer_is_recorded() {
    crash_under_docker("session-before-state");
}

#[test]
fn docker_meets_a_crash_before_a_layer_is_synced() {
    crash_under_docker("blob-before-sync");
}

#[test]
fn docker_meets_a_crash_after_a_layer_became_a_blob() {
    crash_under_docker("blob-after-rename");
}

/// A client that gives up is started again by a person.
fn crash_under(step: &str, push: impl Fn(&Desk, &Layout, &str) -> Ran + Sync) {
    let mut scene = Scene::new();
    let desk = scene.desk();
    let registry = scene.registry();
    let layout = Layout::with_image(1, 2, LAYER);
    let image = registry.image("acme/x:1");
    let first = meets_a_crash(&mut scene, step, || push(&desk, &layout, &image));
    consistent(&scene);
    if !first.status.success() {
        registry.manifest("acme/x", "1").expect(404);
        push(&desk, &layout, &image).ok();
    }
    registry.whole("acme/x", "1");
    assert_eq!(registry.digest("acme/x", "1"), layout.digest("1"));
    consistent(&scene);
    // An upload that a client left behind waits for a day; none is half a blob.
    let kept = Rows::of(&scene).list("SELECT count(*) FROM blob_link");
    assert_eq!(kept, ["3"]);
}

fn skopeo(desk: &Desk, layout: &Layout, image: &str) -> Ran {
    super::super::expect::copy_in(desk, layout, "1", image)
}

fn crane(desk: &Desk, layout: &Layout, image: &str) -> Ran {
    let folder = layout.path().display().to_string();
    desk.run(Tool::Crane, &["push", "--insecure", &folder, image])
}

#[test]
fn skopeo_meets_a_crash_before_a_layer_is_recorded() {
    crash_under("session-before-state", skopeo);
}

#[test]
fn skopeo_meets_a_crash_before_a_layer_becomes_a_blob() {
    crash_under("blob-before-rename", skopeo);
}

#[test]
fn crane_meets_a_crash_before_a_layer_is_recorded() {
    crash_under("session-before-state", crane);
}

#[test]
fn crane_meets_a_crash_after_a_layer_became_a_blob() {
    crash_under("blob-after-rename", crane);
}
