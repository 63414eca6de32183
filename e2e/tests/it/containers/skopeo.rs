//! skopeo, podman and buildah: cases 22 and 23, and the move from another registry.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Dockerd, Layout, Peer, Registry, Tool};
use packhouse_e2e::process::Ran;
use serde_json::json;

use super::expect::{build, copy_in, file, pushed};

const SMALL: usize = 20_000;

/// Makes an index of three platforms under the tag `1`.
fn three_platforms() -> Layout {
    let mut layout = Layout::new();
    let platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"];
    let images = [1, 2, 3].map(|seed| {
        let layers = [file(9, 0, SMALL), file(seed, 1, SMALL)];
        let platform = platforms[usize::try_from(seed).expect("it is small") - 1];
        layout.image(platform, &layers, &json!({}))
    });
    let index = layout.index(&images);
    layout.tag("1", &index);
    layout
}

fn skopeo(desk: &Desk, command: &str, words: &[&str]) -> Ran {
    let words: Vec<_> = [command, "--tls-verify=false"]
        .iter()
        .chain(words)
        .copied()
        .collect();
    desk.run(Tool::Skopeo, &words)
}

#[test]
fn case_23_copy_inspect_list_and_delete() {
    let scene = Scene::new();
    let desk = scene.desk();
    let registry = scene.registry();
    let layout = three_platforms();
    let digest = layout.digest("1");
    for tag in ["1", "2"] {
        let image = registry.image(&format!("acme/x:{tag}"));
        copy_in(&desk, &layout, "1", &image).ok();
    }
    let index = registry.whole("acme/x", "1");
    assert_eq!(index["manifests"].as_array().map(Vec::len), Some(3));
    assert_eq!(registry.digest("acme/x", "1"), digest);

    let image = format!("docker://{}", registry.image("acme/x:1"));
    let raw = skopeo(&desk, "inspect", &["--raw", &image]).ok().json();
    assert_eq!(raw, index);
    let words = [
        "--override-arch",
        "arm64",
        "inspect",
        "--tls-verify=false",
        &image,
    ];
    let shown = desk.run(Tool::Skopeo, &words).ok().json();
    assert_eq!(shown["Architecture"], "arm64");
    assert_eq!(shown["RepoTags"], json!(["1", "2"]));
    let name = format!("docker://{}", registry.image("acme/x"));
    let listed = skopeo(&desk, "list-tags", &[&name]).ok().json();
    assert_eq!(listed["Tags"], json!(["1", "2"]));

    // skopeo deletes what a tag stands for, so every tag of it goes.
    skopeo(&desk, "delete", &[&image]).ok();
    assert_eq!(registry.manifest("acme/x", "1").status, 404);
    assert_eq!(registry.manifest("acme/x", &digest).status, 404);
}

/// From one name to another, and back out into a folder, nothing changes.
#[test]
fn case_23_copy_all_between_names_and_out() {
    let scene = Scene::new();
    let desk = scene.desk();
    let registry = scene.registry();
    let layout = three_platforms();
    copy_in(&desk, &layout, "1", &registry.image("acme/x:1")).ok();
    let [from, to] =
        ["acme/x:1", "acme/deep/er/y:1"].map(|name| format!("docker://{}", registry.image(name)));
    let options = ["copy", "--all", "--src-tls-verify=false"];
    let there = ["--dest-tls-verify=false", &from, &to];
    desk.run(Tool::Skopeo, &[&options[..], &there].concat())
        .ok();
    registry.whole("acme/deep/er/y", "1");
    let folder = desk.write("out/.keep", "");
    let folder = folder
        .parent()
        .expect("a file is in a folder")
        .join("image");
    let out = format!("oci:{}:1", folder.display());
    desk.run(Tool::Skopeo, &[&options[..], &[&to, &out]].concat())
        .ok();
    let file = format!("blobs/{}", layout.digest("1").replace(':', "/"));
    let bytes = std::fs::read(folder.join(&file)).expect("the index is there");
    let given = std::fs::read(layout.path().join(&file)).expect("the index is there");
    assert_eq!(bytes, given);
}

#[test]
fn case_22_podman_and_buildah_with_zstd_layers() {
    let scene = Scene::new();
    let (desk, other) = (scene.desk(), scene.desk());
    let registry = scene.registry();
    let image = registry.image("acme/x:1");
    desk.write("context/file-0", file(1, 0, SMALL));
    desk.write("context/Dockerfile", "FROM scratch\nCOPY file-0 /file-0\n");
    // They share their store.
    let words = ["build", "--isolation", "chroot", "--quiet", "--tag", &image];
    desk.run(Tool::Buildah, &[&words[..], &["context"]].concat())
        .ok();
    let words = ["push", "--tls-verify=false", "--format", "oci"];
    let zstd = ["--compression-format", "zstd", &image];
    desk.run(Tool::Podman, &[&words[..], &zstd].concat()).ok();
    let manifest = registry.whole("acme/x", "1");
    assert_eq!(
        manifest["layers"][0]["mediaType"],
        "application/vnd.oci.image.layer.v1.tar+zstd"
    );
    for tool in [Tool::Podman, Tool::Buildah] {
        other
            .run(tool, &["pull", "--tls-verify=false", &image])
            .ok();
        let shown = other.run(tool, &["images", "--format", "{{.Name}}", &image]);
        if tool == Tool::Podman {
            let words = ["save", "--format", "oci-dir", "--output", "saved", &image];
            other.run(tool, &words).ok();
            other.run(tool, &["rmi", &image]).ok();
        } else {
            shown.ok().says("acme/x");
        }
    }
}

