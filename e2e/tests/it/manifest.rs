//! What is served of a package.json: case 11 as an installing client sees it, and case 35.

use std::process::Command;

use packhouse_e2e::{Client, Project, Scene, archive};
use serde_json::json;

use crate::expect::{absent, packument, published, published_as};

/// The request claims no dependencies, the file inside has one: clients install what the file
/// says.
#[test]
fn case_11_dependencies_come_from_the_file() {
    let scene = Scene::new();
    published(&scene, "@acme/y", "1.0.0");
    let inside = json!({
        "name": "@acme/x", "version": "1.0.0",
        "dependencies": { "@acme/y": "1.0.0" },
    });
    let claimed = json!({
        "name": "@acme/x", "version": "1.0.0",
        "dependencies": { "@acme/evil": "6.6.6" },
    });
    let tarball = archive::tarball(&inside, &[("index.js", b"")]);
    let answer = scene.publish_request_with(&claimed, &tarball).send();
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    for client in [
        Client::Npm6,
        Client::Npm11,
        Client::Pnpm10,
        Client::YarnBerry,
        Client::Bun,
    ] {
        let project = Project::consumer(&[("@acme/x", "1.0.0")]);
        scene.seat(client).install(&project, &[]).ok();
        let lockfile = project.read(client.lockfile());
        assert!(lockfile.contains("@acme/y"), "{client:?}: {lockfile}");
        assert!(!lockfile.contains("evil"), "{client:?}: {lockfile}");
    }
}

#[test]
fn case_11_another_name_or_version_inside_is_refused() {
    let scene = Scene::new();
    for (name, version) in [("@acme/other", "1.0.0"), ("@acme/x", "2.0.0")] {
        let inside = json!({ "name": name, "version": version });
        let tarball = archive::tarball(&inside, &[]);
        let claimed = json!({ "name": "@acme/x", "version": "1.0.0" });
        let answer = scene
            .publish_request_with(&claimed, &tarball)
            .send()
            .expect(400);
        let error = answer.json()["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            error.contains(if version == "1.0.0" { name } else { version }),
            "{error}"
        );
        absent(&scene, "@acme/x");
    }
    assert_eq!(scene.server.stored_files().len(), 0);
}

fn unusual_fields(client: Client) {
    let scene = Scene::new();
    let project = Project::package("@acme/tool", "1.0.0")
        .field("bin", json!("cli.js"))
        .field(
            "license",
            json!({ "type": "MIT", "url": "https://licence.example/mit" }),
        )
        .field("repository", json!("github:acme/tool"))
        .field("bundleDependencies", json!(false))
        .file(
            "cli.js",
            "#!/usr/bin/env node\nconsole.log('the tool runs');\n",
        );
    scene.seat(client).publish(&project, &[]).ok();
    let served = packument(&scene, "@acme/tool");
    assert_eq!(
        served["versions"]["1.0.0"]["bin"]["tool"], "cli.js",
        "{served}"
    );

    let consumer = Project::consumer(&[("@acme/tool", "1.0.0")]);
    scene.seat(client).install(&consumer, &[]).ok();
    let link = consumer.installed(".bin/tool");
    let ran = Command::new(&link).output();
    let ran = ran.unwrap_or_else(|error| panic!("{client:?} made no link: {error}"));
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "the tool runs\n");
}

#[test]
fn case_35_unusual_fields_with_npm_6() {
    unusual_fields(Client::Npm6);
}

#[test]
fn case_35_unusual_fields_with_npm_11() {
    unusual_fields(Client::Npm11);
}

#[test]
fn case_35_unusual_fields_with_pnpm_10() {
    unusual_fields(Client::Pnpm10);
}

#[test]
fn case_35_unusual_fields_with_yarn_classic() {
    unusual_fields(Client::YarnClassic);
}

#[test]
fn case_35_unusual_fields_with_yarn_berry() {
    unusual_fields(Client::YarnBerry);
}

#[test]
fn case_35_unusual_fields_with_bun() {
    unusual_fields(Client::Bun);
}

/// Fields that only some clients know come through: `libc`, `cpu`, `os`, install scripts.
#[test]
fn case_05_a_package_for_another_system_is_left_out() {
    let scene = Scene::new();
    published_as(&scene, "@acme/darwin", "1.0.0", |project| {
        project
            .field("os", json!(["darwin"]))
            .field("cpu", json!(["arm64"]))
    });
    published_as(&scene, "@acme/musl", "1.0.0", |project| {
        project
            .field("os", json!(["linux"]))
            .field("libc", json!(["musl"]))
    });
    published_as(&scene, "@acme/x", "1.0.0", |project| {
        project.field(
            "optionalDependencies",
            json!({ "@acme/darwin": "1.0.0", "@acme/musl": "1.0.0" }),
        )
    });
    for client in [Client::Npm11, Client::Pnpm10] {
        let project = Project::consumer(&[("@acme/x", "1.0.0")]);
        scene.seat(client).install(&project, &[]).ok();
        assert_eq!(project.installed_version("@acme/x"), "1.0.0");
        for name in ["@acme/darwin", "@acme/musl"] {
            assert!(
                !project.installed(name).exists(),
                "{client:?} installed {name}"
            );
            assert!(
                !project
                    .installed(".pnpm")
                    .join(name.replace('/', "+") + "@1.0.0")
                    .exists()
            );
        }
    }
}
