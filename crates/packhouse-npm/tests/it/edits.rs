//! Deprecate, unpublish, dist-tags, as clients do them in several requests.

use packhouse_testkit::app::TestClient;
use serde_json::{Value, json};

use crate::body::Body;
use crate::world::World;

async fn published(world: &World, versions: &[&str]) {
    for version in versions {
        let body = Body::new("@acme/tools", version);
        body.publish(&world.owner).await.expect(201);
    }
}

async fn document(client: &TestClient) -> Value {
    let read = client.get("/@acme%2ftools?write=true").await;
    read.expect(200).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn case_15_deprecating_and_taking_it_back_leaves_other_versions() {
    let world = World::new().await;
    published(&world, &["1.0.0"]).await;
    let mut read = document(&world.owner).await;
    published(&world, &["1.1.0"]).await;
    read["versions"]["1.0.0"]["deprecated"] = "use 1.1.0".into();
    world.owner.put("/@acme%2ftools", &read).await.expect(200);
    let now = document(&world.owner).await;
    assert_eq!(now["versions"]["1.0.0"]["deprecated"], "use 1.1.0");
    assert!(now["versions"]["1.1.0"].get("deprecated").is_none());
    let mut read = now;
    read["versions"]["1.0.0"]["deprecated"] = "".into();
    world.owner.put("/@acme%2ftools", &read).await.expect(200);
    let now = document(&world.owner).await;
    assert!(now["versions"]["1.0.0"].get("deprecated").is_none());
    assert_eq!(now["versions"].as_object().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_16_unpublishing_one_version_takes_all_of_it() {
    let world = World::new().await;
    published(&world, &["1.0.0", "1.1.0"]).await;
    let mut read = document(&world.owner).await;
    let stale = read["_rev"].as_str().unwrap().to_owned();
    let older = Body::new("@acme/tools", "0.9.0").tag("old");
    older.publish(&world.owner).await.expect(201);
    let path = |rev: &str| format!("/@acme%2ftools/-rev/{rev}");
    read["versions"].as_object_mut().unwrap().remove("1.1.0");
    let raced = world.owner.put(&path(&stale), &read).await.expect(409);
    assert!(raced.error().contains("changed since"), "{}", raced.text());
    let mut read = document(&world.owner).await;
    let rev = read["_rev"].as_str().unwrap().to_owned();
    read["versions"].as_object_mut().unwrap().remove("1.1.0");
    read["dist-tags"] = json!({ "latest": "1.0.0", "old": "0.9.0" });
    world.owner.put(&path(&rev), &read).await.expect(200);
    let now = document(&world.owner).await;
    let left: Vec<_> = now["versions"].as_object().unwrap().keys().collect();
    assert_eq!(left, ["1.0.0", "0.9.0"]);
    assert_eq!(
        now["dist-tags"],
        json!({ "latest": "1.0.0", "old": "0.9.0" })
    );
    let tarball = "/@acme/tools/-/tools-1.1.0.tgz";
    world.owner.get(tarball).await.expect(404);
    let rev = now["_rev"].as_str().unwrap();
    // With the base's path twice, as clients really send it.
    for path in [
        format!("/npm{tarball}/-rev/{rev}"),
        format!("{tarball}/-rev/{rev}"),
    ] {
        world.owner.delete(&path).await.expect(200);
    }
    let again = Body::new("@acme/tools", "1.1.0")
        .publish(&world.owner)
        .await;
    let text = again.expect(403).error();
    assert!(text.contains("1.1.0 was published and deleted"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_17_unpublishing_everything_retires_the_numbers() {
    let world = World::new().await;
    published(&world, &["1.0.0", "1.1.0"]).await;
    let rev = document(&world.owner).await["_rev"].clone();
    let path = format!("/@acme%2ftools/-rev/{}", rev.as_str().unwrap());
    world.owner.delete(&path).await.expect(200);
    world.owner.get("/@acme%2ftools").await.expect(404);
    world
        .owner
        .get("/@acme/tools/-/tools-1.0.0.tgz")
        .await
        .expect(404);
    let again = Body::new("@acme/tools", "1.0.0")
        .publish(&world.owner)
        .await;
    again.expect(403);
    published(&world, &["1.2.0"]).await;
    let now = document(&world.owner).await;
    let left: Vec<_> = now["versions"].as_object().unwrap().keys().collect();
    assert_eq!(left, ["1.2.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_18_dist_tags_move_and_latest_stays() {
    let world = World::new().await;
    published(&world, &["1.0.0", "1.1.0"]).await;
    let at = |tag: &str| format!("/-/package/@acme%2ftools/dist-tags/{tag}");
    let set = world.owner.put(&at("next"), &json!("1.0.0")).await;
    assert!(set.expect(201).json()["ok"].is_string());
    let list = || world.owner.get("/-/package/@acme%2ftools/dist-tags");
    let both = json!({ "latest": "1.1.0", "next": "1.0.0" });
    assert_eq!(list().await.expect(200).json(), both);
    for tag in ["v1", "1", "1.x", "%2a", "latest%20||%201", "%3E1", "x"] {
        let refused = world.owner.put(&at(tag), &json!("1.0.0")).await;
        let text = refused.expect(400).error();
        assert!(text.contains("dist-tag"), "{tag}: {text}");
    }
    let unknown = world.owner.put(&at("next"), &json!("7.0.0")).await;
    unknown.expect(404);
    let refused = world.owner.delete(&at("latest")).await.expect(403);
    assert!(refused.error().contains("latest always exists"));
    world.owner.delete(&at("next")).await.expect(200);
    world.owner.delete(&at("next")).await.expect(404);
    assert_eq!(list().await.json(), json!({ "latest": "1.1.0" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_stands_already_changes_nothing() {
    let world = World::new().await;
    published(&world, &["1.0.0"]).await;
    let before = (world.app.kept().await, document(&world.owner).await);
    let path = "/-/package/@acme%2ftools/dist-tags/latest";
    world.owner.put(path, &json!("1.0.0")).await.expect(201);
    let after = (world.app.kept().await, document(&world.owner).await);
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_edit_may_deprecate_and_remove() {
    let world = World::new().await;
    published(&world, &["1.0.0", "1.1.0"]).await;
    let mut read = document(&world.owner).await;
    read["versions"].as_object_mut().unwrap().remove("1.1.0");
    read["versions"]["1.0.0"]["deprecated"] = "old".into();
    let path = format!("/@acme%2ftools/-rev/{}", read["_rev"].as_str().unwrap());
    world.owner.put(&path, &read).await.expect(200);
    let now = document(&world.owner).await;
    assert_eq!(now["versions"].as_object().unwrap().len(), 1);
    assert_eq!(now["versions"]["1.0.0"]["deprecated"], "old");
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_change_nothing_else() {
    let world = World::new().await;
    published(&world, &["1.0.0"]).await;
    let before = document(&world.owner).await;
    let mut bent = before.clone();
    bent["versions"]["1.0.0"]["dist"]["integrity"] = "sha512-AAAA".into();
    bent["versions"]["1.0.0"]["dependencies"] = json!({ "@acme/evil": "*" });
    bent["time"]["1.0.0"] = "2001-01-01T00:00:00.000Z".into();
    bent["maintainers"] = json!([{ "name": "eve" }]);
    world.owner.put("/@acme%2ftools", &bent).await.expect(200);
    assert_eq!(document(&world.owner).await, before);
    bent["versions"]["6.6.6"] = bent["versions"]["1.0.0"].clone();
    bent["versions"]["6.6.6"]["dist"] = json!({});
    let refused = world.owner.put("/@acme%2ftools", &bent).await.expect(400);
    assert!(refused.error().contains("6.6.6 comes without a tarball"));
    let star = json!({ "_id": "@acme/tools", "users": { "ada": true } });
    let refused = world.owner.put("/@acme%2ftools", &star).await.expect(404);
    assert_eq!(refused.error(), "stars are not offered here");
    assert_eq!(document(&world.owner).await, before);
}
