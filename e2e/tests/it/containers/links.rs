//! Images that belong to a repository: cases 46 and 47.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Dockerd};

use super::expect::{build, file, file_of};

const SMALL: usize = 20_000;

/// Where the sources of `acme/tools` are.
const SOURCE: &str = "https://git.example/acme/tools";

/// Builds an image whose label says that its sources are at [`SOURCE`].
fn build_labelled(desk: &Desk, reference: &str) {
    desk.write("context/file-0", file(1, 0, SMALL));
    let label = format!("LABEL org.opencontainers.image.source={SOURCE}\n");
    let steps = format!("FROM scratch\n{label}COPY file-0 /file-0\nCMD [\"/file-0\"]\n");
    desk.write("context/Dockerfile", steps);
    desk.docker(&["build", "--quiet", "--tag", reference, "context"])
        .ok();
}

/// Makes the repository `acme/tools`, which bob may read and nobody but Alice write to; gives
/// bob's token.
fn scene_with_a_repository() -> (Scene, String) {
    let scene = Scene::new();
    let admin = |words: &[&str]| scene.server.admin(words, "");
    admin(&["repo", "create", "acme/tools"]);
    admin(&["repo", "source", "acme/tools", "add", SOURCE]);
    let bob = scene.user_with_token("bob", "read:packages,write:packages");
    admin(&["grant", "acme/tools", "bob", "read"]);
    (scene, bob)
}

#[test]
fn case_46_a_label_links_what_a_writer_pushes() {
    let (scene, bob) = scene_with_a_repository();
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let desk = scene.desk().beside(&here);
    let registry = scene.registry();
    let reader = scene.desk_with(&bob).beside(&there);
    let [plain, labelled] = ["acme/plain:1", "acme/app:1"].map(|name| registry.image(name));
    build(&desk, &plain, 2, 1, SMALL);
    desk.docker(&["push", &plain]).ok();
    reader.docker(&["pull", &plain]).failed();
    build_labelled(&desk, &labelled);
    desk.docker(&["push", &labelled]).ok();
    // Who may read the repository may pull what is linked to it.
    reader.docker(&["pull", &labelled]).ok();
    assert_eq!(file_of(&reader, &labelled, "/file-0"), file(1, 0, SMALL));
}

#[test]
fn case_46_a_label_links_nothing_of_who_may_not_write() {
    let (scene, bob) = scene_with_a_repository();
    let dockerd = Dockerd::start();
    let image = scene.registry().image("bob/app:1");
    let desk = scene.desk_with(&bob).beside(&dockerd);
    build_labelled(&desk, &image);
    desk.docker(&["push", &image]).ok();
    scene.registry_as(Some(&bob)).whole("bob/app", "1");
    // The repository's owner would see it if it were linked.
    let answer = scene.registry().manifest("bob/app", "1");
    assert_eq!(answer.status, 404, "{}", answer.text());
}

#[test]
fn case_47_names_of_three_parts() {
    let scene = Scene::new();
    let dockerd = Dockerd::start();
    let desk = scene.desk().beside(&dockerd);
    let registry = scene.registry();
    scene.server.admin(&["repo", "create", "acme/tools"], "");
    let image = registry.image("acme/tools/five:1");
    build(&desk, &image, 1, 5, SMALL);
    desk.docker(&["push", &image]).ok();
    registry.whole("acme/tools/five", "1");

    // It is linked to the repository by its name: who may read that may pull.
    let bob = scene.user_with_token("bob", "read:packages");
    let reader = scene.desk_with(&bob).beside(&dockerd);
    desk.docker(&["image", "rm", &image]).ok();
    reader.docker(&["pull", &image]).failed();
    let words = ["grant", "acme/tools", "bob", "read"];
    scene.server.admin(&words, "");
    reader.docker(&["pull", &image]).ok();
    assert_eq!(file_of(&reader, &image, "/file-0"), file(1, 0, SMALL));
}

/// Who may read a repository and not write to it is refused a name in it.
#[test]
fn case_47_a_reader_of_the_repository_pushes_nothing_into_it() {
    let scene = Scene::new();
    let dockerd = Dockerd::start();
    scene.server.admin(&["repo", "create", "acme/tools"], "");
    let bob = scene.user_with_token("bob", "read:packages,write:packages");
    scene
        .server
        .admin(&["grant", "acme/tools", "bob", "read"], "");
    let reader = scene.desk_with(&bob).beside(&dockerd);
    let image = scene.registry().image("acme/tools/five:1");
    build(&reader, &image, 1, 1, SMALL);
    reader.docker(&["push", &image]).failed().says("denied");
    let answer = scene.registry().manifest("acme/tools/five", "1");
    assert_eq!(answer.status, 404, "{}", answer.text());
}
