//! The whole life of a package with each client: publish, install, reinstall, tag, deprecate,
//! unpublish.

use packhouse_e2e::client::{Family, TagVerb};
use packhouse_e2e::{Client, Project, Scene};
use serde_json::json;

use crate::expect::{absent, packument, versions};

/// Walks through it all; what a client has no command for, npm 11 does.
pub fn whole_life(scene: &Scene, client: Client) {
    let seat = scene.seat(client);
    let npm = scene.seat(Client::Npm11);
    let mut package = Project::package("@acme/x", "1.0.0");
    seat.publish(&package, &[]).ok();
    package = package
        .at("1.1.0")
        .file("index.js", "module.exports = 2;\n");
    seat.publish(&package, &[]).ok();
    assert_eq!(versions(&packument(scene, "@acme/x")), ["1.0.0", "1.1.0"]);

    let consumer = Project::consumer(&[("@acme/x", "^1.0.0")]);
    seat.install(&consumer, &[]).ok();
    assert_eq!(consumer.installed_version("@acme/x"), "1.1.0");
    consumer.forget_installed();
    seat.forget_cache();
    seat.install_frozen(&consumer, &[]).ok();
    assert_eq!(consumer.installed_version("@acme/x"), "1.1.0");

    let tagger = if client.tag_words(TagVerb::Add).is_some() {
        &seat
    } else {
        &npm
    };
    tagger
        .tag(&package, TagVerb::Add, &["@acme/x@1.0.0", "old"])
        .ok();
    tagger
        .tag(&package, TagVerb::List, &["@acme/x"])
        .ok()
        .says("old");
    let consumer = Project::consumer(&[("@acme/x", "old")]);
    seat.forget_cache();
    seat.install(&consumer, &[]).ok();
    assert_eq!(consumer.installed_version("@acme/x"), "1.0.0");
    tagger
        .tag(&package, TagVerb::Remove, &["@acme/x", "old"])
        .ok();
    let tags = &packument(scene, "@acme/x")["dist-tags"];
    assert_eq!(*tags, json!({ "latest": "1.1.0" }));

    let editor = match client.family() {
        Family::Npm | Family::Pnpm => &seat,
        _ => &npm,
    };
    editor
        .run(&package, &["deprecate", "@acme/x@1.0.0", "use 1.1.0"])
        .ok();
    let served = packument(scene, "@acme/x");
    assert_eq!(served["versions"]["1.0.0"]["deprecated"], "use 1.1.0");
    assert!(served["versions"]["1.1.0"].get("deprecated").is_none());

    editor.run(&package, &["unpublish", "@acme/x@1.1.0"]).ok();
    let served = packument(scene, "@acme/x");
    assert_eq!(versions(&served), ["1.0.0"]);
    assert_eq!(served["dist-tags"], json!({ "latest": "1.0.0" }));
    editor
        .run(&package, &["unpublish", "@acme/x", "--force"])
        .ok();
    absent(scene, "@acme/x");
}

#[test]
fn whole_life_with_npm_6() {
    whole_life(&Scene::new(), Client::Npm6);
}

#[test]
fn whole_life_with_npm_8() {
    whole_life(&Scene::new(), Client::Npm8);
}

#[test]
fn whole_life_with_npm_10() {
    whole_life(&Scene::new(), Client::Npm10);
}

#[test]
fn whole_life_with_npm_11() {
    whole_life(&Scene::new(), Client::Npm11);
}

#[test]
fn whole_life_with_pnpm_9() {
    whole_life(&Scene::new(), Client::Pnpm9);
}

#[test]
fn whole_life_with_pnpm_10() {
    whole_life(&Scene::new(), Client::Pnpm10);
}

#[test]
fn whole_life_with_yarn_classic() {
    whole_life(&Scene::new(), Client::YarnClassic);
}

#[test]
fn whole_life_with_yarn_berry() {
    whole_life(&Scene::new(), Client::YarnBerry);
}

#[test]
fn whole_life_with_bun() {
    whole_life(&Scene::new(), Client::Bun);
}
