//! Too many failed sign-ins through npm's login with name and password.

use packhouse_e2e::http::{Request, Response};
use packhouse_e2e::scene::PASSWORD;
use packhouse_e2e::{Client, Project, Scene};
use serde_json::json;

/// Signs in as npm does for `--auth-type=legacy` (npm-profile, loginCouch).
fn sign_in(scene: &Scene, name: &str, password: &str) -> Response {
    let address = format!("{}-/user/org.couchdb.user:{name}", scene.server.npm());
    Request::put(&address)
        .json(&json!({
            "_id": format!("org.couchdb.user:{name}"),
            "name": name,
            "password": password,
            "type": "user",
            "roles": [],
        }))
        .send()
}

/// Fails until it is refused to try; gives how often it was tried, and the refusal.
fn until_throttled(scene: &Scene, name: &str) -> (u32, Response) {
    for tries in 1..=1000 {
        let answer = sign_in(scene, name, "wrong");
        if answer.status != 401 {
            return (tries, answer);
        }
    }
    panic!("a thousand wrong passwords for {name}, and no end");
}

#[test]
fn after_some_wrong_passwords_even_the_right_one_has_to_wait() {
    let scene = Scene::new();
    scene.create_user("bob");
    sign_in(&scene, "alice", PASSWORD).expect(201);
    let (tries, refused) = until_throttled(&scene, "alice");
    assert!((3..=20).contains(&tries), "{tries}");
    let check = |refused: Response| {
        let refused = refused.expect(429);
        let wait: u64 = refused
            .header("Retry-After")
            .parse()
            .expect("Retry-After is a number of seconds");
        assert!((1..=3600).contains(&wait), "{wait}");
        let error = refused.json()["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let text = format!("too many failed sign-ins: try again in {wait} seconds");
        assert_eq!(error, text);
        assert!(
            refused
                .header("Content-Type")
                .starts_with("application/json")
        );
    };
    check(refused);
    check(sign_in(&scene, "alice", PASSWORD));
    // A name that nobody has is no different.
    let (tried, refused) = until_throttled(&scene, "nobody");
    assert_eq!(tried, tries);
    check(refused);
    // Others, and tokens, go on.
    sign_in(&scene, "bob", PASSWORD).expect(201);
    scene.get("-/whoami").send().expect(200);

    // npm tries a 429 again after the time it is told: here it is to show the answer at once.
    let seat = scene
        .anonymous(Client::Npm11)
        .with_env("npm_config_fetch_retries", "0");
    let project = Project::package("@acme/x", "1.0.0");
    let mut npm = seat.talk(&project, &["login", "--auth-type=legacy"]);
    npm.wait_for("sername:");
    npm.answer("alice");
    npm.wait_for("assword:");
    npm.answer(PASSWORD);
    let (status, screen) = npm.finish();
    assert!(!status.success(), "{screen}");
    assert!(
        screen.contains("429") && screen.contains("too many failed sign-ins: try again in"),
        "{screen}"
    );
    assert!(!seat.settings().contains("_authToken"));
}

/// Names are many, addresses few: one address cannot go through them all.
#[test]
fn one_address_cannot_try_every_name() {
    let scene = Scene::new();
    let refused = (0..1000)
        .map(|number| sign_in(&scene, &format!("nobody-{number}"), "wrong"))
        .find(|answer| answer.status != 401);
    let refused = refused.expect("a thousand names were tried").expect(429);
    assert_ne!(refused.header("Retry-After"), "");
    sign_in(&scene, "alice", PASSWORD).expect(429);
}
