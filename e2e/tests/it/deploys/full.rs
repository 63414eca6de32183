//! A disk that is really full in the middle of a deploy.

use packhouse_e2e::http::Response;
use packhouse_e2e::{Scene, Server, SmallDisk};

use super::deploy::{Deploy, detail, prepare, request, versions};
use crate::expect::ready_becomes;

const MIB: usize = 1 << 20;

fn full(answer: Response) {
    let answer = answer.expect(507);
    let text = detail(&answer);
    assert!(text.contains("storage is full"), "{text}");
}

#[test]
fn a_file_that_does_not_fit_leaves_nothing() {
    let disk = SmallDisk::of(8 * MIB as u64);
    let url = format!("file://{}/store", disk.path().display());
    let scene = Scene::on(Server::builder().on_disk(&disk).flag("--storage-url", &url));
    prepare(&scene);
    let old = Deploy::new("0.9", 100_000);
    old.send(&scene);
    let kept = disk.files("store/blobs");
    let large = Deploy::new("1.0", 12 * MIB);
    full(large.put_jar(&scene).send());
    assert_eq!(disk.files("store/blobs"), kept);
    assert_eq!(disk.files("store/uploads").len(), 0);
    request(&scene, "GET", &large.path("jar"))
        .send()
        .expect(404);
    assert_eq!(versions(&scene), ["0.9"]);

    disk.fill();
    ready_becomes(&scene, 503);
    let small = Deploy::new("1.0", 200_000);
    full(small.put_jar(&scene).send());
    old.is_whole(&scene);
    disk.make_room();
    ready_becomes(&scene, 200);
    small.send(&scene);
    small.is_whole(&scene);
    assert_eq!(versions(&scene), ["0.9", "1.0"]);
    scene.server.check().ok();
}
