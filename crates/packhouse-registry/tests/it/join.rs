//! Groups of files that join a live version.

use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::visibility::Visibility;
use packhouse_registry::publish::{Join, PublishFile};
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::world::{Draft, FORMAT, World, package, refused, stage, version};

on_both_engines!(
    a_group_joins_and_another_takes_its_place,
    what_may_not_join_leaves_nothing,
    joined_files_are_found_across_the_packages_of_an_owner,
    many_at_once_leave_one_whole_group,
);

async fn join(world: &World, name: &str, files: &[(&str, &str)]) -> Join {
    let mut group = Vec::new();
    for (name, bytes) in files {
        group.push(PublishFile {
            name: (*name).to_owned(),
            content_type: "application/octet-stream".to_owned(),
            staged: stage(&world.registry, bytes).await,
        });
    }
    Join {
        address: package(name),
        version: version("1.0.0"),
        part: "symbols",
        replaces: true,
        files: group,
    }
}

/// Gives name and length of the files of the version, in order.
async fn files(world: &World, name: &str) -> Vec<(String, u64)> {
    let id = world.record(name).await.package.id;
    world
        .db(move |conn| {
            let live = packhouse_db::version::list_summaries(conn, id)?[0].id;
            let files = packhouse_db::file::list_files(conn, live)?;
            let mut files: Vec<_> = (files.into_iter())
                .map(|stored| (stored.file.name, stored.file.digests.size))
                .collect();
            files.sort();
            Ok(files)
        })
        .await
}

fn named(files: &[(&str, u64)]) -> Vec<(String, u64)> {
    let files = files.iter();
    files
        .map(|(name, size)| ((*name).to_owned(), *size))
        .collect()
}

async fn a_group_joins_and_another_takes_its_place(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let own = files(&world, "ada/x").await;
    let main = (own[0].0.clone(), own[0].1);
    for (group, changed, event) in [
        (&[("s/a", "one"), ("s/b", "two")][..], true, "file.joined"),
        (&[("s/b", "two"), ("s/a", "one")][..], false, "file.joined"),
        (&[("s/a", "other")][..], true, "file.replaced"),
    ] {
        let before = world.record("ada/x").await.package.revision;
        let asked = join(&world, "ada/x", group).await;
        let joined = world.registry.join(&ada, &world.client, asked).await;
        assert_eq!(joined.unwrap(), changed);
        let revision = world.record("ada/x").await.package.revision;
        assert_eq!(revision, before + i64::from(changed));
        assert_eq!(world.events().await.last(), Some(&event));
    }
    let mut expected = named(&[("s/a", 5)]);
    expected.insert(0, main);
    assert_eq!(files(&world, "ada/x").await, expected);
}

async fn what_may_not_join_leaves_nothing(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let before = (files(&world, "ada/x").await, world.events().await);
    for (who, name, kind) in [
        (&eve, "ada/x", ErrorKind::Forbidden),
        (&Actor::Anonymous, "ada/x", ErrorKind::Unauthenticated),
        (&ada, "ada/none", ErrorKind::NotFound),
    ] {
        let asked = join(&world, name, &[("s/a", "one")]).await;
        let refusal = world.registry.join(who, &world.client, asked).await;
        assert_eq!(refused(refusal), kind);
    }
    let mut asked = join(&world, "ada/x", &[("s/a", "one")]).await;
    asked.version = version("2.0.0");
    let refusal = world.registry.join(&ada, &world.client, asked).await;
    assert_eq!(refused(refusal), ErrorKind::NotFound);
    assert_eq!((files(&world, "ada/x").await, world.events().await), before);
    assert!(world.find("ada/none").await.is_none());
}

async fn joined_files_are_found_across_the_packages_of_an_owner(database: TestDatabase) {
    let world = World::new(database);
    let (ada, eve) = (world.user("ada").await, world.user("eve").await);
    for (name, visibility) in [
        ("ada/open", Visibility::Public),
        ("ada/shut", Visibility::Private),
    ] {
        let draft = Draft::new(name, "1.0.0").visibility(visibility);
        world.publish(&ada, draft).await.unwrap();
        let file = format!("s/{}", &name[4..]);
        let asked = join(&world, name, &[(&file, name)]).await;
        world
            .registry
            .join(&ada, &world.client, asked)
            .await
            .unwrap();
    }
    let find = async |actor: &Actor, owner: &str, name: &str| {
        let found = world
            .registry
            .find_listed_file(actor, FORMAT, owner, name)
            .await;
        found
            .map(|(_, stored)| stored.file.digests.size)
            .map_err(|error| error.kind())
    };
    assert_eq!(find(&Actor::Anonymous, "Ada", "s/open").await, Ok(8));
    assert_eq!(find(&ada, "ada", "s/shut").await, Ok(8));
    for name in ["s/shut", "s/none", "s/n\0ne"] {
        let stranger = find(&Actor::Anonymous, "ada", name).await;
        assert_eq!(stranger, Err(ErrorKind::Unauthenticated));
        assert_eq!(find(&eve, "ada", name).await, Err(ErrorKind::NotFound));
    }
    assert_eq!(find(&ada, "eve", "s/open").await, Err(ErrorKind::NotFound));
}

async fn many_at_once_leave_one_whole_group(database: TestDatabase) {
    let world = World::new(database);
    let ada = world.user("ada").await;
    world.publish_all(&ada, "ada/x", &["1.0.0"]).await;
    let mut groups = Vec::new();
    for n in 0..6 {
        let (a, b) = (format!("s/{n}a"), format!("s/{n}b"));
        groups.push(join(&world, "ada/x", &[(&a, "one"), (&b, "two")]).await);
    }
    let replica = world.replica();
    let joins = groups.into_iter().enumerate().map(|(n, group)| {
        let registry = if n % 2 == 0 {
            &world.registry
        } else {
            &replica
        };
        registry.join(&ada, &world.client, group)
    });
    for joined in futures_util::future::join_all(joins).await {
        assert!(joined.unwrap());
    }
    let files = files(&world, "ada/x").await;
    assert_eq!(files.len(), 3, "{files:?}");
    assert_eq!(files[1].0[..3], files[2].0[..3]);
}
