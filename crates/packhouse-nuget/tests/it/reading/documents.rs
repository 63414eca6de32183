//! Documents: conditions, gzip, and how long they may be kept (NuGet notes §4, §15).

use std::io::Read;

use flate2::read::GzDecoder;
use packhouse_core::format::DeprecationWish;
use packhouse_core::visibility::Visibility;
use packhouse_testkit::app::Answer;

use crate::pack::Nupkg;
use crate::world::{Source, World};

/// Documents that hang on one package.
const OF_PACKAGE: [&str; 5] = [
    "download/acme.lib/index.json",
    "registration/acme.lib/index.json",
    "registration-semver1/acme.lib/index.json",
    "registration/acme.lib/page/1.0.0/1.0.0.json",
    "registration/acme.lib/1.0.0.json",
];
/// Documents that are made for each request.
const OF_SOURCE: [&str; 4] = [
    "index.json",
    "query",
    "autocomplete",
    "vulnerabilities/index.json",
];

fn unpacked(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = GzDecoder::new(&*answer.body).read_to_end(&mut plain);
    read.unwrap();
    plain
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_json_with_a_tag_and_the_length_they_say() {
    let world = World::new().await;
    world.public("Acme.Lib", "1.0.0").await;
    for source in [world.source(), world.stranger()] {
        for below in OF_PACKAGE.into_iter().chain(OF_SOURCE) {
            let answer = source.get(below).await.expect(200);
            let kind = answer.header("content-type");
            assert_eq!(kind, Some("application/json; charset=utf-8"), "{below}");
            let sniff = answer.header("x-content-type-options");
            assert_eq!(sniff, Some("nosniff"), "{below}");
            let vary = answer.header("vary").unwrap();
            assert_eq!(vary, "accept-encoding, authorization", "{below}");
            let length = answer.body.len().to_string();
            assert_eq!(answer.header("content-length"), Some(&*length), "{below}");
            answer.json();
            let head = source.head(below).await.expect(200);
            assert!(head.body.is_empty());
            for name in ["content-length", "etag", "content-type", "cache-control"] {
                assert_eq!(head.header(name), answer.header(name), "{below}: {name}");
            }
        }
        for below in OF_PACKAGE {
            let answer = source.get(below).await;
            assert!(answer.header("etag").is_some(), "{below}");
            let modified = answer.header("last-modified");
            assert_eq!(modified, Some("Sat, 31 Jan 2026 12:00:00 GMT"), "{below}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_may_be_kept_as_long_as_they_are_asked_for_again() {
    let world = World::new().await;
    world.source().publish("Acme.Lib", "1.0.0").await;
    for visibility in Visibility::ALL {
        world.show("Acme.Lib", visibility).await;
        let public = visibility == Visibility::Public;
        for below in OF_PACKAGE {
            let answer = world.source().get(below).await.expect(200);
            let expected = if public {
                "no-cache"
            } else {
                "private, no-cache"
            };
            assert_eq!(answer.header("cache-control"), Some(expected), "{below}");
        }
        for below in OF_SOURCE {
            // Others may see less.
            let answer = world.source().get(below).await.expect(200);
            let kept = answer.header("cache-control");
            assert_eq!(kept, Some("private, no-cache"), "{below}");
            let answer = world.stranger().get(below).await;
            if public {
                let answer = answer.expect(200);
                assert_eq!(answer.header("cache-control"), Some("no-cache"), "{below}");
            }
        }
    }
    let missing = world.source().get("download/none/index.json").await;
    assert_eq!(
        missing.expect(404).header("cache-control"),
        Some("no-store")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_before_is_not_sent_again_until_it_changes() {
    let world = World::new().await;
    let source = world.source();
    source.publish("Acme.Lib", "1.0.0").await;
    let wish = DeprecationWish {
        message: Some("old".to_owned()),
        reasons: Vec::new(),
        alternate: None,
    };
    for change in 0..4 {
        let mut tags = Vec::new();
        for below in OF_PACKAGE {
            let whole = source.get(below).await.expect(200);
            let tag = whole.header("etag").unwrap();
            tags.push(tag.to_owned());
            let weak = format!("\"x\", W/{tag}");
            for condition in [tag, weak.as_str(), "*"] {
                let same = source
                    .get_with(below, &[("if-none-match", condition)])
                    .await;
                assert_eq!(same.status, 304, "{below} {condition}");
                assert!(same.body.is_empty());
                assert_eq!(same.header("etag"), Some(tag));
                assert!(same.header("vary").is_some());
            }
            for condition in ["\"x\"", "W/\"\"", "nonsense"] {
                let other = source
                    .get_with(below, &[("if-none-match", condition)])
                    .await;
                assert_eq!(other.expect(200).body, whole.body);
            }
            let since = [("if-modified-since", "Sat, 31 Jan 2026 12:00:00 GMT")];
            assert_eq!(source.get_with(below, &since).await.status, 304, "{below}");
            let since = [("if-modified-since", "Sat, 31 Jan 2015 12:00:00 GMT")];
            assert_eq!(source.get_with(below, &since).await.status, 200, "{below}");
            let other = source.get_with(below, &[("if-match", "\"x\"")]).await;
            assert_eq!(other.status, 412, "{below}");
        }
        // Each document has a tag of its own.
        let mut distinct = tags.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), tags.len());
        match change {
            0 => world.deprecate("Acme.Lib", &["1.0.0"], &wish).await,
            1 => drop(source.unlist("Acme.Lib", "1.0.0").await.expect(204)),
            _ => source.publish("Acme.Lib", &format!("2.{change}.0")).await,
        }
        for (below, tag) in OF_PACKAGE.into_iter().zip(&tags) {
            let answer = source.get_with(below, &[("if-none-match", tag)]).await;
            // The end of the page has moved: it is found by its beginning.
            assert_eq!(answer.status, 200, "{below} after change {change}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_come_packed_to_those_who_take_it() {
    let world = World::new().await;
    let source = world.source();
    for number in 0..20 {
        source
            .push(&Nupkg::new("Acme.Lib", &format!("1.{number}.0")).needs("Other", "1.0"))
            .await
            .expect(201);
    }
    for below in [
        "registration/acme.lib/index.json",
        "registration/acme.lib/page/1.0.0/1.19.0.json",
        "download/acme.lib/index.json",
        "query",
        "index.json",
    ] {
        let plain = source.get(below).await.expect(200);
        assert!(plain.header("content-encoding").is_none());
        for accepted in ["gzip", "gzip, deflate", "br;q=1, gzip;q=0.5"] {
            let packed = source
                .get_with(below, &[("accept-encoding", accepted)])
                .await;
            let packed = packed.expect(200);
            assert_eq!(packed.header("content-encoding"), Some("gzip"), "{below}");
            let length = packed.body.len().to_string();
            assert_eq!(packed.header("content-length"), Some(&*length));
            assert_eq!(unpacked(&packed), plain.body, "{below}");
            if below.contains("acme.lib") {
                assert_ne!(packed.header("etag"), plain.header("etag"), "{below}");
                let tag = packed.header("etag").unwrap();
                let asked = [("accept-encoding", accepted), ("if-none-match", tag)];
                assert_eq!(source.get_with(below, &asked).await.status, 304);
                let asked = [("if-none-match", tag)];
                assert_eq!(source.get_with(below, &asked).await.status, 200);
            }
        }
        for accepted in ["identity", "deflate", "gzip;q=0", "br"] {
            let answer = source
                .get_with(below, &[("accept-encoding", accepted)])
                .await;
            assert!(answer.header("content-encoding").is_none(), "{accepted}");
            assert_eq!(answer.body, plain.body, "{below} {accepted}");
        }
    }
}

/// Clients glue names and spellings together as they like.
#[tokio::test(flavor = "multi_thread")]
async fn spellings_and_unknown_questions_change_nothing() {
    let world = World::new().await;
    world.source().publish("Acme.Lib", "1.0.0").await;
    let source = world.source();
    let shouting = Source::of(&world.owner, "ACME");
    for (below, other) in [
        (
            "download/acme.lib/index.json",
            "download/Acme.LIB/index.json",
        ),
        (
            "download/acme.lib/index.json",
            "download/acme.lib/index.json?semVerLevel=2.0.0&x=y",
        ),
        (
            "registration/acme.lib/index.json",
            "registration/ACME.lib/index.json",
        ),
        (
            "registration/acme.lib/1.0.0.json",
            "registration/acme.lib/1.0.json",
        ),
        (
            "registration/acme.lib/page/1.0.0/1.0.0.json",
            "registration/acme.lib/page/1.0/1.json",
        ),
        ("query?q=lib", "query/?Q=lib"),
        (
            "query?q=lib&take=5",
            "query?Take=5&q=lib&supportedFramework=net8.0",
        ),
        ("autocomplete?q=acme", "autocomplete/?q=ACME"),
        ("index.json", "index.json/"),
    ] {
        let expected = source.get(below).await.expect(200);
        for source in [&source, &shouting] {
            let answer = source.get(other).await;
            assert_eq!(answer.status, 200, "{other}");
            assert_eq!(answer.text(), expected.text(), "{other}");
            assert_eq!(answer.header("etag"), expected.header("etag"), "{other}");
        }
    }
}
