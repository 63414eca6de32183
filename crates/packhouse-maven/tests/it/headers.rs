//! Headers that clients build on (Maven notes §6, §9).

use packhouse_core::visibility::Visibility;
use packhouse_testkit::app::Answer;

use crate::world::{Gav, World, builds, jar, pom, refused, sum};

const GA: &str = "com.acme:lib";
const A_LEVEL: &str = "com/acme/lib/maven-metadata.xml";
const BUILD: &str = "20260131.120000-1";

/// Deploys a release and a snapshot of both kinds.
async fn stocked() -> World {
    let world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    let at = Gav::new(GA, "2-SNAPSHOT");
    repo.put_new(&at.of_build(BUILD, "pom"), &pom(GA, "2-SNAPSHOT"))
        .await;
    repo.put_new(&at.of_build(BUILD, "jar"), b"built").await;
    repo.put_new(&at.file("-notes.txt"), b"as of today").await;
    repo.put_metadata("com/acme/lib/2-SNAPSHOT", &builds(GA, "2-SNAPSHOT", BUILD))
        .await;
    world
}

/// Every kind of address that has an answer.
fn paths() -> Vec<String> {
    let (release, snapshot) = (Gav::new(GA, "1.0"), Gav::new(GA, "2-SNAPSHOT"));
    vec![
        release.file("jar"),
        release.file("pom"),
        release.file("jar.sha1"),
        snapshot.of_build(BUILD, "jar"),
        snapshot.of_build(BUILD, "jar.sha512"),
        snapshot.file("jar"),
        snapshot.file("-notes.txt"),
        A_LEVEL.to_owned(),
        format!("{A_LEVEL}.md5"),
        "com/acme/lib/2-SNAPSHOT/maven-metadata.xml".to_owned(),
        String::new(),
        "com/acme/lib/1.0/".to_owned(),
        release.file("-none.jar"),
        "com/acme/none/maven-metadata.xml".to_owned(),
    ]
}

