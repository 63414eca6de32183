//! What lies below a path, what packages contribute to common documents, and lists.

use packhouse_core::actor::Actor;
use packhouse_core::id::RepositoryId;
use packhouse_core::permission::Role;
use packhouse_core::token::TokenLimits;
use packhouse_core::visibility::Visibility;
use packhouse_registry::browse::Scope;
use packhouse_registry::publish::PutEntry;
use packhouse_testkit::database::TestDatabase;
use packhouse_testkit::on_both_engines;

use crate::put::acme;
use crate::world::{PARTS, Part, World, parts, refused};

on_both_engines!(
    folders_are_what_lies_directly_below,
    folders_lead_to_what_may_be_read,
    a_long_folder_is_cut_off,
    entries_are_of_live_packages_that_may_be_read,
    entries_are_set_by_writers,
    lists_show_no_package_that_is_only_open,
);

async fn repository(world: &World, name: &str) -> RepositoryId {
    let owner = world.account_id("acme").await;
    let key = name.to_owned();
    let found = world
        .db(move |conn| packhouse_db::repository::find_repository(conn, owner, &key))
        .await;
    found.unwrap().id
}

async fn folders(world: &World, actor: &Actor, name: &str, folder: &str) -> Vec<String> {
    let of = (repository(world, name).await, PARTS);
    let found = world.registry.list_folders(actor, of, folder, 100);
    found.await.unwrap()
}

async fn folders_are_what_lies_directly_below(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.repository("acme/more", Visibility::Private).await;
    for name in [
        "acme",
        "acme:x",
        "acme:x:y",
        "acme:x:z",
        "acme:x-y:a",
        "acme:x.y:b",
        "acme:x0:c",
        "acme-x",
        "acme-x:d",
        "acme.y:e",
        "Acme:f",
        "org:g:deep:er",
        "org:g:deep:est",
    ] {
        world
            .release(&ada, &format!("acme/libs/{name}"), "1.0")
            .await;
    }
    world.release(&ada, "acme/more/elsewhere", "1.0").await;
    // Open, deleted, or of another format.
    let open = Part::new("acme/libs/open:lib", "1.0", "pom");
    world.put(&ada, open).await.unwrap();
    world.release(&ada, "acme/libs/gone:lib", "1.0").await;
    world.withdraw_all(&ada, "acme/libs/gone:lib").await;
    for (folder, expected) in [
        ("", &["Acme", "acme", "acme-x", "acme.y", "org"][..]),
        ("acme", &["x", "x-y", "x.y", "x0"]),
        ("acme/x", &["y", "z"]),
        ("acme-x", &["d"]),
        ("acme/x/y", &[]),
        ("Acme", &["f"]),
        ("org", &["g"]),
        ("org/g/deep", &["er", "est"]),
        ("ac", &[]),
        ("open", &[]),
        ("gone", &[]),
        ("none/at/all", &[]),
    ] {
        let found = folders(&world, &ada, "libs", folder).await;
        assert_eq!(found, expected, "{folder}");
    }
    assert_eq!(folders(&world, &ada, "more", "").await, ["elsewhere"]);
}

async fn folders_lead_to_what_may_be_read(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let (eve, rob) = (world.user("eve").await, world.user("rob").await);
    for name in ["com:acme:one", "com:acme:two", "org:three"] {
        world
            .release(&ada, &format!("acme/libs/{name}"), "1.0")
            .await;
    }
    let packages = vec![parts("acme/libs/com:acme:two")];
    let limits = world
        .registry
        .token_limits(Vec::new(), Vec::new(), packages)
        .await
        .unwrap();
    let narrow = world.token("ada", "read:packages", limits).await;
    world
        .grant_repository("acme/libs", "rob", Some(Role::Read))
        .await;
    let all: &[&str] = &["com", "org"];
    for (actor, root, below) in [
        (&ada, all, &["one", "two"][..]),
        (&rob, all, &["one", "two"]),
        (&narrow, &["com"], &["two"]),
        (&eve, &[], &[]),
        (&Actor::Anonymous, &[], &[]),
    ] {
        let shown = actor.shown().to_owned();
        assert_eq!(folders(&world, actor, "libs", "").await, root, "{shown}");
        let found = folders(&world, actor, "libs", "com/acme").await;
        assert_eq!(found, below, "{shown}");
    }
}

async fn a_long_folder_is_cut_off(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    for n in 0..6 {
        world
            .release(&ada, &format!("acme/libs/n{n}:lib"), "1.0")
            .await;
    }
    let of = (repository(&world, "libs").await, PARTS);
    for limit in [0, 1, 4, 6, 7] {
        let found = world.registry.list_folders(&ada, of, "", limit).await;
        let expected: Vec<_> = (0..6.min(limit)).map(|n| format!("n{n}")).collect();
        assert_eq!(found.unwrap(), expected);
    }
}

