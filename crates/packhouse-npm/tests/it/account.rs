//! Signing in and out, and tokens.

use chrono::Duration;
use packhouse_core::actor::Client;
use packhouse_testkit::app::{PASSWORD, token_spec};
use serde_json::json;

use crate::body::Body;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn case_20_a_web_login_gives_its_token_once() {
    let world = World::new().await;
    let anonymous = world.app.anonymous();
    let asking = json!({ "hostname": "laptop" });
    let begun = anonymous.post("/-/v1/login", &asking).await;
    let begun = begun.expect(200).json();
    let done = begun["doneUrl"].as_str().unwrap();
    let done = done.strip_prefix(&world.app.base).unwrap();
    let waiting = anonymous.get(done).await.expect(202);
    assert_eq!(waiting.header("retry-after"), Some("2"));
    let (_, page) = begun["loginUrl"]
        .as_str()
        .unwrap()
        .rsplit_once('/')
        .unwrap();
    let (registry, client) = (&world.app.registry, Client::default());
    let proved = registry.prove("ada", PASSWORD.to_owned(), &client);
    let session = registry
        .begin_session(&proved.await.unwrap())
        .await
        .unwrap();
    let session = registry.find_session(&session.secret).await.unwrap();
    let session = session.unwrap();
    registry.confirm_cli_login(&session, page).await.unwrap();
    let token = anonymous.get(done).await.expect(200).json();
    let signed_in = world.app.client(token["token"].as_str());
    let who = signed_in.get("/-/whoami").await.expect(200).json();
    assert_eq!(who, json!({ "username": "ada" }));
    anonymous.get(done).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_21_a_password_is_turned_into_a_token() {
    let world = World::new().await;
    let stale = world.app.client(Some("pkp_garbage"));
    let path = "/-/user/org.couchdb.user:ada";
    let login = |name: &str, password: &str| json!({ "_id": "org.couchdb.user:ada", "name": name, "password": password, "type": "user" });
    let made = stale.put(path, &login("ada", PASSWORD)).await.expect(201);
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let client = world.app.client(Some(&token));
    let who = client.get("/-/whoami").await.expect(200);
    assert_eq!(who.json()["username"], "ada");
    let again = stale.put(path, &login("ada", &token)).await.expect(201);
    assert_eq!(again.json()["token"], token);
    let wrong = stale.put(path, &login("ada", "wrong")).await.expect(401);
    assert_eq!(wrong.error(), "wrong user name or password");
    let unknown = "/-/user/org.couchdb.user:nobody";
    let unknown = stale.put(unknown, &login("nobody", "wrong")).await;
    assert_eq!(unknown.expect(401).body, wrong.body);
    stale.put(path, &login("eve", PASSWORD)).await.expect(400);
    world.app.clock.advance(Duration::days(91));
    client.get("/-/whoami").await.expect(401);
}

/// Whoever is signed in to a name by a password, the request's own token says nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn case_21_nobody_signs_in_by_anothers_token() {
    let world = World::new().await;
    let sam = world.app.user("sam").await;
    let token = world.app.token("sam", token_spec()).await.secret;
    let path = "/-/user/org.couchdb.user:ada";
    let login = |password: &str| json!({ "name": "ada", "password": password });
    let before = world.app.kept().await;
    for client in [&sam, &world.owner, &world.app.anonymous()] {
        // Sam's token is no password of ada's, and ada's own token in the header is none either.
        for password in [token.as_str(), "wrong", ""] {
            let refused = client.put(path, &login(password)).await.expect(401);
            assert_eq!(refused.error(), "wrong user name or password");
        }
    }
    let missing = json!({ "name": "ada" });
    world.owner.put(path, &missing).await.expect(400);
    assert_eq!(world.app.kept().await, before);
    // With the right password it is ada who is signed in, whoever's token came along.
    let made = sam.put(path, &login(PASSWORD)).await.expect(201);
    let made = world.app.client(made.json()["token"].as_str());
    let who = made.get("/-/whoami").await.expect(200).json();
    assert_eq!(who["username"], "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_22_signing_out_ends_the_token() {
    let world = World::new().await;
    let token = world.app.token("ada", token_spec()).await.secret;
    let client = world.app.client(Some(&token));
    client.get("/-/whoami").await.expect(200);
    let path = format!("/-/user/token/{token}");
    let stranger = world.app.user("sam").await;
    stranger.delete(&path).await.expect(404);
    client.get("/-/whoami").await.expect(200);
    client.delete(&path).await.expect(200);
    let refused = client.get("/-/whoami").await.expect(401);
    assert!(!refused.text().contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn case_23_tokens_are_made_listed_and_revoked() {
    let world = World::new().await;
    for name in ["@acme/one", "@acme/two"] {
        Body::new(name, "1.0.0")
            .publish(&world.owner)
            .await
            .expect(201);
    }
    let path = "/-/npm/v1/tokens";
    // npm 10, then npm 11.
    let old = json!({ "password": PASSWORD, "readonly": true, "cidr_whitelist": [] });
    let old = world.owner.post(path, &old).await.expect(201).json();
    let new = json!({
        "name": "ci", "password": PASSWORD, "packages": ["@acme/one"],
        "packages_and_scopes_permission": "read-write", "expires": 30,
    });
    let new = world.owner.post(path, &new).await.expect(201).json();
    let reader = world.app.client(old["token"].as_str());
    reader.get("/@acme%2fone").await.expect(200);
    let refused = Body::new("@acme/one", "1.0.1").publish(&reader).await;
    assert!(refused.expect(403).error().contains("write:packages"));
    let limited = world.app.client(new["token"].as_str());
    let inside = Body::new("@acme/one", "1.0.1").publish(&limited).await;
    inside.expect(201);
    for name in ["@acme/two", "@acme/three"] {
        Body::new(name, "1.0.1").publish(&limited).await.expect(403);
    }
    limited.get("/@acme%2ftwo").await.expect(404);
    let listed = world.owner.get(path).await.expect(200).json();
    assert_eq!(listed["total"], 3);
    assert!(listed["urls"].is_object());
    let keys: Vec<_> = listed["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| &o["key"])
        .collect();
    assert!(keys.contains(&&old["key"]) && keys.contains(&&new["key"]));
    assert!(!listed.to_string().contains(old["token"].as_str().unwrap()));
    let page = world.owner.get(&format!("{path}?perPage=2")).await.json();
    assert_eq!(page["objects"].as_array().unwrap().len(), 2);
    let next = page["urls"]["next"].as_str().unwrap();
    let next = world.owner.get(next.strip_prefix(&world.app.base).unwrap());
    assert_eq!(next.await.json()["objects"].as_array().unwrap().len(), 1);
    let key = format!("{path}/token/{}", old["key"].as_str().unwrap());
    world.owner.delete(&key).await.expect(204);
    reader.get("/@acme%2fone").await.expect(401);
    world.app.clock.advance(Duration::days(31));
    limited.get("/@acme%2fone").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_23_restrictions_that_would_not_hold_are_refused() {
    let world = World::new().await;
    Body::new("@acme/one", "1.0.0")
        .publish(&world.owner)
        .await
        .expect(201);
    let before = world.app.kept().await;
    for (fields, status) in [
        (
            json!({ "orgs": ["acme"], "orgs_permission": "read-only" }),
            400,
        ),
        (json!({ "bypass_2fa": true }), 400),
        (
            json!({ "packages": ["@acme/one"], "scopes": ["@acme"] }),
            400,
        ),
        (json!({ "packages": ["@acme/missing"] }), 404),
        (
            json!({ "packages_and_scopes_permission": "no-access" }),
            400,
        ),
        (json!({ "cidr_whitelist": ["here"] }), 400),
        (json!({ "expires": 0 }), 400),
        (json!({ "password": "wrong" }), 401),
    ] {
        let mut wanted = json!({ "password": PASSWORD });
        let more = fields.as_object().unwrap().clone();
        wanted.as_object_mut().unwrap().extend(more);
        let refused = world.owner.post("/-/npm/v1/tokens", &wanted).await;
        assert!(!refused.expect(status).error().is_empty(), "{fields}");
    }
    assert_eq!(world.app.kept().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_of_another_format_is_no_credential_here() {
    let world = World::new().await;
    let (registry, client) = (&world.app.registry, Client::default());
    let proved = registry.prove("ada", PASSWORD.to_owned(), &client);
    let actor = proved.await.unwrap().actor();
    let format = packhouse_npm::format::NPM;
    let made = registry.issue_access_token(&actor, format, true, Vec::new());
    let bearer = format!("Bearer {}", made.await.unwrap().text);
    let client = world.app.anonymous().authorization(bearer);
    for path in [
        "/-/whoami",
        "/-/npm/v1/tokens",
        "/-/v1/search?text=x",
        "/-/org/ada/package",
    ] {
        client.get(path).await.expect(401);
    }
}
