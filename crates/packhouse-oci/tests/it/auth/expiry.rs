//! Access tokens end, and uploads that were begun with one go on a little longer.

use chrono::Duration;
use packhouse_core::token::Scopes;
use packhouse_registry::token::TokenSpec;
use packhouse_testkit::app::{PASSWORD, token_spec};

use super::{basic, bearer, challenged};
use crate::image::IMAGE;
use crate::world::{World, bytes, location, sha256};

const PUSH: &str = "repository:acme/web:pull,push";

fn invalid(actions: &str) -> (Option<String>, Option<String>) {
    let scope = format!("repository:acme/web:{actions}");
    (Some(scope), Some("invalid_token".to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_after_the_time_it_names() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    let ada = image.by(&bearer(&world.app, Some(&basic("ada", PASSWORD)), &[PUSH]).await);
    world.app.clock.advance(Duration::seconds(45 * 60 - 1));
    ada.get("manifests/1").await.expect(200);
    world.app.clock.advance(Duration::seconds(1));
    assert_eq!(challenged(ada.get("manifests/1").await), invalid("pull"));
    assert_eq!(
        challenged(ada.put("2", IMAGE, &manifest).await),
        invalid("pull,push")
    );
    assert_eq!(challenged(ada.post("", b"").await), invalid("pull,push"));
    let (_, error) = challenged(ada.client.get("/").await);
    assert_eq!(error.as_deref(), Some("invalid_token"));
    // One for nobody in particular ends as well.
    let nobody = bearer(&world.app, None, &[]).await;
    nobody.get("/").await.expect(200);
    world.app.clock.advance(Duration::minutes(45));
    challenged(nobody.get("/").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_11_an_upload_goes_on_a_quarter_of_an_hour_longer() {
    let world = World::new().await;
    let image = world.image("web");
    let ada = image.by(&bearer(&world.app, Some(&basic("ada", PASSWORD)), &[PUSH]).await);
    let blob = bytes("slow", 3000);
    let (at, late) = (ada.begin().await, ada.begin().await);
    world.app.clock.advance(Duration::minutes(59));
    let patched = ada
        .patch(&at, &blob[..1000], Some("0-999"))
        .await
        .expect(202);
    ada.client.get(&location(&patched)).await.expect(204);
    assert_eq!(challenged(ada.post("", b"").await), invalid("pull,push"));
    let answer = ada
        .close(&at, &sha256(&blob), &blob[1000..], Some("1000-2999"))
        .await;
    answer.expect(201);
    world.app.clock.advance(Duration::minutes(1));
    let answer = ada.patch(&late, &blob, None).await;
    assert_eq!(challenged(answer), invalid("pull,push"));
    let answer = ada.close(&late, &sha256(&blob), &blob, None).await;
    assert_eq!(challenged(answer), invalid("pull,push"));
    // With a new token it goes on, having been idle for less than a day.
    let again = image.by(&bearer(&world.app, Some(&basic("ada", PASSWORD)), &[PUSH]).await);
    again
        .close(&late, &sha256(&blob), &blob, None)
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_personal_token_ends_the_access_tokens_made_from_it() {
    let world = World::new().await;
    let image = world.image("web");
    image.push("1", "one").await;
    let spec = TokenSpec {
        scopes: Scopes::all(),
        expires_at: Some(world.app.registry.now() + Duration::minutes(10)),
        ..token_spec()
    };
    let token = world.app.token("ada", spec).await.secret;
    let access = bearer(&world.app, Some(&basic("x", &token)), &[PUSH]).await;
    let direct = world.app.client(Some(&token));
    let at = image.by(&access).begin().await;
    world.app.clock.advance(Duration::minutes(10));
    for client in [access, direct] {
        let ada = image.by(&client);
        assert_eq!(challenged(ada.get("manifests/1").await), invalid("pull"));
        assert_eq!(
            challenged(ada.patch(&at, b"x", None).await),
            invalid("pull,push")
        );
    }
}
