//! Publishing: cases 1, 2, 8, 12, 19.

use packhouse_e2e::{Client, Project, Scene, archive};
use serde_json::json;

use crate::expect::{absent, packument, published, versions, whole};

fn publish_and_view(client: Client) {
    let scene = Scene::new();
    let seat = scene.seat(client);
    let project = Project::package("@acme/x", "1.0.0");
    seat.publish(&project, &[]).ok();
    whole(&scene, "@acme/x", "1.0.0");

    let seen = seat
        .run(&project, &["view", "@acme/x", "--json"])
        .ok()
        .json();
    let served = packument(&scene, "@acme/x");
    assert_eq!(seen["version"], "1.0.0");
    for key in ["shasum", "integrity", "tarball"] {
        assert_eq!(
            seen["dist"][key], served["versions"]["1.0.0"]["dist"][key],
            "{key}"
        );
    }
}

fn unscoped_is_refused(client: Client) {
    let scene = Scene::new();
    let project = Project::package("unscoped", "1.0.0");
    scene
        .seat(client)
        .publish(&project, &[])
        .failed()
        .says("@account/name");
    absent(&scene, "unscoped");
    assert_eq!(
        scene.server.stored_files(),
        [""; 0].map(std::path::PathBuf::from)
    );
}

fn publish_the_same_project(client: Client) {
    let scene = Scene::new();
    let project = Project::package("@acme/x", "1.0.0").file("lib/deep/file.txt", "content");
    scene.seat(client).publish(&project, &[]).ok();
    whole(&scene, "@acme/x", "1.0.0");
    let served = packument(&scene, "@acme/x");
    assert_eq!(served["dist-tags"], json!({ "latest": "1.0.0" }));
    assert_eq!(served["versions"]["1.0.0"]["dist"]["fileCount"], 3);
}

#[test]
fn case_01_publish_with_npm_6() {
    publish_and_view(Client::Npm6);
}

#[test]
fn case_01_publish_with_npm_8() {
    publish_and_view(Client::Npm8);
}

#[test]
fn case_01_publish_with_npm_10() {
    publish_and_view(Client::Npm10);
}

#[test]
fn case_01_publish_with_npm_11() {
    publish_and_view(Client::Npm11);
}

#[test]
fn case_01_unscoped_is_refused_with_npm_6() {
    unscoped_is_refused(Client::Npm6);
}

#[test]
fn case_01_unscoped_is_refused_with_npm_11() {
    unscoped_is_refused(Client::Npm11);
}

#[test]
fn case_02_publish_with_pnpm_9() {
    publish_the_same_project(Client::Pnpm9);
}

#[test]
fn case_02_publish_with_pnpm_10() {
    publish_the_same_project(Client::Pnpm10);
}

#[test]
fn case_02_publish_with_yarn_classic() {
    publish_the_same_project(Client::YarnClassic);
}

#[test]
fn case_02_publish_with_yarn_berry() {
    publish_the_same_project(Client::YarnBerry);
}

#[test]
fn case_02_publish_with_bun() {
    publish_the_same_project(Client::Bun);
}

/// npm 11 looks first and refuses by itself; the others show what the server says.
#[test]
fn case_08_other_bytes_under_a_published_version_are_refused() {
    for client in [Client::Npm6, Client::Npm8, Client::Npm10] {
        let scene = Scene::new();
        let seat = scene.seat(client);
        let project = Project::package("@acme/x", "1.0.0");
        seat.publish(&project, &[]).ok();
        let before = packument(&scene, "@acme/x");
        let changed = project.file("index.js", "module.exports = 'changed';\n");
        let refused = seat.publish(&changed, &[]).failed();
        // npm prints the server's text, with its status.
        refused.says("403").says("1.0.0");
        assert_eq!(packument(&scene, "@acme/x"), before, "{client:?}");
    }
}

/// A client whose connection broke after the commit sends the same document again.
#[test]
fn case_08_the_same_bytes_again_succeed() {
    let scene = Scene::new();
    let manifest = json!({ "name": "@acme/x", "version": "1.0.0" });
    let request = scene.publish_request(&manifest, &[("index.js", b"1")]);
    let connection = request.send_part(request.body_len());
    drop(connection);
    // Whether the first was carried out or noticed the end of its connection, this succeeds.
    let answer = request.send();
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    let before = packument(&scene, "@acme/x");
    assert_eq!(request.send().status, 200);
    assert_eq!(packument(&scene, "@acme/x"), before);
    whole(&scene, "@acme/x", "1.0.0");
}

/// npm cuts build metadata before it sends, yarn and bun send it.
#[test]
fn case_12_build_metadata_is_cut() {
    for client in [Client::Npm11, Client::YarnClassic, Client::YarnBerry] {
        let scene = Scene::new();
        let seat = scene.seat(client);
        let project = Project::package("@acme/x", "1.0.0+b1");
        seat.publish(&project, &[]).ok();
        assert_eq!(
            versions(&packument(&scene, "@acme/x")),
            ["1.0.0"],
            "{client:?}"
        );
        whole(&scene, "@acme/x", "1.0.0");
        seat.publish(&project.at("1.0.0+b2"), &[]).failed();
        assert_eq!(
            versions(&packument(&scene, "@acme/x")),
            ["1.0.0"],
            "{client:?}"
        );
    }
}

#[test]
fn case_19_a_first_publish_under_another_tag_sets_latest_too() {
    for client in Client::ALL {
        let scene = Scene::new();
        let project = Project::package("@acme/x", "1.0.0-beta.1");
        scene
            .seat(client)
            .publish(&project, &["--tag", "beta"])
            .ok();
        let tags = &packument(&scene, "@acme/x")["dist-tags"];
        let expected = json!({ "beta": "1.0.0-beta.1", "latest": "1.0.0-beta.1" });
        assert_eq!(*tags, expected, "{client:?}");
    }
}

#[test]
fn case_09_two_versions_in_parallel_both_appear() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "0.1.0");
    let requests: Vec<_> = ["1.0.0", "2.0.0"]
        .map(|version| json!({ "name": "@acme/x", "version": version }))
        .iter()
        .map(|manifest| scene.publish_request(manifest, &[("noise", &archive::noise(1, 100_000))]))
        .collect();
    std::thread::scope(|scope| {
        for request in &requests {
            scope.spawn(|| {
                let answer = request.send();
                assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
            });
        }
    });
    let served = packument(&scene, "@acme/x");
    assert_eq!(versions(&served), ["0.1.0", "1.0.0", "2.0.0"]);
    for version in ["1.0.0", "2.0.0"] {
        assert!(served["time"][version].is_string(), "{served}");
        whole(&scene, "@acme/x", version);
    }
}
