//! docker pushes and pulls: cases 5, 7, 8 and 21.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Dockerd, Tool};

use super::expect::{build, build_hello, file, file_of, lines_with};

const SMALL: usize = 20_000;

#[test]
fn case_5_push_and_push_again() {
    let scene = Scene::new();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let registry = scene.registry();
    let image = registry.image("acme/five:1");
    build(&desk, &image, 1, 5, SMALL);

    let first = desk.docker(&["push", &image]).ok();
    assert_eq!(lines_with(&first, ": Pushed"), 5, "{first}");
    let manifest = registry.whole("acme/five", "1");
    assert_eq!(manifest["layers"].as_array().map(Vec::len), Some(5));
    let digest = registry.digest("acme/five", "1");
    let first = first.says(&format!("1: digest: {digest}"));

    let again = desk.docker(&["push", &image]).ok();
    assert_eq!(lines_with(&again, ": Layer already exists"), 5, "{again}");
    assert_eq!(lines_with(&again, ": Pushed"), 0, "{first}");
    assert_eq!(registry.digest("acme/five", "1"), digest);

    let other = scene.desk().beside(&there);
    other
        .docker(&["pull", &image])
        .ok()
        .says(&format!("Digest: {digest}"))
        .says("Downloaded newer image");
    for number in 0..5 {
        let path = format!("/file-{number}");
        assert_eq!(file_of(&other, &image, &path), file(1, number, SMALL));
    }
    other
        .docker(&["pull", &image])
        .ok()
        .says("Image is up to date");
    let pinned = registry.image(&format!("acme/five@{digest}"));
    other.docker(&["pull", &pinned]).ok().says(&digest);
}

#[test]
fn case_5_on_postgres_and_s3() {
    let scene = Scene::on_postgres_and_s3();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let image = scene.registry().image("acme/five:1");
    build(&desk, &image, 1, 5, SMALL);
    desk.docker(&["push", &image]).ok();
    let again = desk.docker(&["push", &image]).ok();
    assert_eq!(lines_with(&again, ": Layer already exists"), 5, "{again}");
    scene.registry().whole("acme/five", "1");
    let other = scene.desk().beside(&there);
    other.docker(&["pull", &image]).ok();
    assert_eq!(file_of(&other, &image, "/file-4"), file(1, 4, SMALL));
}

/// The newest docker of the machine is the client; it may be Debian's.
#[test]
fn case_5_push_and_pull_with_the_docker_on_the_path() {
    let scene = Scene::new();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let image = scene.registry().image("acme/five:1");
    build(&desk, &image, 1, 5, SMALL);
    let push = desk.run(Tool::DockerOnPath, &["push", &image]).ok();
    assert_eq!(lines_with(&push, ": Pushed"), 5, "{push}");
    let other = scene.desk().beside(&there);
    other.run(Tool::DockerOnPath, &["pull", &image]).ok();
    assert_eq!(file_of(&other, &image, "/file-4"), file(1, 4, SMALL));
}

#[test]
fn a_pulled_image_runs() {
    let scene = Scene::new();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let image = scene.registry().image("acme/hello:1");
    build_hello(&desk, &image);
    desk.docker(&["push", &image]).ok();
    let other = scene.desk().beside(&there);
    // What is not there is pulled first.
    other
        .docker(&["run", "--rm", "--network", "none", &image])
        .ok()
        .says("hello from linux/");
}

#[test]
fn every_tag_is_pushed_and_pulled() {
    let scene = Scene::new();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let registry = scene.registry();
    let image = registry.image("acme/five");
    // Tags are told apart by case, and listed in the order of their bytes.
    let tags = ["1", "1.0", "Latest", "latest"];
    build(&desk, &format!("{image}:1"), 1, 5, SMALL);
    for tag in &tags[1..] {
        let words = ["tag", &format!("{image}:1"), &format!("{image}:{tag}")];
        desk.docker(&words).ok();
    }
    desk.docker(&["push", "--all-tags", &image]).ok();
    assert_eq!(registry.tags("acme/five"), tags);
    let digest = registry.digest("acme/five", "1");
    for tag in tags {
        assert_eq!(registry.digest("acme/five", tag), digest, "{tag}");
    }
    let other = scene.desk().beside(&there);
    other.docker(&["pull", "--all-tags", &image]).ok();
    let listed = other.docker(&["images", "--format", "{{.Tag}}", &image]);
    for tag in tags {
        assert_eq!(listed.stdout.lines().filter(|line| *line == tag).count(), 1);
    }
}