async fn entries(world: &World, actor: &Actor, scope: Scope) -> Vec<String> {
    let found = world
        .registry
        .list_entries(actor, PARTS, scope, "plugins:acme", 100)
        .await
        .unwrap();
    let shown = found.into_iter().map(|entry| {
        let path = entry.path.unwrap();
        format!("{}={} at {path} {}", entry.name, entry.value, entry.latest)
    });
    shown.collect()
}

fn of(repository: &str) -> Scope {
    Scope::Repository("acme".to_owned(), repository.to_owned())
}

async fn entries_are_of_live_packages_that_may_be_read(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    world.repository("acme/open", Visibility::Public).await;
    let plugin = |name: &str, prefix: &str| {
        Part::new(&format!("acme/{name}"), "1.0", "main").entry("plugins:acme", prefix, "it")
    };
    for part in [
        plugin("libs/acme:b", "bee"),
        plugin("libs/acme:a", "cat"),
        plugin("open/acme:c", "ant"),
        plugin("open/acme:d", "dog").entry("other", "x", "y"),
    ] {
        let package = part.package.clone();
        world.put(&ada, part).await.unwrap();
        // Nothing is published yet.
        let scope = Scope::Owner("acme".to_owned());
        let all = entries(&world, &ada, scope).await;
        assert!(!all.iter().any(|line| line.contains(&package)), "{all:?}");
        if package != "acme/open/acme:d" {
            world.complete(&ada, &package, &["1.0"]).await.unwrap();
        }
    }
    let (a, b, c) = (
        "cat=it at acme/a 1.0",
        "bee=it at acme/b 1.0",
        "ant=it at acme/c 1.0",
    );
    assert_eq!(entries(&world, &ada, of("libs")).await, [b, a]);
    assert_eq!(entries(&world, &ada, of("open")).await, [c]);
    assert!(entries(&world, &ada, of("none")).await.is_empty());
    let everything = async |actor: &Actor| {
        let scope = Scope::Owner("acme".to_owned());
        entries(&world, actor, scope).await
    };
    assert_eq!(everything(&ada).await, [c, b, a]);
    let blind = world
        .token("ada", "delete:packages", TokenLimits::default())
        .await;
    for actor in [&Actor::Anonymous, &world.user("eve").await, &blind] {
        assert_eq!(everything(actor).await, [c]);
        assert!(entries(&world, actor, of("libs")).await.is_empty());
    }
    // A deleted package contributes nothing, and again what it did when it is back.
    let one = "acme/libs/acme:b";
    world.withdraw_all(&ada, one).await;
    assert_eq!(everything(&ada).await, [c, a]);
    world.bring_all_back(&ada, one).await.unwrap();
    assert_eq!(everything(&ada).await, [c, b, a]);
}

async fn entries_are_set_by_writers(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let eve = world.user("eve").await;
    let lib = "acme/libs/acme:lib";
    world.release(&ada, lib, "1.0").await;
    let set = async |actor: &Actor, package: &str, value: &str| {
        let entry = PutEntry {
            topic: "plugins:acme".to_owned(),
            name: "lib".to_owned(),
            value: value.to_owned(),
        };
        let at = parts(package);
        world
            .registry
            .set_entries(actor, &world.client, vec![(at, entry)])
            .await
            .map(|there| there == 1)
    };
    let revision = async || world.parts_record(lib).await.unwrap().package.revision;
    let start = revision().await;
    for (value, change) in [("one", 1), ("one", 1), ("two", 2), ("two", 2)] {
        assert!(set(&ada, lib, value).await.unwrap());
        assert_eq!(revision().await, start + change);
        let shown = entries(&world, &ada, of("libs")).await;
        assert_eq!(shown, [format!("lib={value} at acme/lib 1.0")]);
    }
    assert!(!set(&ada, "acme/libs/acme:none", "x").await.unwrap());
    refused(set(&eve, lib, "x").await);
    refused(set(&Actor::Anonymous, lib, "x").await);
    assert_eq!(revision().await, start + 2);
}

async fn lists_show_no_package_that_is_only_open(database: TestDatabase) {
    let (world, ada) = acme(database).await;
    let lib = "acme/libs/lib";
    world.deploy(&ada, lib, "1.0").await;
    let owner = world.account_id("acme").await;
    let listed = async || {
        let names = world.registry.readable_names(&ada, PARTS, None, 10).await;
        let of_owner = world
            .db(move |conn| {
                packhouse_db::package::list_packages(conn, owner, Some(PARTS), None, 10)
            })
            .await;
        let page = world
            .registry
            .list_version_page(&ada, &parts(lib), None, 10)
            .await
            .unwrap();
        let id = world.parts_record(lib).await.unwrap().package.id;
        let summaries = world
            .registry
            .snapshot(id, |snapshot| {
                let version = snapshot.version(&crate::world::release("1.0"))?;
                Ok((snapshot.summaries()?.len(), version.is_some()))
            })
            .await
            .unwrap();
        (names.unwrap().len(), of_owner.len(), page.len(), summaries)
    };
    assert_eq!(listed().await, (0, 0, 0, (0, false)));
    world.complete(&ada, lib, &["1.0"]).await.unwrap();
    assert_eq!(listed().await, (1, 1, 1, (1, true)));
}
