//! Signing in and out: cases 20, 21 and 22.

use packhouse_e2e::http::Request;
use packhouse_e2e::scene::PASSWORD;
use packhouse_e2e::web::Browser;
use packhouse_e2e::{Client, Credential, Project, Scene, Seat, Server};
use serde_json::{Value, json};

use crate::expect::whole;

/// Gives the token that a client has saved in its settings.
fn saved_token(seat: &Seat) -> String {
    let settings = seat.settings();
    let token = settings.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        key.ends_with(":_authToken")
            .then(|| value.trim().trim_matches('"').to_owned())
    });
    token.unwrap_or_else(|| panic!("no token was saved: {settings}"))
}

fn can_publish(scene: &Scene, seat: &Seat) {
    let project = Project::package("@acme/x", "1.0.0");
    seat.publish(&project, &[]).ok();
    whole(scene, "@acme/x", "1.0.0");
}

fn web_login(client: Client, words: &[&str]) {
    let scene = Scene::new();
    let seat = scene.anonymous(client);
    let project = Project::package("@acme/x", "1.0.0");
    let mut npm = seat.talk(&project, words);
    // Before that npm names the registry, on a line of its own; npm 6 does not.
    npm.wait_for(if client == Client::Npm6 {
        "visit:"
    } else {
        " at:"
    });
    npm.wait_for("http://");
    let address = format!("http://{}", npm.wait_for("\r").trim());
    assert!(address.starts_with(&scene.server.origin()), "{address}");
    Browser::at(&scene.server).confirm_cli_login(&address, "alice");
    let (status, screen) = npm.finish();
    assert!(status.success(), "{screen}");
    assert!(saved_token(&seat).starts_with("pkp_"));
    seat.run(&project, &["whoami"]).ok().says("alice");
    can_publish(&scene, &seat);
}

#[test]
fn case_20_web_login_with_npm_10() {
    web_login(Client::Npm10, &["login"]);
}

#[test]
fn case_20_web_login_with_npm_11() {
    web_login(Client::Npm11, &["login"]);
}

/// npm 6 and 8 always ask for a web login first; they prompt only where there is none.
#[test]
fn case_20_web_login_with_npm_6() {
    web_login(Client::Npm6, &["login"]);
}

#[test]
fn case_20_web_login_with_npm_8() {
    web_login(Client::Npm8, &["login", "--auth-type=web"]);
}

#[test]
fn case_20_web_login_with_pnpm_10() {
    web_login(Client::Pnpm10, &["login"]);
}

/// npm waits as long as Retry-After says, and not at all without it.
#[test]
fn case_20_a_pending_login_says_when_to_ask_again() {
    let scene = Scene::new();
    let begin = Request::new("POST", &format!("{}-/v1/login", scene.server.npm()));
    let addresses = begin.json(&json!({})).send().expect(200).json();
    let done = addresses["doneUrl"].as_str().expect("there is a doneUrl");
    let login = addresses["loginUrl"].as_str().expect("there is a loginUrl");
    let pending = Request::get(done).send().expect(202);
    let seconds: u32 = pending
        .header("Retry-After")
        .parse()
        .expect("Retry-After is a number");
    assert!((1..=30).contains(&seconds), "{seconds}");
    Browser::at(&scene.server).confirm_cli_login(login, "alice");
    let token = Request::get(done).send().expect(200).json()["token"].clone();
    let token = token.as_str().expect("there is a token");
    let who = Request::get(&format!("{}-/whoami", scene.server.npm()))
        .token(token)
        .send();
    assert_eq!(who.expect(200).json(), json!({ "username": "alice" }));
    // Once only.
    let again = Request::get(done).send();
    assert!(
        again.status >= 400 && !again.text().contains(token),
        "{}",
        again.text()
    );
}

fn legacy_login(client: Client, words: &[&str], password: &str) -> (Scene, Seat, bool, String) {
    legacy_login_at(Scene::new(), client, words, password)
}

fn legacy_login_at(
    scene: Scene,
    client: Client,
    words: &[&str],
    password: &str,
) -> (Scene, Seat, bool, String) {
    let seat = scene.anonymous(client);
    let project = Project::package("@acme/x", "1.0.0");
    let mut npm = seat.talk(&project, words);
    npm.wait_for("sername:");
    npm.answer("alice");
    npm.wait_for("assword:");
    npm.answer(password);
    if matches!(client, Client::Npm6 | Client::Npm8) {
        npm.wait_for("mail:");
        npm.answer("alice@mail.example");
    }
    let (status, screen) = npm.finish();
    (scene, seat, status.success(), screen)
}

fn legacy_login_works(client: Client, words: &[&str]) {
    let (scene, seat, succeeded, screen) = legacy_login(client, words, PASSWORD);
    assert!(succeeded, "{screen}");
    assert!(saved_token(&seat).starts_with("pkp_"));
    can_publish(&scene, &seat);
}

