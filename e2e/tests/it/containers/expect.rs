//! What several subjects look at.

use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::{Desk, Layout, Tool};
use packhouse_e2e::process::Ran;
use packhouse_e2e::{Scene, tools};

/// Gives the file `/file-N` of the image that [`build`] makes from `seed`.
pub fn file(seed: u64, number: u64, bytes: usize) -> Vec<u8> {
    noise(seed * 100 + number, bytes)
}

/// Builds an image under `reference` with docker: `layers` layers, each a file of `bytes` bytes
/// that nothing can compress.
pub fn build(desk: &Desk, reference: &str, seed: u64, layers: u64, bytes: usize) {
    let mut steps = "FROM scratch\nCMD [\"/file-0\"]\n".to_owned();
    for number in 0..layers {
        let name = format!("file-{number}");
        desk.write(&format!("context/{name}"), file(seed, number, bytes));
        steps += &format!("COPY {name} /{name}\n");
    }
    desk.write("context/Dockerfile", steps);
    desk.docker(&["build", "--quiet", "--tag", reference, "context"])
        .ok();
}

/// Builds an image with one step that says hello when it is run.
pub fn build_hello(desk: &Desk, reference: &str) {
    write_hello(desk);
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => panic!("no hello was built for {other}"),
    };
    let steps = format!("FROM scratch\nCOPY hello-linux-{machine} /hello\nCMD [\"/hello\"]\n");
    desk.write("context/Dockerfile", steps);
    desk.docker(&["build", "--quiet", "--tag", reference, "context"])
        .ok();
}

/// Puts a program for three platforms into the context of a build.
pub fn write_hello(desk: &Desk) {
    for platform in ["amd64", "arm64", "armv7"] {
        let name = format!("hello-linux-{platform}");
        let program = std::fs::read(tools::helper(&name)).expect("it can be read");
        let path = desk.write(&format!("context/{name}"), program);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(path, mode).expect("its mode can be set");
    }
}

/// Gives a file of an image that docker has pulled.
pub fn file_of(desk: &Desk, image: &str, path: &str) -> Vec<u8> {
    let made = desk.docker(&["create", image]).ok();
    let from = format!("{}:{path}", made.stdout.trim());
    desk.docker(&["cp", &from, "copied"]).ok();
    desk.read("copied")
}

/// Pushes a small image of one layer, without docker.
pub fn pushed(scene: &Scene, image: &str, seed: u64) -> Layout {
    let layout = Layout::with_image(seed, 1, 20_000);
    copy_in(&scene.desk(), &layout, "1", &scene.registry().image(image)).ok();
    layout
}

/// Pushes what has `tag` in `layout`, with everything that it lists, to `reference` with skopeo.
pub fn copy_in(desk: &Desk, layout: &Layout, tag: &str, reference: &str) -> Ran {
    let to = format!("docker://{reference}");
    let words = ["copy", "--all", "--dest-tls-verify=false"];
    let images = [layout.reference(tag), to];
    let words = words.into_iter().chain(images.iter().map(String::as_str));
    desk.run(Tool::Skopeo, &words.collect::<Vec<_>>())
}

/// Counts the lines of what was printed that have `text`.
pub fn lines_with(ran: &Ran, text: &str) -> usize {
    ran.stdout
        .lines()
        .filter(|line| line.contains(text))
        .count()
}

/// Makes bob a reader of `image` and carol a stranger; gives their tokens.
pub fn reader_and_stranger(scene: &Scene, image: &str) -> (String, String) {
    let scopes = "read:packages,write:packages";
    let bob = scene.user_with_token("bob", scopes);
    let carol = scene.user_with_token("carol", scopes);
    scene.server.admin(&["org", "member", "acme", "bob"], "");
    scene.grant_image(image, "bob", "read");
    (bob, carol)
}
