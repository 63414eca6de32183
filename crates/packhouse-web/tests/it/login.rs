//! Sign-in and sign-out.

use chrono::Duration;
use packhouse_core::actor::{Actor, Client};

use crate::browser::Browser;
use crate::world::{PASSWORD, World};

#[actix_web::test]
async fn right_and_wrong_passwords() {
    let world = World::new().await;
    world.user("Someone").await;
    let mut browser = Browser::new(&world);
    assert_eq!(browser.signed_in_as().await, None);

    for (name, password) in [
        ("someone", "wrong"),
        ("nobody", PASSWORD),
        ("<b>\0", PASSWORD),
    ] {
        let fields = [("name", name), ("password", password), ("next", "/x")];
        let answer = browser.fill("/login", &fields).await;
        assert_eq!(answer.status, 401, "{name}");
        assert!(
            answer.text.contains("Wrong user name or password."),
            "{}",
            answer.text
        );
        assert!(
            answer.text.contains("name=\"next\" value=\"/x\""),
            "{}",
            answer.text
        );
        assert!(!answer.text.contains("<b>"), "{}", answer.text);
    }
    assert_eq!(browser.signed_in_as().await, None);

    browser.sign_in("SOMEONE").await;
    assert_eq!(browser.signed_in_as().await.as_deref(), Some("Someone"));
    let again = browser.get("/login?next=/login/cli/x").await;
    assert_eq!(
        (again.status.as_u16(), again.header("location")),
        (303, Some("/login/cli/x"))
    );
}

#[actix_web::test]
async fn too_many_tries_are_told_when_to_come_back() {
    let world = World::new().await;
    world.user("someone").await;
    let mut browser = Browser::new(&world);
    let wrong = [("name", "someone"), ("password", "wrong")];
    for _ in 0..10 {
        assert_eq!(browser.fill("/login", &wrong).await.status, 401);
    }
    let answer = browser
        .fill("/login", &[("name", "someone"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("900"));
    assert!(answer.text.contains("name=\"password\""), "{}", answer.text);
}

#[actix_web::test]
async fn a_sign_in_leads_nowhere_else() {
    let world = World::new().await;
    world.user("someone").await;
    for (next, expected) in [
        ("/login/cli/x?y=z", "/login/cli/x?y=z"),
        ("", "/"),
        ("//other.example/", "/"),
        ("https://other.example/", "/"),
        ("/\\other.example/", "/"),
    ] {
        let mut browser = Browser::new(&world);
        let fields = [("name", "someone"), ("password", PASSWORD), ("next", next)];
        let answer = browser.fill("/login", &fields).await;
        assert_eq!(answer.header("location"), Some(expected), "{next}");
        let signed_in = browser.get("/login?next=//other.example/").await;
        assert_eq!(signed_in.header("location"), Some("/"));
    }
}

#[actix_web::test]
async fn a_session_ends_at_sign_out() {
    let world = World::new().await;
    world.user("someone").await;
    let mut browser = Browser::new(&world);
    browser.sign_in("someone").await;
    let kept = browser.cookies.clone();
    let csrf = browser.get("/").await.csrf();

    assert_eq!(browser.post("/logout", &[("csrf", "x")]).await.status, 403);
    assert_eq!(browser.signed_in_as().await.as_deref(), Some("someone"));

    let answer = browser.post("/logout", &[("csrf", &csrf)]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, Some("/"))
    );
    assert!(!browser.cookies.contains_key("packhouse_session"));
    browser.cookies = kept;
    assert_eq!(browser.signed_in_as().await, None);
    assert_eq!(browser.post("/logout", &[]).await.status, 303);
}

#[actix_web::test]
async fn a_disabled_user_is_signed_out() {
    let world = World::new().await;
    let account = world.user("someone").await;
    let mut browser = Browser::new(&world);
    browser.sign_in("someone").await;
    let registry = world.registry();
    let client = Client::default();
    registry
        .set_disabled(&Actor::System, &client, &account.name, true)
        .await
        .unwrap();
    assert_eq!(browser.signed_in_as().await, None);
    let answer = browser
        .fill("/login", &[("name", "someone"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, 401);
}

#[actix_web::test]
async fn a_session_ends_after_two_weeks() {
    let world = World::new().await;
    world.user("someone").await;
    let mut browser = Browser::new(&world);
    browser.sign_in("someone").await;
    world.pass(Duration::days(14) - Duration::seconds(1));
    assert_eq!(browser.signed_in_as().await.as_deref(), Some("someone"));
    world.pass(Duration::seconds(1));
    assert_eq!(browser.signed_in_as().await, None);
}

#[actix_web::test]
async fn over_https_cookies_are_tied_to_the_host() {
    let world = World::at("https://registry.example/").await;
    world.user("someone").await;
    let mut browser = Browser::new(&world);
    let page = browser.get("/login").await;
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-packhouse_form="), "{cookie}");
    assert!(
        cookie.contains("; Path=/; ") && cookie.contains("; Secure"),
        "{cookie}"
    );
    browser.sign_in("someone").await;
    assert!(browser.cookies.contains_key("__Host-packhouse_session"));
    assert_eq!(browser.signed_in_as().await.as_deref(), Some("someone"));
}
