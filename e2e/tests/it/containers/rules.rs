//! Rules that an owner makes about an image: cases 34, 35, 36 and 38.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Dockerd, Layout, Tool};
use serde_json::json;

use super::expect::{build, copy_in, pushed, reader_and_stranger};
use super::signing::{Scheme, generate_key, sign, verify};

fn keep_tags(scene: &Scene, image: &str, patterns: &[&str]) {
    let words = ["package", "immutable-tags", "container", image];
    scene.server.admin(&[&words[..], patterns].concat(), "");
}

#[test]
fn case_38_a_tag_that_may_not_move() {
    let scene = Scene::new();
    let dockerd = Dockerd::start();
    let desk = scene.desk().beside(&dockerd);
    let registry = scene.registry();
    let image = registry.image("acme/x:v1");
    build(&desk, &image, 1, 2, 2000);
    desk.docker(&["push", &image]).ok();
    keep_tags(&scene, "acme/x", &["v*"]);
    let digest = registry.digest("acme/x", "v1");
    desk.docker(&["push", &image]).ok();

    build(&desk, &image, 2, 2, 2000);
    desk.docker(&["push", &image])
        .failed()
        .says("denied")
        .says("v*");
    let host = scene.host();
    let words = [
        "registry",
        "set",
        "--tls",
        "disabled",
        "--skip-check",
        &host,
    ];
    desk.run(Tool::Regctl, &words).ok();
    desk.run(Tool::Regctl, &["tag", "delete", &image]).failed();
    assert_eq!(registry.digest("acme/x", "v1"), digest);

    let free = registry.image("acme/x:latest");
    for seed in [3, 4] {
        build(&desk, &free, seed, 1, 2000);
        desk.docker(&["push", &free]).ok();
    }
    // New names under the rule are free until they are taken.
    let next = registry.image("acme/x:v2");
    desk.docker(&["tag", &free, &next]).ok();
    desk.docker(&["push", &next]).ok();
}

#[test]
fn case_34_signatures_are_added_where_tags_may_not_move() {
    let scene = Scene::new();
    let digest = pushed(&scene, "acme/x:1", 1).digest("1");
    keep_tags(&scene, "acme/x", &["*"]);
    let desk = scene.desk();
    generate_key(&desk);
    let image = scene.registry().image(&format!("acme/x@{digest}"));
    for scheme in [Scheme::Tag, Scheme::Referrer] {
        for stage in ["stage=test", "stage=final"] {
            sign(&desk, scheme, &image, &["-a", stage]).ok();
        }
        for stage in ["stage=test", "stage=final"] {
            verify(&desk, scheme, &image, &["-a", stage]).ok();
        }
    }
}

fn register_key(scene: &Scene, desk: &Desk) {
    let file = desk.home().join("cosign.pub").display().to_string();
    scene
        .server
        .admin(&["signing-key", "add", "acme", &file], "");
}

fn require_signature(scene: &Scene, image: &str) {
    let words = ["package", "require-signature", "container", image, "on"];
    scene.server.admin(&words, "");
}

/// Makes an index of two platforms under `acme/x:1`, which bob may read.
fn scene_with_an_index() -> (Scene, Layout, String) {
    let scene = Scene::new();
    let mut layout = Layout::new();
    let images = ["linux/amd64", "linux/arm64"]
        .map(|platform| layout.image(platform, &[platform.into()], &json!({})));
    let index = layout.index(&images);
    layout.tag("1", &index);
    let image = scene.registry().image("acme/x:1");
    copy_in(&scene.desk(), &layout, "1", &image).ok();
    let (bob, _) = reader_and_stranger(&scene, "acme/x");
    (scene, layout, bob)
}

fn signed_only(scheme: Scheme) {
    let (scene, layout, bob) = scene_with_an_index();
    let desk = scene.desk();
    generate_key(&desk);
    register_key(&scene, &desk);
    let image = scene.registry().image("acme/x:1");
    let reader = scene.desk_with(&bob);
    let dockerd = Dockerd::start();
    let pull = |desk: &Desk| desk.docker(&["--host", &dockerd.address(), "pull", &image]);
    pull(&reader).ok();
    require_signature(&scene, "acme/x");

    // docker shows its own text for what is refused; the others show ours.
    pull(&reader).failed();
    let refused = reader.run(Tool::Crane, &["manifest", &image]).failed();
    refused.says("DENIED").says("sign");
    let answer = scene
        .registry_as(Some(&bob))
        .manifest("acme/x", &layout.digest("1"))
        .expect(403);
    assert_eq!(answer.error_code(), "DENIED");
    // Whoever may push must see what is to be signed.
    pull(&desk).ok();
    sign(&desk, scheme, &image, &[]).ok();

    pull(&reader).ok();
    // cosign signs the index alone unless told otherwise; its images are then good too.
    scene.registry_as(Some(&bob)).whole("acme/x", "1");
    let key = desk.home().join("cosign.pub").display().to_string();
    let words = ["verify", "--key", &key, "--allow-http-registry"];
    let options: &[&str] = match scheme {
        Scheme::Tag => &["--insecure-ignore-tlog", "--new-bundle-format=false"],
        Scheme::Referrer => &["--insecure-ignore-tlog"],
    };
    reader
        .run(Tool::Cosign, &[&words, options, &[&image]].concat())
        .ok();
}

#[test]
fn case_35_only_signed_images_are_pulled_signed_under_a_tag() {
    signed_only(Scheme::Tag);
}

#[test]
fn case_35_only_signed_images_are_pulled_signed_by_a_referrer() {
    signed_only(Scheme::Referrer);
}

#[test]
fn case_36_a_foreign_key_signs_nothing() {
    let (scene, _layout, bob) = scene_with_an_index();
    let (desk, other) = (scene.desk(), scene.desk());
    generate_key(&desk);
    generate_key(&other);
    register_key(&scene, &desk);
    require_signature(&scene, "acme/x");
    let image = scene.registry().image("acme/x:1");
    let read = || scene.registry_as(Some(&bob)).manifest("acme/x", "1").status;
    for scheme in [Scheme::Tag, Scheme::Referrer] {
        sign(&other, scheme, &image, &[]).ok();
        assert_eq!(read(), 403, "{scheme:?}");
    }
    sign(&desk, Scheme::Referrer, &image, &[]).ok();
    assert_eq!(read(), 200);
}
