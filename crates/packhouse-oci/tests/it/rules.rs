//! Tags that never move, and visibility that pushes do not change.

use packhouse_core::actor::Actor;
use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;

use crate::image::{IMAGE, artifact};
use crate::world::{HERE, World, address, message, refused, sha256};

async fn immutable(world: &World, name: &str, patterns: &[&str]) {
    let patterns = patterns.iter().map(|one| (*one).to_owned()).collect();
    let (registry, address) = (&world.app.registry, address(name));
    let set = registry.set_immutable_tags(&Actor::System, &HERE, &address, patterns);
    set.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn case_38_an_immutable_tag_takes_the_same_manifest_and_no_other() {
    let world = World::new().await;
    let image = world.image("web");
    let first = image.push("v1.0", "first").await;
    image.push("latest", "first").await;
    immutable(&world, "web", &["v*", "stable"]).await;
    let other = image.layers("other").await;
    image.put("v1.0", IMAGE, &first).await.expect(201);
    let answer = refused(image.put("v1.0", IMAGE, &other).await, 403, "DENIED");
    let text = message(&answer);
    assert!(text.contains("v1.0") && text.contains("\"v*\""), "{text}");
    assert_eq!(image.get("manifests/v1.0").await.expect(200).body, first);
    // By parameter, too; nothing of such a push is kept.
    let reference = format!("{}?tag=new&tag=v1.0", sha256(&other));
    refused(image.put(&reference, IMAGE, &other).await, 403, "DENIED");
    image.head("manifests/new").await.expect(404);
    image
        .head(&format!("manifests/{}", sha256(&other)))
        .await
        .expect(404);
    // Others move, and new ones may be set once.
    image.put("latest", IMAGE, &other).await.expect(201);
    image.put("v1.1", IMAGE, &other).await.expect(201);
    refused(image.put("v1.1", IMAGE, &first).await, 403, "DENIED");
    immutable(&world, "web", &[]).await;
    image.put("v1.1", IMAGE, &first).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_immutable_tag_cannot_be_deleted() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("v1", "one").await;
    image.put("other", IMAGE, &manifest).await.expect(201);
    immutable(&world, "web", &["v?"]).await;
    let answer = refused(image.delete("manifests/v1").await, 403, "DENIED");
    assert!(message(&answer).contains("\"v?\""), "it names the rule");
    let path = format!("manifests/{}", sha256(&manifest));
    refused(image.delete(&path).await, 403, "DENIED");
    image.delete("manifests/other").await.expect(202);
    assert_eq!(image.tags().await, ["v1"]);
    immutable(&world, "web", &["other"]).await;
    image.delete(&path).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_34_tags_of_signatures_move_all_the_same() {
    let world = World::new().await;
    let image = world.image("web");
    image.blob(b"{}").await;
    let signed = image.push("v1", "one").await;
    immutable(&world, "web", &["*"]).await;
    let hex = sha256(&signed).replace(':', "-");
    for ending in ["", ".sig", ".att", ".sbom"] {
        let tag = format!("{hex}{ending}");
        for kind in ["application/vnd.example.one", "application/vnd.example.two"] {
            let signature = artifact(kind, None).to_string().into_bytes();
            image.put(&tag, IMAGE, &signature).await.expect(201);
            let got = image.get(&format!("manifests/{tag}")).await.expect(200);
            assert_eq!(got.body, signature);
        }
        image.delete(&format!("manifests/{tag}")).await.expect(202);
    }
    let other = image.layers("other").await;
    refused(image.put("v1", IMAGE, &other).await, 403, "DENIED");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_told_to_those_alone_who_may_push() {
    let world = World::new().await;
    let image = world.image("web");
    image.push("v1", "one").await;
    immutable(&world, "web", &["v*"]).await;
    let rita = world.app.user("rita").await;
    world
        .app
        .grant(&address("web"), "rita", Some(Role::Read))
        .await;
    let other = image.layers("other").await;
    let answer = image.by(&rita).put("v1", IMAGE, &other).await;
    let text = message(&refused(answer, 403, "DENIED"));
    assert!(!text.contains("v*"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_change_no_visibility() {
    let world = World::new().await;
    let image = world.image("web");
    let manifest = image.push("1", "one").await;
    let nobody = image.by(&world.app.anonymous());
    let sam = image.by(&world.app.user("sam").await);
    // A new image is private.
    refused(sam.get("manifests/1").await, 404, "NAME_UNKNOWN");
    for (visibility, anyone, account) in [
        (Visibility::Public, 200, 200),
        (Visibility::Internal, 401, 200),
        (Visibility::Private, 401, 404),
    ] {
        world.show("web", visibility).await;
        image.push("2", "two").await;
        for path in ["manifests/1", "manifests/2", "tags/list"] {
            nobody.get(path).await.expect(anyone);
            sam.get(path).await.expect(account);
        }
        refused(sam.put("3", IMAGE, &manifest).await, 403, "DENIED");
    }
}
