//! Publishing: what is accepted, what repeats, what is served from the file.

use futures_util::future::join_all;
use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use packhouse_testkit::app::Options;
use packhouse_testkit::database::Engine;
use serde_json::json;

use crate::body::{Body, bundle};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn case_08_a_version_keeps_its_bytes_and_a_repeat_succeeds() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let options = Options {
            engine,
            ..Options::default()
        };
        let world = World::with(options).await;
        let body = Body::new("@acme/tools", "1.0.0");
        body.publish(&world.owner).await.expect(201);
        let before = (world.app.kept().await, world.owner.get(&body.path()).await);
        let other = body.clone().other_bytes("module.exports = 2;\n");
        let refused = other.publish(&world.owner).await.expect(403);
        assert_eq!(
            refused.error(),
            "@acme/tools 1.0.0 is published already and versions never change: publish under a new \
             number"
        );
        let again = body.clone().tag("next").publish(&world.owner).await;
        assert!(again.expect(200).json()["ok"].is_string());
        let after = (world.app.kept().await, world.owner.get(&body.path()).await);
        assert_eq!(after.0, before.0);
        assert_eq!(after.1.body, before.1.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_09_two_versions_in_parallel_both_stay() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let options = Options {
            engine,
            ..Options::default()
        };
        let world = World::with(options).await;
        for round in 0..5 {
            let name = format!("@acme/first-{round}");
            let versions: Vec<_> = (0..4).map(|n| format!("1.{n}.0")).collect();
            let bodies: Vec<_> = versions.iter().map(|v| Body::new(&name, v)).collect();
            let sent = bodies.iter().map(|body| body.publish(&world.owner));
            for answer in join_all(sent).await {
                answer.expect(201);
            }
            let packument = world.owner.get(&bodies[0].path()).await.expect(200).json();
            for version in &versions {
                assert!(packument["versions"][version].is_object(), "{packument}");
                assert!(packument["time"][version].is_string(), "{packument}");
            }
            let latest = packument["dist-tags"]["latest"].as_str().unwrap();
            assert!(versions.iter().any(|version| version == latest));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_11_what_is_served_comes_from_the_file() {
    let world = World::new().await;
    let mut body = Body::with(
        "@acme/tools",
        "1.0.0",
        json!({ "dependencies": { "@acme/base": "^1.0.0" }, "scripts": { "test": "x" } }),
    );
    body.manifest["dependencies"] = json!({ "@acme/evil": "*" });
    body.manifest["scripts"] = json!({ "postinstall": "evil" });
    body.manifest["bin"] = json!({ "evil": "./evil.js" });
    body.manifest["description"] = "as the client says".into();
    body.publish(&world.owner).await.expect(201);
    let packument = world.owner.get(&body.path()).await.expect(200).json();
    let served = &packument["versions"]["1.0.0"];
    assert_eq!(served["dependencies"], json!({ "@acme/base": "^1.0.0" }));
    assert_eq!(served["scripts"], json!({ "test": "x" }));
    assert!(served.get("bin").is_none() && served.get("hasInstallScript").is_none());
    assert_eq!(served["description"], "as the client says");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_12_build_metadata_is_cut_off() {
    let world = World::new().await;
    let body = Body::new("@acme/tools", "1.0.0+b1");
    body.publish(&world.owner).await.expect(201);
    let packument = world.owner.get(&body.path()).await.expect(200).json();
    let versions: Vec<_> = packument["versions"].as_object().unwrap().keys().collect();
    assert_eq!(versions, ["1.0.0"]);
    assert_eq!(packument["versions"]["1.0.0"]["version"], "1.0.0");
    assert_eq!(packument["dist-tags"]["latest"], "1.0.0");
    let second = Body::new("@acme/tools", "1.0.0+b2")
        .publish(&world.owner)
        .await;
    assert!(second.expect(403).error().contains("1.0.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn case_14_provenance_is_kept_and_checked() {
    let world = World::new().await;
    let body = Body::new("@acme/tools", "1.0.0").proved();
    body.publish(&world.owner).await.expect(201);
    assert_eq!(world.app.kept().await.blobs, 2);
    let packument = world.owner.get(&body.path()).await.expect(200).json();
    let attestations = &packument["versions"]["1.0.0"]["dist"]["attestations"];
    let predicate = "https://slsa.dev/provenance/v1";
    assert_eq!(attestations["provenance"]["predicateType"], predicate);
    let url = attestations["url"].as_str().unwrap();
    let path = url.strip_prefix(&world.app.base).unwrap();
    let served = world.owner.get(path).await.expect(200).json();
    assert_eq!(served["attestations"][0]["predicateType"], predicate);
    assert_eq!(served["attestations"][0]["bundle"], body.bundle.unwrap());
    let before = world.app.kept().await;
    let mut foreign = Body::new("@acme/tools", "1.0.1");
    foreign.bundle = Some(bundle("pkg:npm/%40acme/other@1.0.1", &foreign.tarball));
    let refused = foreign.publish(&world.owner).await.expect(400);
    assert!(refused.error().contains("pkg:npm/%40acme/other@1.0.1"));
    foreign.bundle = Some(bundle("pkg:npm/%40acme/tools@1.0.1", b"other bytes"));
    let refused = foreign.publish(&world.owner).await.expect(400);
    assert!(refused.error().contains("sha512"), "{}", refused.text());
    assert_eq!(world.app.kept().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_19_a_first_publish_is_always_latest_too() {
    let world = World::new().await;
    let body = Body::new("@acme/tools", "1.0.0-rc.1").tag("beta");
    body.publish(&world.owner).await.expect(201);
    let tags = world.owner.get("/-/package/@acme%2ftools/dist-tags").await;
    let both = json!({ "beta": "1.0.0-rc.1", "latest": "1.0.0-rc.1" });
    assert_eq!(tags.expect(200).json(), both);
}

#[tokio::test(flavor = "multi_thread")]
async fn berrys_key_order_and_old_npms_second_try_are_read() {
    let world = World::new().await;
    // berry writes the attachments before the versions.
    let body = Body::new("@acme/tools", "1.0.0");
    let document = body.json();
    let mut turned = json!({ "_id": document["_id"], "_attachments": document["_attachments"] });
    let fields = turned.as_object_mut().unwrap();
    for (key, value) in document.as_object().unwrap().iter().rev() {
        fields.entry(key).or_insert(value.clone());
    }
    let sent = turned.to_string();
    assert!(sent.find("_attachments") < sent.find("versions"), "{sent}");
    world.owner.put(&body.path(), &turned).await.expect(201);
    // npm 9 and older, after a conflict, send all versions with one attachment.
    let read = format!("{}?write=true", body.path());
    let mut whole = world.owner.get(&read).await.expect(200).json();
    let next = Body::new("@acme/tools", "1.1.0");
    let new = next.json();
    whole["versions"]["1.1.0"] = new["versions"]["1.1.0"].clone();
    whole["dist-tags"]["latest"] = "1.1.0".into();
    whole["_attachments"] = new["_attachments"].clone();
    world.owner.put(&body.path(), &whole).await.expect(201);
    let now = world.owner.get(&body.path()).await.expect(200).json();
    assert_eq!(now["versions"].as_object().unwrap().len(), 2);
    assert_eq!(now["dist-tags"], json!({ "latest": "1.1.0" }));
    let first = &now["versions"]["1.0.0"]["dist"];
    assert_eq!(first["integrity"], body.integrity());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_publish_takes_access_from_its_repository() {
    let world = World::new().await;
    let writer = world.member("wes").await;
    let repository = "acme/tools";
    world.app.repository(repository, Visibility::Public).await;
    world
        .app
        .grant_on_repository(repository, "wes", Some(Role::Write))
        .await;
    let fields = json!({ "repository": "git+https://git.example/Acme/tools.git" });
    let linked = Body::with("@acme/linked", "1.0.0", fields.clone());
    let made = linked.publish(&writer).await.expect(201);
    assert_eq!(made.header("npm-notice"), None);
    let anonymous = world.app.anonymous();
    anonymous.get(&linked.path()).await.expect(200);
    // Whoever may not write there publishes unlinked, and is told.
    let member = world.member("mia").await;
    let foreign = Body::with("@acme/foreign", "1.0.0", fields);
    let made = foreign.publish(&member).await.expect(201);
    let notice = made.header("npm-notice").unwrap();
    assert!(notice.contains("link"), "{notice}");
    anonymous.get(&foreign.path()).await.expect(401);
    writer.get(&foreign.path()).await.expect(404);
    member.get(&foreign.path()).await.expect(200);
    // A right that was taken is gone at the next request.
    world.app.grant_on_repository(repository, "wes", None).await;
    let later = Body::new("@acme/linked", "1.0.1").publish(&writer).await;
    later.expect(403);
}
