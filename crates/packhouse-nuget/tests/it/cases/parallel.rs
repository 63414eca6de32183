//! Many at once, on both engines.

use futures_util::future::join_all;
use packhouse_testkit::app::Options;
use packhouse_testkit::database::Engine;

use crate::pack::Nupkg;
use crate::world::World;

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
async fn case_34_of_fifty_pushes_of_one_version_one_wins() {
    for world in worlds().await {
        let source = world.source();
        let packages: Vec<_> = (0..50)
            .map(|number| Nupkg::new("Acme.Lib", "1.0.0").described(&format!("the {number}th")))
            .collect();
        let answers = join_all(packages.iter().map(|package| source.push(package))).await;
        let winners: Vec<_> = (0..50).filter(|n| answers[*n].status == 201).collect();
        assert_eq!(winners.len(), 1, "{winners:?}");
        for (number, answer) in answers.into_iter().enumerate() {
            if number != winners[0] {
                answer.expect(409);
            }
        }
        assert_eq!(source.versions("acme.lib").await, ["1.0.0"]);
        let served = source.download("acme.lib", "1.0.0").await.expect(200);
        assert_eq!(served.body, packages[winners[0]].bytes());
        let leaves = source.leaves("registration", "acme.lib").await;
        let told = format!("the {}th", winners[0]);
        assert_eq!(leaves[0]["catalogEntry"]["description"], told);
        let kept = world.app.kept().await;
        // The package and its nuspec.
        assert_eq!((kept.blobs, kept.uploads), (2, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_34_fifty_versions_at_once_are_all_listed() {
    for world in worlds().await {
        let source = world.source();
        let packages: Vec<_> = (0..50)
            .map(|number| Nupkg::new("Acme.Lib", &format!("1.{number}.0")))
            .collect();
        let answers = join_all(packages.iter().map(|package| source.push(package))).await;
        for answer in answers {
            answer.expect(201);
        }
        let expected: Vec<_> = (0..50).map(|number| format!("1.{number}.0")).collect();
        assert_eq!(source.versions("acme.lib").await, expected);
        assert_eq!(source.leaves("registration", "acme.lib").await.len(), 50);
        let found = source.json("query?q=lib").await;
        assert_eq!(found["data"][0]["version"], "1.49.0");
        assert_eq!(found["data"][0]["versions"].as_array().unwrap().len(), 50);
    }
}

/// Readers meanwhile see whole versions only.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_while_others_push_can_be_fetched() {
    let world = World::new().await;
    let source = world.source();
    source.publish("Acme.Lib", "1.0.0").await;
    let packages: Vec<_> = (1..30)
        .map(|number| Nupkg::new("Acme.Lib", &format!("1.{number}.0")))
        .collect();
    let pushing = join_all(packages.iter().map(|package| source.push(package)));
    let reading = async {
        let mut seen = 0;
        while seen < 30 {
            let versions = source.versions("acme.lib").await;
            assert!(versions.len() >= seen, "nothing goes away");
            seen = versions.len();
            let newest = versions.last().unwrap();
            source.download("acme.lib", newest).await.expect(200);
            let leaf = format!("registration/acme.lib/{newest}.json");
            source.get(&leaf).await.expect(200);
        }
    };
    let (answers, ()) = futures_util::future::join(pushing, reading).await;
    for answer in answers {
        answer.expect(201);
    }
}
