//! Bodies that are too large, empty, or end too soon.

use futures_util::stream;
use packhouse_http::limits::Limits;
use packhouse_testkit::app::{Options, token_spec};
use reqwest::Body;

use crate::raw::Connection;
use crate::world::{Gav, World, refused};

const GA: &str = "com.acme:lib";

fn streamed(pieces: usize) -> Body {
    let pieces = (0..pieces).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 100]));
    Body::wrap_stream(stream::iter(pieces))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_over_the_limit_is_refused_and_forgotten() {
    let limits = Limits {
        maven: 1_000,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let world = World::with(options).await;
    let (repo, at) = (world.libs(), Gav::new(GA, "1.0"));
    let told = refused(
        repo.put(&at.file("jar"), vec![1; 1_001]).await,
        413,
        &["1000"],
    );
    assert!(told.contains("limit"), "{told}");
    // A length that was not announced.
    let answer = repo.put(&at.file("jar"), streamed(11)).await;
    refused(answer, 413, &["limit of 1000 bytes"]);
    world.expect_untouched("nothing was kept").await;
    refused(repo.get(&at.file("jar")).await, 404, &[]);
    repo.put(&at.file("jar"), streamed(10)).await.expect(201);
    assert_eq!(
        repo.get(&at.file("jar")).await.expect(200).body.len(),
        1_000
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn five_gigabytes_are_refused_before_they_come() {
    let mut world = World::new().await;
    let token = world.app.token("ada", token_spec()).await.secret;
    let bearer = format!("Bearer {token}");
    world.mark().await;
    let mut connection = Connection::open(&world.app).await;
    let path = format!("/maven/acme/libs/{}", Gav::new(GA, "1.0").file("jar"));
    let headers = [
        ("Content-Length", "5368709120"),
        ("Authorization", &*bearer),
    ];
    connection.head("PUT", &path, &headers).await;
    let answer = connection.answer().await;
    assert_eq!(answer.status, 413, "{answer:?}");
    assert!(answer.body.contains("2147483648"), "{answer:?}");
    assert_eq!(answer.headers("content-type"), ["application/problem+json"]);
    world.expect_untouched("nothing was kept").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_files_are_files() {
    let world = World::new().await;
    let repo = world.libs();
    let at = Gav::new(GA, "1.0");
    repo.put(&at.file("jar"), "").await.expect(201);
    repo.put(&at.file("-sources.jar"), streamed(0))
        .await
        .expect(201);
    for ending in ["jar", "-sources.jar"] {
        let served = repo.get(&at.file(ending)).await.expect(200);
        assert!(served.body.is_empty());
        let head = repo.head(&at.file(ending)).await.expect(200);
        assert_eq!(head.header("content-length"), Some("0"));
        let md5 = head.header("x-checksum-md5");
        assert_eq!(md5, Some("d41d8cd98f00b204e9800998ecf8427e"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_breaks_off_is_forgotten() {
    let mut world = World::new().await;
    let token = world.app.token("ada", token_spec()).await.secret;
    let bearer = format!("Bearer {token}");
    world.mark().await;
    let path = Gav::new(GA, "1.0").file("jar");
    let mut connection = Connection::open(&world.app).await;
    let headers = [("Content-Length", "8000000"), ("Authorization", &*bearer)];
    let below = format!("/maven/acme/libs/{path}");
    connection.head("PUT", &below, &headers).await;
    connection.body(&vec![1; 4_000_000]).await;
    world.app.settled(|kept| kept.uploads > 0).await;
    drop(connection);
    world.app.settled(|kept| kept.uploads == 0).await;
    world.expect_untouched("nothing was kept").await;
    refused(world.libs().get(&path).await, 404, &["not found"]);
}
