//! What becomes of pushes, as their clients get to see it.

use packhouse_core::token::Scope;
use packhouse_http::limits::Limits;
use packhouse_testkit::app::{Options, send};
use reqwest::Method;

use crate::pack::{Nupkg, form, large};
use crate::raw::{Connection, refused, refused_change};
use crate::world::{World, basic};

const EXISTS: &str = "Conflict: this version exists or existed, publish under a new number";
const FORBIDDEN: &str = "Forbidden: this token or account may not do this";
const MIB: usize = 1024 * 1024;

/// One PUT with a key, in pieces, to the address with a slash at its end.
#[tokio::test(flavor = "multi_thread")]
async fn case_01_a_push_with_a_key_is_one_request_and_visible_at_once() {
    let world = World::new().await;
    let package = Nupkg::new("Acme.Lib", "1.0.0").bytes();
    let (kind, body) = form(&package);
    let mut connection = Connection::open(&world.app).await;
    let headers = [
        ("User-Agent", "NuGet Command Line/5.4.0 (Linux)"),
        ("X-NuGet-Client-Version", "5.4.0"),
        ("X-NuGet-ApiKey", &world.key),
        ("Content-Type", &kind),
        ("Transfer-Encoding", "chunked"),
    ];
    let path = "/nuget/acme/package/";
    connection.head("PUT", path, &headers).await;
    for piece in body.chunks(100) {
        connection.piece(piece).await;
    }
    connection.piece(b"").await;
    let answer = connection.answer().await.expect(201);
    assert_eq!(answer.reason, "Created");
    assert!(answer.headers("x-nuget-warning").is_empty(), "{answer:?}");
    let source = world.source();
    assert_eq!(source.versions("acme.lib").await, ["1.0.0"]);
    assert_eq!(
        source.download("acme.lib", "1.0.0").await.expect(200).body,
        package
    );
    assert_eq!(source.found("q=lib").await, ["Acme.Lib"]);
    assert_eq!(
        source.leaves("registration", "acme.lib").await.len(),
        1,
        "listed in registrations"
    );
}

