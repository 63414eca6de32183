//! npm's web login.

use chrono::Duration;
use packhouse_core::actor::Client;
use packhouse_registry::login::{Asking, CliLogin, CliLoginState};

use crate::browser::Browser;
use crate::world::{PASSWORD, World};

async fn begin(world: &World) -> CliLogin {
    let asking = Asking {
        agent: Some("npm/11 <script>".into()),
        address: Some("198.51.100.9".into()),
        hostname: Some("laptop".into()),
    };
    world
        .registry()
        .begin_cli_login(&Client::default(), asking)
        .await
        .unwrap()
}

async fn poll(world: &World, login: &CliLogin) -> CliLoginState {
    world
        .registry()
        .poll_cli_login(&login.poll, &Client::default())
        .await
        .unwrap()
}

/// A server with the account `someone`, a login that waits for it, and the address of its page.
async fn waiting() -> (World, CliLogin, String) {
    let world = World::new().await;
    world.user("someone").await;
    let login = begin(&world).await;
    let path = format!("/login/cli/{}", login.page);
    (world, login, path)
}

#[actix_web::test]
async fn a_confirmed_login_gives_its_token_once() {
    let (world, login, path) = waiting().await;
    let mut browser = Browser::new(&world);

    let answer = browser.get(&path).await;
    assert_eq!(answer.status, 303);
    let to_login = answer.header("location").unwrap().to_owned();
    let form = browser.get(&to_login).await;
    let (next, csrf) = (
        form.between("name=\"next\" value=\"", "\"").unwrap(),
        form.csrf(),
    );
    assert_eq!(next, path);
    let fields = [
        ("name", "someone"),
        ("password", PASSWORD),
        ("next", &next),
        ("csrf", csrf.as_str()),
    ];
    assert_eq!(
        browser.post("/login", &fields).await.header("location"),
        Some(path.as_str())
    );

    let page = browser.get(&path).await;
    assert_eq!(page.status, 200);
    for told in ["npm/11", "198.51.100.9", "laptop", "someone"] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    assert!(!page.text.contains("<script"), "{}", page.text);
    assert!(matches!(poll(&world, &login).await, CliLoginState::Pending));

    let done = browser.fill(&path, &[("answer", "confirm")]).await;
    assert_eq!(done.status, 200);
    assert!(
        done.text.contains("You can close this page"),
        "{}",
        done.text
    );
    assert_eq!(browser.get(&path).await.status, 404);

    let CliLoginState::Done(made) = poll(&world, &login).await else {
        panic!("no token")
    };
    let actor = world
        .registry()
        .authenticate(&made.secret, &Client::default())
        .await
        .unwrap();
    assert_eq!(actor.shown(), "someone");
    assert!(matches!(poll(&world, &login).await, CliLoginState::Gone));
}

#[actix_web::test]
async fn a_denied_login_is_gone() {
    let (world, login, path) = waiting().await;
    let mut browser = Browser::new(&world);
    browser.sign_in("someone").await;
    assert_eq!(
        browser.fill(&path, &[("answer", "perhaps")]).await.status,
        400
    );
    assert!(matches!(poll(&world, &login).await, CliLoginState::Pending));
    let done = browser.fill(&path, &[("answer", "deny")]).await;
    assert_eq!(done.status, 200);
    assert!(done.text.contains("gets no token"), "{}", done.text);
    assert!(matches!(poll(&world, &login).await, CliLoginState::Gone));
    assert_eq!(browser.get(&path).await.status, 404);
}

#[actix_web::test]
async fn a_login_without_the_token_of_the_form_is_not_confirmed() {
    let (world, login, path) = waiting().await;
    let unsigned = Browser::new(&world)
        .post(&path, &[("answer", "confirm")])
        .await;
    assert_eq!(unsigned.status, 303);
    let mut browser = Browser::new(&world);
    browser.sign_in("someone").await;
    assert_eq!(
        browser.post(&path, &[("answer", "confirm")]).await.status,
        403
    );
    assert!(matches!(poll(&world, &login).await, CliLoginState::Pending));
}

#[actix_web::test]
async fn an_old_login_is_not_found() {
    let (world, _, path) = waiting().await;
    let mut browser = Browser::new(&world);
    browser.sign_in("someone").await;
    let csrf = browser.get(&path).await.csrf();
    world.pass(Duration::minutes(10));
    assert_eq!(browser.get(&path).await.status, 404);
    let late = browser
        .post(&path, &[("answer", "confirm"), ("csrf", &csrf)])
        .await;
    assert_eq!(late.status, 404);
    assert!(late.text.contains("start it again"), "{}", late.text);
}
