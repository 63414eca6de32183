//! crane and regctl: cases 21 and 24.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Layout, Tool};
use packhouse_e2e::process::Ran;

use super::expect::pushed;

fn crane(desk: &Desk, words: &[&str]) -> Ran {
    desk.run(Tool::Crane, words)
}

/// Gives the lines of what was printed.
fn lines(ran: Ran) -> Vec<String> {
    ran.ok().stdout.lines().map(str::to_owned).collect()
}

#[test]
fn case_24_push_pull_copy_tag_list_and_delete() {
    let scene = Scene::new();
    let desk = scene.desk();
    let registry = scene.registry();
    let layout = Layout::with_image(1, 3, 20_000);
    let image = |name: &str| registry.image(name);
    let folder = layout.path().display().to_string();
    let said = crane(&desk, &["push", &folder, &image("acme/x:1")]).ok();
    let digest = layout.digest("1");
    assert_eq!(said.stdout.trim(), image(&format!("acme/x@{digest}")));
    registry.whole("acme/x", "1");

    let digest_of = |name: &str| crane(&desk, &["digest", &image(name)]).ok();
    assert_eq!(digest_of("acme/x:1").stdout.trim(), digest);
    crane(&desk, &["copy", &image("acme/x:1"), &image("acme/y:1")]).ok();
    registry.whole("acme/y", "1");
    crane(&desk, &["tag", &image("acme/x:1"), "latest"]).ok();
    assert_eq!(
        lines(crane(&desk, &["ls", &image("acme/x")])),
        ["1", "latest"]
    );
    let manifest = crane(&desk, &["manifest", &image("acme/x:latest")]).ok();
    assert_eq!(
        manifest.stdout.trim_end().as_bytes(),
        registry.manifest("acme/x", "1").body
    );
    let words = ["pull", "--format", "oci", &image("acme/x:1"), "pulled"];
    crane(&desk, &words).ok();
    let file = format!("pulled/blobs/{}", digest.replace(':', "/"));
    assert_eq!(desk.read(&file), registry.manifest("acme/x", "1").body);
    let layer = manifest.json()["layers"][2]["digest"].clone();
    let layer = layer.as_str().expect("a layer has a digest");
    let name = image(&format!("acme/x@{layer}"));
    let blob = crane(&desk, &["blob", &name]).ok();
    assert!(!blob.stdout.is_empty());

    let pinned = image(&format!("acme/x@{digest}"));
    crane(&desk, &["delete", &pinned]).ok();
    crane(&desk, &["digest", &pinned]).failed();
    for reference in ["1", "latest", &digest] {
        assert_eq!(registry.manifest("acme/x", reference).status, 404);
    }
    // The other name has its own.
    registry.whole("acme/y", "1");
    crane(&desk, &["push", &folder, &image("acme/x:2")]).ok();
    registry.whole("acme/x", "2");
}

/// A tag goes alone; what it stood for stays.
#[test]
fn case_41_deleting_a_tag_leaves_its_image() {
    let scene = Scene::new();
    let layout = pushed(&scene, "acme/x:1", 1);
    let desk = scene.desk();
    let registry = scene.registry();
    let image = registry.image("acme/x:1");
    crane(&desk, &["tag", &image, "2"]).ok();
    let words = ["registry", "set", "--tls", "disabled", "--skip-check"];
    let host = scene.host();
    desk.run(Tool::Regctl, &[&words[..], &[&host]].concat())
        .ok();
    desk.run(Tool::Regctl, &["tag", "delete", &image]).ok();
    assert_eq!(registry.tags("acme/x"), ["2"]);
    assert_eq!(registry.manifest("acme/x", "1").status, 404);
    registry.whole("acme/x", &layout.digest("1"));
}

#[test]
fn case_24_the_catalogue_has_what_the_asker_may_read() {
    let scene = Scene::new();
    for (seed, name) in [
        (1, "acme/secret:1"),
        (2, "acme/shared:1"),
        (3, "acme/open:1"),
    ] {
        pushed(&scene, name, seed);
    }
    let bob = scene.user_with_token("bob", "read:packages");
    scene.grant_image("acme/shared", "bob", "read");
    scene.set_image_visibility("acme/open", "public");
    let host = scene.host();
    let list = |desk: &Desk| lines(crane(desk, &["catalog", &host]));
    assert_eq!(
        list(&scene.desk()),
        ["acme/open", "acme/secret", "acme/shared"]
    );
    assert_eq!(list(&scene.desk_with(&bob)), ["acme/open", "acme/shared"]);
    crane(&Desk::new(), &["catalog", &host]).failed();
}

#[test]
fn case_21_crane_appends_to_an_index() {
    let scene = Scene::new();
    let desk = scene.desk();
    let registry = scene.registry();
    for (seed, name) in [(1, "acme/a:1"), (2, "acme/b:1")] {
        pushed(&scene, name, seed);
    }
    let names = ["acme/a:1", "acme/b:1", "acme/both:1"].map(|name| registry.image(name));
    let words = ["index", "append", "--manifest", &names[0], "--manifest"];
    let rest = [names[1].as_str(), "--tag", &names[2]];
    crane(&desk, &[&words[..], &rest].concat()).ok();
    let index = registry.whole("acme/both", "1");
    let digests = ["acme/a", "acme/b"].map(|name| registry.digest(name, "1"));
    for digest in digests {
        let children = index["manifests"].as_array().expect("it has children");
        assert!(children.iter().any(|child| child["digest"] == digest));
    }
}

/// What a client changes is a new image: labels here.
#[test]
fn crane_mutates_an_image() {
    let scene = Scene::new();
    pushed(&scene, "acme/x:1", 1);
    let desk = scene.desk();
    let registry = scene.registry();
    let names = ["acme/x:1", "acme/x:2"].map(|name| registry.image(name));
    let words = [
        "mutate",
        &names[0],
        "--label",
        "made-by=us",
        "--tag",
        &names[1],
    ];
    crane(&desk, &words).ok();
    let manifest = registry.whole("acme/x", "2");
    let config = manifest["config"]["digest"].as_str().unwrap_or_default();
    let config = registry.blob("acme/x", config).expect(200).json();
    assert_eq!(config["config"]["Labels"]["made-by"], "us");
}

/// regctl sends a layer in chunks of the size it is told, each in a PATCH of its own.
#[test]
fn regctl_uploads_in_chunks() {
    let scene = Scene::new();
    let desk = scene.desk();
    let registry = scene.registry();
    let host = scene.host();
    let words = ["registry", "set", "--tls", "disabled", "--skip-check"];
    let sizes = ["--blob-chunk", "100000", "--blob-max", "1000", &host];
    desk.run(Tool::Regctl, &[&words[..], &sizes].concat()).ok();
    let layout = Layout::with_image(1, 2, 1_234_567);
    let from = format!("ocidir://{}:1", layout.path().display());
    let image = registry.image("acme/x:1");
    desk.run(Tool::Regctl, &["image", "copy", &from, &image])
        .ok();
    registry.whole("acme/x", "1");
    assert_eq!(registry.digest("acme/x", "1"), layout.digest("1"));
    let listed = desk.run(Tool::Regctl, &["repo", "ls", &host]).ok();
    assert_eq!(listed.stdout.trim(), "acme/x");
    let to = registry.image("acme/y:1");
    desk.run(Tool::Regctl, &["image", "copy", &image, &to]).ok();
    registry.whole("acme/y", "1");
}
