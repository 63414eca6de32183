//! What clients that are not here send: Bazel, old resolvers that look for WebDAV, and curl.

use std::thread;

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;
use packhouse_e2e::jvm::{CHECKSUMS, Shelf, checksum, pom};

/// As rules_jvm_external before 2026: eight uploads at once, each file together with its four
/// checksums, which may come first, and no metadata. A snapshot has no builds and no checksums.
#[test]
fn bazel_sends_everything_at_once() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let pom_text = pom("org.acme", "lib", "1.0");
    let mut files = vec![("lib-1.0.pom".to_owned(), pom_text.into_bytes())];
    files.push(("lib-1.0.jar".to_owned(), noise(1, 200_000)));
    for number in 0..5 {
        files.push((
            format!("lib-1.0-part{number}.jar"),
            noise(number + 2, 50_000),
        ));
    }
    let mut uploads = Vec::new();
    for (name, content) in &files {
        // The checksums first: the worst order that a queue with eight workers makes.
        for algorithm in CHECKSUMS {
            let sum = checksum(algorithm, content).into_bytes();
            uploads.push((format!("{name}.{algorithm}"), sum));
        }
        uploads.push((name.clone(), content.clone()));
    }
    let requests: Vec<_> = uploads
        .into_iter()
        .map(|(name, content)| {
            let path = format!("org/acme/lib/1.0/{name}");
            (name, shelf.request("PUT", &path).body(content))
        })
        .collect();
    thread::scope(|scope| {
        for worker in 0..8 {
            let mine = requests.iter().skip(worker).step_by(8);
            scope.spawn(move || {
                for (name, request) in mine {
                    let answer = request.send();
                    assert_eq!(answer.status, 201, "{name}: {}", answer.text());
                }
            });
        }
    });
    for (name, content) in &files {
        let stored = shelf.whole(&format!("org/acme/lib/1.0/{name}"));
        assert_eq!(&stored, content, "{name}");
    }
    assert!(
        shelf.versions("org/acme/lib").is_empty(),
        "listed too early"
    );

    let snapshot = "org/acme/lib/1.1-SNAPSHOT/lib-1.1-SNAPSHOT";
    for round in 0..2 {
        let pom_text = pom("org.acme", "lib", "1.1-SNAPSHOT");
        let jar = noise(20 + round, 50_000);
        for (end, content) in [(".pom", pom_text.as_bytes()), (".jar", &jar)] {
            let answer = shelf.put(&format!("{snapshot}{end}"), content);
            // The second round replaces the first.
            let expected = if round == 0 { 201 } else { 200 };
            assert_eq!(answer.status, expected, "{end}: {}", answer.text());
        }
        assert_eq!(shelf.whole(&format!("{snapshot}.jar")), jar);
    }
    shelf.wait_for("org/acme/lib", "1.0");
    shelf.wait_for("org/acme/lib", "1.1-SNAPSHOT");
    assert_eq!(shelf.versions("org/acme/lib"), ["1.0", "1.1-SNAPSHOT"]);
    shelf
        .get("org/acme/lib/1.1-SNAPSHOT/maven-metadata.xml")
        .expect(404);
}

/// One of many checksums is of other bytes: the file is refused or marked, and not listed.
#[test]
fn a_wrong_checksum_ahead_of_its_file_refuses_it() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    let jar = noise(1, 10_000);
    let path = "org/acme/lib/1.0/lib-1.0.jar";
    let wrong = checksum("sha256", b"something else");
    shelf
        .put(&format!("{path}.sha256"), wrong.as_bytes())
        .expect(201);
    let refused = shelf.put(path, &jar).expect(400);
    let text = refused.text();
    assert!(text.contains(&wrong), "{text}");
    assert!(text.contains(&checksum("sha256", &jar)), "{text}");
    shelf.get(path).expect(404);
    // The checksum is forgotten with the file that failed it.
    shelf.put(path, &jar).expect(201);
    assert_eq!(shelf.whole(path), jar);
}

/// Old resolvers look for WebDAV, and would then make folders; Ivy and sbt send everything twice,
/// the first time without credentials.
#[test]
fn old_resolvers_find_no_webdav_and_one_challenge() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    for path in ["", "org/acme/lib/1.0/lib-1.0.jar", "org/acme/lib/1.0/"] {
        for request in [
            shelf.request("OPTIONS", path),
            shelf.anonymous("OPTIONS", path),
        ] {
            let answer = request.send().expect(204);
            let allowed: Vec<_> = answer.header("Allow").split(',').map(str::trim).collect();
            for method in ["GET", "HEAD", "PUT"] {
                assert!(allowed.contains(&method), "{path}: {allowed:?}");
            }
            assert_eq!(answer.headers("DAV").count(), 0, "{path}");
        }
    }
    shelf.request("MKCOL", "org/acme/").send().expect(405);

    let path = "org/acme/lib/1.0/lib-1.0.jar";
    let jar = noise(1, 3_000_000);
    let refused = shelf
        .anonymous("PUT", path)
        .body(jar.clone())
        .send()
        .expect(401);
    let challenges: Vec<_> = refused.headers("WWW-Authenticate").collect();
    assert_eq!(challenges, ["Basic realm=\"Packhouse\""]);
    shelf.get(path).expect(404);
    shelf.put(path, &jar).expect(201);
    assert_eq!(shelf.whole(path), jar);
}

/// Maven 3.9 takes problem details for a failed transfer, whatever the status, so that the first
/// deploy of all would fail as it looks for metadata; what is refused for other reasons has them.
#[test]
fn what_is_not_there_is_said_without_problem_details() {
    let scene = Scene::new();
    let shelf = Shelf::new(&scene, "acme/lib");
    shelf.release("org/acme/lib", "1.0", &[(".jar", b"a jar")]);
    for path in [
        "org/acme/none/maven-metadata.xml",
        "org/acme/lib/1.0/lib-1.0-sources.jar",
        "org/acme/lib/1.0/lib-1.0-sources.jar.sha1",
        ".meta/prefixes.txt",
        "org",
    ] {
        for method in ["GET", "HEAD"] {
            let answer = shelf.request(method, path).send().expect(404);
            let kind = answer.header("Content-Type");
            assert!(kind.starts_with("text/plain"), "{method} {path}: {kind}");
        }
    }
    let stale = shelf
        .request("GET", "org/acme/lib/1.0/lib-1.0.jar")
        .header("Range", "bytes=1-")
        .header("If-Unmodified-Since", "Thu, 01 Jan 2026 00:00:00 GMT");
    let kind = stale.send().expect(412).header("Content-Type").to_owned();
    assert!(kind.starts_with("text/plain"), "{kind}");
    let other = shelf
        .put("org/acme/lib/1.0/lib-1.0.jar", b"another")
        .expect(409);
    assert_eq!(other.header("Content-Type"), "application/problem+json");
}
