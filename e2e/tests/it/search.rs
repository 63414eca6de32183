//! Searching: case 25.

use packhouse_e2e::{Client, Credential, Project, Scene};

use crate::expect::published;

#[test]
fn case_25_search_finds_what_one_may_read() {
    let scene = Scene::new();
    for name in ["@acme/search-one", "@acme/search-two", "@acme/search-three"] {
        published(&scene, name, "1.0.0");
    }
    scene.set_visibility("acme/search-one", "public");
    scene.create_user("bob");
    let token = scene.create_token("bob", "read:packages", &[]);
    let project = Project::package("@acme/x", "1.0.0");
    for client in [Client::Npm6, Client::Npm8, Client::Npm10, Client::Npm11] {
        let words = ["search", "search", "--json"];
        let alice = scene.seat(client).run(&project, &words).ok().json();
        assert_eq!(
            alice.as_array().map(Vec::len),
            Some(3),
            "{client:?}: {alice}"
        );
        let bob = scene.seat_as(client, &Credential::Token(token.clone()));
        let found = bob.run(&project, &words).ok().json();
        assert_eq!(
            found.as_array().map(Vec::len),
            Some(1),
            "{client:?}: {found}"
        );
        assert_eq!(found[0]["name"], "@acme/search-one");
        let table = bob.run(&project, &["search", "search"]).ok();
        table.says("search-one").says_nothing_of("search-two");
    }
}

#[test]
fn case_25_pages_are_stable() {
    let scene = Scene::new();
    for number in 0..5 {
        let manifest =
            serde_json::json!({ "name": format!("@acme/page-{number}"), "version": "1.0.0" });
        let answer = scene.publish_request(&manifest, &[]).send();
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    }
    let mut seen = Vec::new();
    for from in [0, 2, 4] {
        let page = scene.get(&format!("-/v1/search?text=page&size=2&from={from}"));
        let page = page.send().expect(200).json();
        assert_eq!(page["total"], 5, "{page}");
        let objects = page["objects"].as_array().expect("a list of packages");
        seen.extend(
            objects
                .iter()
                .map(|found| found["package"]["name"].to_string()),
        );
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5, "a package is on two pages: {seen:?}");
}
