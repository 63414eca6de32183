//! Checksum files of every form, and checksums in headers.

use crate::world::{Gav, World, jar, refused, sum};

const GA: &str = "com.acme:lib";

#[tokio::test(flavor = "multi_thread")]
async fn every_form_that_tools_write_is_read() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let jar = jar(GA, "1.0");
    repo.put(&at.file("jar"), jar.clone()).await.expect(201);
    for (algorithm, tag) in [
        ("md5", "MD5"),
        ("sha1", "SHA1"),
        ("sha256", "SHA2-256"),
        ("sha512", "SHA512"),
    ] {
        let hex = sum(algorithm, &jar);
        let path = at.file(&format!("jar.{algorithm}"));
        for body in [
            hex.clone(),
            hex.to_uppercase(),
            format!("{hex}\n"),
            format!("{hex}\r\n"),
            format!("\n\n  {hex}  \n"),
            format!("{hex}  lib-1.0.jar\n"),
            format!("{hex} *target/lib-1.0.jar\n"),
            format!("{hex}\t/home/ada/lib-1.0.jar"),
            format!("{tag} (lib-1.0.jar) = {hex}\n"),
            format!("{tag}(target/lib-1.0.jar)= {hex}"),
            format!("\u{feff}{hex}"),
            format!("{hex}{}", " ".repeat(4_096 - hex.len())),
        ] {
            let answer = repo.put(&path, body.clone()).await;
            assert_eq!(answer.status, 201, "{body:?}: {}", answer.text());
        }
        let served = repo.get(&path).await.expect(200);
        assert_eq!(served.text(), hex, "without a line end");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_checksum_is_refused_and_doubts_nothing() {
    let mut world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let jar = jar(GA, "1.0");
    repo.put(&at.file("jar"), jar.clone()).await.expect(201);
    world.mark().await;
    let (md5, sha1) = (sum("md5", &jar), sum("sha1", &jar));
    for (body, word) in [
        (String::new(), "empty"),
        ("\n \n".to_owned(), "empty"),
        (md5.clone(), "40 hex digits"),
        (sha1[..39].to_owned(), "40 hex digits"),
        (format!("{sha1}0"), "40 hex digits"),
        (format!("{}z", &sha1[..39]), "40 hex digits"),
        (format!("lib-1.0.jar: {sha1}"), "40 hex digits"),
        ("<html>404</html>".to_owned(), "40 hex digits"),
    ] {
        for file in ["jar", "-none.jar"] {
            let path = format!("{}.sha1", at.file(file));
            refused(repo.put(&path, body.clone()).await, 400, &["sha1", word]);
        }
    }
    let long = format!("{sha1}{}", " ".repeat(4_097 - sha1.len()));
    let answer = repo.put(&at.file("jar.sha1"), long).await;
    refused(answer, 413, &["4096"]);
    world.expect_untouched("nothing came of it").await;
    assert_eq!(repo.get(&at.file("jar")).await.expect(200).body, jar);
}

#[tokio::test(flavor = "multi_thread")]
async fn checksums_in_headers_are_compared_at_once() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let jar = jar(GA, "1.0");
    for algorithm in ["md5", "sha1", "sha256", "sha512"] {
        let header = format!("X-Checksum-{algorithm}");
        let (wrong, right) = (sum(algorithm, b"other"), sum(algorithm, &jar));
        let sent = (header.as_str(), wrong.as_str());
        let answer = repo.put_with(&at.file("jar"), sent, jar.clone()).await;
        refused(answer, 400, &[&wrong, &right, "lib-1.0.jar", "again"]);
        let sent = (header.as_str(), "what");
        let answer = repo.put_with(&at.file("jar"), sent, jar.clone()).await;
        refused(answer, 400, &["hex digits"]);
    }
    world.expect_untouched("nothing was kept").await;
    for (number, algorithm) in ["md5", "sha1", "sha256", "sha512"].iter().enumerate() {
        let version = number.to_string();
        let path = Gav::new(GA, &version).file("jar");
        let (header, right) = (format!("X-Checksum-{algorithm}"), sum(algorithm, &jar));
        let sent = (header.as_str(), &*right.to_uppercase());
        repo.put_with(&path, sent, jar.clone()).await.expect(201);
        repo.get(&path).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn checksums_of_what_is_not_there_are_not_there() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.deploy(GA, "1.0").await;
    for path in [
        at.file("-none.jar.sha1"),
        at.file("jar.SHA1"),
        at.file("jar.sha384"),
        at.file("jar.sha1.md5"),
        "com/acme/none/maven-metadata.xml.sha1".to_owned(),
        "com/acme/lib/1.0/maven-metadata.xml.md5".to_owned(),
    ] {
        refused(repo.get(&path).await, 404, &["not found"]);
    }
}

/// Known answers, so that our own digests are not compared with themselves alone.
#[tokio::test(flavor = "multi_thread")]
async fn known_bytes_have_their_known_checksums() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    repo.put(&at.file("jar"), "abc").await.expect(201);
    let head = repo.head(&at.file("jar")).await.expect(200);
    for (algorithm, known) in [
        ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "sha256",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            "sha512",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ] {
        let path = at.file(&format!("jar.{algorithm}"));
        let served = repo.get(&path).await.expect(200);
        assert_eq!(served.text(), known);
        assert_eq!(served.header("content-type"), Some("text/plain"));
        let length = known.len().to_string();
        assert_eq!(served.header("content-length"), Some(&*length));
        let header = format!("x-checksum-{algorithm}");
        assert_eq!(head.header(&header), Some(known));
    }
}