/// Clients with a sign-in and no key send the whole body, are asked, and send it all again.
#[tokio::test(flavor = "multi_thread")]
async fn case_02_a_push_of_many_megabytes_is_heard_out_and_comes_again_with_a_sign_in() {
    let mut world = World::new().await;
    let package = large("Acme.Big", "1.0.0", 48 * MIB);
    let (kind, body) = form(&package);
    let sign_in = basic("ada", &world.key);
    world.mark().await;
    let mut connection = Connection::open(&world.app).await;
    let plain = [("Content-Type", kind.as_str())];
    let answer = connection.put("/nuget/acme/package/", &plain, &body).await;
    let reason = "Unauthorized: sign in with a token";
    refused(&answer, 401, reason, &["sign-in"]);
    // It has done nothing wrong yet, and signs in next.
    assert!(answer.headers("x-nuget-warning").is_empty());
    assert_eq!(answer.headers("www-authenticate"), ["Basic realm=\"acme\""]);
    world.expect_untouched("nobody stored anything").await;
    let signed_in = [plain[0], ("Authorization", &*sign_in)];
    // On the same connection: it lives on.
    let answer = connection
        .put("/nuget/acme/package/", &signed_in, &body)
        .await;
    answer.expect(201);
    let served = world.source().download("acme.big", "1.0.0").await;
    assert!(served.expect(200).body == package, "the bytes are the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_03_a_dummy_key_beside_a_sign_in_counts_for_nothing() {
    let world = World::new().await;
    let reading = world.narrow(&[Scope::ReadPackages]).await;
    let (good, readonly) = (basic("ada", &world.key), basic("ada", &reading));
    let user_and_key = format!("ada:{}", world.key);
    let mut number = 0;
    for (key, sign_in, status) in [
        (Some("x"), Some(&good), 201),
        (Some(""), Some(&good), 201),
        // A source that only reads must not beat a key that writes.
        (Some(world.key.as_str()), Some(&readonly), 201),
        (Some(world.key.as_str()), None, 201),
        (Some(user_and_key.as_str()), None, 201),
        (Some("x"), None, 401),
        (Some("ada:x"), None, 401),
        (Some("x"), Some(&basic("ada", "y")), 401),
        // A key that is known decides, whatever it may.
        (Some(reading.as_str()), Some(&good), 403),
        (None, None, 401),
        (None, Some(&basic("", "")), 401),
    ] {
        number += 1;
        let package = Nupkg::new("Acme.Lib", &format!("1.0.{number}"));
        let mut request = world
            .stranger()
            .request(Method::PUT, "package/")
            .body(package.bytes());
        if let Some(key) = key {
            request = request.header("X-NuGet-ApiKey", key);
        }
        if let Some(sign_in) = sign_in {
            request = request.header("Authorization", sign_in.as_str());
        }
        let answer = send(request).await;
        assert_eq!(answer.status, status, "{number}: {}", answer.text());
        // With a challenge the client goes on and shows its credentials.
        let challenge = (status == 401).then_some("Basic realm=\"acme\"");
        assert_eq!(answer.header("www-authenticate"), challenge, "{number}");
    }
    assert_eq!(world.source().versions("acme.lib").await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_04_what_is_there_is_a_conflict_whatever_the_bytes() {
    let mut world = World::new().await;
    let source = world.source();
    source.publish("Acme.Lib", "1.0.0").await;
    source.publish("Acme.Lib", "1.1.0").await;
    source.unlist("Acme.Lib", "1.1.0").await.expect(204);
    source.publish("Acme.Lib", "1.2.0").await;
    world.delete("Acme.Lib", &["1.2.0"]).await;
    world.mark().await;
    let mut connection = Connection::open(&world.app).await;
    let headers = [("X-NuGet-ApiKey", &*world.key)];
    for (package, words) in [
        (Nupkg::new("Acme.Lib", "1.0.0"), "published already"),
        (
            Nupkg::new("Acme.Lib", "1.0.0").described("other"),
            "published already",
        ),
        (Nupkg::new("ACME.lib", "1.0.0"), "published already"),
        (Nupkg::new("Acme.Lib", "1.1.0"), "published already"),
        (Nupkg::new("Acme.Lib", "1.2.0"), "published and deleted"),
    ] {
        let answer = connection
            .put("/nuget/acme/package/", &headers, &package.bytes())
            .await;
        refused_change(&answer, 409, EXISTS, &[words, "new"]);
    }
    world.expect_untouched("all is as it was").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_05_versions_are_one_in_every_spelling() {
    let world = World::new().await;
    let source = world.source();
    for (version, status) in [
        ("1.0", 201),
        ("1.0.0.0", 409),
        ("1.0.0+b", 409),
        ("01.0", 409),
        ("1.0.0.1", 201),
        ("2.0.0-RC.1+x", 201),
        ("2.0.0-rc.1+y", 409),
    ] {
        let pushed = source.push(&Nupkg::new("Acme.Lib", version)).await;
        assert_eq!(pushed.status, status, "{version}");
    }
    let listed = source.versions("acme.lib").await;
    assert_eq!(listed, ["1.0.0", "1.0.0.1", "2.0.0-rc.1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_07_a_token_that_only_reads_is_refused_with_words() {
    let mut world = World::new().await;
    world.source().publish("Acme.Lib", "1.0.0").await;
    let key = world.narrow(&[Scope::ReadPackages]).await;
    world.mark().await;
    let mut connection = Connection::open(&world.app).await;
    let (kind, body) = form(&Nupkg::new("Acme.Lib", "1.1.0").bytes());
    for header in [
        ("X-NuGet-ApiKey", key.clone()),
        ("Authorization", basic("ada", &key)),
    ] {
        let headers = [(header.0, &*header.1), ("Content-Type", &*kind)];
        for path in ["/nuget/acme/package/", "/nuget/acme/symbolpackage/"] {
            let answer = connection.put(path, &headers, &body).await;
            refused_change(&answer, 403, FORBIDDEN, &["write:packages"]);
            // A challenge would have the client ask for another sign-in.
            assert!(answer.headers("www-authenticate").is_empty());
        }
        for method in ["DELETE", "POST"] {
            let path = "/nuget/acme/package/Acme.Lib/1.0.0";
            let headers = [headers[0], ("Content-Length", "0")];
            connection.head(method, path, &headers).await;
            let answer = connection.answer().await;
            refused_change(&answer, 403, FORBIDDEN, &["write:packages"]);
        }
    }
    world.expect_untouched("a reader stored nothing").await;
}

/// Each of them with a text of its own; more of the kind is in `bad_input`.
#[tokio::test(flavor = "multi_thread")]
async fn case_08_bad_packages_are_refused_each_in_its_own_words() {
    let world = World::new().await;
    let mut connection = Connection::open(&world.app).await;
    let headers = [("X-NuGet-ApiKey", &*world.key)];
    let lib = || Nupkg::new("Acme.Lib", "1.0.0");
    let mut told = Vec::new();
    for (package, reason, words) in [
        (
            lib().file("second.nuspec", b"<package/>"),
            "Bad Request: the package has several nuspecs at its root",
            "2 .nuspec files",
        ),
        (
            lib().file("../x", b"x"),
            "Bad Request: an entry of the package has a name that is not allowed",
            "\"../x\"",
        ),
        (
            Nupkg::new("Acme/../Lib", "1.0.0"),
            "Bad Request: the id in the nuspec is not allowed",
            "<id> in the nuspec",
        ),
        (
            lib().needs("Other", "1.*"),
            "Bad Request: a dependency in the nuspec is not allowed",
            "the dependency Other",
        ),
    ] {
        let answer = connection
            .put("/nuget/acme/package/", &headers, &package.bytes())
            .await;
        told.push(refused_change(&answer, 400, reason, &[words]));
    }
    let count = told.len();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), count);
    world.expect_untouched("nothing was stored").await;
    assert!(world.package("Acme.Lib").await.is_none());
}

/// Nobody says how much will come; all of it is taken, and the connection serves the next request.
#[tokio::test(flavor = "multi_thread")]
async fn case_09_a_push_over_the_limit_is_heard_out() {
    let limits = Limits {
        nuget: 1_000_000,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let world = World::with(options).await;
    let (kind, body) = form(&large("Acme.Big", "1.0.0", 8 * MIB));
    let mut connection = Connection::open(&world.app).await;
    let headers = [
        ("X-NuGet-ApiKey", &*world.key),
        ("Content-Type", &*kind),
        ("Transfer-Encoding", "chunked"),
    ];
    for path in ["/nuget/acme/package/", "/nuget/acme/symbolpackage/"] {
        connection.head("PUT", path, &headers).await;
        for piece in body.chunks(64 * 1024) {
            connection.piece(piece).await;
        }
        connection.piece(b"").await;
        let answer = connection.answer().await;
        let reason = "Payload Too Large: the package is over the limit";
        refused_change(&answer, 413, reason, &["limit of 1000000 bytes"]);
        world.expect_untouched("nothing was kept").await;
    }
    let small = Nupkg::new("Acme.Lib", "1.0.0").bytes();
    let answer = connection
        .put("/nuget/acme/package/", &headers[..1], &small)
        .await;
    answer.expect(201);
}