#[test]
fn buildah_makes_and_pushes_a_list_of_three_platforms() {
    let scene = Scene::new();
    let desk = scene.desk();
    let registry = scene.registry();
    super::expect::write_hello(&desk);
    for (platform, file) in [
        ("linux/amd64", "hello-linux-amd64"),
        ("linux/arm64", "hello-linux-arm64"),
        ("linux/arm/v7", "hello-linux-armv7"),
    ] {
        desk.write(
            "context/Dockerfile",
            format!("FROM scratch\nCOPY {file} /hello\n"),
        );
        let words = [
            "build",
            "--isolation",
            "chroot",
            "--quiet",
            "--manifest",
            "hello",
        ];
        let which = ["--platform", platform, "context"];
        desk.run(Tool::Buildah, &[&words[..], &which].concat()).ok();
    }
    let to = format!("docker://{}", registry.image("acme/hello:1"));
    let words = [
        "manifest",
        "push",
        "--all",
        "--tls-verify=false",
        "hello",
        &to,
    ];
    desk.run(Tool::Buildah, &words).ok();
    let index = registry.whole("acme/hello", "1");
    assert_eq!(index["manifests"].as_array().map(Vec::len), Some(3));
    let image = registry.image("acme/hello:1");
    let words = ["pull", "--tls-verify=false", "--platform", "linux/arm64"];
    desk.run(Tool::Podman, &[&words[..], &[&image]].concat())
        .ok();
    let words = ["image", "inspect", "--format", "{{.Architecture}}", &image];
    assert_eq!(desk.run(Tool::Podman, &words).ok().stdout.trim(), "arm64");
}

fn with_peer() -> (Scene, Peer, Registry, Registry) {
    let (scene, peer) = (Scene::new(), Peer::start());
    let (ours, theirs) = (scene.registry(), peer.registry());
    (scene, peer, ours, theirs)
}

#[test]
fn an_image_moves_here_with_docker() {
    let (scene, _peer, ours, theirs) = with_peer();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let maker = Desk::new().beside(&here);
    let [from, to] = [theirs.image("team/five:1"), ours.image("acme/five:1")];
    build(&maker, &from, 1, 5, SMALL);
    maker.docker(&["push", &from]).ok();
    let mover = scene.desk().beside(&there);
    mover.docker(&["pull", &from]).ok();
    mover.docker(&["tag", &from, &to]).ok();
    mover.docker(&["push", &to]).ok();
    ours.whole("acme/five", "1");
    assert_eq!(
        ours.digest("acme/five", "1"),
        theirs.digest("team/five", "1")
    );
}

#[test]
fn an_image_of_three_platforms_moves_here_with_skopeo_and_back() {
    let (scene, _peer, ours, theirs) = with_peer();
    let desk = scene.desk();
    copy_in(
        &Desk::new(),
        &three_platforms(),
        "1",
        &theirs.image("team/x:1"),
    )
    .ok();
    let copy = |from: String, to: String| {
        let words = ["copy", "--all", "--src-tls-verify=false"];
        let names = [from, to].map(|name| format!("docker://{name}"));
        let rest = ["--dest-tls-verify=false", &names[0], &names[1]];
        desk.run(Tool::Skopeo, &[&words[..], &rest].concat()).ok();
    };
    copy(theirs.image("team/x:1"), ours.image("acme/x:1"));
    copy(ours.image("acme/x:1"), theirs.image("team/y:1"));
    ours.whole("acme/x", "1");
    theirs.whole("team/y", "1");
    let digest = ours.digest("acme/x", "1");
    assert_eq!(digest, theirs.digest("team/x", "1"));
    assert_eq!(digest, theirs.digest("team/y", "1"));
}

/// Every tag of a name in one command.
#[test]
fn a_whole_name_moves_here_with_skopeo_sync() {
    let (scene, _peer, ours, theirs) = with_peer();
    let desk = scene.desk();
    for (seed, tag) in [(1, "1"), (2, "2")] {
        let layout = Layout::with_image(seed, 2, SMALL);
        let image = theirs.image(&format!("team/x:{tag}"));
        copy_in(&Desk::new(), &layout, "1", &image).ok();
    }
    let words = ["sync", "--all", "--src", "docker", "--dest", "docker"];
    let plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    let (from, to) = (theirs.image("team/x"), ours.image("acme"));
    desk.run(Tool::Skopeo, &[&words[..], &plain, &[&from, &to]].concat())
        .ok();
    assert_eq!(ours.tags("acme/x"), ["1", "2"]);
    ours.whole("acme/x", "2");
}

#[test]
fn podman_search_finds_nothing_of_others() {
    let scene = Scene::new();
    pushed(&scene, "acme/x:1", 1);
    let carol = scene.user_with_token("carol", "read:packages");
    let image = scene.registry().image("acme/x");
    let list = |desk: &Desk| {
        let words = ["search", "--tls-verify=false", "--list-tags", &image];
        desk.run(Tool::Podman, &words)
    };
    list(&scene.desk()).ok().says("acme/x");
    list(&scene.desk_with(&carol)).failed();
}
