//! What no client may make the server spend: memory, and connections held for nothing.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use packhouse_http::limits::Limits;
use packhouse_testkit::app::{Options, send, token_spec};
use reqwest::Method;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::bad_input::read_until;
use crate::body::Body;
use crate::world::World;

/// Runs alone in a process of its own, because memory is counted per process.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_far_over_the_limit_costs_no_memory() {
    let name = "resources::a_body_far_over_the_limit_costs_no_memory";
    if !alone(name).await {
        return;
    }
    let limits = Limits {
        npm: 100 << 20,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let world = World::with(options).await;
    Body::new("@acme/tools", "1.0.0")
        .publish(&world.owner)
        .await
        .expect(201);
    let before = (world.app.kept().await, peak_memory());
    let start = "{\"_attachments\":{\"@acme/tools-1.1.0.tgz\":{\"data\":\"";
    let piece = bytes::Bytes::from("QUJD".repeat(64 << 10));
    let pieces = std::iter::once(bytes::Bytes::from_static(start.as_bytes()))
        .chain(std::iter::repeat_n(piece, 1200))
        .map(Ok::<_, std::io::Error>);
    let request =
        world
            .owner
            .request(Method::PUT, "/@acme%2ftools")
            .body(reqwest::Body::wrap_stream(futures_util::stream::iter(
                pieces,
            )));
    let refused = send(request).await.expect(413);
    assert!(refused.error().contains("limit of 104857600 bytes"));
    assert_eq!(world.app.kept().await, before.0);
    let grown = peak_memory() - before.1;
    assert!(grown < 32 << 10, "memory grew by {grown} KiB");
}

/// Runs alone in a process of its own, because memory is counted per process.
#[tokio::test(flavor = "multi_thread")]
async fn an_audit_that_unpacks_to_far_more_costs_no_memory() {
    let name = "resources::an_audit_that_unpacks_to_far_more_costs_no_memory";
    if !alone(name).await {
        return;
    }
    let limits = Limits {
        npm_metadata: 4 << 20,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let world = World::with(options).await;
    let anonymous = world.app.anonymous();
    // Half a gigabyte of spaces, which JSON may begin with.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..512 {
        bomb.write_all(&[b' '; 1 << 20]).unwrap();
    }
    bomb.write_all(b"{}").unwrap();
    let bomb = bytes::Bytes::from(bomb.finish().unwrap());
    assert!(bomb.len() < 1 << 20, "{} bytes are sent", bomb.len());
    let before = peak_memory();
    for path in [
        "/-/npm/v1/security/advisories/bulk",
        "/-/npm/v1/security/audits/quick",
        "/-/npm/v1/security/audits",
    ] {
        let request = anonymous
            .request(Method::POST, path)
            .header("content-encoding", "gzip")
            .body(bomb.clone());
        let refused = send(request).await.expect(413);
        assert!(refused.error().contains("limit of 4194304 bytes"));
    }
    let grown = peak_memory() - before;
    assert!(grown < 32 << 10, "memory grew by {grown} KiB");
}

/// Whoever holds a connection open and sends nothing does not hold it, nor a staged file, for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_body_is_given_up() {
    let limits = Limits {
        idle: Duration::from_secs(1),
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let world = World::with(options).await;
    let token = world.app.token("ada", token_spec()).await.secret;
    let before = world.app.kept().await;
    let address = world.app.base.strip_prefix("http://").unwrap();
    let (address, _) = address.split_once('/').unwrap();
    let publish = "{\"_attachments\":{\"@acme/tools-1.0.0.tgz\":{\"data\":\"";
    // Enough of a tarball that a file was begun.
    let publish = format!("{publish}{}", "QUJD".repeat(1 << 20));
    for (head, part) in [
        ("PUT /npm/@acme%2ftools", publish.as_str()),
        ("PUT /npm/@acme%2ftools", ""),
        ("PUT /npm/-/user/org.couchdb.user:ada", "{"),
        ("POST /npm/-/npm/v1/security/audits", "{"),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "{head} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            part.len() + 1000
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(part.as_bytes()).await.unwrap();
        // Nothing more is sent, and the connection stays open on this side.
        let answer = read_until(&mut stream, "\"}").await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{head}: {answer}");
        assert!(answer.contains("the request body stalled"), "{answer}");
        world.app.settled(|kept| kept == before).await;
    }
}

/// Tells whether this process runs that test alone; if not, has another process do so.
async fn alone(test: &str) -> bool {
    const ALONE: &str = "PACKHOUSE_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(ALONE, "1")
        .output();
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    // A name that fits no test is no failure to the other process.
    assert!(
        output.status.success() && said.contains("test result: ok. 1 passed;"),
        "{test}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

#[tokio::test]
#[should_panic(expected = "0 passed")]
async fn a_test_that_is_not_there_does_not_pass_alone() {
    alone("resources::there_is_no_such_test").await;
}

/// The most memory that this process ever had, in KiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}
