//! sbt 1.11.7: case 19 with the real client.

use packhouse_e2e::Scene;
use packhouse_e2e::jvm::{Home, Sbt, Shelf};

/// A release and a snapshot, the snapshot twice: nobody announces them, and they are listed all
/// the same; an application compiles with them and says what the second build says. A release
/// that is there stops sbt.
#[test]
fn case_19_sbt_publishes_without_metadata() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let home = Home::new(&scene.token);
    let sbt = Sbt::new(&home, &shelf.url());
    sbt.run(&["lib/publish", "snap/publish"]).ok();
    let release = "org/acme/lib_2.12/1.0/lib_2.12-1.0.jar";
    let snapshot = "org/acme/snap_2.12/1.1-SNAPSHOT/snap_2.12-1.1-SNAPSHOT.jar";
    let first = sbt.jar("snap", "1.1-SNAPSHOT");
    assert_eq!(shelf.whole(release), sbt.jar("lib", "1.0"));
    assert_eq!(shelf.whole(snapshot), first);

    sbt.change("snap", "two");
    let elsewhere = Home::new(&scene.token);
    let other = Sbt::new(&elsewhere, &shelf.url());
    sbt.run(&["snap/publish", "lib/publish"])
        .failed()
        .says("destination file exists and overwrite == false");
    let second = sbt.jar("snap", "1.1-SNAPSHOT");
    assert_ne!(first, second);
    assert_eq!(shelf.whole(snapshot), second);
    other.run(&["app/run"]).ok().says("one and two");

    shelf.wait_for("org/acme/lib_2.12", "1.0");
    shelf.wait_for("org/acme/snap_2.12", "1.1-SNAPSHOT");
    assert_eq!(shelf.versions("org/acme/lib_2.12"), ["1.0"]);
    assert_eq!(shelf.versions("org/acme/snap_2.12"), ["1.1-SNAPSHOT"]);
    // A snapshot without builds has no metadata of its own: readers take the literal name.
    let metadata = "org/acme/snap_2.12/1.1-SNAPSHOT/maven-metadata.xml";
    shelf.get(metadata).expect(404);
}

/// sbt asks again and again with credentials that are refused, and gives up; nothing is stored.
#[test]
fn sbt_with_a_bad_token_publishes_nothing() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let home = Home::new("pkp_wrong");
    let sbt = Sbt::new(&home, &shelf.url());
    let ran = sbt.run(&["snap/publish"]).failed();
    ran.says("(snap / publish)");
    let snapshot = "org/acme/snap_2.12/1.1-SNAPSHOT/snap_2.12-1.1-SNAPSHOT";
    for end in [".pom", ".jar"] {
        shelf.get(&format!("{snapshot}{end}")).expect(404);
    }
}
