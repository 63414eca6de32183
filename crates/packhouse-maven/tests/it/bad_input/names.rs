//! Files that do not follow the layout, and addresses that lead nowhere.

use packhouse_testkit::app::{send, token_spec};
use reqwest::Method;

use crate::raw;
use crate::world::{Gav, World, builds, jar, metadata, pom, refused, values};

const GA: &str = "com.acme:lib";

/// Old sbt plugins are published so: they are there for whoever asks by name.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_naming_is_kept_and_lists_nothing() {
    let world = World::new().await;
    let repo = world.libs();
    let odd = [
        "com/acme/lib/1.0/other-1.0.jar",
        "com/acme/lib/1.0/lib-2.0.jar",
        "com/acme/lib/1.0/lib.jar",
        "com/acme/lib/1.0/lib-1.0",
        "com/acme/lib/1.0/lib-1.0-.jar",
        "com/acme/lib/1.0/build.log",
        "com/acme/lib/1.0/lib-1.0.pom.",
    ];
    for path in odd {
        repo.put_new(path, path.as_bytes()).await;
        assert_eq!(repo.get(path).await.expect(200).text(), path);
        refused(repo.put(path, "other bytes").await, 409, &["never change"]);
    }
    world.app.clock.advance(chrono::Duration::hours(1));
    assert!(repo.versions(GA).await.is_empty());
    // In a snapshot they are no part of a build.
    let at = Gav::new(GA, "2-SNAPSHOT");
    let build = "20260131.120000-1";
    repo.put_new(&at.of_build(build, "pom"), &pom(GA, "2-SNAPSHOT"))
        .await;
    for name in [
        "lib-2-20260131.1200-1.jar",
        "lib-2.jar",
        "lib-3-SNAPSHOT.jar",
    ] {
        repo.put_new(&format!("com/acme/lib/2-SNAPSHOT/{name}"), b"x")
            .await;
    }
    repo.put_metadata("com/acme/lib/2-SNAPSHOT", &builds(GA, "2-SNAPSHOT", build))
        .await;
    let path = "com/acme/lib/2-SNAPSHOT/maven-metadata.xml";
    let text = repo.get(path).await.expect(200).text();
    assert_eq!(values(&text, "extension"), ["pom"]);
    assert_eq!(repo.versions(GA).await, ["2-SNAPSHOT"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_released_is_never_overwritten_or_removed() {
    let mut world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    world.mark().await;
    let at = Gav::new(GA, "1.0");
    for ending in ["pom", "jar"] {
        let other = match ending {
            "pom" => pom(GA, "1.0.1"),
            _ => jar(GA, "1.0.1"),
        };
        let words = ["holds other bytes", "sha256", "new version"];
        refused(repo.put(&at.file(ending), other).await, 409, &words);
    }
    for path in [
        at.file("jar"),
        at.directory(),
        String::new(),
        at.file("jar.sha1"),
    ] {
        let answer = send(repo.request(Method::DELETE, &path)).await;
        assert_eq!(answer.header("allow"), Some("GET, HEAD, PUT, OPTIONS"));
        refused(answer, 405, &["answers GET, HEAD, PUT"]);
    }
    world.expect_untouched("all is as it was").await;
    assert_eq!(
        repo.get(&at.file("jar")).await.expect(200).body,
        jar(GA, "1.0")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_lead_nowhere() {
    let mut world = World::new().await;
    let repo = world.libs();
    repo.deploy(GA, "1.0").await;
    let token = world.app.token("ada", token_spec()).await.secret;
    world.mark().await;
    for path in [
        "com/none/",
        "com/acme/lib/2.0/",
        "none/",
        "com/acme/lib",
        "com",
    ] {
        refused(repo.get(path).await, 404, &["not found"]);
    }
    for (path, word) in [
        ("archetype-catalog.xml", "made by the server"),
        ("com/acme/lib/", "folder"),
        ("", "folder"),
        ("lib.jar", "GROUP/ARTIFACT/VERSION/FILE"),
        ("lib/1.0/lib-1.0.jar", "GROUP/ARTIFACT/VERSION/FILE"),
        ("com.acme/lib/1.0/lib-1.0.jar", "com.acme"),
        ("com/acme/l$b/1.0/l$b-1.0.jar", "l$b"),
    ] {
        refused(repo.put(path, "x").await, 400, &[word]);
    }
    for path in [
        "/maven",
        "/maven/",
        "/maven/acme",
        "/maven/acme/",
        "/maven/acme/libs",
    ] {
        for method in ["GET", "PUT"] {
            let answer = raw::ask(&world.app, method, path, Some(&token)).await;
            // The repository without its slash is a folder without one.
            assert!(
                matches!(answer.status, 400 | 404),
                "{method} {path}: {answer:?}"
            );
            let types = answer.headers("content-type");
            // Below the account there is a route, which says why a PUT goes nowhere.
            let named = path.starts_with("/maven/acme");
            let expected = match answer.status {
                404 if method == "GET" || !named => "text/plain; charset=utf-8",
                _ => "application/problem+json",
            };
            assert_eq!(types, [expected], "{method} {path}");
        }
    }
    world.expect_untouched("nothing was kept").await;
}

/// Case counts inside a repository, and does not in its name.
#[tokio::test(flavor = "multi_thread")]
async fn capitals_count_in_coordinates_alone() {
    let world = World::new().await;
    let repo = crate::world::Repo::of(&world.owner, "ACME/Libs");
    repo.deploy("com.Acme:Lib_3.0.0-RC1", "1.0-Final").await;
    let plain = world.libs();
    assert_eq!(
        plain.versions("com.Acme:Lib_3.0.0-RC1").await,
        ["1.0-Final"]
    );
    assert!(plain.versions("com.acme:Lib_3.0.0-RC1").await.is_empty());
    assert!(plain.versions("com.Acme:lib_3.0.0-rc1").await.is_empty());
    plain.deploy("com.Acme:lib_3.0.0-rc1", "2").await;
    assert_eq!(plain.versions("com.Acme:lib_3.0.0-rc1").await, ["2"]);
    assert_eq!(
        plain.versions("com.Acme:Lib_3.0.0-RC1").await,
        ["1.0-Final"]
    );
    let list = metadata("com.Acme:Lib_3.0.0-RC1", &["1.0-final"]);
    let path = "com/Acme/Lib_3.0.0-RC1/maven-metadata.xml";
    plain.put(path, list).await.expect(200);
    let file = Gav::new("com.Acme:Lib_3.0.0-RC1", "1.0-final").file("jar");
    refused(plain.get(&file).await, 404, &[]);
}

/// Exactly one challenge, after the whole body.
#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_without_rights_is_told_so_once() {
    let world = World::new().await;
    let path = format!("/maven/acme/libs/{}", Gav::new(GA, "1.0").file("jar"));
    let mut connection = raw::Connection::open(&world.app).await;
    for authorization in ["", "Basic YTpi", "Bearer x", "Negotiate abc", "Basic !!!"] {
        let mut headers = vec![("Content-Length", "100000")];
        if !authorization.is_empty() {
            headers.push(("Authorization", authorization));
        }
        connection.head("PUT", &path, &headers).await;
        connection.body(&vec![b'x'; 100_000]).await;
        let answer = connection.answer().await;
        assert_eq!(answer.status, 401, "{authorization}: {answer:?}");
        let challenges = answer.headers("www-authenticate");
        assert_eq!(challenges, ["basic realm=\"packhouse\""]);
    }
    world.expect_untouched("nobody stored anything").await;
}
