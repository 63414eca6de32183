//! Many at once: exactly one wins, and nothing half-done stays.

use futures_util::future::{join, join_all};
use packhouse_core::actor::{Actor, Client};
use packhouse_testkit::app::Options;
use packhouse_testkit::database::Engine;

use crate::body::Body;
use crate::world::{World, address};

async fn worlds() -> [World; 2] {
    let on = |engine| {
        World::with(Options {
            engine,
            ..Options::default()
        })
    };
    [on(Engine::Sqlite).await, on(Engine::Postgres).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_publishes_of_one_version_one_wins() {
    for world in worlds().await {
        let bodies: Vec<_> = (0..20)
            .map(|n| Body::new("@acme/tools", "1.0.0").other_bytes(&format!("// {n}")))
            .collect();
        let sent = bodies.iter().map(|body| body.publish(&world.owner));
        let answers = join_all(sent).await;
        let winners: Vec<_> = (0..20).filter(|n| answers[*n].status == 201).collect();
        assert_eq!(winners.len(), 1, "{winners:?}");
        for (n, answer) in answers.into_iter().enumerate() {
            if n != winners[0] {
                let text = answer.expect(403).error();
                assert!(text.contains("1.0.0 is published already"), "{text}");
            }
        }
        let kept = world.app.kept().await;
        assert_eq!((kept.blobs, kept.uploads), (1, 0));
        let tarball = world.owner.get("/@acme/tools/-/tools-1.0.0.tgz").await;
        assert_eq!(tarball.expect(200).body, bodies[winners[0]].tarball);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_while_the_package_is_deleted_is_whole_or_nothing() {
    for world in worlds().await {
        for round in 0..10 {
            let name = format!("tools-{round}");
            let package = address(&name);
            let first = Body::new(&package.shown, "1.0.0");
            first.publish(&world.owner).await.expect(201);
            let second = Body::new(&package.shown, "1.0.1");
            let (actor, client) = (Actor::System, Client::default());
            let deleted = world
                .app
                .registry
                .delete_package(&actor, &client, &package, None);
            let (published, deleted) = join(second.publish(&world.owner), deleted).await;
            deleted.unwrap();
            let status = published.status.as_u16();
            assert!(matches!(status, 201 | 403 | 409), "{}", published.text());
            let packument = world.owner.get(&second.path()).await;
            if packument.status == 200 {
                // Published after the deletion, as a new package of its own.
                assert_eq!(status, 201);
                let versions = packument.json()["versions"].clone();
                let left: Vec<_> = versions.as_object().unwrap().keys().cloned().collect();
                assert_eq!(left, ["1.0.1"]);
            } else {
                packument.expect(404);
                let again = second.publish(&world.owner).await;
                // Deleted with the package, or never there.
                again.expect(if status == 201 { 403 } else { 201 });
            }
            let again = first.other_bytes("// again").publish(&world.owner).await;
            let text = again.expect(403).error();
            assert!(text.contains("published and deleted"), "{text}");
        }
        assert_eq!(world.app.kept().await.uploads, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packument_without_versions_is_never_served() {
    let world = World::new().await;
    for round in 0..20 {
        let body = Body::new(&format!("@acme/tools-{round}"), "1.0.0");
        body.publish(&world.owner).await.expect(201);
        let (path, rev) = (body.path(), format!("{}/-rev/undefined", body.path()));
        let nothing = serde_json::json!({ "name": body.name, "versions": {} });
        let reads = join_all((0..8).map(|_| world.owner.get(&path)));
        let (removed, reads) = join(world.owner.put(&rev, &nothing), reads).await;
        removed.expect(200);
        for read in reads {
            if read.status == 200 {
                let versions = read.json()["versions"].clone();
                assert_eq!(versions.as_object().unwrap().len(), 1, "{versions}");
            } else {
                read.expect(404);
            }
        }
        world.owner.get(&path).await.expect(404);
    }
}
