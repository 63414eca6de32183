//! An index of several platforms on PostgreSQL and a bucket.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Layout, Tool};
use serde_json::json;

use super::super::expect::{copy_in, file};

/// Bytes of a layer: one that is sent at once and one that has a file or part of its own.
const SIZES: [usize; 2] = [20_000, 18_000_000];

#[test]
fn skopeo_copies_an_index_in_across_and_out_of_a_bucket() {
    let scene = Scene::on_postgres_and_s3();
    let desk = scene.desk();
    let registry = scene.registry();
    let mut layout = Layout::new();
    let images = [1, 2, 3].map(|seed| {
        let platform = ["linux/amd64", "linux/arm64", "linux/arm/v7"][seed as usize - 1];
        let layers = [
            file(9, 0, SIZES[0]),
            file(seed, 1, SIZES[seed as usize % 2]),
        ];
        layout.image(platform, &layers, &json!({}))
    });
    let index = layout.index(&images);
    layout.tag("1", &index);
    copy_in(&desk, &layout, "1", &registry.image("acme/x:1")).ok();
    registry.whole("acme/x", "1");
    assert_eq!(registry.digest("acme/x", "1"), layout.digest("1"));

    let copy = |from: &str, to: &str| {
        let words = ["copy", "--all", "--src-tls-verify=false"];
        let there = ["--dest-tls-verify=false", from, to];
        desk.run(Tool::Skopeo, &[&words[..], &there].concat()).ok();
    };
    let [x, y] = ["acme/x:1", "acme/deep/y:1"].map(|name| {
        let image = registry.image(name);
        format!("docker://{image}")
    });
    copy(&x, &y);
    registry.whole("acme/deep/y", "1");
    let keep = desk.write("out/.keep", "");
    let out = keep.with_file_name("image");
    copy(&y, &format!("oci:{}:1", out.display()));
    let mut compared = 0;
    let blobs = std::fs::read_dir(layout.path().join("blobs/sha256"));
    for entry in blobs.expect("it can be listed").flatten() {
        let given = std::fs::read(entry.path()).expect("it can be read");
        let came = std::fs::read(out.join("blobs/sha256").join(entry.file_name()));
        assert!(came.expect("it came back") == given, "{entry:?}");
        compared += 1;
    }
    // An index, three manifests, three configs, and four layers, of which one is shared.
    assert_eq!(compared, 11);
    assert_eq!(scene.server.stored_files().len(), 0);
}
