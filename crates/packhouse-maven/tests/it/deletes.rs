//! What is deleted, what may take its place, and what comes back.

use chrono::Duration;
use packhouse_core::actor::Actor;
use packhouse_core::permission::Role;
use packhouse_core::visibility::Visibility;
use packhouse_registry::Error;

use crate::world::{Gav, HERE, World, address, builds, jar, metadata, pom, refused, sum, version};

const GA: &str = "com.acme:lib";
const NAME: &str = "libs/com.acme:lib";
const A_LEVEL: &str = "com/acme/lib/maven-metadata.xml";

async fn restore(world: &World, text: &str) -> Result<(), Error> {
    let (address, name) = (address(NAME), version(text));
    let registry = &world.app.registry;
    registry
        .restore_version(&Actor::System, &HERE, &address, &name)
        .await
}

async fn restore_package(world: &World, name: &str) -> Result<(), Error> {
    let (address, registry) = (address(name), &world.app.registry);
    registry
        .restore_package(&Actor::System, &HERE, &address)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_release_comes_back_with_its_own_bytes_alone() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.deploy(GA, "1.0").await;
    repo.deploy(GA, "1.1").await;
    assert_eq!(world.delete(NAME, &["1.0"]).await, 1);
    assert_eq!(repo.versions(GA).await, ["1.1"]);
    refused(repo.get(&at.file("jar")).await, 404, &["not found"]);
    // The name outlives the bytes, and the time in which it could be undone.
    for days in [0, 31] {
        world.app.clock.advance(Duration::days(days));
        let other = repo.put(&at.file("jar"), "other bytes").await;
        let old = sum("sha256", &jar(GA, "1.0"));
        refused(other, 409, &["lib-1.0.jar", &old, "new version"]);
    }
    repo.deploy(GA, "1.0").await;
    // A file that was never there may join.
    repo.put_new(&at.file("-sources.jar"), b"sources").await;
    assert_eq!(repo.versions(GA).await, ["1.0", "1.1"]);
    let served = repo.get(&at.file("jar")).await.expect(200);
    assert_eq!(served.body, jar(GA, "1.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_snapshot_is_a_free_name() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1-SNAPSHOT"));
    let build = "20260131.120000-1";
    for (round, body) in ["one", "two"].into_iter().enumerate() {
        repo.put_new(&at.of_build(build, "pom"), &pom(GA, "1-SNAPSHOT"))
            .await;
        repo.put_new(&at.of_build(build, "jar"), body.as_bytes())
            .await;
        let folder = format!("{}/1-SNAPSHOT", at.directory());
        repo.put_metadata(&folder, &builds(GA, "1-SNAPSHOT", build))
            .await;
        assert_eq!(repo.versions(GA).await, ["1-SNAPSHOT"]);
        let served = repo.get(&at.of_build(build, "jar")).await.expect(200);
        assert_eq!(served.text(), body);
        if round == 0 {
            assert_eq!(world.delete(NAME, &["1-SNAPSHOT"]).await, 1);
            refused(repo.get(A_LEVEL).await, 404, &["not found"]);
            let path = format!("{folder}/maven-metadata.xml");
            refused(repo.get(&path).await, 404, &["not found"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restored_is_listed_again() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.deploy(GA, "1.0").await;
    let before = repo.get(A_LEVEL).await.expect(200);
    world.delete(NAME, &["1.0"]).await;
    refused(repo.get(A_LEVEL).await, 404, &[]);
    world.app.clock.advance(Duration::days(29));
    restore(&world, "1.0").await.unwrap();
    assert_eq!(repo.versions(GA).await, ["1.0"]);
    let after = repo.get(A_LEVEL).await.expect(200);
    assert_ne!(after.header("etag"), before.header("etag"));
    let served = repo.get(&at.file("jar")).await.expect(200);
    assert_eq!(served.body, jar(GA, "1.0"));
    assert_eq!(repo.get("com/acme/lib/1.0/").await.status, 200);
    // Restored or not: its files keep their bytes, and the same ones are no change.
    refused(repo.put(&at.file("jar"), "other").await, 409, &[]);
    repo.put(&at.file("jar"), jar(GA, "1.0")).await.expect(200);
    world.delete(NAME, &["1.0"]).await;
    world.app.clock.advance(Duration::days(31));
    let late = restore(&world, "1.0").await.unwrap_err();
    assert!(matches!(late, Error::NotFound { .. }), "{late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_again_is_not_restored_over() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    world.delete(NAME, &["1.0"]).await;
    repo.deploy(GA, "1.0").await;
    let twin = restore(&world, "1.0").await.unwrap_err();
    assert!(matches!(twin, Error::Conflict(_)), "{twin}");
    assert_eq!(repo.versions(GA).await, ["1.0"]);
}

/// What nobody was told of leaves no name behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_was_never_listed_is_discarded() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "2.0"));
    repo.deploy(GA, "1.0").await;
    repo.put_new(&at.file("jar"), b"half a deploy").await;
    assert_eq!(world.delete(NAME, &["2.0"]).await, 1);
    refused(repo.get(&at.file("jar")).await, 404, &["not found"]);
    let gone = restore(&world, "2.0").await.unwrap_err();
    assert!(matches!(gone, Error::NotFound { .. }), "{gone}");
    repo.deploy(GA, "2.0").await;
    assert_eq!(repo.versions(GA).await, ["1.0", "2.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_lies_in_one_repository_of_its_owner() {
    let mut world = World::new().await;
    world.libs().deploy(GA, "1.0").await;
    let apps = world.repository("apps", Visibility::Private).await;
    let role = Some(Role::Write);
    let wes = world.app.user("wes").await;
    world
        .app
        .grant_on_repository("acme/apps", "wes", role)
        .await;
    world.mark().await;
    let path = Gav::new(GA, "2.0").file("jar");
    for seen in [apps.clone(), apps.seen_by(&wes)] {
        let told = refused(
            seen.put(&path, "x").await,
            409,
            &["another repository of acme"],
        );
        assert!(!told.contains("libs"), "which one is not told: {told}");
        // Nothing of it is to be read here.
        refused(seen.get(A_LEVEL).await, 404, &["not found"]);
        seen.put(A_LEVEL, metadata(GA, &["2.0"])).await.expect(200);
    }
    world.expect_untouched("nothing was kept").await;
    // Whoever may not write is told that first.
    let sam = world.app.user("sam").await;
    refused(apps.seen_by(&sam).put(&path, "x").await, 404, &[]);
    // Names that only look alike are others.
    apps.deploy("com.acme.lib:lib", "1").await;
    apps.deploy("com.acme:Lib", "1").await;
    assert_eq!(apps.versions("com.acme:Lib").await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_package_keeps_its_place_for_thirty_days() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    let apps = world.repository("apps", Visibility::Private).await;
    world.delete_package(NAME).await;
    for path in [A_LEVEL, "com/acme/lib/", "com/"] {
        refused(repo.get(path).await, 404, &["not found"]);
    }
    assert!(!repo.get("").await.expect(200).text().contains("com"));
    let path = Gav::new(GA, "1.0").file("jar");
    refused(apps.put(&path, "x").await, 409, &["in the last 30 days"]);
    world.app.clock.advance(Duration::days(29));
    refused(apps.put(&path, "x").await, 409, &["in the last 30 days"]);
    restore_package(&world, NAME).await.unwrap();
    assert_eq!(repo.versions(GA).await, ["1.0"]);
    world.delete_package(NAME).await;
    world.app.clock.advance(Duration::days(31));
    apps.deploy(GA, "1.0").await;
    assert_eq!(apps.versions(GA).await, ["1.0"]);
    let late = restore_package(&world, NAME).await.unwrap_err();
    assert!(matches!(late, Error::NotFound { .. }), "{late}");
    refused(repo.put(&path, "x").await, 409, &["another repository"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_is_published_anew_is_a_new_one() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    let old = world.package(NAME).await.package.id;
    world.delete_package(NAME).await;
    let other = repo.put(&Gav::new(GA, "1.0").file("jar"), "other").await;
    refused(other, 409, &["lib-1.0.jar", "new version"]);
    repo.deploy(GA, "2.0").await;
    assert_ne!(world.package(NAME).await.package.id, old);
    assert_eq!(repo.versions(GA).await, ["2.0"]);
    let taken = restore_package(&world, NAME).await.unwrap_err();
    assert!(matches!(taken, Error::Conflict(_)), "{taken}");
}

/// A token that was made for a package is none for the one that takes its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_a_deleted_package_does_not_reach_its_successor() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    let limits = world
        .app
        .registry
        .token_limits(vec![], vec![], vec![address(NAME)]);
    let spec = packhouse_registry::token::TokenSpec {
        limits: limits.await.unwrap(),
        ..packhouse_testkit::app::token_spec()
    };
    let token = world.app.token("ada", spec).await.secret;
    let limited = repo.seen_by(&world.app.client(Some(&token)));
    limited.get(A_LEVEL).await.expect(200);
    limited
        .put_new(&Gav::new(GA, "1.0").file("-x.jar"), b"x")
        .await;
    world.delete_package(NAME).await;
    repo.deploy(GA, "2.0").await;
    refused(limited.get(A_LEVEL).await, 404, &["not found"]);
    let put = limited.put(&Gav::new(GA, "2.0").file("-x.jar"), "x").await;
    refused(put, 404, &["write access"]);
}
