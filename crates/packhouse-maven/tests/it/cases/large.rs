//! Large bodies that are refused, and clients that wait to be asked for theirs.

use packhouse_testkit::app::token_spec;

use crate::raw::Connection;
use crate::world::{Gav, World, jar};

const GA: &str = "com.acme:lib";
const SIXTY: usize = 60 * 1024 * 1024;

/// The client sends all of it and only then listens: nothing may break off in between, and the
/// connection serves the next request.
#[tokio::test(flavor = "multi_thread")]
async fn case_27_sixty_megabytes_with_a_bad_token_are_heard_out() {
    let world = World::new().await;
    let path = format!("/maven/acme/libs/{}", Gav::new(GA, "1.0").file("jar"));
    let piece = vec![7; 1024 * 1024];
    let mut connection = Connection::open(&world.app).await;
    for authorization in ["Bearer pkp_gone", "Basic YWRhOndyb25n", ""] {
        let length = SIXTY.to_string();
        let mut headers = vec![("Content-Length", length.as_str())];
        if !authorization.is_empty() {
            headers.push(("Authorization", authorization));
        }
        connection.head("PUT", &path, &headers).await;
        for _ in 0..SIXTY / piece.len() {
            connection.body(&piece).await;
        }
        let answer = connection.answer().await;
        assert_eq!(answer.status, 401, "{answer:?}");
        let challenges = answer.headers("www-authenticate");
        assert_eq!(challenges, ["basic realm=\"packhouse\""]);
    }
    world.expect_untouched("nobody stored anything").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_27_sixty_megabytes_onto_another_file_are_heard_out() {
    let mut world = World::new().await;
    world.libs().deploy(GA, "1.0").await;
    let token = world.app.token("ada", token_spec()).await.secret;
    world.mark().await;
    let path = format!("/maven/acme/libs/{}", Gav::new(GA, "1.0").file("jar"));
    let bearer = format!("Bearer {token}");
    let (piece, length) = (vec![7; 1024 * 1024], SIXTY.to_string());
    let headers = [("Content-Length", &*length), ("Authorization", &*bearer)];
    let mut connection = Connection::open(&world.app).await;
    connection.head("PUT", &path, &headers).await;
    for _ in 0..SIXTY / piece.len() {
        connection.body(&piece).await;
    }
    let answer = connection.answer().await;
    assert_eq!(answer.status, 409, "{answer:?}");
    assert!(answer.body.contains("published files never change"));
    connection.head("GET", &path, &headers[1..]).await;
    let served = connection.answer().await;
    assert_eq!(served.body.as_bytes(), jar(GA, "1.0"));
    world.expect_untouched("the old bytes stay").await;
}

/// The client sends its body when it is asked to, and not before: an answer to the head alone, or
/// none at all, would leave it waiting.
#[tokio::test(flavor = "multi_thread")]
async fn case_27_who_waits_is_told_to_go_on() {
    let world = World::new().await;
    let token = world.app.token("ada", token_spec()).await.secret;
    let bearer = format!("Bearer {token}");
    let (body, mut connection) = (jar(GA, "1.0"), Connection::open(&world.app).await);
    for (version, authorization, status) in [
        ("1.0", bearer.as_str(), 201),
        ("1.0", bearer.as_str(), 200),
        ("2.0", bearer.as_str(), 201),
        ("3.0", "Bearer pkp_gone", 401),
        ("4.0", bearer.as_str(), 201),
    ] {
        let path = format!("/maven/acme/libs/{}", Gav::new(GA, version).file("jar"));
        let length = body.len().to_string();
        let headers = [
            ("Content-Length", length.as_str()),
            ("Authorization", authorization),
            ("Expect", "100-continue"),
        ];
        connection.head("PUT", &path, &headers).await;
        let first = connection.answer().await;
        assert_eq!(first.status, 100, "{first:?}");
        connection.body(&body).await;
        let answer = connection.answer().await;
        assert_eq!(answer.status, status, "{version}: {answer:?}");
    }
}
