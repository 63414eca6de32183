//! Collecting what was deleted, and sparing what something needs.

use chrono::TimeDelta;
use packhouse_core::error::ErrorKind;
use packhouse_registry::collect::{Collected, Mode};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, Hub, Manifest, Named, World, package, refused, stored, versions};

on_both_engines!(
    a_deleted_version_goes_after_thirty_days_and_frees_its_bytes,
    a_deleted_package_goes_after_thirty_days,
    a_used_name_stays_used_after_its_version_went,
    what_something_needs_stays,
    what_a_live_version_names_is_not_purged,
    a_push_after_the_collection_brings_everything_anew,
    a_forecast_says_what_a_collection_does,
    of_several_servers_one_collects,
);

/// Collects until nothing is in use: a process that another test starts holds all files open until
/// it runs its own program.
pub(crate) async fn collect(world: &World) -> Collected {
    let mut done = collect_once(world).await;
    while done.busy > 0 {
        let next = collect_once(world).await;
        done.blobs += next.blobs;
        done.blob_bytes += next.blob_bytes;
        done.strays += next.strays;
        done.stray_bytes += next.stray_bytes;
        done.busy = next.busy;
    }
    done
}

pub(crate) async fn collect_once(world: &World) -> Collected {
    world.registry.collect(Mode::Remove).await.unwrap()
}

async fn forecast(world: &World) -> Collected {
    world.registry.collect(Mode::Forecast).await.unwrap()
}

pub(crate) fn days(world: &World, days: i64) {
    world.clock.advance(TimeDelta::days(days));
}

/// Pushes a version of some layers and gives it.
pub(crate) async fn push(hub: &Hub, to: &str, text: &str, layers: &[&str]) -> Named {
    let mut named = Vec::new();
    for layer in layers {
        named.push(hub.bring(to, layer).await.unwrap());
    }
    let manifest = Manifest::of(text, &named.iter().collect::<Vec<_>>());
    hub.push(to, manifest.tag(text)).await.unwrap()
}

async fn sizes(world: &World) -> Vec<u64> {
    let mut sizes: Vec<_> = stored(&*world.store())
        .await
        .iter()
        .map(|b| b.size)
        .collect();
    sizes.sort_unstable();
    sizes
}

async fn a_deleted_version_goes_after_thirty_days_and_frees_its_bytes(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    let kept = push(&ada, "ada/app", "one", &["shared layer"]).await;
    let gone = push(
        &ada,
        "ada/app",
        "two",
        &["shared layer", "own layer of two"],
    )
    .await;
    assert_eq!(ada.delete("ada/app", &[&gone]).await.unwrap(), 1);
    let before = sizes(&world).await;
    assert_eq!(before.len(), 4);
    days(&world, 29);
    assert!(collect(&world).await.is_nothing());
    ada.restore("ada/app", &gone).await.unwrap();
    ada.pull_tag("ada/app", "two").await.unwrap();
    assert_eq!(ada.delete("ada/app", &[&gone]).await.unwrap(), 1);
    days(&world, 30);
    let own = "own layer of two".len() as u64 + gone.size;
    let expected = Collected {
        versions: 1,
        links: 1,
        blobs: 2,
        blob_bytes: own,
        ..Collected::default()
    };
    assert_eq!(collect(&world).await, expected);
    assert_eq!(
        sizes(&world).await.iter().sum::<u64>() + own,
        before.iter().sum::<u64>()
    );
    let restored = ada.restore("ada/app", &gone).await;
    assert_eq!(refused(restored), ErrorKind::NotFound);
    ada.pull_digest("ada/app", &kept).await.unwrap();
    assert_eq!(world.events().await.last(), Some(&"version.purged"));
    assert!(collect(&world).await.is_nothing());
}

async fn a_deleted_package_goes_after_thirty_days(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    push(&ada, "ada/app", "one", &["layer"]).await;
    push(&ada, "ada/app", "two", &["layer"]).await;
    let at = crate::world::image("ada/app");
    let delete = ada
        .registry
        .delete_package(&ada.actor, &ada.client, &at, None);
    delete.await.unwrap();
    days(&world, 29);
    assert!(collect(&world).await.is_nothing());
    let restore = ada.registry.restore_package(&ada.actor, &ada.client, &at);
    restore.await.unwrap();
    ada.pull_tag("ada/app", "one").await.unwrap();
    let delete = ada
        .registry
        .delete_package(&ada.actor, &ada.client, &at, None);
    delete.await.unwrap();
    days(&world, 30);
    let done = collect(&world).await;
    assert_eq!((done.packages, done.versions, done.links), (1, 2, 1));
    assert_eq!(done.blobs, 3);
    assert_eq!(sizes(&world).await, [0_u64; 0]);
    // What is told of a package that never was.
    let restore = ada.registry.restore_package(&ada.actor, &ada.client, &at);
    assert_eq!(refused(restore.await), ErrorKind::Forbidden);
    assert_eq!(world.events().await.last(), Some(&"package.purged"));
    // The name is free for a new package.
    push(&ada, "ada/app", "one", &["layer"]).await;
    ada.pull_tag("ada/app", "one").await.unwrap();
}

