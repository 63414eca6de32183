//! What is counted as a pull: case 48.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Dockerd, Layout, Tool};
use serde_json::json;

use super::expect::{copy_in, pushed, reader_and_stranger};

/// Gives the pulls of a version, once the server has written down what it counted.
fn pulls(scene: &mut Scene, image: &str, digest: &str) -> String {
    scene.server.stop();
    scene.server.start_again(&[]);
    let [_, _, _, _, downloads, _] = scene.version_row(image, digest);
    downloads
}

#[test]
fn case_48_docker_and_containerd_pull_and_crane_looks() {
    let mut scene = Scene::new();
    // docker leaves manifests where its containerd finds them.
    let (dockerd, other) = (Dockerd::start(), Dockerd::start());
    let digest = pushed(&scene, "acme/x:1", 1).digest("1");
    let (bob, _) = reader_and_stranger(&scene, "acme/x");
    let image = scene.registry().image("acme/x:1");
    assert_eq!(pulls(&mut scene, "acme/x", &digest), "0");

    let desk = scene.desk().beside(&dockerd);
    desk.run(Tool::Crane, &["digest", &image]).ok();
    scene.registry().digest("acme/x", "1");
    assert_eq!(pulls(&mut scene, "acme/x", &digest), "0");
    // It asks by HEAD for what the tag stands for, then by GET for that.
    desk.docker(&["pull", &image]).ok();
    assert_eq!(pulls(&mut scene, "acme/x", &digest), "1");
    let login = format!("any:{bob}");
    let words = ["images", "pull", "--plain-http", "--user", &login];
    let rest = ["--snapshotter", "native", &image];
    let node = Desk::new().beside(&other);
    node.run(Tool::Ctr, &[&words[..], &rest].concat()).ok();
    assert_eq!(pulls(&mut scene, "acme/x", &digest), "2");
}

/// A pull of one platform is a pull of the index, not of its child.
#[test]
fn case_48_an_image_of_several_platforms_is_counted_once() {
    let mut scene = Scene::new();
    let dockerd = Dockerd::start();
    let mut layout = Layout::new();
    let images = ["linux/amd64", "linux/arm64"]
        .map(|platform| layout.image(platform, &[platform.into()], &json!({})));
    let index = layout.index(&images);
    layout.tag("1", &index);
    let image = scene.registry().image("acme/x:1");
    copy_in(&scene.desk(), &layout, "1", &image).ok();
    let desk = scene.desk().beside(&dockerd);
    desk.docker(&["pull", "--platform", "linux/arm64", &image])
        .ok();
    assert_eq!(pulls(&mut scene, "acme/x", &layout.digest("1")), "1");
    for child in &images {
        let digest = child["digest"].as_str().unwrap_or_default();
        assert_eq!(pulls(&mut scene, "acme/x", digest), "0");
    }
}
