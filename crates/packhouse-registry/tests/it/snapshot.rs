//! Looking at one moment.

use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, World};

on_both_engines!(
    a_snapshot_sees_one_moment,
    a_snapshot_hands_out_every_version
);

async fn a_snapshot_sees_one_moment(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let id = world.record("ada/x").await.package.id;
    let (looked, wait_looked) = tokio::sync::oneshot::channel();
    let (published, wait_published) = std::sync::mpsc::channel();
    let registry = world.registry.clone();
    let look = tokio::spawn(async move {
        let look = move |package: &mut packhouse_registry::resolve::Snapshot<'_>| {
            let before = package.record.package.revision;
            let _ = looked.send(());
            wait_published.recv().unwrap();
            let mut names = Vec::new();
            package.each_version(|version| {
                names.push(version.name.to_string());
                Ok(())
            })?;
            Ok((
                before,
                names,
                package.summaries()?.len(),
                package.tags()?.len(),
            ))
        };
        registry.snapshot(id, look).await.unwrap()
    });
    wait_looked.await.unwrap();
    let second = Draft::new("ada/x", "2.0.0").tags(&["next"]);
    world.publish(&ada, second).await.unwrap();
    published.send(()).unwrap();
    let (revision, names, count, tags) = look.await.unwrap();
    assert_eq!((names, count, tags), (vec!["1.0.0".to_owned()], 1, 1));
    assert!(world.record("ada/x").await.package.revision > revision);
}

async fn a_snapshot_hands_out_every_version(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let names: Vec<_> = (0..101).map(|n| format!("1.{n}.0")).collect();
    for name in &names {
        world.publish_all(&ada, "ada/x", &[name]).await;
    }
    let id = world.record("ada/x").await.package.id;
    let look = |package: &mut packhouse_registry::resolve::Snapshot<'_>| {
        let mut seen = Vec::new();
        package.each_version(|version| {
            seen.push(version.name.to_string());
            Ok(())
        })?;
        Ok(seen)
    };
    assert_eq!(world.registry.snapshot(id, look).await.unwrap(), names);
}
