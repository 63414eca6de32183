//! Who may, and how refusals read: cases 29, 30 and 34.

use packhouse_e2e::http::Request;
use packhouse_e2e::{Client, Credential, Project, Scene};
use serde_json::json;

use crate::expect::{packument, published, versions, whole};

/// `@acme/x` is private, bob may read it, carol may not.
fn scene_with_a_reader_and_a_stranger() -> (Scene, String, String) {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    scene.create_user("bob");
    scene.create_user("carol");
    scene.server.admin(&["org", "member", "acme", "bob"], "");
    let grant = ["package", "grant", "npm", "acme/x", "bob", "read"];
    scene.server.admin(&grant, "");
    let scopes = "read:packages,write:packages";
    let bob = scene.create_token("bob", scopes, &[]);
    let carol = scene.create_token("carol", scopes, &[]);
    (scene, bob, carol)
}

#[test]
fn case_29_answers_tell_a_stranger_nothing() {
    let (scene, bob, carol) = scene_with_a_reader_and_a_stranger();
    let missing = scene.package_url("@acme/missing");
    let private = scene.package_url("@acme/x");
    Request::get(&private).token(&bob).send().expect(200);
    for (token, status) in [(None, 401), (Some(&carol), 404)] {
        let ask = |url: &str| {
            let request = Request::get(url);
            let request = token.map_or(request.clone(), |token| request.token(token));
            request.send().expect(status)
        };
        let (hidden, absent) = (ask(&private), ask(&missing));
        assert_eq!(hidden.header("WWW-Authenticate"), "");
        let without_name = |text: String, name: &str| text.replace(name, "NAME");
        assert_eq!(
            without_name(hidden.text(), "acme/x"),
            without_name(absent.text(), "acme/missing")
        );
    }
}

/// Each client prints what the server says, so that a reader learns why.
fn reader_is_refused(client: Client) {
    let (scene, bob, _) = scene_with_a_reader_and_a_stranger();
    let refusal = Request::put(&scene.package_url("@acme/x"))
        .token(&bob)
        .json(&packhouse_e2e::archive::publish_document(
            &scene.server.npm(),
            &json!({ "name": "@acme/x", "version": "1.1.0" }),
            &packhouse_e2e::archive::tarball(
                &json!({ "name": "@acme/x", "version": "1.1.0" }),
                &[],
            ),
        ))
        .send()
        .expect(403)
        .json();
    let text = refusal["error"]
        .as_str()
        .expect("an error has a text")
        .to_owned();
    let seat = scene.seat_as(client, &Credential::Token(bob));
    seat.publish(&Project::package("@acme/x", "1.1.0"), &[])
        .failed()
        .says(&text);
    assert_eq!(versions(&packument(&scene, "@acme/x")), ["1.0.0"]);
}

#[test]
fn case_29_a_reader_is_refused_with_npm_6() {
    reader_is_refused(Client::Npm6);
}

#[test]
fn case_29_a_reader_is_refused_with_npm_11() {
    reader_is_refused(Client::Npm11);
}

#[test]
fn case_29_a_reader_is_refused_with_pnpm_10() {
    reader_is_refused(Client::Pnpm10);
}

#[test]
fn case_29_a_reader_is_refused_with_yarn_berry() {
    reader_is_refused(Client::YarnBerry);
}

#[test]
fn case_29_a_reader_is_refused_with_bun() {
    reader_is_refused(Client::Bun);
}

#[test]
fn case_29_installing_as_nobody_reader_and_stranger() {
    let (scene, bob, carol) = scene_with_a_reader_and_a_stranger();
    for client in [
        Client::Npm11,
        Client::Pnpm10,
        Client::YarnClassic,
        Client::YarnBerry,
        Client::Bun,
    ] {
        let install = |credential: &Credential| {
            let project = Project::consumer(&[("@acme/x", "1.0.0")]);
            scene.seat_as(client, credential).install(&project, &[])
        };
        install(&Credential::Token(bob.clone())).ok();
        install(&Credential::None).failed();
        install(&Credential::Token(carol.clone())).failed();
        install(&Credential::Token("pkp_not_a_token".to_owned())).failed();
    }
}

fn basic_auth(client: Client, credential: fn(String) -> Credential) {
    let scene = Scene::new();
    let seat = scene.seat_as(client, &credential(scene.token.clone()));
    seat.publish(&Project::package("@acme/x", "1.0.0"), &[])
        .ok();
    whole(&scene, "@acme/x", "1.0.0");
    let project = Project::consumer(&[("@acme/x", "1.0.0")]);
    seat.install(&project, &[]).ok();
    assert_eq!(project.installed_version("@acme/x"), "1.0.0");
}

fn auth(token: String) -> Credential {
    Credential::Auth("alice".to_owned(), token)
}

fn user_and_password(token: String) -> Credential {
    // The user name is of no meaning beside a token.
    Credential::UserAndPassword("anybody".to_owned(), token)
}

#[test]
fn case_30_auth_with_npm_6() {
    basic_auth(Client::Npm6, auth);
}

#[test]
fn case_30_auth_with_npm_11() {
    basic_auth(Client::Npm11, auth);
}

#[test]
fn case_30_auth_with_pnpm_10() {
    basic_auth(Client::Pnpm10, auth);
}

#[test]
fn case_30_auth_with_yarn_berry() {
    basic_auth(Client::YarnBerry, auth);
}

#[test]
fn case_30_user_and_password_with_npm_6() {
    basic_auth(Client::Npm6, user_and_password);
}

#[test]
fn case_30_user_and_password_with_npm_11() {
    basic_auth(Client::Npm11, user_and_password);
}

#[test]
fn case_30_user_and_password_with_yarn_classic() {
    basic_auth(Client::YarnClassic, user_and_password);
}

/// A password opens login routes alone.
#[test]
fn case_30_an_account_password_is_no_token() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    let credential = Credential::Auth(
        "alice".to_owned(),
        packhouse_e2e::scene::PASSWORD.to_owned(),
    );
    let seat = scene.seat_as(Client::Npm11, &credential);
    let project = Project::consumer(&[("@acme/x", "1.0.0")]);
    seat.install(&project, &[]).failed().says("401");
}

#[test]
fn case_34_access_and_owner_commands() {
    let (scene, _, _) = scene_with_a_reader_and_a_stranger();
    let project = Project::package("@acme/x", "1.0.0");
    for client in [Client::Npm10, Client::Npm11] {
        let seat = scene.seat(client);
        let run = |words: &[&str]| seat.run(&project, words);
        run(&["access", "get", "status", "@acme/x"])
            .ok()
            .says("private");
        let listed = run(&["access", "list", "collaborators", "@acme/x", "--json"])
            .ok()
            .json();
        assert_eq!(listed["bob"], "read-only", "{listed}");
        assert_eq!(listed["alice"], "read-write", "{listed}");
        run(&["owner", "ls", "@acme/x"]).ok().says("alice");
        let members = run(&["team", "ls", "acme"]);
        assert!(
            members.status.success() || members.stderr.contains("acme"),
            "{members}"
        );
    }
    scene.set_visibility("acme/x", "public");
    let seat = scene.seat(Client::Npm11);
    seat.run(&project, &["access", "get", "status", "@acme/x"])
        .ok()
        .says("public");
}
