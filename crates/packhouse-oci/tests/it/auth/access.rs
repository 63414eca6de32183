//! What access tokens are good for: an upper bound, under the rights of the moment.

use packhouse_core::permission::Role;
use packhouse_core::token::{Scope, Scopes};
use packhouse_registry::token::TokenSpec;
use packhouse_testkit::app::{PASSWORD, token_spec};

use super::{basic, bearer, challenged};
use crate::image::IMAGE;
use crate::world::{Image, World, address, bytes, location, message, refused, sha256};

const PULL: &str = "repository:acme/web:pull";
const PUSH: &str = "repository:acme/web:pull,push";

fn insufficient(scope: &str) -> (Option<String>, Option<String>) {
    (
        Some(scope.to_owned()),
        Some("insufficient_scope".to_owned()),
    )
}

fn invalid(scope: &str) -> (Option<String>, Option<String>) {
    (Some(scope.to_owned()), Some("invalid_token".to_owned()))
}

async fn web() -> (World, Image, Vec<u8>) {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    (world, image, manifest)
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_was_asked_for_is_insufficient_scope_while_the_account_may() {
    let (world, image, manifest) = web().await;
    let ada = basic("ada", PASSWORD);
    let pull = image.by(&bearer(&world.app, Some(&ada), &[PULL]).await);
    pull.get("manifests/1").await.expect(200);
    pull.get("tags/list").await.expect(200);
    assert_eq!(
        challenged(pull.put("2", IMAGE, &manifest).await),
        insufficient(PUSH)
    );
    assert_eq!(challenged(pull.post("", b"").await), insufficient(PUSH));
    let gone = "repository:acme/web:delete";
    assert_eq!(
        challenged(pull.delete("manifests/1").await),
        insufficient(gone)
    );
    let push = image.by(&bearer(&world.app, Some(&ada), &[PUSH]).await);
    push.put("2", IMAGE, &manifest).await.expect(201);
    let path = format!("manifests/{}", sha256(&manifest));
    assert_eq!(challenged(push.delete(&path).await), insufficient(gone));
    let delete = image.by(&bearer(&world.app, Some(&ada), &[gone]).await);
    assert_eq!(
        challenged(delete.get("manifests/1").await),
        insufficient(PULL)
    );
    delete.delete(&path).await.expect(202);
    let all = image.by(&bearer(&world.app, Some(&ada), &["repository:acme/web:*"]).await);
    all.push("3", "three").await;
    all.delete("manifests/3").await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_another_image_is_insufficient_scope() {
    let (world, image, _) = web().await;
    world.image("other").push("1", "other").await;
    let ada = basic("ada", PASSWORD);
    for scopes in [&["repository:acme/other:pull,push"][..], &[]] {
        let other = image.by(&bearer(&world.app, Some(&ada), scopes).await);
        assert_eq!(
            challenged(other.get("manifests/1").await),
            insufficient(PULL)
        );
        assert_eq!(challenged(other.post("", b"").await), insufficient(PUSH));
    }
    // What anyone may read, any token may.
    world.publish("web").await;
    let other = bearer(&world.app, Some(&ada), &["repository:acme/other:pull"]).await;
    image.by(&other).get("manifests/1").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_right_is_denied_or_finds_nothing() {
    let (world, image, manifest) = web().await;
    for (user, role) in [("sam", None), ("rita", Some(Role::Read))] {
        world.app.user(user).await;
        world.app.grant(&address("web"), user, role).await;
    }
    let scopes = ["repository:acme/web:pull,push,delete"];
    let rita = bearer(&world.app, Some(&basic("rita", PASSWORD)), &scopes).await;
    let rita = image.by(&rita);
    rita.get("manifests/1").await.expect(200);
    refused(rita.put("2", IMAGE, &manifest).await, 403, "DENIED");
    refused(rita.post("", b"").await, 403, "DENIED");
    let denied = refused(rita.delete("manifests/1").await, 403, "DENIED");
    assert!(message(&denied).contains("remove tags of acme/web"));
    let sam = bearer(&world.app, Some(&basic("sam", PASSWORD)), &scopes).await;
    let sam = image.by(&sam);
    refused(sam.get("manifests/1").await, 404, "NAME_UNKNOWN");
    refused(sam.put("2", IMAGE, &manifest).await, 403, "DENIED");
    // What is hidden and what does not exist read alike.
    let hidden = message(&refused(sam.post("", b"").await, 403, "DENIED"));
    assert!(hidden.contains("no such account"), "{hidden}");
    let nowhere = Image::of(&sam.client, "ghost/web").post("", b"").await;
    let nowhere = message(&refused(nowhere, 403, "DENIED"));
    assert_eq!(nowhere, hidden.replace("acme/web", "ghost/web"));
    // Personal tokens are never asked to be fetched anew.
    let spec = TokenSpec {
        scopes: Scopes::of(&[Scope::ReadPackages]),
        ..token_spec()
    };
    let narrow = world.app.token("ada", spec).await.secret;
    for header in [basic("ada", &narrow), format!("Bearer {narrow}")] {
        let narrow = image.by(&world.app.anonymous().authorization(header));
        narrow.get("manifests/1").await.expect(200);
        refused(narrow.put("2", IMAGE, &manifest).await, 403, "DENIED");
    }
    // Nor do access tokens promise what the personal token behind them may not.
    let narrow = bearer(&world.app, Some(&basic("x", &narrow)), &[PUSH]).await;
    refused(
        image.by(&narrow).put("2", IMAGE, &manifest).await,
        403,
        "DENIED",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_needs_reading_the_source_to_be_stated() {
    let (world, image, manifest) = web().await;
    let layer = sha256(&bytes("one", 200));
    let query = format!("?mount={layer}&from=acme/web");
    let into = "repository:acme/new:pull,push";
    let ada = basic("ada", PASSWORD);
    let new = world.image("new");
    let one = new.by(&bearer(&world.app, Some(&ada), &[into]).await);
    let scope = format!("{into} {PULL}");
    assert_eq!(
        challenged(one.post(&query, b"").await),
        insufficient(&scope)
    );
    let both = new.by(&bearer(&world.app, Some(&ada), &[into, PULL]).await);
    both.post(&query, b"").await.expect(201);
    // Without a source the challenge names the one that the account may read.
    let query = format!("?mount={}", sha256(&crate::image::config("one")));
    assert_eq!(
        challenged(one.post(&query, b"").await),
        insufficient(&scope)
    );
    both.post(&query, b"").await.expect(201);
    one.put("1", IMAGE, &manifest).await.expect(201);
    assert_eq!(image.get("manifests/1").await.expect(200).body, manifest);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_images_are_pushed_looked_at_and_cleaned_up_with_a_token_for_each() {
    let world = World::new().await;
    let ada = basic("ada", PASSWORD);
    let image = world.image("new");
    let with = |actions: &'static str| {
        let (app, ada, image) = (&world.app, &ada, &image);
        async move {
            let scope = format!("repository:acme/new:{actions}");
            image.by(&bearer(app, Some(ada), &[&scope]).await)
        }
    };
    let (pull, push, delete) = (
        with("pull").await,
        with("pull,push").await,
        with("delete").await,
    );
    let digest = push.blob(b"first").await;
    let path = format!("blobs/{digest}");
    pull.head(&path).await.expect(200);
    assert_eq!(pull.get(&path).await.expect(200).body, "first");
    assert!(pull.referrers(&digest).await.is_empty());
    let scope = "repository:acme/new:delete";
    assert_eq!(challenged(push.delete(&path).await), insufficient(scope));
    assert_eq!(
        challenged(delete.get(&path).await),
        insufficient("repository:acme/new:pull")
    );
    delete.delete(&path).await.expect(202);
    pull.head(&path).await.expect(404);
    let push_scope = "repository:acme/new:pull,push";
    assert_eq!(
        challenged(delete.post("", b"").await),
        insufficient(push_scope)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_count_as_they_are_at_each_request() {
    let (world, image, manifest) = web().await;
    world.app.user("wes").await;
    let web = address("web");
    let role = |role| world.app.grant(&web, "wes", role);
    role(Some(Role::Write)).await;
    let wes = bearer(&world.app, Some(&basic("wes", PASSWORD)), &[PUSH]).await;
    let wes = image.by(&wes);
    wes.put("2", IMAGE, &manifest).await.expect(201);
    role(Some(Role::Read)).await;
    refused(wes.put("3", IMAGE, &manifest).await, 403, "DENIED");
    wes.get("manifests/1").await.expect(200);
    role(None).await;
    refused(wes.get("manifests/1").await, 404, "NAME_UNKNOWN");
    refused(wes.get("tags/list").await, 404, "NAME_UNKNOWN");
    let blob = sha256(&bytes("one", 200));
    refused(wes.get(&format!("blobs/{blob}")).await, 404, "NAME_UNKNOWN");
    role(Some(Role::Write)).await;
    wes.get("manifests/1").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_the_tokens_of_the_old_one() {
    let (world, image, _) = web().await;
    let ada = image.by(&bearer(&world.app, Some(&basic("ada", PASSWORD)), &[PULL]).await);
    let personal = world.app.token("ada", token_spec()).await.secret;
    let kept = image.by(&bearer(&world.app, Some(&basic("x", &personal)), &[PULL]).await);
    ada.get("manifests/1").await.expect(200);
    world.set_password("ada", "another password").await;
    assert_eq!(challenged(ada.get("manifests/1").await), invalid(PULL));
    assert_eq!(
        challenged(ada.client.get("/").await).1.as_deref(),
        Some("invalid_token")
    );
    // Personal tokens are apart from the password.
    kept.get("manifests/1").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_has_no_token_any_more() {
    let (world, image, _) = web().await;
    let personal = world.app.token("ada", token_spec()).await.secret;
    let by_password = bearer(&world.app, Some(&basic("ada", PASSWORD)), &[PULL]).await;
    let by_token = bearer(&world.app, Some(&basic("x", &personal)), &[PULL]).await;
    world.disable("ada").await;
    for client in [by_password, by_token, world.app.client(Some(&personal))] {
        let ada = image.by(&client);
        assert_eq!(challenged(ada.get("manifests/1").await), invalid(PULL));
    }
    for header in [basic("ada", PASSWORD), basic("ada", &personal)] {
        let answer = super::ask(&world.app, Some(&header), "service=test").await;
        refused(answer, 401, "UNAUTHORIZED");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_token_revoked_in_mid_push_ends_the_push() {
    let (world, image, _) = web().await;
    let made = world.app.token("ada", token_spec()).await;
    let access = bearer(&world.app, Some(&basic("x", &made.secret)), &[PUSH]).await;
    let direct = world.app.client(Some(&made.secret));
    let blob = bytes("revoked", 2000);
    let mut begun = Vec::new();
    for client in [access, direct] {
        let mine = image.by(&client);
        let at = mine.begin().await;
        let patched = mine
            .patch(&at, &blob[..1000], Some("0-999"))
            .await
            .expect(202);
        begun.push((mine, location(&patched)));
    }
    world.revoke(&made).await;
    let digest = sha256(&blob);
    for (mine, at) in begun {
        let answer = mine.patch(&at, &blob[1000..], Some("1000-1999")).await;
        assert_eq!(challenged(answer), invalid(PUSH));
        let answer = mine.close(&at, &digest, &blob[1000..], None).await;
        assert_eq!(challenged(answer), invalid(PUSH));
        image.head(&format!("blobs/{digest}")).await.expect(404);
        // The account itself may go on, with another one.
        let status = image.client.get(&at).await.expect(204);
        assert_eq!(status.header("range"), Some("0-999"));
        image.client.delete(&at).await.expect(204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bent_token_is_no_token() {
    let (world, image, _) = web().await;
    let (ada, query) = (basic("ada", PASSWORD), format!("scope={PULL}"));
    let body = super::ask(&world.app, Some(&ada), &query).await;
    let body = body.expect(200).json();
    let good = super::text(&body, "token").to_owned();
    let (facts, sum) = good.split_once('.').unwrap();
    let mut other = facts.to_owned();
    other.pop();
    for bent in [
        format!("{other}.{sum}"),
        format!("{facts}A.{sum}"),
        format!("{facts}."),
        facts.to_owned(),
        format!("{facts}.{}", sum.to_uppercase()),
        format!("pka_.{sum}"),
    ] {
        let bent = image.by(&world.app.client(Some(&bent)));
        assert_eq!(challenged(bent.get("manifests/1").await), invalid(PULL));
    }
    image
        .by(&world.app.client(Some(&good)))
        .get("manifests/1")
        .await
        .expect(200);
    // It is no token of any other kind, either.
    let basic = world.app.anonymous().authorization(basic("ada", &good));
    let answer = super::ask(&world.app, Some(&super::basic("ada", &good)), "service=x").await;
    refused(answer, 401, "UNAUTHORIZED");
    image.by(&basic).get("manifests/1").await.expect(200);
}
