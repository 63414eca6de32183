//! Builds of snapshots: which is the newest, and how long old ones stay.

use chrono::Duration;

use crate::world::{Gav, Repo, World, builds, pom, refused, sum, value, values};

const GA: &str = "com.acme:lib";
const SNAPSHOT: &str = "1.0-SNAPSHOT";
const FOLDER: &str = "com/acme/lib/1.0-SNAPSHOT";
const V_LEVEL: &str = "com/acme/lib/1.0-SNAPSHOT/maven-metadata.xml";

fn at() -> Gav<'static> {
    Gav::new(GA, SNAPSHOT)
}

/// Puts the files of a build, without saying that it is complete.
async fn put_build(repo: &Repo, build: &str, endings: &[&str]) {
    for ending in endings {
        let body = match *ending {
            "pom" => pom(GA, SNAPSHOT),
            ending => format!("{ending} of {build}").into_bytes(),
        };
        repo.put_new(&at().of_build(build, ending), &body).await;
    }
}

async fn deploy(repo: &Repo, build: &str, endings: &[&str]) {
    put_build(repo, build, endings).await;
    repo.put_metadata(FOLDER, &builds(GA, SNAPSHOT, build))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_literal_name_leads_to_the_newest_build() {
    let world = World::new().await;
    let repo = world.libs();
    refused(repo.get(&at().file("jar")).await, 404, &["not found"]);
    deploy(&repo, "20260131.120000-1", &["pom", "jar", "-sources.jar"]).await;
    deploy(&repo, "20260131.130000-2", &["pom", "jar"]).await;
    let served = repo.get(&at().file("jar")).await.expect(200);
    assert_eq!(served.text(), "jar of 20260131.130000-2");
    assert_eq!(served.header("cache-control"), Some("private, no-cache"));
    let of = repo.get(&at().file("jar.sha1")).await.expect(200);
    assert_eq!(of.text(), sum("sha1", &served.body));
    let sources = repo.get(&at().file("-sources.jar")).await.expect(200);
    assert_eq!(sources.text(), "-sources.jar of 20260131.120000-1");
    // A build that is under way is not the newest yet.
    put_build(&repo, "20260131.140000-3", &["jar"]).await;
    let served = repo.get(&at().file("jar")).await.expect(200);
    assert_eq!(served.text(), "jar of 20260131.130000-2");
    // A file that is really called so is meant.
    repo.put_new(&at().file("jar"), b"called so").await;
    let served = repo.get(&at().file("jar")).await.expect(200);
    assert_eq!(served.text(), "called so");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_later_time_is_the_newer_build_whatever_its_number() {
    let world = World::new().await;
    let repo = world.libs();
    deploy(&repo, "20260131.120000-7", &["pom", "jar"]).await;
    deploy(&repo, "20260131.115959-8", &["pom", "jar"]).await;
    let text = repo.get(V_LEVEL).await.expect(200).text();
    assert_eq!(value(&text, "timestamp"), "20260131.120000");
    assert_eq!(value(&text, "buildNumber"), "7");
    // Two machines that counted alike.
    deploy(&repo, "20260131.120001-8", &["pom", "jar"]).await;
    deploy(&repo, "20260131.120002-8", &["pom", "jar"]).await;
    let text = repo.get(V_LEVEL).await.expect(200).text();
    assert_eq!(value(&text, "timestamp"), "20260131.120002");
    assert_eq!(values(&text, "updated"), ["20260131120002"; 2]);
    assert_eq!(repo.versions(GA).await, [SNAPSHOT]);
}

/// Gradle takes every file from the build that is named first.
#[tokio::test(flavor = "multi_thread")]
async fn the_newest_build_is_one_with_a_pom() {
    let world = World::new().await;
    let repo = world.libs();
    deploy(&repo, "20260131.120000-1", &["pom", "jar"]).await;
    deploy(&repo, "20260131.130000-2", &["-linux.jar"]).await;
    let text = repo.get(V_LEVEL).await.expect(200).text();
    assert_eq!(value(&text, "timestamp"), "20260131.120000");
    let mut listed = values(&text, "value");
    listed.sort();
    let (first, second) = ("1.0-20260131.120000-1", "1.0-20260131.130000-2");
    assert_eq!(listed, [first, first, second]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_without_metadata_is_listed_after_half_a_minute() {
    let world = World::new().await;
    let repo = world.libs();
    deploy(&repo, "20260131.120000-1", &["pom", "jar"]).await;
    put_build(&repo, "20260131.130000-2", &["pom", "jar"]).await;
    put_build(&repo, "20260131.140000-3", &["pom"]).await;
    world.app.clock.advance(Duration::seconds(30));
    // Not the one that has no jar.
    let text = repo.get(V_LEVEL).await.expect(200).text();
    assert_eq!(value(&text, "buildNumber"), "2");
}

/// A doubted file is handed out nowhere, and its build is not listed.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubted_build_is_not_listed() {
    let world = World::new().await;
    let repo = world.libs();
    deploy(&repo, "20260131.120000-1", &["pom", "jar"]).await;
    let second = "20260131.130000-2";
    put_build(&repo, second, &["pom", "jar"]).await;
    let path = at().of_build(second, "jar.sha1");
    refused(repo.put(&path, sum("sha1", b"other")).await, 400, &[]);
    let list = builds(GA, SNAPSHOT, second);
    refused(repo.put(V_LEVEL, list.clone()).await, 400, &["checksum"]);
    world.app.clock.advance(Duration::minutes(5));
    let text = repo.get(V_LEVEL).await.expect(200).text();
    assert_eq!(value(&text, "buildNumber"), "1");
    // The same bytes again, and the checksum that fits.
    let bytes = format!("jar of {second}").into_bytes();
    let right = sum("sha1", &bytes);
    repo.put(&at().of_build(second, "jar"), bytes)
        .await
        .expect(200);
    repo.put(&path, right).await.expect(201);
    repo.put(V_LEVEL, list).await.expect(200);
    let text = repo.get(V_LEVEL).await.expect(200).text();
    assert_eq!(value(&text, "buildNumber"), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_builds_go_but_for_what_is_needed_still() {
    let world = World::new().await;
    let repo = world.libs();
    let name = |number: usize| format!("20260131.1200{number:02}-{number}");
    // The first alone has sources.
    deploy(&repo, &name(1), &["pom", "jar", "-sources.jar"]).await;
    for number in 2..=13 {
        world.app.clock.advance(Duration::minutes(1));
        deploy(&repo, &name(number), &["pom", "jar"]).await;
    }
    assert_eq!(world.app.registry.expire_builds().await.unwrap(), 0);
    world.app.clock.advance(Duration::hours(49));
    let before = repo.get(V_LEVEL).await.expect(200).text();
    // Ten stay for their age, the first for its sources.
    assert_eq!(world.app.registry.expire_builds().await.unwrap(), 2);
    assert_eq!(world.app.registry.expire_builds().await.unwrap(), 0);
    for number in 1..=13 {
        let answer = repo.get(&at().of_build(&name(number), "jar")).await;
        let expected = if (2..=3).contains(&number) { 404 } else { 200 };
        assert_eq!(answer.status, expected, "{number}");
    }
    let after = repo.get(V_LEVEL).await.expect(200).text();
    let rows = |text: &str| values(text, "snapshotVersion");
    assert_eq!(rows(&after), rows(&before));
    let page = repo.get(&format!("{FOLDER}/")).await.expect(200).text();
    assert!(
        !page.contains("-2.jar") && page.contains("-13.jar"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_never_ends_goes_after_a_week() {
    let world = World::new().await;
    let repo = world.libs();
    put_build(&repo, "20260131.120000-1", &["jar"]).await;
    let release = Gav::new(GA, "2.0");
    repo.put_new(&release.file("jar"), b"half").await;
    world.app.clock.advance(Duration::days(6));
    assert_eq!(world.app.registry.abandon_deploys().await.unwrap(), 0);
    world.app.clock.advance(Duration::days(2));
    assert_eq!(world.app.registry.abandon_deploys().await.unwrap(), 2);
    refused(repo.get(&release.file("jar")).await, 404, &["not found"]);
    // Its name is free.
    repo.deploy(GA, "2.0").await;
    assert_eq!(repo.versions(GA).await, ["2.0"]);
}
