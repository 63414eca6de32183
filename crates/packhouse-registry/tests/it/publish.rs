//! One version after the other into packages that are there.

use chrono::TimeDelta;
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionState;
use packhouse_db::{file, tombstone, version};
use packhouse_registry::Error;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, FORMAT, World, package, refused, versions};

on_both_engines!(
    a_new_version_is_whole,
    the_same_bytes_again_change_nothing,
    other_bytes_are_refused,
    a_deleted_number_is_never_used_again,
    a_number_stays_retired_under_a_new_package_of_the_name,
    the_latest_is_the_best_and_not_the_last,
    a_refused_publish_leaves_no_rows,
    a_publish_that_fails_inside_leaves_no_rows,
);

async fn a_new_version_is_whole(database: TestDatabase) {
    let world = World::new(database);
    world.user("ada").await;
    let ada = world
        .token("ada", "write:packages", Default::default())
        .await;
    let mut draft = Draft::new("ada/x", "1.0.0")
        .metadata(r#"{"description":"does it"}"#)
        .source("https://elsewhere.example/ada/x")
        .tags(&["next"]);
    draft.readme = Some("# x".to_owned());
    draft.more = vec![("extra".to_owned(), "more".to_owned())];
    let done = world.publish(&ada, draft).await.unwrap();
    assert!(done.new);
    let record = world.record("ada/x").await;
    assert_eq!(
        (record.live_versions, record.latest),
        (1, Some(done.version))
    );
    assert_eq!(record.package.description.as_deref(), Some("does it"));
    let tags = world.tags("ada/x").await;
    let expected = ["latest", "next"].map(|tag| (tag.to_owned(), "1.0.0".to_owned()));
    assert_eq!(tags, expected);

    let id = done.version;
    let (row, files, readme) = world
        .db(move |conn| {
            let row = version::find_version_by_id(conn, id)?.unwrap();
            Ok((row, file::list_files(conn, id)?, version::readme(conn, id)?))
        })
        .await;
    assert_eq!(row.state, VersionState::Live);
    let from = row.provenance;
    assert_eq!((from.publisher, from.token), (ada.account(), ada.token()));
    assert_eq!(from.publisher_name, "ada");
    assert_eq!(from.client.as_deref(), Some("client/1"));
    assert_eq!(
        from.source_repository.as_deref(),
        Some("https://elsewhere.example/ada/x")
    );
    assert_eq!(from.source_commit.as_deref(), Some("c0ffee"));
    assert_eq!(from.source_ref.as_deref(), Some("refs/heads/main"));
    assert_eq!(readme.as_deref(), Some("# x"));
    let names: Vec<_> = files.iter().map(|file| file.file.name.as_str()).collect();
    assert_eq!(names, ["1.0.0.bin", "extra"]);
    assert_eq!(files[1].file.digests.size, 4);
    let bytes = world.registry.open(&files[1], 0..4).await.unwrap();
    let bytes: Vec<_> = futures_util::StreamExt::collect(bytes).await;
    assert_eq!(bytes.into_iter().next().unwrap().unwrap(), "more");

    let events = world.event_rows().await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "token.created",
        "package.created",
        "version.published",
        "tag.set",
        "tag.set",
    ];
    assert_eq!(kinds, expected);
    let published = &events[2];
    assert_eq!(
        (published.actor, published.token),
        (ada.account(), ada.token())
    );
    assert_eq!(published.address.as_deref(), Some("192.0.2.7"));
    assert_eq!(published.package, Some(record.package.id));
    assert_eq!(
        (published.owner, published.version),
        (ada.account(), Some(id))
    );
}

