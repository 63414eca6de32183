//! Personal tokens in every form, on every address; the catalogue among them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use packhouse_core::permission::Role;
use packhouse_testkit::app::{PASSWORD, token_spec};
use serde_json::json;

use super::{basic, bearer, challenged};
use crate::world::{World, address, refused};

#[tokio::test(flavor = "multi_thread")]
async fn personal_tokens_work_in_every_form() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    let token = world.app.token("ada", token_spec()).await.secret;
    for header in [
        format!("Bearer {token}"),
        format!("bearer {token}"),
        format!("Bearer {}", STANDARD.encode(&token)),
        format!("Bearer {}", STANDARD_NO_PAD.encode(&token)),
        format!("token {token}"),
        token.clone(),
        basic("anybody", &token),
        basic(&token, ""),
        basic("", &token),
    ] {
        let client = world.app.anonymous().authorization(header.clone());
        let ada = image.by(&client);
        assert_eq!(
            ada.get("manifests/1").await.expect(200).body,
            manifest,
            "{header}"
        );
        client.get("/").await.expect(200);
        let body = client.get("/_catalog").await.expect(200).json();
        assert_eq!(body, json!({ "repositories": ["acme/web"] }));
        ada.blob(b"pushed").await;
    }
    // The password works at the token address alone.
    let client = world.app.anonymous().authorization(basic("ada", PASSWORD));
    challenged(client.get("/").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_for_accounts_and_shows_what_they_may_read() {
    let world = World::new().await;
    for name in ["public", "private", "granted"] {
        world.image(name).push("1", name).await;
    }
    world.publish("public").await;
    let sam = world.app.user("sam").await;
    world
        .app
        .grant(&address("granted"), "sam", Some(Role::Read))
        .await;
    let body = sam.get("/_catalog").await.expect(200).json();
    assert_eq!(
        body,
        json!({ "repositories": ["acme/granted", "acme/public"] })
    );
    let ada = basic("ada", PASSWORD);
    let scope = "registry:catalog:*";
    let listing = bearer(&world.app, Some(&ada), &[scope]).await;
    let body = listing.get("/_catalog").await.expect(200).json();
    assert_eq!(body["repositories"].as_array().unwrap().len(), 3);
    let insufficient = (
        Some(scope.to_owned()),
        Some("insufficient_scope".to_owned()),
    );
    let other = bearer(&world.app, Some(&ada), &["repository:acme/public:pull"]).await;
    assert_eq!(challenged(other.get("/_catalog").await), insufficient);
    let nobody = bearer(&world.app, None, &[scope]).await;
    assert_eq!(challenged(nobody.get("/_catalog").await), insufficient);
    let none = (Some(scope.to_owned()), None);
    assert_eq!(
        challenged(world.app.anonymous().get("/_catalog").await),
        none
    );
    // A list is no way to an image.
    refused(
        listing.get("/acme/private/manifests/1").await,
        401,
        "UNAUTHORIZED",
    );
}
