//! Whatever is done in whatever order, what hangs on a package's versions is true.

use chrono::TimeDelta;
use packhouse_core::actor::Actor;
use packhouse_core::package::{Deprecation, VersionState};
use packhouse_db::{package as packages, tag, version as versions_of};
use packhouse_registry::Error;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::world::{Draft, TestFormat, World, package, version, versions};
use packhouse_core::error::ErrorKind;
use packhouse_core::format::Format;

on_both_engines!(pointers_stay_true);

const NAMES: [&str; 5] = ["1.0.0", "1.1.0", "2.0.0-rc", "2.0.0", "10.0.0"];
const TAGS: [&str; 2] = ["latest", "next"];

#[derive(Debug, Clone)]
enum Step {
    Publish(usize, usize),
    Delete(usize),
    Restore(usize),
    SetTag(usize, usize),
    RemoveTag(usize),
    Deprecate(usize, bool),
    DeletePackage,
    RestorePackage,
}

fn step() -> impl Strategy<Value = Step> {
    let (name, tag) = (0..NAMES.len(), 0..TAGS.len());
    prop_oneof![
        5 => (name.clone(), tag.clone()).prop_map(|(n, t)| Step::Publish(n, t)),
        3 => name.clone().prop_map(Step::Delete),
        3 => name.clone().prop_map(Step::Restore),
        2 => (tag.clone(), name.clone()).prop_map(|(t, n)| Step::SetTag(t, n)),
        1 => tag.prop_map(Step::RemoveTag),
        2 => (name, any::<bool>()).prop_map(|(n, on)| Step::Deprecate(n, on)),
        1 => Just(Step::DeletePackage),
        2 => Just(Step::RestorePackage),
    ]
}

async fn pointers_stay_true(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let mut runner = TestRunner::deterministic();
    for case in 0..12 {
        let name = format!("ada/x{case}");
        let tree = proptest::collection::vec(step(), 1..25).new_tree(&mut runner);
        let steps = tree.unwrap().current();
        for (index, step) in steps.iter().enumerate() {
            world.clock.advance(TimeDelta::seconds(1));
            take(&world, &ada, &name, step).await;
            check(&world, &name, &steps[..=index]).await;
        }
    }
}

async fn take(world: &World, ada: &Actor, name: &str, step: &Step) {
    let (registry, client, at) = (&world.registry, &world.client, package(name));
    let result: Result<(), Error> = match step {
        Step::Publish(n, t) => {
            let draft = Draft::new(name, NAMES[*n]).tags(&[TAGS[*t]]);
            world.publish(ada, draft).await.map(|_| ())
        }
        Step::Delete(n) => {
            let gone = versions(&[NAMES[*n]]);
            registry
                .delete_versions(ada, client, &at, gone, None)
                .await
                .map(|_| ())
        }
        Step::Restore(n) => {
            registry
                .restore_version(ada, client, &at, &version(NAMES[*n]))
                .await
        }
        Step::SetTag(t, n) => {
            let target = version(NAMES[*n]);
            registry.set_tag(ada, client, &at, TAGS[*t], &target).await
        }
        Step::RemoveTag(t) => registry.remove_tag(ada, client, &at, TAGS[*t]).await,
        Step::Deprecate(n, on) => {
            let new = on.then(|| Deprecation::new("old"));
            let wanted = vec![(version(NAMES[*n]), new)];
            registry
                .deprecate(ada, client, &at, wanted)
                .await
                .map(|_| ())
        }
        Step::DeletePackage => registry.delete_package(ada, client, &at, None).await,
        Step::RestorePackage => registry.restore_package(ada, client, &at).await,
    };
    if let Err(error) = result {
        let expected = [
            ErrorKind::NotFound,
            ErrorKind::Forbidden,
            ErrorKind::Conflict,
        ];
        assert!(expected.contains(&error.kind()), "{step:?}: {error}");
    }
}

async fn check(world: &World, name: &str, steps: &[Step]) {
    let Some(record) = world.find(name).await else {
        return;
    };
    let id = record.package.id;
    let (live, tags, record) = world
        .db(move |conn| {
            let live = versions_of::list_summaries(conn, id)?;
            let mut tags = Vec::new();
            for tag in tag::list_tags(conn, id)? {
                let version = versions_of::find_version_by_id(conn, tag.version)?.unwrap();
                tags.push((tag.name, version.state));
            }
            Ok((live, tags, packages::find_record_by_id(conn, id)?.unwrap()))
        })
        .await;
    assert_eq!(record.live_versions as usize, live.len(), "{steps:?}");
    // Stable and not deprecated before the rest, then the higher number.
    let best = live.iter().max_by(|a, b| {
        let good = |v: &packhouse_registry::rows::VersionSummary| {
            !TestFormat.is_prerelease(&v.name) && v.deprecation.is_none()
        };
        (good(a).cmp(&good(b))).then_with(|| TestFormat.compare_versions(&a.name, &b.name))
    });
    assert_eq!(record.latest, best.map(|best| best.id), "{steps:?}");
    assert!(
        tags.iter().all(|(_, state)| *state == VersionState::Live),
        "{steps:?}: {tags:?}"
    );
    let default = tags.iter().any(|(name, _)| name == "latest");
    assert_eq!(default, !live.is_empty(), "{steps:?}: {tags:?}");
}
