//! A layer over `[limits] oci_layer`: refused as soon as that is known, and nothing of it kept.

use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::{Dockerd, Layout, Tool, sha256};
use packhouse_e2e::http::{Request, Response};
use packhouse_e2e::{Scene, Server};

use super::super::expect::{build, copy_in};
use super::rows::{Rows, waiting};
use super::upload::{holds, message, patch, put, status};

/// The image that every test pushes to.
const NAME: &str = "acme/x";

/// The limit, in bytes.
const LIMIT: usize = 2_000_000;

/// A layer that is so long that nobody would send it in vain, in bytes.
const HUGE: usize = 300_000_000;

fn scene() -> Scene {
    Scene::on(Server::builder().config("[limits]\noci_layer = \"2MB\"\n"))
}

fn refused(scene: &Scene, answer: Response) {
    let answer = answer.expect(413);
    assert_eq!(answer.error_code(), "SIZE_INVALID");
    let text = message(&answer);
    assert!(
        text.contains("the layer is over the limit of 2000000 bytes"),
        "{text}"
    );
    nothing_kept(scene);
}

fn nothing_kept(scene: &Scene) {
    assert_eq!(scene.server.stored_files().len(), 0);
    let rows = Rows::of(scene);
    assert_eq!(rows.uploads(), [0; 0]);
    assert_eq!(rows.count("blob"), 0);
}

/// Sends pieces of a huge layer until the server answers; gives the answer, and how much was sent.
fn huge(request: &Request, length: Option<usize>) -> (Response, usize) {
    let pieces = std::iter::repeat_n(vec![b'.'; 1_000_000], HUGE / 1_000_000);
    let (answer, sent) = match length {
        Some(length) => request.stream(length as u64, pieces),
        None => request.stream_chunked(pieces),
    };
    (answer, usize::try_from(sent).expect("it fits"))
}

#[test]
fn a_length_over_the_limit_is_refused_at_once() {
    let mut scene = scene();
    let registry = scene.registry();
    let (before, _) = scene.server.memory();
    let digest = sha256(b"never sent");
    let location = registry.begin_upload(NAME);
    let (answer, sent) = huge(&patch(&registry, &location, b""), Some(HUGE));
    refused(&scene, answer);
    assert!(sent < HUGE, "the whole body was read");
    status(&registry, &location).expect(404);

    let location = registry.begin_upload(NAME);
    let (answer, sent) = huge(&put(&registry, &location, &digest, b""), Some(HUGE));
    refused(&scene, answer);
    assert!(sent < HUGE, "the whole body was read");
    let path = format!("acme/x/blobs/uploads/?digest={digest}");
    let (answer, _) = huge(&registry.request("POST", &path), Some(HUGE));
    refused(&scene, answer);
    let (after, _) = scene.server.memory();
    assert!(after < before + 30_000_000, "from {before} to {after}");
}

#[test]
fn a_layer_over_the_limit_is_refused_while_it_comes() {
    let mut scene = scene();
    let registry = scene.registry();
    let (before, _) = scene.server.memory();
    let digest = sha256(b"never sent");
    let location = registry.begin_upload(NAME);
    let (answer, _) = huge(&patch(&registry, &location, b""), None);
    refused(&scene, answer);
    status(&registry, &location).expect(404);
    let location = registry.begin_upload(NAME);
    let (answer, _) = huge(&put(&registry, &location, &digest, b""), None);
    refused(&scene, answer);
    let (after, _) = scene.server.memory();
    assert!(after < before + 30_000_000, "from {before} to {after}");
}

/// The limit is for the layer, not for a request.
#[test]
fn chunks_count_together() {
    let scene = scene();
    let registry = scene.registry();
    let layer = noise(1, LIMIT + 1);
    let (first, second) = layer.split_at(LIMIT - 10);
    for end_with_put in [false, true] {
        let location = registry.begin_upload(NAME);
        patch(&registry, &location, first).send().expect(202);
        let over = if end_with_put {
            put(&registry, &location, &sha256(&layer), second)
        } else {
            patch(&registry, &location, second)
        };
        refused(&scene, over.send());
    }
    // One byte less is no byte too many.
    let fits = &layer[..LIMIT];
    let location = registry.begin_upload(NAME);
    patch(&registry, &location, first).send().expect(202);
    put(&registry, &location, &sha256(fits), &fits[first.len()..])
        .send()
        .expect(201);
    registry.put_blob(NAME, fits);
    holds(&registry, NAME, fits);
    assert!(waiting(&scene).is_empty());
}

#[test]
fn clients_show_the_limit() {
    let scene = scene();
    let dockerd = Dockerd::start();
    let desk = scene.desk().beside(&dockerd);
    let registry = scene.registry();
    let image = registry.image("acme/x:1");
    let text = "over the limit of 2000000 bytes";
    build(&desk, &image, 1, 1, LIMIT * 2);
    desk.docker(&["push", &image]).failed().says(text);
    let layout = Layout::with_image(2, 1, LIMIT * 2);
    let copied = copy_in(&desk, &layout, "1", &registry.image("acme/x:2"));
    copied.failed().says(text);
    let folder = layout.path().display().to_string();
    let words = ["push", "--insecure", &folder, &image];
    desk.run(Tool::Crane, &words).failed().says(text);
    registry
        .request("GET", "acme/x/tags/list")
        .send()
        .expect(404);
    // Clients send config and layers side by side: a config may be there or on its way, of a layer
    // nothing.
    let uploads = Rows::of(&scene).uploads();
    assert!(uploads.iter().all(|bytes| *bytes < 10_000), "{uploads:?}");
    let large = scene.server.stored_files().into_iter().filter(|path| {
        let facts = std::fs::metadata(path);
        facts.is_ok_and(|facts| facts.len() > 10_000)
    });
    assert_eq!(large.count(), 0);
}
