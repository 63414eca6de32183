//! The token address.

use packhouse_core::permission::Role;
use packhouse_testkit::app::{Answer, PASSWORD, TestApp, send, token_spec};
use reqwest::Method;
use serde_json::Value;

use super::{ask, basic, challenged, text};
use crate::image::IMAGE;
use crate::world::{World, address, refused};

/// POSTs a form to the token address.
async fn form(app: &TestApp, body: &str) -> Answer {
    let request = app.anonymous().request(Method::POST, "/token");
    let type_ = "application/x-www-form-urlencoded; charset=utf-8";
    send(request.header("content-type", type_).body(body.to_owned())).await
}

fn password_form(user: &str, password: &str) -> String {
    let password = password.replace(' ', "+");
    format!("grant_type=password&service=test&client_id=x&username={user}&password={password}")
}

/// Insists on the form of a reply and gives it.
#[track_caller]
fn good(answer: Answer) -> Value {
    let answer = answer.expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(text(&body, "token"), text(&body, "access_token"));
    let seconds = body["expires_in"].as_i64().unwrap();
    assert!((1800..=3600).contains(&seconds), "{seconds}");
    // What a client would keep instead of the password, or hold against its own clock.
    assert!(body.get("refresh_token").is_none());
    assert!(body.get("issued_at").is_none());
    assert!(text(&body, "token").len() < 8 * 1024);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn case_02_docker_login_works_with_the_password_and_with_a_token() {
    let world = World::new().await;
    let token = world.app.token("ada", token_spec()).await.secret;
    let query = "account=ada&client_id=docker&offline_token=true&service=test";
    for header in [
        basic("ada", PASSWORD),
        basic("ADA", PASSWORD),
        basic("ada", &token),
        basic("anybody", &token),
        basic("", &token),
        basic(&token, ""),
    ] {
        let body = good(ask(&world.app, Some(&header), query).await);
        assert!(body.get("scope").is_none(), "GET tells none");
        let client = world.app.client(Some(text(&body, "token")));
        assert_eq!(
            client.get("/").await.expect(200).json(),
            serde_json::json!({})
        );
    }
    for (user, password) in [("ada", PASSWORD), ("ada", &token), ("anybody", &token)] {
        let form_body = password_form(user, password) + "&access_type=offline";
        let body = good(form(&world.app, &form_body).await);
        assert_eq!(body["scope"], "");
        let client = world.app.client(Some(text(&body, "access_token")));
        client.get("/").await.expect(200);
    }
    // Basic works there, too.
    let client = world
        .app
        .anonymous()
        .authorization(basic("anybody", &token));
    client.get("/").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_never_become_a_token() {
    let world = World::new().await;
    world.image("web").push("1", "one").await;
    world.publish("web").await;
    let query = "service=test&scope=repository:acme/web:pull";
    let unknown = format!("pkp_{}", "x".repeat(36));
    for header in [
        basic("ada", "wrong"),
        basic("nobody", PASSWORD),
        basic("ada", ""),
        basic("", "wrong"),
        basic("ada", &unknown),
        "Basic ???".to_owned(),
        "Bearer nonsense".to_owned(),
    ] {
        let answer = ask(&world.app, Some(&header), query).await;
        let (_, error) = challenged(answer);
        assert_eq!(error.as_deref(), Some("invalid_token"), "{header}");
    }
    for body in [
        password_form("ada", "wrong"),
        password_form("nobody", PASSWORD),
        password_form("ada", ""),
        password_form("", "wrong"),
        password_form("ada", &unknown),
    ] {
        refused(form(&world.app, &body).await, 401, "UNAUTHORIZED");
    }
    for body in [
        "grant_type=refresh_token&refresh_token=x",
        "grant_type=authorization_code",
    ] {
        refused(form(&world.app, body).await, 400, "UNSUPPORTED");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_wrong_passwords_are_429() {
    let world = World::new().await;
    let mut last = 401;
    for _ in 0..50 {
        let answer = ask(&world.app, Some(&basic("ada", "wrong")), "service=test").await;
        last = answer.status.as_u16();
        if last == 429 {
            let wait = answer.header("retry-after").unwrap().parse::<u64>();
            assert!(wait.unwrap() > 0);
            refused(answer, 429, "TOOMANYREQUESTS");
            break;
        }
    }
    assert_eq!(last, 429);
    // A token is no guess.
    let token = world.app.token("ada", token_spec()).await.secret;
    good(ask(&world.app, Some(&basic("ada", &token)), "service=test").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_03_nobody_in_particular_pulls_what_is_public() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    world.publish("web").await;
    let scope = "repository:acme/web:pull";
    let get = good(ask(&world.app, None, &format!("service=test&scope={scope}")).await);
    let empty = good(ask(&world.app, Some("Basic Og=="), &format!("scope={scope}")).await);
    let post = good(form(&world.app, &format!("scope={scope}")).await);
    assert_eq!(post["scope"], scope);
    for body in [get, empty, post] {
        let client = world.app.client(Some(text(&body, "token")));
        let nobody = image.by(&client);
        assert_eq!(nobody.get("manifests/1").await.expect(200).body, manifest);
        client.get("/").await.expect(200);
        let (scope, error) = challenged(nobody.put("2", IMAGE, &manifest).await);
        assert_eq!(scope.as_deref(), Some("repository:acme/web:pull,push"));
        assert_eq!(error.as_deref(), Some("insufficient_scope"));
    }
}

/// Asks as `user` with a form, and gives the scopes that were granted.
async fn granted(world: &World, user: &str, scopes: &str) -> String {
    let body = format!("{}&{scopes}", password_form(user, PASSWORD));
    let body = good(form(&world.app, &body).await);
    text(&body, "scope").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_done_is_left_out_and_that_is_no_error() {
    let world = World::new().await;
    world.image("web").push("1", "one").await;
    for user in ["sam", "rita", "wes", "adam"] {
        world.member(user).await;
    }
    let web = address("web");
    for (user, role) in [
        ("rita", Role::Read),
        ("wes", Role::Write),
        ("adam", Role::Admin),
    ] {
        world.app.grant(&web, user, Some(role)).await;
    }
    let all = "scope=repository:acme/web:pull,push,delete";
    for (user, wanted) in [
        ("sam", ""),
        ("rita", "repository:acme/web:pull"),
        // Tags may go with write.
        ("wes", "repository:acme/web:pull,push,delete"),
        ("adam", "repository:acme/web:pull,push,delete"),
        ("ada", "repository:acme/web:pull,push,delete"),
    ] {
        assert_eq!(granted(&world, user, all).await, wanted, "{user}");
    }
    // For an image that is yet to be, to those who may create it.
    let new = "scope=repository:acme/new:pull,push";
    assert_eq!(
        granted(&world, "sam", new).await,
        "repository:acme/new:pull,push"
    );
    let foreign = "scope=repository:sam/new:pull,push";
    assert_eq!(granted(&world, "rita", foreign).await, "");
    let nowhere = "scope=repository:ghost/new:pull,push";
    assert_eq!(granted(&world, "ada", nowhere).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_are_read_in_every_spelling() {
    let world = World::new().await;
    for name in ["a", "b", "c/d"] {
        world.image(name).push("1", name).await;
    }
    let (a, b) = ("repository:acme/a:pull", "repository:acme/b:pull,push");
    let both = format!("{a} {b}");
    for (asked, wanted) in [
        (format!("scope={a}&scope={b}"), both.as_str()),
        (format!("scope={a}+{b}"), &both),
        (format!("scope={a}%20{b}"), &both),
        (format!("scope={}", b.replace("pull,push", "push,pull")), b),
        (
            format!("scope={a}&scope=repository:acme/a:push"),
            "repository:acme/a:pull,push",
        ),
        ("scope=repository(plugin):acme/a:pull".to_owned(), a),
        (
            "scope=repository:acme/c/d:*".to_owned(),
            "repository:acme/c/d:pull,push,delete",
        ),
        ("scope=registry:catalog:*".to_owned(), "registry:catalog:*"),
        (format!("scope=cache:x:pull+{a}+repository:acme/b:fly"), a),
        (format!("scope=nonsense&scope=&scope=::&scope={a}"), a),
        ("scope=repository:NOT%20a%20name:pull".to_owned(), ""),
        (String::new(), ""),
    ] {
        assert_eq!(granted(&world, "ada", &asked).await, wanted, "{asked}");
    }
    let many: Vec<String> = (0..101)
        .map(|n| format!("scope=repository:acme/x{n}:pull"))
        .collect();
    let header = basic("ada", PASSWORD);
    let answer = ask(&world.app, Some(&header), &many.join("&")).await;
    refused(answer, 400, "UNSUPPORTED");
    // The most that is given stays small enough for a header.
    good(ask(&world.app, Some(&header), &many[..100].join("&")).await);
}