async fn the_same_bytes_again_change_nothing(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let first = world
        .publish(&ada, Draft::new("ada/x", "1.0.0"))
        .await
        .unwrap();
    world.publish_all(&ada, "ada/x", &["2.0.0"]).await;
    let (before, events) = (world.record("ada/x").await, world.events().await);
    world.clock.advance(TimeDelta::hours(1));
    let again = Draft::new("ada/x", "1.0.0")
        .tags(&["latest", "old"])
        .metadata(r#"{"description":"other"}"#);
    let again = world.publish(&ada, again).await.unwrap();
    assert_eq!((again.new, again.version), (false, first.version));
    let after = world.record("ada/x").await;
    assert_eq!(after.package.revision, before.package.revision);
    assert_eq!(after.package.updated_at, before.package.updated_at);
    assert_eq!((after.live_versions, after.latest), (2, before.latest));
    assert_eq!(after.package.description, None);
    let tags = world.tags("ada/x").await;
    assert_eq!(tags, [("latest".to_owned(), "2.0.0".to_owned())]);
    assert_eq!(world.events().await, events);
}

async fn other_bytes_are_refused(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let before = world.record("ada/x").await;
    let other = Draft::new("ada/x", "1.0.0").bytes("other");
    let result = world.publish(&ada, other).await;
    assert!(
        matches!(result, Err(Error::VersionExists { .. })),
        "{result:?}"
    );
    assert_eq!(refused(result), ErrorKind::Conflict);
    let after = world.record("ada/x").await;
    assert_eq!(after.package.revision, before.package.revision);
}

async fn a_deleted_number_is_never_used_again(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    let at = package("ada/x");
    let gone = world
        .registry
        .delete_versions(&ada, &world.client, &at, versions(&["1.0.0"]), None)
        .await;
    assert_eq!(gone.unwrap(), 1);
    for bytes in ["ada/x 1.0.0", "other"] {
        let result = world
            .publish(&ada, Draft::new("ada/x", "1.0.0").bytes(bytes))
            .await;
        assert!(
            matches!(result, Err(Error::VersionRetired { .. })),
            "{result:?}"
        );
    }
    // The time to restore it being over changes nothing.
    world.clock.advance(TimeDelta::days(400));
    let result = world.publish(&ada, Draft::new("ada/x", "1.0.0")).await;
    assert!(
        matches!(result, Err(Error::VersionRetired { .. })),
        "{result:?}"
    );
}

async fn a_number_stays_retired_under_a_new_package_of_the_name(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0", "2.0.0"]).await;
    let old = world.record("ada/x").await.package.id;
    world
        .registry
        .delete_package(&ada, &world.client, &package("ada/x"), None)
        .await
        .unwrap();
    let result = world.publish(&ada, Draft::new("ada/X", "2.0.0")).await;
    assert!(
        matches!(result, Err(Error::VersionRetired { .. })),
        "{result:?}"
    );
    assert!(world.find("ada/x").await.is_none());
    world.publish_all(&ada, "ada/x", &["3.0.0"]).await;
    let new = world.record("ada/x").await;
    assert!(new.package.id > old);
    assert_eq!(new.live_versions, 1);
    let result = world.publish(&ada, Draft::new("ada/x", "1.0.0")).await;
    assert!(
        matches!(result, Err(Error::VersionRetired { .. })),
        "{result:?}"
    );
    let owner = new.owner.id;
    let kept = world
        .db(move |conn| tombstone::find(conn, owner, FORMAT, "x", "1.0.0"))
        .await;
    assert!(kept.unwrap().sha256.is_some());
}

async fn the_latest_is_the_best_and_not_the_last(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let described = |version: &str| {
        let text = format!(r#"{{"description":"of {version}"}}"#);
        Draft::new("ada/x", version).metadata(&text).tags(&[])
    };
    for (version, latest) in [
        ("3.0.0-rc", "3.0.0-rc"),
        ("1.0.0", "1.0.0"),
        ("1.10.0", "1.10.0"),
        ("1.9.0", "1.10.0"),
        ("4.0.0-rc", "1.10.0"),
    ] {
        world.publish(&ada, described(version)).await.unwrap();
        assert_eq!(world.latest("ada/x").await.as_deref(), Some(latest));
        let description = world.record("ada/x").await.package.description;
        assert_eq!(description, Some(format!("of {latest}")));
    }
    assert_eq!(world.record("ada/x").await.live_versions, 5);
    // The tag that always is points where the first publish put it until somebody moves it.
    let tags = world.tags("ada/x").await;
    assert_eq!(tags, [("latest".to_owned(), "3.0.0-rc".to_owned())]);
}

async fn a_refused_publish_leaves_no_rows(database: TestDatabase) {
    let world = World::new(database);
    world.user("ada").await;
    let eve = world.user("eve").await;
    let before = world.events().await;
    for actor in [eve, Actor::Anonymous] {
        let result = world.publish(&actor, Draft::new("ada/x", "1.0.0")).await;
        let expected = match actor {
            Actor::Anonymous => ErrorKind::Unauthenticated,
            _ => ErrorKind::Forbidden,
        };
        assert_eq!(refused(result), expected);
    }
    assert!(world.find("ada/x").await.is_none());
    assert_eq!(world.events().await, before);
}

async fn a_publish_that_fails_inside_leaves_no_rows(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    let mut draft = Draft::new("ada/x", "1.0.0");
    // Two files of one name break a rule of the database at the very end.
    draft.more = vec![("1.0.0.bin".to_owned(), "again".to_owned())];
    let result = world.publish(&ada, draft).await;
    assert!(result.is_err());
    assert!(world.find("ada/x").await.is_none());
    assert!(world.events().await.is_empty());
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let mut draft = Draft::new("ada/x", "2.0.0");
    draft.more = vec![("2.0.0.bin".to_owned(), "again".to_owned())];
    let (before, events) = (world.record("ada/x").await, world.events().await);
    assert!(world.publish(&ada, draft).await.is_err());
    let after = world.record("ada/x").await;
    assert_eq!(after.package.revision, before.package.revision);
    assert_eq!((after.live_versions, after.latest), (1, before.latest));
    assert_eq!(world.events().await, events);
}
