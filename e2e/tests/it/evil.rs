//! Archives that nobody should hand out, published by npm 11 itself: `npm publish ./evil.tgz`
//! reads the package.json inside with its own unpacker, which leaves out what leads out of the
//! folder, and sends the file as it is. What it prints is what the server says.

use packhouse_e2e::archive::{Entry, tarball_of};
use packhouse_e2e::{Client, Project, Scene};

use crate::expect::absent;

const MANIFEST: Entry<'static> = Entry::File(
    "package/package.json",
    br#"{"name":"@acme/evil","version":"1.0.0"}"#,
);

fn refused(entries: &[Entry<'_>], texts: &[&str]) {
    let scene = Scene::new();
    let project = Project::consumer(&[]).bytes("evil.tgz", &tarball_of(entries));
    let mut ran = scene
        .seat(Client::Npm11)
        .run(&project, &["publish", "./evil.tgz"])
        .failed()
        .says("400 Bad Request");
    for text in texts {
        ran = ran.says(text);
    }
    absent(&scene, "@acme/evil");
    assert_eq!(scene.server.stored_files().len(), 0);
}

#[test]
fn an_entry_that_climbs_out() {
    let entry = "package/../../../etc/cron.d/evil";
    refused(
        &[MANIFEST, Entry::File(entry, b"x")],
        &[
            entry,
            "lies outside the package: no absolute paths, no `..`",
        ],
    );
}

#[test]
fn an_absolute_entry() {
    refused(
        &[MANIFEST, Entry::File("/etc/cron.d/evil", b"x")],
        &["/etc/cron.d/evil", "lies outside the package"],
    );
}

#[test]
fn links_that_lead_out() {
    for target in ["../../../etc/passwd", "/etc/passwd"] {
        for link in [
            Entry::Symlink("package/link", target),
            Entry::HardLink("package/link", target),
        ] {
            refused(
                &[MANIFEST, link],
                &["package/link", target, "outside the package"],
            );
        }
    }
}

#[test]
fn a_file_behind_a_link() {
    refused(
        &[
            MANIFEST,
            Entry::Symlink("package/here", "lib"),
            Entry::File("package/here/index.js", b"x"),
        ],
        &["package/here/index.js", "lies behind a link"],
    );
}

#[test]
fn a_gzip_bomb() {
    let zeros = vec![0; 100 << 20];
    refused(
        &[MANIFEST, Entry::File("package/zeros", &zeros)],
        &["grows more than 100 times when it is unpacked"],
    );
}

/// npm takes name and version from the archive, so it cannot claim others (`manifest.rs` does);
/// but it takes them from the last package.json, and other readers from the first.
#[test]
fn two_package_jsons_that_say_different_things() {
    let other = br#"{"name":"@acme/other","version":"6.6.6"}"#;
    refused(
        &[Entry::File("package/package.json", other), MANIFEST],
        &["more than one package.json"],
    );
}

#[test]
fn a_scope_that_nobody_has() {
    let scene = Scene::new();
    scene
        .seat(Client::Npm11)
        .publish(&Project::package("@ghost/x", "1.0.0"), &[])
        .failed()
        .says("403 Forbidden")
        .says("you may not publish @ghost/x");
    absent(&scene, "@ghost/x");
    assert_eq!(scene.server.stored_files().len(), 0);
}
