//! Deploys that come twice, at once, piecemeal or without what others send.

use chrono::Duration;
use packhouse_core::visibility::Visibility;
use packhouse_maven::path::Build;

use crate::world::{
    Gav, Repo, World, builds, jar, metadata, pom, pom_with, refused, sum, value, values,
};

const GA: &str = "com.acme:lib";

#[tokio::test(flavor = "multi_thread")]
async fn case_05_the_same_deploy_again_changes_nothing_and_another_one_is_refused() {
    let mut world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.deploy(GA, "1.0").await;
    let before = world.package("libs/com.acme:lib").await;
    let document = repo.get("com/acme/lib/maven-metadata.xml").await;
    world.mark().await;
    world.app.clock.advance(Duration::hours(3));
    for (ending, body) in [("pom", pom(GA, "1.0")), ("jar", jar(GA, "1.0"))] {
        repo.put(&at.file(ending), body.clone()).await.expect(200);
        let path = at.file(&format!("{ending}.sha1"));
        repo.put(&path, sum("sha1", &body)).await.expect(201);
    }
    repo.put_metadata(&at.directory(), &metadata(GA, &["1.0"]))
        .await;
    let rebuilt = repo.put(&at.file("jar"), "built at another time").await;
    let old = sum("sha256", &jar(GA, "1.0"));
    refused(rebuilt, 409, &["1.0/lib-1.0.jar", &old, "new version"]);
    world.expect_untouched("it is all there already").await;
    let after = world.package("libs/com.acme:lib").await;
    assert_eq!(after.package.revision, before.package.revision);
    assert_eq!(after.package.updated_at, before.package.updated_at);
    let again = repo.get("com/acme/lib/maven-metadata.xml").await;
    assert_eq!(again.body, document.body);
    let served = repo.get(&at.file("jar")).await.expect(200);
    assert_eq!(served.body, jar(GA, "1.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn case_10_twenty_deploys_at_once_are_all_listed() {
    let world = World::new().await;
    let repo = world.libs();
    let deploys = (1..=20).map(|number| {
        let repo = repo.clone();
        tokio::spawn(async move {
            let version = format!("1.{number}");
            let at = Gav::new(GA, &version);
            // As clients do: the list is what they saw, with their own version added.
            let seen = repo.versions(GA).await;
            repo.put_new(&at.file("pom"), &pom(GA, &version)).await;
            repo.put_new(&at.file("jar"), &jar(GA, &version)).await;
            let mut list: Vec<&str> = seen.iter().map(String::as_str).collect();
            list.push(&version);
            repo.put_metadata(&at.directory(), &metadata(GA, &list))
                .await;
        })
    });
    futures_util::future::try_join_all(deploys).await.unwrap();
    let expected: Vec<String> = (1..=20).map(|number| format!("1.{number}")).collect();
    assert_eq!(repo.versions(GA).await, expected);
    let text = repo.get("com/acme/lib/maven-metadata.xml").await.text();
    assert_eq!(value(&text, "latest"), "1.20");
    assert_eq!(value(&text, "release"), "1.20");
}

/// Maven 3.9 with a new artifact and many attachments: five files at a time, and not even the first
/// one alone.
#[tokio::test(flavor = "multi_thread")]
async fn case_09_the_files_of_a_new_package_come_all_at_once() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let attached = |number: usize| at.file(&format!("-part{number}.jar"));
    let mut files = vec![
        (at.file("pom"), pom(GA, "1.0")),
        (at.file("jar"), jar(GA, "1.0")),
    ];
    files.extend((0..12).map(|number| (attached(number), jar(GA, &number.to_string()))));
    let puts = files.clone().into_iter().map(|(path, body)| {
        let repo = repo.clone();
        tokio::spawn(async move { repo.put_new(&path, &body).await })
    });
    futures_util::future::try_join_all(puts).await.unwrap();
    repo.put_metadata(&at.directory(), &metadata(GA, &["1.0"]))
        .await;
    for (path, body) in files {
        assert_eq!(repo.get(&path).await.expect(200).body, body);
    }
    assert_eq!(repo.versions(GA).await, ["1.0"]);
    let group = repo.get("com/acme/").await.expect(200).text();
    assert_eq!(group.matches("<a href=\"lib/\">").count(), 1, "{group}");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_12_a_deploy_that_broke_off_is_never_listed_and_can_be_made_again() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.put_new(&at.file("pom"), &pom(GA, "1.0")).await;
    world.app.clock.advance(Duration::days(2));
    assert_eq!(world.app.registry.publish_due(None).await.unwrap(), 0);
    assert!(repo.versions(GA).await.is_empty());
    assert!(!repo.get("").await.expect(200).text().contains("com"));
    repo.put(&at.file("pom"), pom(GA, "1.0")).await.expect(200);
    repo.put_new(&at.file("jar"), &jar(GA, "1.0")).await;
    repo.put_metadata(&at.directory(), &metadata(GA, &["1.0"]))
        .await;
    assert_eq!(repo.versions(GA).await, ["1.0"]);
}

/// sbt asks first, sends no credential until it is challenged, and no metadata at all.
#[tokio::test(flavor = "multi_thread")]
async fn case_19_a_client_that_sends_no_metadata_is_listed_after_half_a_minute() {
    let world = World::new().await;
    let repo = world.libs();
    let nobody = repo.seen_by(&world.app.anonymous());
    let ga = "com.acme:lib_2.13";
    let at = Gav::new(ga, "1.0");
    for (ending, body) in [("pom", pom(ga, "1.0")), ("jar", jar(ga, "1.0"))] {
        let path = at.file(ending);
        nobody.head(&path).await.expect(401);
        repo.head(&path).await.expect(404);
        refused(nobody.put(&path, body.clone()).await, 401, &[]);
        repo.put(&path, body.clone()).await.expect(201);
        for algorithm in ["sha1", "md5"] {
            let path = format!("{path}.{algorithm}");
            repo.head(&path).await.expect(200);
            let sum = sum(algorithm, &body);
            refused(nobody.put(&path, sum.clone()).await, 401, &[]);
            repo.put(&path, sum).await.expect(201);
        }
    }
    world.app.clock.advance(Duration::seconds(29));
    assert!(repo.versions(ga).await.is_empty());
    repo.get(&at.file("jar")).await.expect(200);
    world.app.clock.advance(Duration::seconds(1));
    // Nobody but the reader notices.
    assert_eq!(repo.versions(ga).await, ["1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_19_whatever_comes_late_begins_the_half_minute_anew() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.put_new(&at.file("pom"), &pom(GA, "1.0")).await;
    repo.put_new(&at.file("jar"), &jar(GA, "1.0")).await;
    world.app.clock.advance(Duration::seconds(20));
    repo.put_new(&at.file("-sources.jar"), b"sources").await;
    world.app.clock.advance(Duration::seconds(20));
    assert!(repo.versions(GA).await.is_empty());
    world.app.clock.advance(Duration::seconds(10));
    assert_eq!(repo.versions(GA).await, ["1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_19_a_snapshot_without_builds_is_put_over_and_over() {
    let world = World::new().await;
    let repo = world.libs();
    let at = Gav::new(GA, "1.0-SNAPSHOT");
    for round in ["one", "two"] {
        let expected = if round == "one" { 201 } else { 200 };
        let pom = pom_with(GA, "1.0-SNAPSHOT", &format!("<name>{round}</name>"));
        for (ending, body) in [("pom", pom), ("jar", jar(GA, round))] {
            let path = at.file(ending);
            repo.put(&path, body.clone()).await.expect(expected);
            for algorithm in ["sha1", "md5"] {
                let path = format!("{path}.{algorithm}");
                repo.put(&path, sum(algorithm, &body)).await.expect(201);
            }
        }
        world.app.clock.advance(Duration::seconds(31));
        let served = repo.get(&at.file("jar")).await.expect(200);
        assert_eq!(served.body, jar(GA, round));
        assert_eq!(served.header("cache-control"), Some("private, no-cache"));
        assert_eq!(repo.versions(GA).await, ["1.0-SNAPSHOT"]);
    }
    // There is nothing to choose from: clients ask by the literal name.
    let builds = repo.get("com/acme/lib/1.0-SNAPSHOT/maven-metadata.xml");
    refused(builds.await, 404, &["not found"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_31_without_a_pom_a_version_is_listed_by_metadata_alone() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.put_new(&at.file("jar"), &jar(GA, "1.0")).await;
    world.app.clock.advance(Duration::hours(1));
    assert!(repo.versions(GA).await.is_empty());
    repo.put_metadata(&at.directory(), &metadata(GA, &["1.0"]))
        .await;
    assert_eq!(repo.versions(GA).await, ["1.0"]);
    repo.get(&at.file("jar")).await.expect(200);
    refused(repo.get(&at.file("pom")).await, 404, &["not found"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_31_a_bill_of_materials_is_a_pom_alone() {
    let world = World::new().await;
    let repo = world.libs();
    let (ga, version) = ("com.acme:bom", "3");
    let managed = "<packaging>pom</packaging><dependencyManagement><dependencies><dependency>\
                   <groupId>com.acme</groupId><artifactId>lib</artifactId><version>1.0</version>\
                   </dependency></dependencies></dependencyManagement>";
    let at = Gav::new(ga, version);
    repo.put_new(&at.file("pom"), &pom_with(ga, version, managed))
        .await;
    assert!(repo.versions(ga).await.is_empty());
    // It needs nothing else, so it is complete once nothing else comes.
    world.app.clock.advance(Duration::seconds(30));
    assert_eq!(repo.versions(ga).await, [version]);
    let about = world.about("libs/com.acme:bom", version).await;
    assert_eq!(about.as_deref(), Some("bom"));
}

#[tokio::test(flavor = "multi_thread")]
async fn case_31_the_build_pom_of_maven_4_is_a_file_of_its_own() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let build = pom_with(
        GA,
        "1.0",
        "<name>of the build</name><packaging>jar</packaging>",
    );
    let consumer = pom_with(GA, "1.0", "<name>of consumers</name>");
    repo.put_new(&at.file("pom"), &consumer).await;
    repo.put_new(&at.file("-build.pom"), &build).await;
    // A build POM is no POM to go by: the other one came, so the jar is what is missed.
    world.app.clock.advance(Duration::seconds(31));
    assert!(repo.versions(GA).await.is_empty());
    repo.put_new(&at.file("jar"), &jar(GA, "1.0")).await;
    repo.put_metadata(&at.directory(), &metadata(GA, &["1.0"]))
        .await;
    assert_eq!(repo.get(&at.file("pom")).await.expect(200).body, consumer);
    assert_eq!(
        repo.get(&at.file("-build.pom")).await.expect(200).body,
        build
    );
    let package = world.package("libs/com.acme:lib").await;
    assert_eq!(package.package.description.as_deref(), Some("of consumers"));
}

/// The second build has no sources; whoever wants them gets those of the first.
#[tokio::test(flavor = "multi_thread")]
async fn case_06_and_07_a_snapshot_lists_its_newest_files_of_all_builds() {
    let world = World::new().await;
    let repo = world.libs();
    let first = "20260131.120000-1";
    deploy_build(&repo, first, &["pom", "jar", "-sources.jar"]).await;
    let document = v_level(&repo).await;
    assert_eq!(value(&document, "buildNumber"), "1");
    world.app.clock.advance(Duration::minutes(5));
    let second = "20260131.120500-2";
    deploy_build(&repo, second, &["pom", "jar"]).await;
    let document = v_level(&repo).await;
    assert_eq!(value(&document, "buildNumber"), "2");
    assert_eq!(value(&document, "timestamp"), "20260131.120500");
    let mut listed: Vec<String> = values(&document, "value");
    listed.sort();
    let of = |build: &str| Build::parse(build).unwrap().value("1.0-SNAPSHOT");
    assert_eq!(listed, [of(first), of(second), of(second)]);
    assert_eq!(repo.versions(GA).await, ["1.0-SNAPSHOT"]);
    let sources = Gav::new(GA, "1.0-SNAPSHOT").of_build(first, "-sources.jar");
    repo.get(&sources).await.expect(200);
}

async fn v_level(repo: &Repo) -> String {
    let path = "com/acme/lib/1.0-SNAPSHOT/maven-metadata.xml";
    repo.get(path).await.expect(200).text()
}

async fn deploy_build(repo: &Repo, build: &str, endings: &[&str]) {
    let at = Gav::new(GA, "1.0-SNAPSHOT");
    for ending in endings {
        let body = match *ending {
            "pom" => pom(GA, "1.0-SNAPSHOT"),
            ending => format!("{ending} of {build}").into_bytes(),
        };
        repo.put_new(&at.of_build(build, ending), &body).await;
    }
    let directory = format!("{}/1.0-SNAPSHOT", at.directory());
    repo.put_metadata(&directory, &builds(GA, "1.0-SNAPSHOT", build))
        .await;
    repo.put_metadata(&at.directory(), &metadata(GA, &["1.0-SNAPSHOT"]))
        .await;
}

/// Each module in its own time, all lists at the end.
#[tokio::test(flavor = "multi_thread")]
async fn case_11_modules_that_are_listed_together_are_all_listed() {
    let world = World::new().await;
    let repo = world.repository("many", Visibility::Private).await;
    let modules: Vec<String> = (0..5).map(|number| format!("com.acme:m{number}")).collect();
    let files = modules.clone().into_iter().map(|ga| {
        let repo = repo.clone();
        tokio::spawn(async move {
            let at = Gav::new(&ga, "1.0");
            repo.put_new(&at.file("pom"), &pom(&ga, "1.0")).await;
            repo.put_new(&at.file("jar"), &jar(&ga, "1.0")).await;
        })
    });
    futures_util::future::try_join_all(files).await.unwrap();
    for ga in &modules {
        assert!(repo.versions(ga).await.is_empty(), "{ga}");
    }
    let lists = modules.clone().into_iter().map(|ga| {
        let repo = repo.clone();
        let list = metadata(&ga, &["1.0"]);
        tokio::spawn(async move {
            repo.put_metadata(&crate::world::directory(&ga), &list)
                .await
        })
    });
    futures_util::future::try_join_all(lists).await.unwrap();
    for ga in &modules {
        assert_eq!(repo.versions(ga).await, ["1.0"], "{ga}");
    }
}