async fn a_used_name_stays_used_after_its_version_went(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    world
        .registry
        .count_download(world.record("ada/x").await.latest.unwrap());
    world.registry.flush_counters().await.unwrap();
    let at = package("ada/x");
    let deleted = world
        .registry
        .delete_versions(&ada, &world.client, &at, versions(&["2.0.0"]), None)
        .await;
    assert_eq!(deleted.unwrap(), 1);
    days(&world, 31);
    let done = collect(&world).await;
    assert_eq!((done.versions, done.blobs), (1, 1));
    let again = world.publish(&ada, Draft::new("ada/x", "2.0.0")).await;
    assert_eq!(refused(again), ErrorKind::Conflict);
    let deleted = world
        .registry
        .delete_package(&ada, &world.client, &at, None)
        .await;
    deleted.unwrap();
    days(&world, 31);
    assert_eq!(collect(&world).await.packages, 1);
    for version in ["1.0.0", "2.0.0"] {
        let again = world.publish(&ada, Draft::new("ada/x", version)).await;
        assert_eq!(refused(again), ErrorKind::Conflict, "{version}");
    }
    world.publish_all(&ada, "ada/x", &["3.0.0"]).await;
}

/// Case 43: a shared layer, the children of an index, attestations among them, signatures by tag
/// and by subject, and a digest that somebody pinned.
async fn what_something_needs_stays(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    let at = "ada/app";
    let amd = push(&ada, at, "amd64", &["shared layer", "amd layer"]).await;
    let arm = push(&ada, at, "arm64", &["shared layer", "arm layer"]).await;
    let attestation = push(&ada, at, "attestation", &["in-toto"]).await;
    for tag in ["amd64", "arm64", "attestation"] {
        let image = crate::world::image(at);
        let removed = ada
            .registry
            .remove_tag(&ada.actor, &ada.client, &image, tag);
        removed.await.unwrap();
    }
    let unnamed = ada.bring(at, "a layer that nothing names").await.unwrap();
    // A build cache's index lists layers.
    let cache = ada.bring(at, "a cache layer in an index").await.unwrap();
    let index = Manifest::index("index", &[&amd, &arm, &attestation, &cache]);
    let index = ada.push(at, index.tag("latest")).await.unwrap();
    let payload = ada.bring(at, "a payload").await.unwrap();
    let by_tag = Manifest::of("signature", &[&payload]).tag("sha256-abc.sig");
    ada.push(at, by_tag).await.unwrap();
    let bundle = ada.bring(at, "a bundle").await.unwrap();
    let referrer = Manifest::of("referrer", &[&bundle]).subject(&index);
    let referrer = ada.push(at, referrer).await.unwrap();
    let pinned = push(&ada, at, "moving", &["pinned layer"]).await;
    push(&ada, at, "moving again", &[]).await;
    let mut moved = Manifest::of("moved", &[]);
    moved.tags = vec!["moving".to_owned()];
    ada.push(at, moved).await.unwrap();
    let other = "bob/copy";
    let bob = world.hub("bob").await;
    push(&bob, other, "copy", &["shared layer"]).await;
    days(&world, 100);
    let done = collect(&world).await;
    // What nothing names: the layer that no version came for.
    let expected = Collected {
        links: 1,
        blobs: 1,
        blob_bytes: unnamed.size,
        ..Collected::default()
    };
    assert_eq!(done, expected);
    ada.pull_tag(at, "latest").await.unwrap();
    for one in [&amd, &arm, &attestation, &index, &referrer, &pinned] {
        ada.pull_digest(at, one).await.unwrap();
    }
    ada.pull_tag(at, "sha256-abc.sig").await.unwrap();
    bob.pull_tag(other, "copy").await.unwrap();
    let record = ada
        .registry
        .authorize(
            &ada.actor,
            &crate::world::image(at),
            packhouse_core::permission::Action::Read,
        )
        .await
        .unwrap()
        .unwrap();
    let subject = index.digest.to_string();
    let referrers = ada
        .registry
        .referrers(record.package.id, &subject, &[], None, 10_000)
        .await
        .unwrap();
    assert_eq!(referrers.entries.len(), 1);
    assert_eq!(referrers.last, None);
    // The other package's link goes with its version, the bytes stay for ours.
    ada.delete(at, &[&index]).await.unwrap();
    ada.delete(at, &[&amd]).await.unwrap();
    days(&world, 31);
    assert_eq!(collect(&world).await.versions, 2);
    bob.pull_tag(other, "copy").await.unwrap();
    ada.pull_digest(at, &arm).await.unwrap();
}

