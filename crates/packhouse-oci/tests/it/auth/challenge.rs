//! The challenge: always one, always Bearer, with an error only where a credential came.

use packhouse_testkit::app::send;
use reqwest::Method;

use super::{Challenge, basic, bearer, challenged};
use crate::world::{World, refused};

const DIGEST: &str = "sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

#[tokio::test(flavor = "multi_thread")]
async fn case_01_without_a_credential_the_ping_is_a_challenge() {
    let world = World::new().await;
    world.image("web").push("1", "one").await;
    world.publish("web").await;
    let host = world.app.base.strip_prefix("http://").unwrap();
    let host = host.strip_suffix("/v2").unwrap();
    for path in ["/", ""] {
        let answer = world.app.anonymous().get(path).await;
        let answer = refused(answer, 401, "UNAUTHORIZED");
        let wanted = Challenge {
            realm: format!("http://{host}/v2/token"),
            service: host.to_owned(),
            scope: None,
            error: None,
        };
        assert_eq!(Challenge::of(&answer), wanted);
        let head = world.app.anonymous().head(path).await.expect(401);
        assert_eq!(Challenge::of(&head), wanted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn challenges_name_the_scope_that_is_needed() {
    let world = World::new().await;
    world.image("web").push("1", "one").await;
    let id = "3f0c2a52-8f5e-4b43-9d0a-0d6a9d1c7b11";
    for (method, rest, actions) in [
        (Method::GET, "manifests/1".to_owned(), "pull"),
        (Method::HEAD, format!("manifests/{DIGEST}"), "pull"),
        (Method::GET, format!("blobs/{DIGEST}"), "pull"),
        (Method::HEAD, format!("blobs/{DIGEST}"), "pull"),
        (Method::GET, "tags/list".to_owned(), "pull"),
        (Method::GET, format!("referrers/{DIGEST}"), "pull"),
        (Method::POST, "blobs/uploads/".to_owned(), "pull,push"),
        (Method::GET, format!("blobs/uploads/{id}"), "pull,push"),
        (Method::PATCH, format!("blobs/uploads/{id}"), "pull,push"),
        (
            Method::PUT,
            format!("blobs/uploads/{id}?digest={DIGEST}"),
            "pull,push",
        ),
        (Method::DELETE, format!("blobs/uploads/{id}"), "pull,push"),
        (Method::PUT, "manifests/1".to_owned(), "pull,push"),
        (Method::DELETE, "manifests/1".to_owned(), "delete"),
        (Method::DELETE, format!("manifests/{DIGEST}"), "delete"),
        (Method::DELETE, format!("blobs/{DIGEST}"), "delete"),
    ] {
        for name in ["acme/web", "acme/missing", "nobody/web"] {
            let request = world.app.anonymous();
            let request = request.request(method.clone(), &format!("/{name}/{rest}"));
            let answer = send(request).await.expect(401);
            let challenge = Challenge::of(&answer);
            let scope = format!("repository:{name}:{actions}");
            let told = (challenge.scope, challenge.error);
            assert_eq!(told, (Some(scope), None), "{method} {rest}");
        }
    }
    let answer = world.app.anonymous().get("/_catalog").await;
    let scope = "registry:catalog:*".to_owned();
    assert_eq!(challenged(answer), (Some(scope), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_credential_is_told_where_one_came() {
    let world = World::new().await;
    let image = world.image("web");
    image.push("1", "one").await;
    let nobody = world.app.anonymous();
    let scope = Some("repository:acme/web:pull".to_owned());
    let error = |error: &str| Some(error.to_owned());
    let path = image.path("manifests/1");
    for bad in [
        "Bearer nonsense",
        "Bearer pka_nonsense.x",
        "Basic ???",
        "Digest x=y",
    ] {
        let answer = nobody.clone().authorization(bad).get(&path).await;
        let told = challenged(answer);
        assert_eq!(told, (scope.clone(), error("invalid_token")), "{bad}");
        let answer = nobody.clone().authorization(bad).get("/").await;
        assert_eq!(challenged(answer), (None, error("invalid_token")), "{bad}");
    }
    let wrong = basic("ada", "wrong");
    let answer = nobody.clone().authorization(wrong).get(&path).await;
    assert_eq!(challenged(answer), (scope.clone(), error("invalid_token")));
    // An empty one is none.
    for empty in ["Basic Og==", ""] {
        let answer = nobody.clone().authorization(empty).get(&path).await;
        assert_eq!(challenged(answer), (scope.clone(), None), "{empty}");
        let answer = nobody.clone().authorization(empty).get("/").await;
        assert_eq!(challenged(answer), (None, None), "{empty}");
    }
    // Good, but for nobody in particular.
    let anonymous = bearer(&world.app, None, &["repository:acme/web:pull"]).await;
    let answer = anonymous.get(&path).await;
    assert_eq!(challenged(answer), (scope, error("insufficient_scope")));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_credentials_are_refused_on_public_images_too() {
    let world = World::new().await;
    let image = world.image("web");
    image.push("1", "one").await;
    world.publish("web").await;
    let nobody = image.by(&world.app.anonymous());
    nobody.get("manifests/1").await.expect(200);
    let bad = image.by(&world.app.client(Some("nonsense")));
    let (_, error) = challenged(bad.get("manifests/1").await);
    assert_eq!(error.as_deref(), Some("invalid_token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_name_breaks_out_of_a_challenge() {
    let world = World::new().await;
    let nobody = world.app.anonymous();
    for path in [
        "/acme/%22x/manifests/1",
        "/acme/a%20b/tags/list",
        "/A%22,error=%22x/b/tags/list",
    ] {
        let answer = nobody.get(path).await;
        refused(answer, 400, "NAME_INVALID");
    }
}
