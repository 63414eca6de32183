//! Case 42 in bounded form: collection beside pushes and pulls of the same bytes.
//!
//! The clock leaps a month before each collection, while no push is under way, so that everything
//! that is not live any more can go at once, and the times of files protect nothing: pushes begin
//! beside the collection and want the very bytes that it removes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use chrono::TimeDelta;
use packhouse_registry::collect::Mode;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;
use tokio::sync::RwLock;

use crate::collect::push;
use crate::world::{Hub, Manifest, World};

on_both_engines!(nothing_is_lost_while_everything_is_collected);

/// How many collections there are.
const ROUNDS: u32 = 25;
/// The bytes that everyone pushes.
const LAYERS: [&str; 4] = ["first layer", "second layer", "third layer", "{}"];

async fn nothing_is_lost_while_everything_is_collected(database: TestDatabase) {
    let world = Arc::new(World::new(database).at_present());
    let ada = world.hub("ada").await;
    push(&ada, "ada/stable", "stable", &["a layer that stays"]).await;
    let gate = Arc::new(RwLock::new(()));
    let over = Arc::new(AtomicBool::new(false));
    let pushed = Arc::new(AtomicU32::new(0));
    let pushing = (0..3).map(|who| {
        // Each through a server of its own.
        let hub = Hub {
            registry: world.replica(),
            ..ada.clone()
        };
        let (gate, over, pushed) = (Arc::clone(&gate), Arc::clone(&over), Arc::clone(&pushed));
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            runtime.block_on(async move {
                for round in 0.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let _open = gate.read().await;
                    push_and_pull(&hub, who, round).await;
                    pushed.fetch_add(1, Ordering::Relaxed);
                }
            });
        })
    });
    let pushing: Vec<_> = pushing.collect();
    let mut blobs = 0;
    let mut seen = 0;
    while seen < ROUNDS {
        let closed = gate.write().await;
        world.clock.advance(TimeDelta::days(31));
        drop(closed);
        let done = world.registry.collect(Mode::Remove).await.unwrap();
        assert_eq!(done.failed, 0);
        blobs += done.blobs + done.strays;
        seen += 1;
    }
    over.store(true, Ordering::Relaxed);
    for task in pushing {
        task.await.unwrap();
    }
    assert!(pushed.load(Ordering::Relaxed) > 0);
    assert!(blobs > 0, "nothing was collected");
    ada.pull_tag("ada/stable", "stable").await.unwrap();
    world.clock.advance(TimeDelta::days(31));
    world.registry.collect(Mode::Remove).await.unwrap();
    let mut wrong = Vec::new();
    let mut tell = |finding: &packhouse_registry::check::Finding| wrong.push(finding.to_string());
    world.registry.check(false, &mut tell).await.unwrap();
    assert_eq!(wrong, [""; 0]);
}

/// Pushes a version as clients do (skip what is there, mount what another image has, upload the
/// rest), pulls it, and deletes it again.
async fn push_and_pull(hub: &Hub, who: usize, round: u32) {
    let images = ["ada/a", "ada/b", "ada/c"];
    let (to, from) = (images[who], images[(who + 1) % 3]);
    let mut layers = Vec::new();
    for (turn, bytes) in LAYERS.iter().enumerate() {
        let (named, _) = hub.stage(bytes).await;
        let there = hub.head(to, &named).await.unwrap();
        if !there && !hub.mount(to, from, &named).await.unwrap() {
            if (turn + who).is_multiple_of(2) {
                hub.bring(to, bytes).await.unwrap();
            } else {
                hub.bring_slowly(to, bytes).await.unwrap();
            }
        }
        layers.push(named);
    }
    let manifest = Manifest::of(
        &format!("round {}", round % 3),
        &layers.iter().collect::<Vec<_>>(),
    );
    let version = hub.push(to, manifest.tag("latest")).await.unwrap();
    hub.pull_tag(to, "latest").await.unwrap();
    hub.pull_digest(to, &version).await.unwrap();
    hub.pull_tag("ada/stable", "stable").await.unwrap();
    assert_eq!(hub.delete(to, &[&version]).await.unwrap(), 1);
}