#[test]
fn case_7_a_second_image_of_the_owner_is_mounted() {
    let scene = Scene::new();
    let dockerd = Dockerd::start();
    let desk = scene.desk().beside(&dockerd);
    let registry = scene.registry();
    let [first, second] = ["acme/five:1", "acme/other:1"].map(|name| registry.image(name));
    build(&desk, &first, 1, 5, SMALL);
    desk.docker(&["push", &first]).ok();
    desk.docker(&["tag", &first, &second]).ok();
    let push = desk.docker(&["push", &second]).ok();
    let mounted = lines_with(&push, ": Mounted from acme/five");
    assert_eq!(mounted, 5, "{push}");
    registry.whole("acme/other", "1");
}

/// What the pusher may not read is not mounted, and nothing tells that it is there.
#[test]
fn case_8_an_image_that_is_not_readable_is_not_mounted() {
    let scene = Scene::new();
    let dockerd = Dockerd::start();
    let desk = scene.desk().beside(&dockerd);
    let registry = scene.registry();
    let [first, second] = ["acme/five:1", "carol/five:1"].map(|name| registry.image(name));
    build(&desk, &first, 1, 5, SMALL);
    desk.docker(&["push", &first]).ok();
    let carol = scene.user_with_token("carol", "read:packages,write:packages");
    desk.docker(&["tag", &first, &second]).ok();
    // The same docker knows where the layers are, and asks for them to be mounted.
    let stranger = scene.desk_with(&carol).beside(&dockerd);
    let push = stranger.docker(&["push", &second]).ok();
    assert_eq!(lines_with(&push, ": Pushed"), 5, "{push}");
    let push = push.says_nothing_of("Mounted");
    assert_eq!(lines_with(&push, "acme/five"), 0, "{push}");
    scene.registry_as(Some(&carol)).whole("carol/five", "1");
}

#[test]
fn docker_manifest_inspects_what_is_there() {
    let scene = Scene::new();
    let dockerd = Dockerd::start();
    let desk = scene.desk().beside(&dockerd);
    let registry = scene.registry();
    let image = registry.image("acme/five:1");
    build(&desk, &image, 1, 5, SMALL);
    desk.docker(&["push", &image]).ok();
    let shown = desk
        .docker(&["manifest", "inspect", "--insecure", &image])
        .ok()
        .json();
    assert_eq!(shown, registry.manifest("acme/five", "1").json());
    let words = ["manifest", "inspect", "--insecure", "--verbose", &image];
    let verbose = desk.docker(&words).ok().json();
    let digest = registry.digest("acme/five", "1");
    assert_eq!(verbose["Descriptor"]["digest"], digest, "{verbose}");
}

#[test]
fn case_21_docker_manifest_makes_a_list() {
    let scene = Scene::new();
    let dockerd = Dockerd::start();
    let desk = scene.desk().beside(&dockerd);
    let registry = scene.registry();
    let images = ["acme/five:a", "acme/five:b"].map(|name| registry.image(name));
    for (seed, image) in (1..).zip(&images) {
        build(&desk, image, seed, 2, SMALL);
        desk.docker(&["push", image]).ok();
    }
    let list = registry.image("acme/five:list");
    let words = [
        "manifest",
        "create",
        "--insecure",
        &list,
        &images[0],
        &images[1],
    ];
    desk.docker(&words).ok();
    let words = ["manifest", "annotate", "--arch", "arm64", &list, &images[1]];
    desk.docker(&words).ok();
    desk.docker(&["manifest", "push", "--insecure", &list]).ok();
    let found = registry.whole("acme/five", "list");
    let media_type = "application/vnd.docker.distribution.manifest.list.v2+json";
    assert_eq!(found["mediaType"], media_type);
    let digests = ["a", "b"].map(|tag| registry.digest("acme/five", tag));
    assert_eq!(found["manifests"][0]["digest"], digests[0]);
    assert_eq!(found["manifests"][1]["digest"], digests[1]);
    assert_eq!(found["manifests"][1]["platform"]["architecture"], "arm64");
}
