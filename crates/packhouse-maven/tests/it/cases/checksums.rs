//! Checksums that do not fit, that come first, and that are of something else.

use crate::world::{Gav, World, jar, metadata, pom, refused, sum, values};

const GA: &str = "com.acme:lib";
const A_LEVEL: &str = "com/acme/lib/maven-metadata.xml";

#[tokio::test(flavor = "multi_thread")]
async fn case_15_a_wrong_checksum_stops_the_deploy_until_the_file_comes_again() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let (broken, whole) = (b"half of the cla".to_vec(), jar(GA, "1.0"));
    repo.put_new(&at.file("pom"), &pom(GA, "1.0")).await;
    // A proxy cut the file; the checksum is of the whole.
    repo.put(&at.file("jar"), broken.clone()).await.expect(201);
    let answer = repo.put(&at.file("jar.sha1"), sum("sha1", &whole)).await;
    let (came, claimed) = (sum("sha1", &broken), sum("sha1", &whole));
    refused(answer, 400, &[&came, &claimed, "lib-1.0.jar", "again"]);
    refused(repo.get(&at.file("jar")).await, 404, &["not found"]);
    refused(repo.get(&at.file("jar.sha1")).await, 404, &[]);
    // Maven only warned about that; this it cannot overlook.
    let list = metadata(GA, &["1.0"]);
    let answer = repo.put(A_LEVEL, list.clone()).await;
    refused(answer, 400, &["1.0/lib-1.0.jar", "checksum", "again"]);
    assert!(repo.versions(GA).await.is_empty());
    // Nor is it listed because nothing more comes.
    world.app.clock.advance(chrono::Duration::minutes(10));
    assert_eq!(world.app.registry.publish_due(None).await.unwrap(), 0);
    assert!(repo.versions(GA).await.is_empty());
    // Sent again, over what is doubted.
    let again = repo.put(&at.file("jar"), whole.clone()).await;
    again.expect(200);
    let fits = repo.put(&at.file("jar.sha1"), sum("sha1", &whole)).await;
    fits.expect(201);
    repo.put(A_LEVEL, list).await.expect(200);
    assert_eq!(repo.versions(GA).await, ["1.0"]);
    let served = repo.get(&at.file("jar")).await.expect(200);
    assert_eq!(served.body, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_15_the_same_bytes_again_clear_the_doubt_and_another_checksum_does_not() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let jar = jar(GA, "1.0");
    repo.put_new(&at.file("pom"), &pom(GA, "1.0")).await;
    repo.put(&at.file("jar"), jar.clone()).await.expect(201);
    let wrong = sum("md5", b"something else");
    refused(repo.put(&at.file("jar.md5"), wrong).await, 400, &[]);
    refused(repo.get(&at.file("jar")).await, 404, &[]);
    let right = sum("sha256", &jar);
    repo.put(&at.file("jar.sha256"), right).await.expect(201);
    refused(repo.get(&at.file("jar")).await, 404, &[]);
    let list = metadata(GA, &["1.0"]);
    refused(repo.put(A_LEVEL, list).await, 400, &["1.0/lib-1.0.jar"]);
    repo.put(&at.file("jar"), jar.clone()).await.expect(200);
    assert_eq!(repo.get(&at.file("jar")).await.expect(200).body, jar);
    repo.put(A_LEVEL, metadata(GA, &["1.0"])).await.expect(200);
    assert_eq!(repo.versions(GA).await, ["1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_15_others_cannot_have_a_file_doubted() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.deploy(GA, "1.0").await;
    let role = Some(packhouse_core::permission::Role::Write);
    let wes = repo.seen_by(&world.colleague("wes", role).await);
    let wrong = sum("sha1", b"something else");
    refused(wes.put(&at.file("jar.sha1"), wrong.clone()).await, 400, &[]);
    repo.get(&at.file("jar")).await.expect(200);
    // Nor does one's own mistake, an hour after.
    world.app.clock.advance(chrono::Duration::hours(2));
    refused(repo.put(&at.file("jar.sha1"), wrong).await, 400, &[]);
    repo.get(&at.file("jar")).await.expect(200);
    assert_eq!(repo.versions(GA).await, ["1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_16_a_checksum_may_come_before_its_file() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let jar = jar(GA, "1.0");
    let body = format!("{}  lib-1.0.jar\n", sum("sha256", &jar));
    repo.put(&at.file("jar.sha256"), body).await.expect(201);
    refused(repo.get(&at.file("jar.sha256")).await, 404, &["not found"]);
    repo.put(&at.file("jar"), jar.clone()).await.expect(201);
    let served = repo.get(&at.file("jar.sha256")).await.expect(200);
    assert_eq!(served.text(), sum("sha256", &jar));
}

#[tokio::test(flavor = "multi_thread")]
async fn case_16_a_file_that_is_not_what_was_announced_is_refused_once() {
    let mut world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let (jar, other) = (jar(GA, "1.0"), b"another jar".to_vec());
    let announced = sum("sha512", &jar);
    repo.put(&at.file("jar.sha512"), announced.clone())
        .await
        .expect(201);
    world.mark().await;
    let answer = repo.put(&at.file("jar"), other.clone()).await;
    let came = sum("sha512", &other);
    refused(answer, 400, &[&announced, &came, "lib-1.0.jar"]);
    world.expect_untouched("the file is not kept").await;
    refused(repo.get(&at.file("jar")).await, 404, &[]);
    // What was announced is forgotten with it: who was wrong is not known.
    repo.put(&at.file("jar"), other).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_16_what_was_announced_is_kept_for_an_hour() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let wrong = sum("sha1", b"another jar");
    repo.put(&at.file("jar.sha1"), wrong).await.expect(201);
    world.app.clock.advance(chrono::Duration::minutes(61));
    repo.put(&at.file("jar"), jar(GA, "1.0")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_17_checksums_of_metadata_are_those_of_what_is_served() {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    // Of the client's own document, and of nothing at all: it is another one that is served.
    let own = metadata(GA, &["0.9", "1.0"]);
    repo.put(A_LEVEL, own.clone()).await.expect(200);
    for body in [sum("sha1", &own), sum("sha1", b"whatever"), "x".to_owned()] {
        repo.put(&format!("{A_LEVEL}.sha1"), body).await.expect(200);
    }
    let document = repo.get(A_LEVEL).await.expect(200);
    assert_eq!(values(&document.text(), "version"), ["1.0"]);
    for algorithm in ["md5", "sha1", "sha256", "sha512"] {
        let served = repo
            .get(&format!("{A_LEVEL}.{algorithm}"))
            .await
            .expect(200);
        let expected = sum(algorithm, &document.body);
        assert_eq!(served.text(), expected);
        let header = format!("x-checksum-{algorithm}");
        assert_eq!(document.header(&header), Some(expected.as_str()));
    }
}
