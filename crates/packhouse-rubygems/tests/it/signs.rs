//! Sign-in and credentials.

use packhouse_core::token::Scope;
use packhouse_testkit::app::{Answer, PASSWORD, send};
use reqwest::Method;

use crate::world::gem::Gem;
use crate::world::{World, basic, refused};

const KEY: &str = "api/v1/api_key";

async fn ask(world: &World, method: Method, header: Option<&str>, form: &str) -> Answer {
    let mut source = world.stranger();
    if let Some(header) = header {
        source = source.authorization(header);
    }
    send(source.request(method, KEY).body(form.to_owned())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_gives_a_key_that_pushes_and_yanks() {
    let world = World::new().await;
    let header = basic("ada", PASSWORD);
    let form = "name=my-laptop&index_rubygems=true&push_rubygem=true";
    for (number, method, form) in [("1.0", Method::GET, ""), ("1.1", Method::POST, form)] {
        let answer = ask(&world, method, Some(&header), form).await.expect(200);
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("text/plain; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let key = answer.text();
        assert!(key.starts_with("pkp_") && !key.contains(char::is_whitespace));
        let source = world.stranger().authorization(&key);
        source.push(&Gem::new("a", number)).await.expect(200);
        source.text("info/a").await;
        source.yank("a", number, None).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_as_password_comes_back() {
    let world = World::new().await;
    let header = basic("ada", &world.key);
    for method in [Method::GET, Method::POST] {
        let answer = ask(&world, method, Some(&header), "").await.expect(200);
        assert_eq!(answer.text(), world.key);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_sign_in_is_told_without_a_prompt() {
    let world = World::new().await;
    let wrong = basic("ada", "wrong horse battery");
    let nobody = basic("nobody", PASSWORD);
    let (wrong_token, empty) = (basic("ada", "pkp_nothing"), basic("", ""));
    for method in [Method::GET, Method::POST] {
        for header in [
            Some(&*wrong),
            Some(&nobody),
            Some(&wrong_token),
            Some(&empty),
            Some("Basic !"),
            None,
        ] {
            let answer = ask(&world, method.clone(), header, "").await;
            refused(&answer, 401, &[]);
        }
    }
    let right = basic("ada", PASSWORD);
    let form = "api_key=x&push_rubygem=true";
    let answer = ask(&world, Method::PUT, Some(&right), form).await;
    refused(&answer, 403, &["gem signin"]);
    // A password is good for nothing else.
    let source = world.stranger().authorization(&right);
    refused(&source.push(&Gem::new("a", "1.0")).await, 401, &["token"]);
    refused(&source.get("versions").await, 401, &["token"]);
    assert!(world.package("a").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn case_05_keys_that_do_not_work_or_suffice_are_told_without_a_prompt() {
    let world = World::new().await;
    let gem = Gem::new("a", "1.0");
    for header in [
        "pkp_nothing-of-it",
        "Bearer pkp_nothing-of-it",
        "rubygems_0123456789",
    ] {
        let source = world.stranger().authorization(header);
        refused(&source.push(&gem).await, 401, &["not valid"]);
    }
    refused(&world.stranger().push(&gem).await, 401, &["sign-in"]);
    let reader = world.narrow(&[Scope::ReadPackages]).await;
    refused(&reader.push(&gem).await, 403, &["write:packages"]);
    world.source().push(&gem).await.expect(200);
    let writer = world
        .narrow(&[Scope::ReadPackages, Scope::WritePackages])
        .await;
    refused(
        &reader.yank("a", "1.0", None).await,
        403,
        &["delete:packages"],
    );
    refused(
        &writer.yank("a", "1.0", None).await,
        403,
        &["delete:packages"],
    );
    world.source().text("gems/a-1.0.gem").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_23_what_is_private_asks_strangers_to_sign_in() {
    let world = World::new().await;
    world.source().publish("a", "1.0").await;
    for below in [
        "",
        "versions",
        "names",
        "info/a",
        "info/b",
        "specs.4.8.gz",
        "latest_specs.4.8.gz",
        "prerelease_specs.4.8.gz",
        "gems/a-1.0.gem",
        "gems/b-1.0.gem",
        "quick/Marshal.4.8/a-1.0.gemspec.rz",
        "api/v1/dependencies?gems=a",
        "api/v1/gems/a.json",
        "api/v1/search.json?query=a",
    ] {
        let answer = world.stranger().get(below).await;
        refused(&answer, 401, &[]);
        let asked = answer.header("www-authenticate");
        assert_eq!(asked, Some("Basic realm=\"acme\""), "{below}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_24_the_credentials_of_bundler_read() {
    let world = World::new().await;
    world.source().publish("a", "1.0").await;
    for header in [
        basic("ada", &world.key),
        basic(&world.key, ""),
        basic("x", &world.key),
    ] {
        let source = world.stranger().authorization(&header);
        for below in ["versions", "info/a", "gems/a-1.0.gem", "specs.4.8.gz"] {
            source.get(below).await.expect(200);
        }
    }
}
