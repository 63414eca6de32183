//! Entity tags, digests and ranges of the compact index (RubyGems notes §4).

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::visibility::Visibility;
use packhouse_rubygems::info::md5_hex;
use packhouse_rubygems::route::Route;
use packhouse_testkit::app::Answer;
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use sha2::{Digest, Sha256};

use crate::world::{World, unpacked};

const INDEX: [&str; 3] = ["versions", "names", "info/a"];

/// Insists on the validators of a text, and no others.
#[track_caller]
fn expect_validators(answer: &Answer, whole: &[u8]) {
    let etag = format!("\"{}\"", md5_hex(whole));
    let sha256 = STANDARD.encode(Sha256::digest(whole));
    for (name, value) in [
        ("etag", etag),
        ("repr-digest", format!("sha-256=:{sha256}:")),
        ("digest", format!("sha-256={sha256}")),
        ("accept-ranges", "bytes".to_owned()),
    ] {
        assert_eq!(answer.header(name), Some(&*value), "{name}");
        assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{name}");
    }
}

async fn world() -> World {
    let world = World::new().await;
    for number in ["1.0", "1.1", "1.2"] {
        world.source().publish("a", number).await;
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn case_10_who_has_a_text_gets_it_no_more() {
    let world = world().await;
    let source = world.source();
    for below in INDEX {
        let full = source.get(below).await.expect(200);
        expect_validators(&full, &full.body);
        let md5 = md5_hex(&full.body);
        let range = format!("bytes={}-", full.body.len() - 1);
        for tag in [
            format!("\"{md5}\""),
            md5.clone(),
            format!("W/\"{md5}\""),
            format!("\"x\", \"{md5}\""),
            format!("W/\"x\",W/\"{md5}\""),
            format!("x, {md5}"),
            "*".to_owned(),
        ] {
            // The tag counts before the range.
            for headers in [
                vec![("if-none-match", &*tag)],
                vec![("if-none-match", &tag), ("range", &range)],
            ] {
                let answer = source.get_with(below, &headers).await.expect(304);
                assert!(answer.body.is_empty());
                expect_validators(&answer, &full.body);
            }
        }
        for tag in ["\"x\"", "W/\"x\"", &md5[..31], &md5.to_uppercase(), "\"\""] {
            let answer = source.get_with(below, &[("if-none-match", tag)]).await;
            assert_eq!(answer.expect(200).body, full.body, "{tag}");
        }
    }
}

/// Bundler 2.5.0 to 2.5.4 write the tag without quotes.
#[tokio::test(flavor = "multi_thread")]
async fn case_14_a_tag_without_quotes_counts() {
    let world = world().await;
    let text = world.source().text("versions").await;
    let md5 = md5_hex(text.as_bytes());
    let range = format!("bytes={}-", text.len() - 1);
    let headers = [("if-none-match", &*md5), ("range", &range)];
    let answer = world.source().get_with("versions", &headers).await;
    answer.expect(304);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_11_after_a_push_only_the_end_is_sent() {
    let world = world().await;
    let source = world.source();
    for (below, grows) in [("versions", true), ("info/a", true)] {
        let old = source.text(below).await;
        let number = format!("2.{}", old.len());
        source.publish("a", &number).await;
        let (range, tag) = (
            format!("bytes={}-", old.len() - 1),
            format!("\"{}\"", md5_hex(old.as_bytes())),
        );
        // It is a part whether or not packing is offered, and is not packed.
        for offered in ["identity", "gzip"] {
            let headers = [
                ("if-none-match", &*tag),
                ("range", &*range),
                ("accept-encoding", offered),
            ];
            let part = source.get_with(below, &headers).await.expect(206);
            assert_eq!(part.header("content-encoding"), None);
            let new = source.text(below).await;
            let together = format!("{}{}", &old[..old.len() - 1], part.text());
            assert_eq!(together, new, "{below}");
            expect_validators(&part, new.as_bytes());
            let shown = format!("bytes {}-{}/{}", old.len() - 1, new.len() - 1, new.len());
            assert_eq!(part.header("content-range"), Some(&*shown));
            assert_eq!(new.len() > old.len(), grows);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_12_after_a_yank_a_shorter_text_is_sent_whole() {
    let world = world().await;
    let source = world.source();
    let (info, versions) = (source.text("info/a").await, source.text("versions").await);
    source.yank("a", "1.1", None).await.expect(200);
    for offered in ["identity", "gzip"] {
        let ask = async |below: &str, old: &str| {
            let (range, tag) = (format!("bytes={}-", old.len() - 1), md5_hex(old.as_bytes()));
            let tag = format!("\"{tag}\"");
            let headers = [
                ("if-none-match", &*tag),
                ("range", &range),
                ("accept-encoding", offered),
            ];
            source.get_with(below, &headers).await
        };
        ask("versions", &versions).await.expect(206);
        let whole = ask("info/a", &info).await.expect(200);
        assert_eq!(whole.header("content-encoding"), None);
        assert_eq!(whole.header("content-range"), None);
        assert_eq!(whole.text(), source.text("info/a").await);
        expect_validators(&whole, &whole.body);
        assert!(!whole.text().contains("\n1.1 "));
    }
}

/// A list that was drawn anew is no continuation: what a client puts together has another digest
/// than it is told, and the whole is one request away.
#[tokio::test(flavor = "multi_thread")]
async fn case_13_after_the_beginning_changed_the_digest_tells() {
    let world = world().await;
    world.source().publish("b", "1.0").await;
    world.show("a", Visibility::Public).await;
    let stranger = world.stranger();
    let old = stranger.text("versions").await;
    assert!(!old.contains("\nb "), "{old}");
    world.show("b", Visibility::Public).await;
    world.source().publish("b", "1.1").await;
    let new = stranger.get("versions").await.expect(200);
    expect_validators(&new, &new.body);
    assert!(new.text().contains("\nb "));
    let range = format!("bytes={}-", old.len() - 1);
    let part = stranger.get_with("versions", &[("range", &range)]).await;
    expect_validators(&part, &new.body);
    let whole = stranger.get("versions").await.expect(200);
    assert_eq!(whole.body, new.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_ever_refuses_a_range() {
    let world = world().await;
    let source = world.source();
    let samples = Route::samples("acme", "a", "1.0");
    let reads = samples.iter().filter(|route| route.method() == "GET");
    let mut asked = 0;
    for route in reads {
        let path = route.path();
        let below = path.strip_prefix("acme/").unwrap();
        let full = source.get(below).await;
        for range in [
            "bytes=999999999-",
            "bytes=999999999-9999999999",
            "bytes=18446744073709551615-",
            "bytes=99999999999999999999999-",
            "bytes=-0",
            "bytes=5-2",
            "bytes=-",
            "bytes=a-b",
            "bytes=0-0,2-3",
            "lines=1-2",
            "bytes",
            "",
        ] {
            let answer = source.get_with(below, &[("range", range)]).await;
            assert_eq!(answer.status, full.status, "{below} {range}");
            if !below.contains("api/v1/api_key") {
                assert_eq!(answer.body, full.body, "{below} {range}");
            }
            asked += 1;
        }
    }
    assert!(asked > 200, "only {asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_text_is_packed_for_who_asks() {
    let world = world().await;
    let source = world.source();
    for number in 0..30 {
        source.publish("a", &format!("3.{number}")).await;
    }
    for below in ["versions", "info/a"] {
        let plain = source.get(below).await.expect(200);
        assert_eq!(plain.header("content-encoding"), None);
        for offered in [
            "gzip",
            "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
            "br, gzip",
        ] {
            let answer = source
                .get_with(below, &[("accept-encoding", offered)])
                .await;
            let answer = answer.expect(200);
            assert_eq!(answer.header("content-encoding"), Some("gzip"), "{offered}");
            assert_eq!(unpacked(&answer.body), plain.body);
            // What the digests tell of is the text.
            expect_validators(&answer, &plain.body);
            let vary = answer.header("vary").unwrap().to_lowercase();
            assert!(vary.contains("accept-encoding") && vary.contains("authorization"));
        }
        for offered in ["identity", "gzip;q=0", "br"] {
            let answer = source
                .get_with(below, &[("accept-encoding", offered)])
                .await;
            assert_eq!(
                answer.expect(200).header("content-encoding"),
                None,
                "{offered}"
            );
        }
    }
}

/// Bundler asks for no document whose digest it knows, so the last one in the list must be right
/// after every change.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_digest_of_each_gem_is_that_of_its_document() {
    let world = World::new().await;
    let source = world.source();
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let names = ["a", "b", "a-b"];
    // What each version is: true when live, false when yanked.
    let mut known: HashMap<(usize, u32), bool> = HashMap::new();
    let mut previous = String::new();
    for step in 0..60 {
        let (name, number) = (random.next_u32() as usize % 3, random.next_u32() % 5);
        let text = format!("1.{number}");
        match known.get(&(name, number)) {
            None => source.publish(names[name], &text).await,
            Some(true) => drop(source.yank(names[name], &text, None).await.expect(200)),
            Some(false) => world.restore(names[name], &text).await,
        }
        let live = known.entry((name, number)).or_default();
        *live = !*live;
        let versions = source.text("versions").await;
        assert!(versions.starts_with(&previous), "step {step} rewrote it");
        assert_eq!(versions.lines().count(), 2 + step + 1, "{versions}");
        let mut last = HashMap::new();
        for line in versions.lines().skip(2) {
            let fields: Vec<_> = line.split(' ').collect();
            assert_eq!(fields.len(), 3, "{line}");
            last.insert(fields[0].to_owned(), fields[2].to_owned());
        }
        for (name, md5) in last {
            let info = source.get(&format!("info/{name}")).await.expect(200);
            assert_eq!(md5, md5_hex(&info.body), "{name} after step {step}");
        }
        let mut listed: Vec<_> = known
            .iter()
            .filter(|(_, live)| **live)
            .map(|(key, _)| names[key.0])
            .collect();
        listed.sort_unstable();
        listed.dedup();
        let listed = match listed.is_empty() {
            true => "---\n\n".to_owned(),
            false => format!("---\n{}\n", listed.join("\n")),
        };
        assert_eq!(source.text("names").await, listed);
        previous = versions;
    }
    assert!(known.values().any(|live| *live) && known.values().any(|live| !live));
    let info = source.text("info/a").await;
    let live: Vec<_> = known
        .iter()
        .filter(|(key, live)| key.0 == 0 && **live)
        .collect();
    assert_eq!(info.lines().count() - 1, live.len());
}