async fn what_a_live_version_names_is_not_purged(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    let at = "ada/app";
    let leaf = push(&ada, at, "leaf", &["leaf layer"]).await;
    let inner = Manifest::index("inner", &[&leaf]);
    let inner = ada.push(at, inner).await.unwrap();
    let outer = Manifest::index("outer", &[&inner]).tag("latest");
    let outer = ada.push(at, outer).await.unwrap();
    ada.delete(at, &[&outer, &inner, &leaf]).await.unwrap();
    days(&world, 29);
    ada.restore(at, &outer).await.unwrap();
    days(&world, 10);
    // The two others were deleted long ago, and the outermost is made of them: both are served.
    assert!(collect(&world).await.is_nothing());
    ada.pull_digest(at, &inner).await.unwrap();
    ada.delete(at, &[&outer]).await.unwrap();
    days(&world, 31);
    let done = collect(&world).await;
    assert_eq!((done.versions, done.links, done.blobs), (3, 1, 4));
}

async fn a_push_after_the_collection_brings_everything_anew(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    let first = push(&ada, "ada/app", "one", &["layer"]).await;
    ada.delete("ada/app", &[&first]).await.unwrap();
    days(&world, 31);
    assert_eq!(collect(&world).await.versions, 1);
    let (layer, _) = ada.stage("layer").await;
    assert!(!ada.head("ada/app", &layer).await.unwrap());
    let mut manifest = Manifest::of("one", &[&layer]);
    manifest.tags = vec!["one".to_owned()];
    let refused = ada.push("ada/app", manifest).await.unwrap_err();
    assert!(refused.to_string().contains(&layer.digest.to_string()));
    push(&ada, "ada/app", "one", &["layer"]).await;
    ada.pull_tag("ada/app", "one").await.unwrap();
}

async fn a_forecast_says_what_a_collection_does(database: TestDatabase) {
    let world = World::new(database).at_present();
    let ada = world.hub("ada").await;
    assert!(forecast(&world).await.is_nothing());
    for text in ["one", "two"] {
        let layers = ["shared layer", &format!("layer of {text}")];
        push(&ada, "ada/app", text, &layers).await;
    }
    let old = push(&ada, "ada/app", "old", &["shared layer", "old layer"]).await;
    push(&ada, "ada/other", "other", &["shared layer", "other layer"]).await;
    ada.bring("ada/app", "never needed").await.unwrap();
    ada.bring("ada/draft", "never needed either").await.unwrap();
    let at = crate::world::image("ada/app");
    let begun = ada.registry.begin_upload_session(&ada.actor, &at, false);
    begun.await.unwrap();
    ada.delete("ada/app", &[&old]).await.unwrap();
    let other = crate::world::image("ada/other");
    let deleted = ada
        .registry
        .delete_package(&ada.actor, &ada.client, &other, None);
    deleted.await.unwrap();
    let (_, staged) = ada.stage("a stray").await;
    world.store().put(&staged).await.unwrap();
    drop(staged);
    assert!(forecast(&world).await.is_nothing());
    days(&world, 30);
    let before = (sizes(&world).await, world.events().await);
    let said = forecast(&world).await;
    assert_eq!((sizes(&world).await, world.events().await), before);
    assert_eq!(said, collect(&world).await);
    assert_eq!((said.packages, said.versions, said.uploads), (1, 2, 1));
    assert_eq!((said.links, said.blobs, said.strays), (4, 6, 1));
    assert!(forecast(&world).await.is_nothing());
    ada.pull_tag("ada/app", "one").await.unwrap();
    ada.pull_tag("ada/app", "two").await.unwrap();
}

async fn of_several_servers_one_collects(database: TestDatabase) {
    let world = World::new(database);
    let other = world.replica();
    for round in 0..3 {
        let claims = tokio::join!(world.registry.claim_collection(), other.claim_collection());
        let claims = [claims.0.unwrap(), claims.1.unwrap()];
        assert_eq!(claims.iter().filter(|won| **won).count(), 1, "{round}");
        world
            .clock
            .advance(TimeDelta::hours(6) - TimeDelta::seconds(1));
        assert!(!world.registry.claim_collection().await.unwrap());
        world.clock.advance(TimeDelta::seconds(1));
    }
}
