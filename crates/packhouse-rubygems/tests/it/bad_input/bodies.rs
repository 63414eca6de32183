//! Bodies that are too large, empty, no form, or end too soon.

use packhouse_http::limits::Limits;
use packhouse_testkit::app::Options;
use reqwest::Method;

use super::refuse;
use crate::raw::Connection;
use crate::world::form::{Part, attestations, form, gem};
use crate::world::gem::Gem;
use crate::world::{World, refused};

const PUSH: &str = "/rubygems/acme/api/v1/gems";
const BUNDLES: &str = "[{}]";

/// A gem of a little more than this many bytes, which do not shrink.
fn large(number: &str, length: usize) -> Gem {
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(length)
    .collect();
    Gem::new("a", number).file("noise", &noise)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gem_over_the_limit_is_refused_and_forgotten() {
    let over = large("1.0", 40_000).bytes();
    let limits = Limits {
        gem: over.len() as u64 - 1,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let world = World::with(options).await;
    let limit = format!("limit of {} bytes", over.len() - 1);
    refuse(&world, over.clone(), 413, &[&limit]).await;
    // The form around it counts for nothing.
    let answer = world
        .source()
        .push_form(&[gem(&over), attestations(BUNDLES)])
        .await;
    refused(&answer, 413, &[&limit]);
    world.expect_untouched("a form with a large gem").await;
    // Without its length told.
    let pieces = over
        .chunks(1000)
        .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()));
    let pieces = futures_util::stream::iter(pieces.collect::<Vec<_>>());
    let answer = world
        .source()
        .push_bytes(reqwest::Body::wrap_stream(pieces))
        .await;
    refused(&answer, 413, &[&limit]);
    world.expect_untouched("a large gem in pieces").await;
    let under = large("1.0", 30_000);
    let answer = world.source().push_form(&[gem(&under.bytes())]).await;
    answer.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_body_is_refused() {
    let world = World::new().await;
    refuse(&world, Vec::new(), 400, &["empty", ".gem"]).await;
    let answer = world.source().push_form(&[]).await;
    refused(&answer, 400, &["form"]);
    world.expect_untouched("an empty form").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_without_a_whole_gem_are_refused() {
    let world = World::new().await;
    let bytes = Gem::new("a", "1.0").bytes();
    let many = format!("[{{\"x\":\"{}\"}}]", "x".repeat(1_100_000));
    let file = |name| Part {
        name,
        ..gem(&bytes)
    };
    for (parts, status, words) in [
        (vec![attestations(BUNDLES)], 400, &["no part gem"][..]),
        (vec![file("Gem")], 400, &["no part gem"]),
        (vec![gem(&bytes), gem(&bytes)], 400, &["two parts gem"]),
        (
            vec![attestations(BUNDLES), attestations(BUNDLES), gem(&bytes)],
            400,
            &["two parts attestations"],
        ),
        (vec![gem(b""), attestations(BUNDLES)], 422, &["gem"]),
        (
            vec![gem(b"no gem"), attestations(BUNDLES)],
            422,
            &["not a gem"],
        ),
        (
            vec![gem(&bytes), attestations("")],
            422,
            &["not a JSON array"],
        ),
        (vec![gem(&bytes), attestations("[]")], 422, &["none in it"]),
        (
            vec![gem(&bytes), attestations("{}")],
            422,
            &["not a JSON array"],
        ),
        (
            vec![gem(&bytes), attestations("[1]")],
            422,
            &["not a JSON array"],
        ),
        (vec![gem(&bytes), attestations(&many)], 413, &["1048576"]),
        (vec![attestations(&many), gem(&bytes)], 413, &["1048576"]),
    ] {
        let answer = world.source().push_form(&parts).await;
        let told = refused(&answer, status, words);
        world.expect_untouched(&told).await;
    }
    assert!(world.package("a").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_that_are_damaged_are_refused() {
    let world = World::new().await;
    let bytes = large("1.0", 300_000).bytes();
    let (kind, whole) = form(&[gem(&bytes)]);
    let half = whole[..whole.len() / 2].to_vec();
    let no_end = whole[..whole.len() - 10].to_vec();
    let noise = vec![b'x'; 3_000_000];
    let line = b"\n\n".to_vec();
    for (kind, body) in [
        ("multipart/form-data", &whole),
        ("multipart/form-data; boundary=", &whole),
        ("multipart/form-data; boundary=\"\"", &line),
        ("multipart/form-data; boundary=x", &line),
        ("multipart/form-data; boundary=another", &whole),
        (&kind, &half),
        (&kind, &no_end),
        (&kind, &bytes),
        // More than fits between two ends of a connection: the client listens after all is sent.
        (&kind, &noise),
    ] {
        let mut connection = Connection::open(&world.app).await;
        let (length, key) = (body.len().to_string(), &*world.key);
        let headers = [
            ("Authorization", key),
            ("Content-Type", kind),
            ("Content-Length", &*length),
            ("Connection", "close"),
        ];
        connection.head("POST", PUSH, &headers).await;
        connection.body(body).await;
        let (status, text) = connection.answer().await;
        assert_eq!(status, 400, "{kind}: {text}");
        assert!(text.contains("form"), "{text}");
        world.expect_untouched(&text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_off_is_forgotten() {
    let world = World::new().await;
    let bytes = large("1.0", 4 << 20).bytes();
    let (kind, body) = form(&[gem(&bytes)]);
    let raw = "application/octet-stream".to_owned();
    for (kind, body) in [(&raw, &bytes), (&kind, &body)] {
        let length = body.len().to_string();
        for framing in [
            ("Content-Length", &*length),
            ("Transfer-Encoding", "chunked"),
        ] {
            let mut connection = Connection::open(&world.app).await;
            let headers = [
                ("Authorization", &*world.key),
                ("Content-Type", kind),
                framing,
            ];
            connection.head("POST", PUSH, &headers).await;
            let half = &body[..body.len() / 2];
            match framing.0 {
                "Content-Length" => connection.body(half).await,
                _ => connection.piece(half).await,
            }
            world.app.settled(|kept| kept.uploads > 0).await;
            drop(connection);
            world.app.settled(|kept| kept.uploads == 0).await;
            world.expect_untouched("nothing was kept").await;
        }
    }
    assert!(world.package("a").await.is_none());
}

/// Nobody's bytes are staged before it is known that they may be.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_push_leaves_nothing() {
    let mut world = World::new().await;
    world.source().publish("a", "1.0").await;
    let sam = world.app.user("sam").await;
    let sam = crate::world::Source::of(&sam, "acme");
    world.mark().await;
    let gem = large("2.0", 500_000);
    refused(&world.stranger().push(&gem).await, 401, &[]);
    world.expect_untouched("a stranger").await;
    let told = refused(&sam.push(&gem).await, 403, &["acme/a"]);
    world.expect_untouched(&told).await;
    let ghost = crate::world::Source::of(&world.owner, "ghost");
    refused(&ghost.push(&gem).await, 403, &["ghost/a"]);
    world.expect_untouched("no such account").await;
    let request = world.source().request(Method::PUT, "api/v1/gems");
    packhouse_testkit::app::send(request.body(gem.bytes()))
        .await
        .expect(405);
    world.expect_untouched("no such method").await;
}
