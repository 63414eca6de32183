//! Rules that an owner makes about an image: cases 33 to 36 and 38.

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

/// Gives what the server says about who signed a version.
fn signed_by(scene: &Scene, digest: &str) -> String {
    let [_, _, _, signed, _, _] = scene.version_row("acme/x", digest);
    signed
}

#[test]
fn case_36_a_foreign_key_signs_nothing() {
    let (scene, layout, bob) = scene_with_an_index();
    let (desk, other) = (scene.desk(), scene.desk());
    generate_key(&desk);
    generate_key(&other);
    register_key(&scene, &desk);
    require_signature(&scene, "acme/x");
    let image = scene.registry().image("acme/x:1");
    let digest = layout.digest("1");
    let read = || scene.registry_as(Some(&bob)).manifest("acme/x", "1").status;
    for scheme in [Scheme::Tag, Scheme::Referrer] {
        sign(&other, scheme, &image, &[]).ok();
        assert_eq!(read(), 403, "{scheme:?}");
        assert_eq!(signed_by(&scene, &digest), "-", "{scheme:?}");
    }
    sign(&desk, Scheme::Referrer, &image, &[]).ok();
    assert_eq!(read(), 200);
}

/// What the key signed for one image is worth nothing for another, as it is or rewritten.
#[test]
fn case_36_a_signature_of_another_image_signs_nothing() {
    let (scene, layout, bob) = scene_with_an_index();
    let desk = scene.desk();
    generate_key(&desk);
    register_key(&scene, &desk);
    require_signature(&scene, "acme/x");
    let registry = scene.registry();
    let signed = pushed(&scene, "acme/x:2", 2).digest("1");
    sign(&desk, Scheme::Tag, &registry.image("acme/x:2"), &[]).ok();
    let tag_of = |digest: &str| format!("{}.sig", digest.replace(':', "-"));
    let digest = layout.digest("1");

    let signature = registry.manifest("acme/x", &tag_of(&signed)).expect(200);
    let mut manifest = signature.json();
    let put = |manifest: &serde_json::Value| {
        let path = format!("acme/x/manifests/{}", tag_of(&digest));
        registry
            .request("PUT", &path)
            .header("Content-Type", signature.header("Content-Type"))
            .body(manifest.to_string().into_bytes())
            .send()
            .expect(201);
        assert_eq!(signed_by(&scene, &digest), "-");
        let answer = scene.registry_as(Some(&bob)).manifest("acme/x", "1");
        assert_eq!(answer.status, 403, "{}", answer.text());
    };
    put(&manifest);
    let layer = manifest["layers"][0]["digest"].as_str().unwrap_or_default();
    let payload = registry.blob("acme/x", layer).expect(200).text();
    assert!(payload.contains(&signed), "{payload}");
    let payload = payload.replace(&signed, &digest);
    let rewritten = registry.put_blob("acme/x", payload.as_bytes());
    manifest["layers"][0]["digest"] = rewritten.into();
    put(&manifest);
    assert!(signed_by(&scene, &signed).starts_with("signed by key SHA256:"));
}

/// The owner sees who signed what, with what was said, as long as the key is trusted.
#[test]
fn case_33_the_server_says_who_signed() {
    let (scene, layout, _) = scene_with_an_index();
    let desk = scene.desk();
    generate_key(&desk);
    let image = scene.registry().image("acme/x:1");
    let digest = layout.digest("1");
    sign(&desk, Scheme::Tag, &image, &["-a", "stage=test"]).ok();
    assert_eq!(signed_by(&scene, &digest), "-");
    register_key(&scene, &desk);
    let keys = scene.server.admin(&["signing-key", "list", "acme"], "");
    let key = keys.lines().last().expect("there is a key");
    let fields: Vec<_> = key.split_whitespace().collect();
    let fingerprint = fields
        .iter()
        .find(|field| field.starts_with("SHA256:"))
        .unwrap_or_else(|| panic!("no fingerprint in {keys}"));
    let expected = format!("signed by key {fingerprint} (stage=test)");
    assert_eq!(signed_by(&scene, &digest), expected);
    sign(&desk, Scheme::Referrer, &image, &["-a", "stage=final"]).ok();
    let both = signed_by(&scene, &digest);
    assert!(both.contains("(stage=test)"), "{both}");
    assert!(both.contains("(stage=final)"), "{both}");

    let words = ["signing-key", "remove", "acme", fields[0]];
    scene.server.admin(&words, "");
    assert_eq!(signed_by(&scene, &digest), "-");
}
