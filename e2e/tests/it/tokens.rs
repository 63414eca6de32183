//! Tokens: case 23.

use packhouse_e2e::scene::PASSWORD;
use packhouse_e2e::{Client, Credential, Project, Scene, Seat};

use crate::expect::{absent, published, whole};

/// Runs `npm token create`, which asks for the password; gives the new token from its screen.
fn create(seat: &Seat, project: &Project, words: &[&str]) -> String {
    let mut npm = seat.talk(project, words);
    npm.wait_for("assword:");
    npm.answer(PASSWORD);
    let (status, screen) = npm.finish();
    assert!(status.success(), "{screen}");
    let at = screen.find("pkp_");
    let at = at.unwrap_or_else(|| panic!("no token is shown: {screen}"));
    let token = screen[at..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    token.take(1).collect()
}

fn list_create_revoke(client: Client, create_words: &[&str]) {
    let scene = Scene::new();
    let seat = scene.seat(client);
    let project = Project::package("@acme/x", "1.0.0");
    let token = create(&seat, &project, create_words);
    let fresh = scene.seat_as(client, &Credential::Token(token.clone()));
    fresh.run(&project, &["whoami"]).ok().says("alice");

    let listed = seat.run(&project, &["token", "list", "--json"]).ok().json();
    let rows = listed.as_array().expect("a list of tokens").clone();
    assert_eq!(rows.len(), 2, "{listed}");
    let prefix = |row: &serde_json::Value| row["token"].as_str().unwrap_or_default().to_owned();
    let row = rows.iter().find(|row| token.starts_with(&prefix(row)));
    let key = row.unwrap_or_else(|| panic!("{token} is not in {listed}"))["key"].clone();
    let key = key.as_str().expect("a key is text");
    assert!(
        !listed.to_string().contains(&token),
        "the list shows a whole token"
    );

    seat.run(&project, &["token", "revoke", key]).ok();
    fresh.run(&project, &["whoami"]).failed().says("401");
    seat.run(&project, &["whoami"]).ok();
}

#[test]
fn case_23_list_create_revoke_with_npm_6() {
    list_create_revoke(Client::Npm6, &["token", "create"]);
}

#[test]
fn case_23_list_create_revoke_with_npm_10() {
    list_create_revoke(Client::Npm10, &["token", "create"]);
}

#[test]
fn case_23_list_create_revoke_with_npm_11() {
    let words = [
        "token",
        "create",
        "--name",
        "made-by-npm",
        "--packages-all",
        "--packages-and-scopes-permission",
        "read-write",
    ];
    list_create_revoke(Client::Npm11, &words);
}

#[test]
fn case_23_a_read_only_token_installs_and_publishes_nothing() {
    let scene = Scene::new();
    published(&scene, "@acme/y", "1.0.0");
    let owner = scene.seat(Client::Npm10);
    let project = Project::package("@acme/x", "1.0.0");
    let token = create(&owner, &project, &["token", "create", "--read-only"]);
    let reader = scene.seat_as(Client::Npm10, &Credential::Token(token));
    let consumer = Project::consumer(&[("@acme/y", "1.0.0")]);
    reader.install(&consumer, &[]).ok();
    assert_eq!(consumer.installed_version("@acme/y"), "1.0.0");
    reader.publish(&project, &[]).failed().says("403");
    absent(&scene, "@acme/x");
}

#[test]
fn case_23_a_token_for_one_package_is_for_that_alone() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    published(&scene, "@acme/y", "1.0.0");
    let limits = ["--package", "npm:acme/x"];
    let token = scene.create_token("alice", "read:packages,write:packages", &limits);
    for client in [Client::Npm10, Client::Npm11] {
        let seat = scene.seat_as(client, &Credential::Token(token.clone()));
        let version = if client == Client::Npm10 {
            "1.1.0"
        } else {
            "1.2.0"
        };
        seat.publish(&Project::package("@acme/x", version), &[])
            .ok();
        whole(&scene, "@acme/x", version);
        let other = Project::package("@acme/y", version);
        seat.publish(&other, &[]).failed().says("403");
        seat.install(&Project::consumer(&[("@acme/y", "1.0.0")]), &[])
            .failed();
    }
}
