//! Bodies that are too large, empty, no form, or end too soon.

use packhouse_http::limits::Limits;
use packhouse_testkit::app::Options;

use super::{PACKAGE, SYMBOLS, bad, put, refuse};
use crate::pack::{Nupkg, form, large};
use crate::raw::{Connection, refused_change};
use crate::world::World;

const OVER: &str = "Payload Too Large: the package is over the limit";
const EMPTY: &str = "the body is empty, use an API key";
const FORM: &str = "the form is damaged or was cut off";
const MIB: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_package_over_the_limit_is_refused_and_forgotten() {
    const LIMIT: usize = 200_000;
    let limits = Limits {
        nuget: LIMIT as u64,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let world = World::with(options).await;
    let overhead = large("Acme.Lib", "1.0.0", 0).len();
    let exact = large("Acme.Lib", "1.0.0", LIMIT - overhead);
    assert_eq!(exact.len(), LIMIT);
    let over = large("Acme.Lib", "1.0.0", LIMIT - overhead + 1);
    for path in [PACKAGE, SYMBOLS] {
        let answer = put(&world, path, &over).await;
        refused_change(&answer, 413, OVER, &["limit of 200000 bytes"]);
        // The form around it counts for nothing.
        let (kind, body) = form(&over);
        let mut connection = Connection::open(&world.app).await;
        let headers = [("X-NuGet-ApiKey", &*world.key), ("Content-Type", &*kind)];
        let answer = connection.put(path, &headers, &body).await;
        refused_change(&answer, 413, OVER, &["limit of 200000 bytes"]);
        world.expect_untouched("nothing was kept").await;
    }
    world.source().send("package", &exact).await.expect(201);
    let served = world.source().download("acme.lib", "1.0.0").await;
    assert_eq!(served.expect(200).body, exact);
}

/// With the limit of a release: the client gets to send all of it, and then to read why not.
#[tokio::test(flavor = "multi_thread")]
async fn six_hundred_megabytes_are_refused() {
    let world = World::new().await;
    let mut connection = Connection::open(&world.app).await;
    let length = (600 * MIB).to_string();
    let headers = [
        ("X-NuGet-ApiKey", &*world.key),
        ("Content-Length", &*length),
    ];
    connection.head("PUT", PACKAGE, &headers).await;
    let piece = vec![0; MIB];
    for _ in 0..600 {
        connection.body(&piece).await;
    }
    let answer = connection.answer().await;
    refused_change(&answer, 413, OVER, &["limit of 536870912 bytes"]);
    world.expect_untouched("nothing was kept").await;
    // The connection goes on.
    let small = Nupkg::new("Acme.Lib", "1.0.0").bytes();
    let answer = connection.put(PACKAGE, &headers[..1], &small).await;
    answer.expect(201);
}

/// Old clients on Mono send nothing after they were asked to sign in.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_body_is_told_to_use_a_key() {
    let world = World::new().await;
    refuse(&world, b"", EMPTY, &["body is empty", "-ApiKey"]).await;
    let mut connection = Connection::open(&world.app).await;
    let (kind, _) = form(b"");
    for headers in [
        vec![("Content-Length", "0")],
        vec![("Content-Length", "0"), ("Content-Type", &*kind)],
        vec![
            ("Content-Length", "0"),
            ("Content-Type", "application/octet-stream"),
        ],
    ] {
        let headers = [&headers[..], &[("X-NuGet-ApiKey", &*world.key)]].concat();
        for path in [PACKAGE, SYMBOLS] {
            connection.head("PUT", path, &headers).await;
            let answer = connection.answer().await;
            refused_change(&answer, 400, &bad(EMPTY), &["body is empty"]);
        }
    }
    world.expect_untouched("nothing was kept").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_without_boundary_part_or_end_are_refused() {
    let world = World::new().await;
    let package = Nupkg::new("Acme.Lib", "1.0.0").bytes();
    let (kind, body) = form(&package);
    let boundary = kind.split('"').nth(1).unwrap();
    let no_end = &body[..body.len() - boundary.len() - 8];
    let empty = form(b"").1;
    let long = format!("multipart/form-data; boundary={}", "x".repeat(300));
    for (kind, body, words) in [
        ("multipart/form-data", &body[..], "names no boundary"),
        ("multipart/form-data; boundary=", &body, "names no boundary"),
        (
            "multipart/form-data; boundary=\"\"",
            &body,
            "names no boundary",
        ),
        (&long, &body, "names no boundary"),
        ("multipart/mixed; charset=utf-8", &body, "names no boundary"),
        (&kind, &package, "form ended before"),
        (&kind, no_end, "form ended before"),
        (&kind, &body[..60], "form ended before"),
        (
            &kind,
            &vec![b'x'; 100_000],
            "does not begin with its boundary",
        ),
        (&kind, &empty, "not a zip archive"),
        // A form that says it is none.
        ("application/octet-stream", &body, "bytes behind its end"),
    ] {
        let mut connection = Connection::open(&world.app).await;
        let headers = [("X-NuGet-ApiKey", &*world.key), ("Content-Type", kind)];
        for path in [PACKAGE, SYMBOLS] {
            let answer = connection.put(path, &headers, body).await;
            let reason = match words {
                "not a zip archive" => "the file is not a whole zip archive",
                "bytes behind its end" => "the archive is damaged or ambiguous, pack it anew",
                _ => FORM,
            };
            refused_change(&answer, 400, &bad(reason), &[words]);
        }
        world.expect_untouched(words).await;
    }
    // Parts after the first are of no interest.
    let more = format!("\r\n--{boundary}\r\n\r\nmore\r\n--{boundary}--");
    let end = format!("\r\n--{boundary}--\r\n");
    let first = &body[..body.len() - end.len()];
    let body = [first, more.as_bytes()].concat();
    let mut connection = Connection::open(&world.app).await;
    let headers = [("X-NuGet-ApiKey", &*world.key), ("Content-Type", &*kind)];
    let answer = connection.put(PACKAGE, &headers, &body).await;
    answer.expect(201);
    let served = world.source().download("acme.lib", "1.0.0").await;
    assert_eq!(served.expect(200).body, package);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_off_is_forgotten() {
    let world = World::new().await;
    let (kind, body) = form(&large("Acme.Lib", "1.0.0", 4 * MIB));
    let length = body.len().to_string();
    let told = [
        vec![("Content-Length", &*length)],
        vec![("Transfer-Encoding", "chunked")],
    ];
    for framing in told {
        for path in [PACKAGE, SYMBOLS] {
            let mut connection = Connection::open(&world.app).await;
            let chunked = framing[0].0 == "Transfer-Encoding";
            let key = [("X-NuGet-ApiKey", &*world.key), ("Content-Type", &*kind)];
            let headers = [&framing[..], &key].concat();
            connection.head("PUT", path, &headers).await;
            let half = &body[..body.len() / 2];
            match chunked {
                true => connection.piece(half).await,
                false => connection.body(half).await,
            }
            world.app.settled(|kept| kept.uploads > 0).await;
            drop(connection);
            world.app.settled(|kept| kept.uploads == 0).await;
            world.expect_untouched("nothing was kept").await;
        }
    }
    assert!(world.package("Acme.Lib").await.is_none());
}

/// The client sends its body when it is asked to, and not before.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_told_to_go_on() {
    let world = World::new().await;
    let mut connection = Connection::open(&world.app).await;
    for (version, key, status) in [
        ("1.0.0", &*world.key, 201),
        ("1.0.0", &world.key, 409),
        ("2.0.0", "pkp_gone", 401),
        ("2.0.0", &world.key, 201),
    ] {
        let body = Nupkg::new("Acme.Lib", version).bytes();
        let length = body.len().to_string();
        let headers = [
            ("X-NuGet-ApiKey", key),
            ("Content-Length", &length),
            ("Expect", "100-continue"),
        ];
        connection.head("PUT", PACKAGE, &headers).await;
        let first = connection.answer().await;
        assert_eq!(first.status, 100, "{first:?}");
        connection.body(&body).await;
        connection.answer().await.expect(status);
    }
}