fn headers(answer: &Answer) -> Vec<(String, String)> {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| name.as_str() != "date")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    headers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_has_all_that_a_get_has_but_the_body() {
    let world = stocked().await;
    let repo = world.libs();
    for path in paths() {
        let (get, head) = (repo.get(&path).await, repo.head(&path).await);
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(headers(&head), headers(&get), "{path}");
        assert!(head.body.is_empty(), "{path}");
        let length = get.body.len().to_string();
        assert_eq!(get.header("content-length"), Some(&*length), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_guessed_and_nothing_is_packed() {
    let world = stocked().await;
    let repo = world.libs();
    let packed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03not to be unpacked on the way";
    let at = Gav::new(GA, "1.0");
    for ending in ["-dist.tar.gz", "-dist.tgz", "-index.gz"] {
        repo.put_new(&at.file(ending), packed).await;
    }
    let endings = ["-dist.tar.gz", "-dist.tgz", "-index.gz"].map(|ending| at.file(ending));
    for path in paths().into_iter().chain(endings) {
        let plain = repo.get(&path).await;
        for accepted in ["gzip", "gzip,deflate", "br, gzip;q=0.8", "*"] {
            let asked = [("accept-encoding", accepted)];
            let answer = repo.get_with(&path, &asked).await;
            assert_eq!(answer.body, plain.body, "{path}");
            assert!(answer.header("content-encoding").is_none(), "{path}");
            let sniffed = answer.header("x-content-type-options");
            assert_eq!(sniffed, Some("nosniff"), "{path}");
        }
    }
    let served = repo.get(&at.file("-dist.tar.gz")).await.expect(200);
    assert_eq!(served.body, packed.as_slice());
    assert_eq!(served.header("content-type"), Some("application/gzip"));
}

#[tokio::test(flavor = "multi_thread")]
async fn types_follow_names_and_pages_are_not_shown() {
    let world = World::new().await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    for (ending, expected, attached) in [
        ("jar", "application/java-archive", false),
        ("war", "application/java-archive", false),
        ("aar", "application/java-archive", false),
        ("pom", "application/xml", true),
        ("-features.xml", "application/xml", true),
        ("module", "application/json", false),
        ("jar.asc", "application/pgp-signature", false),
        ("-report.html", "application/octet-stream", true),
        ("-report.htm", "application/octet-stream", true),
        ("-report.xhtml", "application/octet-stream", true),
        ("-logo.svg", "application/octet-stream", true),
        ("-run.js", "application/octet-stream", false),
        ("zip", "application/octet-stream", false),
    ] {
        let body = match ending {
            "pom" => pom(GA, "1.0"),
            "module" => b"{}".to_vec(),
            _ => b"<script>alert(1)</script>".to_vec(),
        };
        repo.put(&at.file(ending), body).await.expect(201);
        let served = repo.get(&at.file(ending)).await.expect(200);
        assert_eq!(served.header("content-type"), Some(expected), "{ending}");
        let disposition = served.header("content-disposition");
        let wanted = attached.then_some("attachment");
        assert_eq!(disposition, wanted, "{ending}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_changes_may_be_kept_for_ever() {
    let world = stocked().await;
    for (visibility, fixed, fresh) in [
        (
            Visibility::Public,
            "public, max-age=31536000, immutable",
            "no-cache",
        ),
        (
            Visibility::Internal,
            "private, max-age=31536000, immutable",
            "private, no-cache",
        ),
        (
            Visibility::Private,
            "private, max-age=31536000, immutable",
            "private, no-cache",
        ),
    ] {
        let address = packhouse_registry::repository::RepositoryAddress::parse("acme/libs");
        let (actor, client) = (
            packhouse_core::actor::Actor::System,
            crate::world::HERE.clone(),
        );
        let registry = &world.app.registry;
        let set = registry.set_repository_visibility(&actor, &client, address.unwrap(), visibility);
        set.await.unwrap();
        let repo = world.libs();
        let (release, snapshot) = (Gav::new(GA, "1.0"), Gav::new(GA, "2-SNAPSHOT"));
        for path in [
            release.file("jar"),
            release.file("jar.sha1"),
            snapshot.of_build(BUILD, "jar"),
            snapshot.of_build(BUILD, "jar.md5"),
        ] {
            let kept = repo.get(&path).await.expect(200);
            assert_eq!(kept.header("cache-control"), Some(fixed), "{path}");
        }
        for path in [
            snapshot.file("jar"),
            snapshot.file("jar.sha1"),
            snapshot.file("-notes.txt"),
            A_LEVEL.to_owned(),
            format!("{A_LEVEL}.sha1"),
            "com/acme/lib/2-SNAPSHOT/maven-metadata.xml".to_owned(),
        ] {
            let asked = repo.get(&path).await.expect(200);
            assert_eq!(asked.header("cache-control"), Some(fresh), "{path}");
        }
        let missing = repo.get(&release.file("-none.jar")).await.expect(404);
        assert_eq!(missing.header("cache-control"), Some("no-cache"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn checksums_come_with_every_file_and_document() {
    let world = stocked().await;
    let repo = world.libs();
    let (release, snapshot) = (Gav::new(GA, "1.0"), Gav::new(GA, "2-SNAPSHOT"));
    for path in [
        release.file("jar"),
        release.file("pom"),
        snapshot.of_build(BUILD, "jar"),
        snapshot.file("jar"),
        A_LEVEL.to_owned(),
        "com/acme/lib/2-SNAPSHOT/maven-metadata.xml".to_owned(),
    ] {
        let get = repo.get(&path).await.expect(200);
        for algorithm in ["md5", "sha1", "sha256", "sha512"] {
            let expected = sum(algorithm, &get.body);
            let header = format!("x-checksum-{algorithm}");
            assert_eq!(get.header(&header), Some(&*expected), "{path}");
            let of = repo.get(&format!("{path}.{algorithm}")).await.expect(200);
            assert_eq!(of.text(), expected, "{path}");
        }
        let tag = format!("\"{}\"", sum("sha256", &get.body));
        assert_eq!(get.header("etag"), Some(&*tag), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_on_files_and_documents() {
    const BEFORE: &str = "Sat, 31 Jan 2026 11:59:59 GMT";
    const THEN: &str = "Sat, 31 Jan 2026 12:00:00 GMT";
    let world = stocked().await;
    let repo = world.libs();
    for path in [Gav::new(GA, "1.0").file("jar"), A_LEVEL.to_owned()] {
        let whole = repo.get(&path).await.expect(200);
        let tag = whole.header("etag").unwrap();
        assert_eq!(whole.header("last-modified"), Some(THEN));
        let weak = format!("\"x\", W/{tag}");
        for (condition, expected) in [
            (("if-none-match", tag), 304),
            (("if-none-match", weak.as_str()), 304),
            (("if-none-match", "*"), 304),
            (("if-none-match", "\"x\""), 200),
            (("if-modified-since", THEN), 304),
            (("if-modified-since", BEFORE), 200),
            (("if-modified-since", "yesterday"), 200),
            (("if-unmodified-since", THEN), 200),
            (("if-unmodified-since", BEFORE), 412),
            (("if-match", tag), 200),
            (("if-match", "\"x\""), 412),
        ] {
            let answer = repo.get_with(&path, &[condition]).await;
            assert_eq!(answer.status, expected, "{path} {condition:?}");
            match expected {
                304 => {
                    assert!(answer.body.is_empty());
                    assert_eq!(answer.header("etag"), Some(tag));
                }
                200 => assert_eq!(answer.body, whole.body),
                _ => drop(refused(answer, 412, &["condition"])),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_files() {
    const THEN: &str = "Sat, 31 Jan 2026 12:00:00 GMT";
    let world = stocked().await;
    let (repo, path) = (world.libs(), Gav::new(GA, "1.0").file("jar"));
    let body = jar(GA, "1.0");
    let (length, tag) = (body.len(), format!("\"{}\"", sum("sha256", &body)));
    for (range, expected) in [
        ("bytes=0-0", &body[..1]),
        ("bytes=100-", &body[100..]),
        ("bytes=-7", &body[length - 7..]),
        ("bytes=5-100000", &body[5..]),
    ] {
        let part = repo.get_with(&path, &[("range", range)]).await.expect(206);
        assert_eq!(part.body, expected, "{range}");
        // Resolvers check the whole file when they have put it together.
        let header = part.header("x-checksum-sha1");
        assert_eq!(header, Some(&*sum("sha1", &body)), "{range}");
        for condition in [tag.as_str(), THEN] {
            let asked = [("range", range), ("if-range", condition)];
            let part = repo.get_with(&path, &asked).await.expect(206);
            assert_eq!(part.body, expected, "{range} {condition}");
        }
        for condition in ["\"other\"", "Sat, 31 Jan 2026 11:00:00 GMT"] {
            let asked = [("range", range), ("if-range", condition)];
            let whole = repo.get_with(&path, &asked).await.expect(200);
            assert_eq!(whole.body, body, "{range} {condition}");
        }
    }
    let outside = format!("bytes={length}-");
    let answer = repo.get_with(&path, &[("range", &outside)]).await;
    let shown = format!("bytes */{length}");
    assert_eq!(answer.header("content-range"), Some(&*shown));
    refused(answer, 416, &["range"]);
    for odd in ["bytes=0-1,3-4", "lines=1-2", "bytes=9-3"] {
        let whole = repo.get_with(&path, &[("range", odd)]).await.expect(200);
        assert_eq!(whole.body, body, "{odd}");
    }
    // A document is always whole.
    let whole = repo.get_with(A_LEVEL, &[("range", "bytes=0-3")]).await;
    whole.expect(200);
}