/// Without the web login every client asks for name and password, also one that begins with it.
fn falls_back_to_prompts(client: Client, words: &[&str]) {
    let scene = Scene::on(Server::builder().config("[login]\nweb = false\n"));
    let (scene, seat, succeeded, screen) = legacy_login_at(scene, client, words, PASSWORD);
    assert!(succeeded, "{screen}");
    assert!(saved_token(&seat).starts_with("pkp_"));
    can_publish(&scene, &seat);
}

#[test]
fn case_20_web_login_turned_off_with_npm_6() {
    falls_back_to_prompts(Client::Npm6, &["login"]);
}

#[test]
fn case_20_web_login_turned_off_with_npm_8() {
    falls_back_to_prompts(Client::Npm8, &["login"]);
}

#[test]
fn case_20_web_login_turned_off_with_npm_11() {
    falls_back_to_prompts(Client::Npm11, &["login"]);
}

#[test]
fn case_20_web_login_turned_off_with_pnpm_10() {
    falls_back_to_prompts(Client::Pnpm10, &["login"]);
}

fn wrong_password_is_refused(client: Client, words: &[&str]) {
    let (_scene, seat, succeeded, screen) = legacy_login(client, words, "wrong");
    assert!(!succeeded && screen.contains("E401"), "{screen}");
    assert!(
        !seat.settings().contains("_authToken"),
        "{}",
        seat.settings()
    );
}

#[test]
fn case_21_legacy_login_with_npm_10() {
    legacy_login_works(Client::Npm10, &["login", "--auth-type=legacy"]);
}

#[test]
fn case_21_legacy_login_with_npm_11() {
    legacy_login_works(Client::Npm11, &["login", "--auth-type=legacy"]);
}

#[test]
fn case_21_a_wrong_password_with_npm_10() {
    wrong_password_is_refused(Client::Npm10, &["login", "--auth-type=legacy"]);
}

#[test]
fn case_21_a_wrong_password_with_npm_11() {
    wrong_password_is_refused(Client::Npm11, &["login", "--auth-type=legacy"]);
}

/// Yarn asks while it publishes, and gives its token back afterwards.
#[test]
fn case_21_yarn_classic_publishes_after_asking() {
    let scene = Scene::new();
    let seat = scene.anonymous(Client::YarnClassic);
    let project = Project::package("@acme/x", "1.0.0");
    let mut yarn = seat.talk(&project, &["publish", "--new-version", "1.0.0"]);
    yarn.wait_for("npm username:");
    yarn.answer("alice");
    yarn.wait_for("npm email:");
    yarn.answer("alice@mail.example");
    yarn.wait_for("npm password:");
    yarn.answer(PASSWORD);
    let (status, screen) = yarn.finish();
    assert!(status.success(), "{screen}");
    whole(&scene, "@acme/x", "1.0.0");
}

#[test]
fn case_21_berry_logs_in() {
    let scene = Scene::new();
    let seat = scene.anonymous(Client::YarnBerry);
    let project = Project::package("@acme/x", "1.0.0").file("yarn.lock", "");
    let mut yarn = seat.talk(&project, &["npm", "login", "--scope", "acme"]);
    yarn.wait_for("Username:");
    yarn.answer("alice");
    yarn.wait_for("Password:");
    yarn.answer(PASSWORD);
    let (status, screen) = yarn.finish();
    assert!(status.success(), "{screen}");
    assert!(seat.settings().contains("pkp_"), "{}", seat.settings());
    can_publish(&scene, &seat);
}

#[test]
fn case_22_whoami_and_logout() {
    for client in [Client::Npm6, Client::Npm8, Client::Npm10, Client::Npm11] {
        let scene = Scene::new();
        let seat = scene.seat(client);
        let project = Project::package("@acme/x", "1.0.0");
        let name = seat.run(&project, &["whoami"]).ok().stdout;
        assert_eq!(name.trim(), "alice", "{client:?}");
        seat.run(&project, &["logout"]).ok();
        assert!(
            !seat.settings().contains(&scene.token),
            "{}",
            seat.settings()
        );
        let again = scene.seat_as(client, &Credential::Token(scene.token.clone()));
        again.run(&project, &["whoami"]).failed().says("401");
        // npm puts the token into the address of its request.
        let log = scene.server.log();
        assert!(log.contains("-/whoami"), "no request was logged:\n{log}");
        assert!(!log.contains(&scene.token), "the log has the token:\n{log}");
    }
}

#[test]
fn case_22_a_ping_needs_nobody() {
    let scene = Scene::new();
    let project = Project::package("@acme/x", "1.0.0");
    for client in [Client::Npm6, Client::Npm11] {
        scene.anonymous(client).run(&project, &["ping"]).ok();
    }
    let answer = Request::get(&format!("{}-/ping", scene.server.npm())).send();
    assert_eq!(
        answer.expect(200).json(),
        Value::Object(serde_json::Map::new())
    );
}
