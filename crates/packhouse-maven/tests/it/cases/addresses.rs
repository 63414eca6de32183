//! Addresses that cannot be, and odd ones that can.

use packhouse_testkit::app::token_spec;

use crate::raw;
use crate::world::{Gav, World, builds, jar, metadata, pom, sum, value, values};

const GA: &str = "com.acme:lib";

#[tokio::test(flavor = "multi_thread")]
async fn case_24_nothing_leads_out_of_the_repository() {
    let mut world = World::new().await;
    world.libs().deploy(GA, "1.0").await;
    let token = world.app.token("ada", token_spec()).await.secret;
    world.mark().await;
    for path in [
        "..%2F..%2Fx",
        "..%2f..%2fx",
        "../../x",
        "com/acme/..%2f..%2f..%2fetc/1/etc-1.jar",
        "a/%2e%2e/b",
        "a/%2E%2E/b/1/b-1.jar",
        "com/../lib/1/lib-1.jar",
        "com/acme/./1/lib-1.jar",
        "com/acme/lib/%2e/lib-1.jar",
        "com/acme/lib%2F1/lib/lib-1.jar",
        "com/acme/lib/1/lib-1.jar%2f",
        "com/acme/lib/1%5c2/lib-1.jar",
        "com/acme/lib/..%5c..%5cx/lib-1.jar",
        "com.foo/bar/1/bar-1.jar",
        "com/foo%2ebar/lib/1/lib-1.jar",
        "com/acme/l%20ib/1/lib-1.jar",
        "com/acme/lib/1:2/lib-1.jar",
        "com/acme/lib/1/lib-1.jar%00",
        "com/acme/lib/1/li%0ab-1.jar",
        "com/acme/lib/1/lib-1%7f.jar",
        "com/acme/lib/1/lib%FF-1.jar",
        "com/acme/lib/%3Cscript%3E/lib-1.jar",
        "com/acme/lib/1/lib%3F-1.jar",
        "com/acme/lib/1/lib%2A.jar",
        "lib-1.jar",
        "lib/1/lib-1.jar",
        "maven-metadata.xml",
        "com/acme/lib/1.0/",
    ] {
        let address = format!("/maven/acme/libs/{path}");
        let put = raw::ask(&world.app, "PUT", &address, Some(&token)).await;
        assert_eq!(put.status, 400, "{path}: {put:?}");
        let types = put.headers("content-type");
        assert_eq!(types, ["application/problem+json"], "{path}");
        assert!(put.body.contains("\"detail\":\""), "{path}: {put:?}");
        // The folder is there.
        let expected = if path.ends_with("1.0/") { 200 } else { 404 };
        let get = raw::ask(&world.app, "GET", &address, Some(&token)).await;
        assert_eq!(get.status, expected, "{path}: {get:?}");
    }
    world.expect_untouched("nothing was stored").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_24_what_is_too_long_is_refused() {
    let world = World::new().await;
    let repo = world.libs();
    let long = "x".repeat(255);
    let deep = "com/".repeat(300);
    for (path, word) in [
        (
            format!("com/acme/lib/1/lib-1-{}.jar", &long[..246]),
            "255 bytes",
        ),
        (format!("com/acme/{long}x/1/a-1.jar"), "255 bytes"),
        (format!("{deep}lib/1/lib-1.jar"), "1024"),
    ] {
        let answer = repo.put(&path, "x").await;
        crate::world::refused(answer, 400, &[word]);
        crate::world::refused(repo.get(&path).await, 404, &["not found"]);
    }
    world.expect_untouched("nothing was stored").await;
    let just = format!("com/acme/lib/1/lib-1-{}.jar", &long[..245]);
    repo.put(&just, "x").await.expect(201);
    assert_eq!(repo.get(&just).await.expect(200).text(), "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_25_plus_signs_and_spaces_are_themselves() {
    let world = World::new().await;
    let repo = world.libs();
    let version = "1.0+build 7";
    let at = Gav::new(GA, version);
    let files = [
        ("pom", pom(GA, version)),
        ("jar", jar(GA, version)),
        ("-jdk1.5.jar", b"for an old one".to_vec()),
        ("-dist.tar.gz", b"\x1f\x8b not really".to_vec()),
    ];
    for (ending, body) in &files {
        repo.put_new(&at.file(ending), body).await;
    }
    repo.put_metadata(&at.directory(), &metadata(GA, &[version]))
        .await;
    assert_eq!(repo.versions(GA).await, [version]);
    for (ending, body) in &files {
        // The plus as clients write it, and encoded.
        for path in [at.file(ending), at.file(ending).replace('+', "%2B")] {
            let path = path.replace(' ', "%20");
            assert_eq!(repo.get(&path).await.expect(200).body, *body);
            let of = repo.get(&format!("{path}.sha1")).await.expect(200);
            assert_eq!(of.text(), sum("sha1", body));
        }
    }
    // A plus is no space.
    let other = at.file("jar").replace(' ', "+");
    repo.get(&other).await.expect(404);
    let page = repo.get("com/acme/lib/").await.expect(200).text();
    let link = "<a href=\"1.0+build%207/\">1.0+build%207/</a>";
    assert!(page.contains(link), "{page}");
    let page = repo.get("com/acme/lib/1.0+build%207/").await.expect(200);
    assert!(page.text().contains("lib-1.0+build%207-dist.tar.gz\">"));
}

/// The metadata of a snapshot shows how names were taken apart.
#[tokio::test(flavor = "multi_thread")]
async fn case_25_classifiers_and_extensions_with_dots() {
    let world = World::new().await;
    let repo = world.libs();
    let (version, build) = ("1.0+b 7-SNAPSHOT", "20260131.120000-1");
    let at = Gav::new(GA, version);
    let parts = [
        ("pom", "", "pom"),
        ("jar", "", "jar"),
        ("jar.asc", "", "jar.asc"),
        ("module", "", "module"),
        ("tar.gz", "", "tar.gz"),
        ("-jdk1.5.jar", "jdk1.5", "jar"),
        ("-jdk1.5.jar.asc", "jdk1.5", "jar.asc"),
        ("-linux-x86_64.tar.gz", "linux-x86_64", "tar.gz"),
        (
            "-dist-2.0.tar.bz2.sigstore.json",
            "dist-2.0",
            "tar.bz2.sigstore.json",
        ),
    ];
    for (ending, ..) in parts {
        let body = match ending {
            "pom" => pom(GA, version),
            "module" => b"{\"formatVersion\":\"1.1\"}".to_vec(),
            _ => jar(GA, ending),
        };
        repo.put_new(&at.of_build(build, ending), &body).await;
    }
    let directory = format!("{}/{version}", at.directory());
    repo.put_metadata(&directory, &builds(GA, version, build))
        .await;
    let path = format!("{directory}/maven-metadata.xml");
    let text = repo.get(&path).await.expect(200).text();
    let mut found: Vec<(String, String)> = values(&text, "snapshotVersion")
        .iter()
        .map(|part| {
            let classifier = values(part, "classifier").pop().unwrap_or_default();
            (classifier, value(part, "extension"))
        })
        .collect();
    found.sort();
    let mut expected: Vec<_> = parts
        .map(|(_, classifier, extension)| (classifier.to_owned(), extension.to_owned()))
        .to_vec();
    expected.sort();
    assert_eq!(found, expected);
}
