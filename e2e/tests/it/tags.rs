//! dist-tags: case 18.

use packhouse_e2e::client::TagVerb;
use packhouse_e2e::http::Request;
use packhouse_e2e::{Client, Project, Scene};
use serde_json::json;

use crate::expect::{packument, published};

#[test]
fn case_18_tags_with_every_client_that_has_them() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    published(&scene, "@acme/x", "1.1.0");
    let project = Project::package("@acme/x", "1.1.0");
    let clients = Client::ALL.into_iter();
    for client in clients.filter(|client| client.tag_words(TagVerb::Add).is_some()) {
        let seat = scene.seat(client);
        seat.tag(&project, TagVerb::Add, &["@acme/x@1.0.0", "stable"])
            .ok();
        let tags = packument(&scene, "@acme/x")["dist-tags"].clone();
        assert_eq!(
            tags,
            json!({ "latest": "1.1.0", "stable": "1.0.0" }),
            "{client:?}"
        );
        let listed = seat.tag(&project, TagVerb::List, &["@acme/x"]).ok();
        listed.says("stable").says("1.0.0").says("latest");
        seat.tag(&project, TagVerb::Remove, &["@acme/x", "stable"])
            .ok();
        let tags = packument(&scene, "@acme/x")["dist-tags"].clone();
        assert_eq!(tags, json!({ "latest": "1.1.0" }), "{client:?}");
    }
}

#[test]
fn case_18_latest_stays() {
    let scene = Scene::new();
    let project = published(&scene, "@acme/x", "1.0.0");
    for client in [Client::Npm6, Client::Npm11, Client::YarnClassic] {
        let seat = scene.seat(client);
        seat.tag(&project, TagVerb::Remove, &["@acme/x", "latest"])
            .failed();
        let tags = &packument(&scene, "@acme/x")["dist-tags"];
        assert_eq!(*tags, json!({ "latest": "1.0.0" }), "{client:?}");
    }
}

/// npm refuses these by itself, yarn classic and scripts send them.
#[test]
fn case_18_tags_that_are_ranges_are_refused() {
    let scene = Scene::new();
    let project = published(&scene, "@acme/x", "1.0.0");
    for tag in ["v1", "1", "x", "1.0.0", "%2A"] {
        let url = format!("{}-/package/@acme%2fx/dist-tags/{tag}", scene.server.npm());
        let answer = Request::put(&url)
            .token(&scene.token)
            .json(&json!("1.0.0"))
            .send()
            .expect(400);
        assert!(answer.json()["error"].is_string(), "{}", answer.text());
    }
    let seat = scene.seat(Client::YarnClassic);
    seat.tag(&project, TagVerb::Add, &["@acme/x@1.0.0", "v1"])
        .failed();
    let tags = &packument(&scene, "@acme/x")["dist-tags"];
    assert_eq!(*tags, json!({ "latest": "1.0.0" }));
}
