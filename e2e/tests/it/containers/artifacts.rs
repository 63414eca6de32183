//! Artifacts through the ORAS library, and what refers to what: cases 30 and 40.

use packhouse_e2e::Scene;
use packhouse_e2e::containers::{Desk, Tool};
use packhouse_e2e::process::Ran;

fn oras(desk: &Desk, words: &[&str]) -> Ran {
    desk.run(Tool::Oras, words)
}

#[test]
fn case_30_push_pull_attach_discover_copy_delete() {
    let scene = Scene::new();
    let desk = scene.desk();
    let registry = scene.registry();
    let image = registry.image("acme/notes:1");
    desk.write("note.txt", "remember this");
    desk.write("list.json", "{}");
    let kind = "application/vnd.acme.note";
    let words = [
        "push",
        &image,
        kind,
        "by=alice",
        "--",
        "note.txt",
        "list.json",
    ];
    let digest = oras(&desk, &words).ok().stdout.trim().to_owned();
    let manifest = registry.whole("acme/notes", "1");
    assert_eq!(registry.digest("acme/notes", "1"), digest);
    assert_eq!(manifest["artifactType"], kind);
    assert_eq!(manifest["annotations"]["by"], "alice");
    oras(&desk, &["pull", &image, "pulled"]).ok();
    assert_eq!(desk.read("pulled/note.txt"), b"remember this");
    assert_eq!(desk.read("pulled/list.json"), b"{}");

    let (review, scan) = ("application/vnd.acme.review", "application/vnd.acme.scan");
    desk.write("review.txt", "fine");
    let attach = |kind: &str, by: &str| {
        let words = ["attach", &image, kind, by, "--", "review.txt"];
        oras(&desk, &words).ok().stdout.trim().to_owned()
    };
    let attached = [attach(review, "by=bob"), attach(scan, "by=robot")];
    let found = oras(&desk, &["discover", &image]).ok().json();
    assert_eq!(
        found,
        serde_json::json!(registry.referrers("acme/notes", &digest))
    );
    assert_eq!(found[0]["digest"], attached[0]);
    assert_eq!(found[1]["digest"], attached[1]);
    assert_eq!(found[0]["annotations"]["by"], "bob");
    let found = oras(&desk, &["discover", &image, scan]).ok().json();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(found[0]["artifactType"], scan);
    // A client that meets no referrers API keeps a list under a tag of its own.
    assert_eq!(registry.tags("acme/notes"), ["1"]);

    let copy = registry.image("acme/copied:1");
    oras(&desk, &["copy", &image, &copy]).ok();
    registry.whole("acme/copied", "1");
    assert_eq!(registry.referrers("acme/copied", &digest).len(), 2);
    assert_eq!(registry.tags("acme/copied"), ["1"]);

    let gone = registry.image(&format!("acme/notes@{}", attached[0]));
    oras(&desk, &["delete", &gone]).ok();
    let left = registry.referrers("acme/notes", &digest);
    assert_eq!(left.len(), 1, "{left:?}");
    oras(&desk, &["delete", &image]).ok();
    oras(&desk, &["pull", &image, "again"]).failed();
    assert_eq!(registry.manifest("acme/notes", &digest).status, 404);
    registry.whole("acme/copied", "1");
}

/// What nobody has pushed yet has no referrers, and that is an answer, not an error.
#[test]
fn case_40_referrers_of_what_is_not_there_yet() {
    let scene = Scene::new();
    let desk = scene.desk();
    let registry = scene.registry();
    let nothing = format!("sha256:{}", "0".repeat(64));
    assert!(registry.referrers("acme/notes", &nothing).is_empty());
    desk.write("note.txt", "remember this");
    let image = registry.image("acme/notes:1");
    let kind = "application/vnd.acme.note";
    let words = ["push", &image, kind, "--", "note.txt"];
    let digest = oras(&desk, &words).ok().stdout.trim().to_owned();
    let found = oras(&desk, &["discover", &image]).ok().json();
    assert_eq!(found, serde_json::json!([]));
    assert!(registry.referrers("acme/notes", &digest).is_empty());
}

#[test]
fn an_artifact_without_credentials_is_not_pushed() {
    let scene = Scene::new();
    let desk = Desk::new();
    desk.write("note.txt", "remember this");
    let image = scene.registry().image("acme/notes:1");
    let words = [
        "push",
        &image,
        "application/vnd.acme.note",
        "--",
        "note.txt",
    ];
    oras(&desk, &words).failed().says("401");
    assert_eq!(scene.registry().manifest("acme/notes", "1").status, 404);
}
