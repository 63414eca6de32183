//! Who may pull and push, and how refusals read: cases 3, 4 and 27.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Dockerd, Layout, Tool};
use packhouse_e2e::http::percent_encoded;
use packhouse_e2e::process::Ran;

use super::expect::{build, copy_in, file, file_of, pushed, reader_and_stranger};

const SMALL: usize = 20_000;

#[test]
fn case_3_a_public_image_is_pulled_by_anybody() {
    let scene = Scene::new();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let image = scene.registry().image("acme/five:1");
    build(&desk, &image, 1, 5, SMALL);
    desk.docker(&["push", &image]).ok();
    let nobody = Desk::new().beside(&there);
    nobody.docker(&["pull", &image]).failed();
    scene.set_image_visibility("acme/five", "public");
    nobody.docker(&["pull", &image]).ok();
    assert_eq!(file_of(&nobody, &image, "/file-2"), file(1, 2, SMALL));
    nobody.docker(&["push", &image]).failed();
    scene.registry_as(None).whole("acme/five", "1");
}

#[test]
fn case_3_every_client_reads_a_public_image_without_credentials() {
    let scene = Scene::new();
    let layout = pushed(&scene, "acme/x:1", 1);
    scene.set_image_visibility("acme/x", "public");
    let image = scene.registry().image("acme/x:1");
    let desk = Desk::new();
    let digest = layout.digest("1");
    desk.run(Tool::Crane, &["digest", &image])
        .ok()
        .says(&digest);
    desk.run(Tool::Podman, &["pull", "--tls-verify=false", &image])
        .ok();
    let source = format!("docker://{image}");
    desk.run(Tool::Skopeo, &["inspect", "--tls-verify=false", &source])
        .ok()
        .says(&digest);
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
    desk.run(Tool::Regctl, &["image", "digest", &image])
        .ok()
        .says(&digest);
    desk.run(Tool::Oras, &["pull", &image, "pulled"]).ok();
}

/// Gives what a client prints, without the name that was asked for and the time.
fn message(ran: Ran, name: &str) -> String {
    let ran = ran.failed();
    let text = format!("{}{}", ran.stdout, ran.stderr);
    let words = text.split_whitespace();
    let timeless = words.filter(|word| !word.starts_with("time="));
    let text = timeless.collect::<Vec<_>>().join(" ");
    text.replace(name, "NAME")
        .replace(&percent_encoded(name), "NAME")
}

/// Asks for an image that is hidden and for two that are missing, as nobody and as a stranger;
/// gives what was said, which is the same of all three.
fn same_message(ask: impl Fn(&Scene, &Desk, &str) -> Ran) -> [String; 2] {
    let scene = Scene::new();
    pushed(&scene, "acme/x:1", 1);
    let (bob, carol) = reader_and_stranger(&scene, "acme/x");
    ask(&scene, &scene.desk_with(&bob), "acme/x").ok();
    [Desk::new(), scene.desk_with(&carol)].map(|desk| {
        let said = ["acme/x", "acme/missing", "nobody/missing"]
            .map(|name| message(ask(&scene, &desk, name), name));
        assert_eq!(said[0], said[1]);
        assert_eq!(said[0], said[2]);
        said[0].clone()
    })
}

#[test]
fn case_4_docker_says_the_same_of_private_and_missing() {
    let dockerd = Dockerd::start();
    let said = same_message(|scene, desk, name| {
        let image = scene.registry().image(&format!("{name}:1"));
        let words = ["--host", &dockerd.address(), "pull", &image];
        desk.docker(&words)
    });
    let [nobody, stranger] = said;
    assert!(nobody.contains("may require 'docker login'"), "{nobody}");
    assert!(stranger.contains("NAME not found"), "{stranger}");
}

#[test]
fn case_4_crane_says_the_same_of_private_and_missing() {
    same_message(|scene, desk, name| {
        let image = scene.registry().image(&format!("{name}:1"));
        desk.run(Tool::Crane, &["manifest", &image])
    });
}

#[test]
fn case_4_skopeo_says_the_same_of_private_and_missing() {
    same_message(|scene, desk, name| {
        let image = format!("docker://{}:1", scene.registry().image(name));
        desk.run(Tool::Skopeo, &["inspect", "--tls-verify=false", &image])
    });
}

#[test]
fn case_4_podman_says_the_same_of_private_and_missing() {
    same_message(|scene, desk, name| {
        let image = scene.registry().image(&format!("{name}:1"));
        desk.run(Tool::Podman, &["pull", "--tls-verify=false", &image])
    });
}

/// A reader pulls; a push says why not, and changes nothing.
#[test]
fn a_reader_pushes_nothing() {
    let scene = Scene::new();
    pushed(&scene, "acme/x:1", 1);
    let (bob, carol) = reader_and_stranger(&scene, "acme/x");
    let registry = scene.registry();
    let before = registry.digest("acme/x", "1");
    let dockerd = Dockerd::start();
    let image = registry.image("acme/x:1");
    for token in [bob, carol] {
        let desk = scene.desk_with(&token).beside(&dockerd);
        build(&desk, &image, 7, 1, SMALL);
        desk.docker(&["push", &image]).failed().says("denied");
        let copy = scene.registry().image("acme/x:2");
        let layout = Layout::with_image(3, 1, 100);
        copy_in(&desk, &layout, "1", &copy).failed().says("denied");
    }
    assert_eq!(registry.digest("acme/x", "1"), before);
    assert_eq!(registry.tags("acme/x"), ["1"]);
}

#[test]
fn a_token_for_one_image_is_for_that_alone() {
    let scene = Scene::new();
    pushed(&scene, "acme/x:1", 1);
    pushed(&scene, "acme/y:1", 2);
    let limits = ["--package", "container:acme/x"];
    let token = scene.create_token("alice", "read:packages,write:packages", &limits);
    let desk = scene.desk_with(&token);
    let registry = scene.registry();
    let layout = Layout::with_image(3, 1, 100);
    copy_in(&desk, &layout, "1", &registry.image("acme/x:2")).ok();
    copy_in(&desk, &layout, "1", &registry.image("acme/y:2")).failed();
    let manifest = |name: &str| desk.run(Tool::Crane, &["manifest", &registry.image(name)]);
    manifest("acme/x:2").ok();
    manifest("acme/y:1").failed();
    assert_eq!(registry.tags("acme/y"), ["1"]);
}

/// A token that is revoked is worth nothing at the next request, whatever it was traded for.
#[test]
fn a_revoked_token_pulls_nothing() {
    let scene = Scene::new();
    pushed(&scene, "acme/x:1", 1);
    let token = scene.create_token("alice", "read:packages", &[]);
    let desk = scene.desk_with(&token);
    let image = scene.registry().image("acme/x:1");
    desk.run(Tool::Crane, &["digest", &image]).ok();
    let listed = scene.server.admin(&["token", "list", "alice"], "");
    let newest = listed
        .lines()
        .find(|line| line.contains("read:packages") && !line.contains("write"));
    let id = newest.and_then(|line| line.split_whitespace().next());
    let id = id.unwrap_or_else(|| panic!("the token is not in {listed}"));
    scene.server.admin(&["token", "revoke", id], "");
    desk.run(Tool::Crane, &["digest", &image]).failed();
}
