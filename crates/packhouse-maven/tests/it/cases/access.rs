//! Who gets what, and how those are asked who bring nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::permission::Role;
use packhouse_core::token::{Scope, Scopes};
use packhouse_core::visibility::Visibility;
use packhouse_registry::token::TokenSpec;
use packhouse_testkit::app::{send, token_spec};
use reqwest::Method;

use crate::raw::Connection;
use crate::world::{Gav, Repo, World, jar, metadata, pom, refused, sum};

const GA: &str = "com.acme:lib";
const A_LEVEL: &str = "com/acme/lib/maven-metadata.xml";

#[tokio::test(flavor = "multi_thread")]
async fn case_02_without_credentials_there_is_one_basic_challenge() {
    let world = World::new().await;
    let at = Gav::new(GA, "1.0");
    let nobody = world.libs().seen_by(&world.app.anonymous());
    for path in [at.file("pom"), at.file("jar"), A_LEVEL.to_owned()] {
        let answer = nobody.put(&path, pom(GA, "1.0")).await;
        refused(answer, 401, &["needs a sign-in", "send a token"]);
        refused(nobody.get(&path).await, 401, &["needs a sign-in"]);
        let head = nobody.head(&path).await.expect(401);
        let challenge = head.header("www-authenticate");
        assert_eq!(challenge, Some("Basic realm=\"Packhouse\""));
    }
    // A credential that says nothing is none.
    let empty = world.app.anonymous().authorization("Basic Og==");
    let answer = world.libs().seen_by(&empty).get(A_LEVEL).await;
    refused(answer, 401, &["needs a sign-in"]);
    world.expect_untouched("nobody stored anything").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_03_a_token_that_may_read_may_not_write() {
    let mut world = World::new().await;
    world.libs().deploy(GA, "1.0").await;
    world.colleague("rita", Some(Role::Read)).await;
    let with = |scopes: &[Scope]| TokenSpec {
        scopes: Scopes::of(scopes),
        ..token_spec()
    };
    let reading = world.app.token("ada", with(&[Scope::ReadPackages])).await;
    let reader = world.app.token("rita", with(&[Scope::WritePackages])).await;
    world.mark().await;
    for (secret, missing) in [
        (&reading.secret, "the scope write:packages"),
        (&reader.secret, "no write access"),
    ] {
        let repo = world.libs().seen_by(&world.app.client(Some(secret)));
        repo.get(A_LEVEL).await.expect(200);
        let other = repo.get("com/acme/other/maven-metadata.xml").await;
        refused(other, 404, &["not found"]);
        let at = Gav::new(GA, "1.1");
        for path in [at.file("jar"), at.file("jar.sha1"), A_LEVEL.to_owned()] {
            refused(repo.put(&path, "x").await, 403, &[missing, "com.acme:lib"]);
        }
        // Something new, in a repository that they may read.
        let path = Gav::new("com.acme:new", "1").file("pom");
        refused(repo.put(&path, "x").await, 403, &[missing]);
    }
    world.expect_untouched("readers stored nothing").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_04_a_foreign_private_repository_is_not_there() {
    let mut world = World::new().await;
    world.libs().deploy(GA, "1.0").await;
    let stranger = world.app.user("sam").await;
    world.mark().await;
    let hidden = world.libs().seen_by(&stranger);
    let nowhere = Repo::of(&stranger, "acme/none");
    let path = Gav::new(GA, "1.0").file("jar");
    for path in [path.as_str(), A_LEVEL, "com/acme/", ""] {
        let told = refused(hidden.get(path).await, 404, &["not found"]);
        let other = refused(nowhere.get(path).await, 404, &["not found"]);
        assert_eq!(told.replace("libs", "none"), other);
    }
    for path in [path.as_str(), A_LEVEL] {
        let told = refused(hidden.put(path, "x").await, 404, &["write access"]);
        let other = refused(nowhere.put(path, "x").await, 404, &["write access"]);
        assert_eq!(told.replace("libs", "none"), other);
    }
    world.expect_untouched("a stranger stored nothing").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_28_what_is_public_is_read_by_anybody() {
    let world = World::new().await;
    let open = world.repository("open", Visibility::Public).await;
    open.deploy(GA, "1.0").await;
    let nobody = open.seen_by(&world.app.anonymous());
    let at = Gav::new(GA, "1.0");
    for (path, expected) in [
        (at.file("pom"), pom(GA, "1.0")),
        (at.file("jar"), jar(GA, "1.0")),
        (at.file("jar.sha1"), sum("sha1", &jar(GA, "1.0")).into()),
    ] {
        let answer = nobody.get(&path).await.expect(200);
        assert_eq!(answer.body, expected);
        assert!(answer.header("www-authenticate").is_none());
    }
    nobody.get(A_LEVEL).await.expect(200);
    for path in [
        ".meta/prefixes.txt",
        ".index/nexus-maven-repository-index.properties",
        ".index/nexus-maven-repository-index.gz",
        "com/acme/none/1/none-1.jar",
        "com/acme/lib/1.0/lib-1.0-sources.jar",
        "com/acme/lib",
        "robots.txt",
        "archetype-catalog.xml",
    ] {
        // No page, not even for browsers.
        let answer = nobody.get_with(path, &[("accept", "text/html,*/*")]).await;
        refused(answer, 404, &["not found"]);
    }
    refused(nobody.put(A_LEVEL, "x").await, 401, &["sign-in"]);
    // One who comes with a bad token is told so.
    let bad = open.seen_by(&world.app.client(Some("pkp_gone")));
    refused(bad.get(A_LEVEL).await, 401, &["not valid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_29_one_address_reads_all_repositories_of_an_owner() {
    let world = World::new().await;
    let open = world.repository("open", Visibility::Public).await;
    world.libs().deploy(GA, "1.0").await;
    open.deploy("com.acme:open", "2.0").await;
    let stranger = world.app.user("sam").await;
    for star in ["acme/*", "acme/%2A", "acme/%2a", "ACME/*"] {
        let every = Repo::of(&world.owner, star);
        let jar_of_lib = Gav::new(GA, "1.0").file("jar");
        let found = every.get(&jar_of_lib).await.expect(200);
        assert_eq!(found.body, jar(GA, "1.0"));
        assert_eq!(every.versions(GA).await, ["1.0"]);
        assert_eq!(every.versions("com.acme:open").await, ["2.0"]);
        // Nobody in particular sees what is public.
        let nobody = every.seen_by(&world.app.anonymous());
        assert_eq!(nobody.versions("com.acme:open").await, ["2.0"]);
        refused(nobody.get(&jar_of_lib).await, 401, &["sign-in"]);
        refused(nobody.get(A_LEVEL).await, 401, &["sign-in"]);
        let stranger = every.seen_by(&stranger);
        refused(stranger.get(A_LEVEL).await, 404, &["not found"]);
        assert_eq!(stranger.versions("com.acme:open").await, ["2.0"]);
        for method in [Method::PUT, Method::DELETE] {
            let request = every.request(method, &jar_of_lib).body("x");
            let answer = send(request).await;
            assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
            refused(answer, 405, &[]);
        }
    }
}

/// As the client of Java's own library does: the body goes out twice, on the same connection where
/// that stays.
#[tokio::test(flavor = "multi_thread")]
async fn case_30_a_client_that_signs_in_after_the_challenge() {
    let world = World::new().await;
    let secret = world.app.token("ada", token_spec()).await.secret;
    let basic = format!("Basic {}", STANDARD.encode(format!("ada:{secret}")));
    let mut connection = Connection::open(&world.app).await;
    let at = Gav::new(GA, "1.0");
    for (ending, body) in [("pom", pom(GA, "1.0")), ("jar", jar(GA, "1.0"))] {
        let length = body.len().to_string();
        let first = [
            ("User-Agent", "Apache-Maven/4.0.0-rc-5 (Java 21)"),
            ("Content-Length", &length),
        ];
        let path = format!("/maven/acme/libs/{}", at.file(ending));
        connection.head("PUT", &path, &first).await;
        connection.body(&body).await;
        let challenged = connection.answer().await;
        assert_eq!(challenged.status, 401, "{challenged:?}");
        let challenges = challenged.headers("www-authenticate");
        assert_eq!(challenges, ["basic realm=\"packhouse\""]);
        let again = [first.as_slice(), &[("Authorization", &basic)]].concat();
        connection.head("PUT", &path, &again).await;
        connection.body(&body).await;
        let stored = connection.answer().await;
        assert_eq!(stored.status, 201, "{stored:?}");
    }
    let repo = world.libs();
    repo.put_metadata(&at.directory(), &metadata(GA, &["1.0"]))
        .await;
    assert_eq!(repo.versions(GA).await, ["1.0"]);
}

/// On plain connections that client offers another protocol with each request.
#[tokio::test(flavor = "multi_thread")]
async fn case_30_an_offer_of_another_protocol_is_not_taken() {
    let world = World::new().await;
    let secret = world.app.token("ada", token_spec()).await.secret;
    let basic = format!("Basic {}", STANDARD.encode(format!("ada:{secret}")));
    let (body, path) = (jar(GA, "1.0"), Gav::new(GA, "1.0").file("jar"));
    let path = format!("/maven/acme/libs/{path}");
    let length = body.len().to_string();
    for (authorization, status) in [("Basic YTpi", 401), (basic.as_str(), 201)] {
        let offer = [
            ("Connection", "Upgrade, HTTP2-Settings"),
            ("Upgrade", "h2c"),
            ("HTTP2-Settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"),
            ("Content-Length", &length),
            ("Authorization", authorization),
        ];
        let mut connection = Connection::open(&world.app).await;
        connection.head("PUT", &path, &offer).await;
        connection.body(&body).await;
        let answer = connection.answer().await;
        assert_eq!(answer.status, status, "{answer:?}");
        // The client must not wait for the next answer on this connection.
        assert_eq!(answer.headers("connection"), ["close"]);
        assert!(answer.headers("upgrade").is_empty());
    }
}
