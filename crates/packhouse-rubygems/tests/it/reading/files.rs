//! Gems and their gemspecs, by their full names.

use packhouse_rubygems::quick;
use packhouse_rubygems::route::Specs;

use crate::world::World;
use crate::world::gem::Gem;

const QUICK: &str = "quick/Marshal.4.8";

#[tokio::test(flavor = "multi_thread")]
async fn gems_and_gemspecs_are_served_as_they_came() {
    let world = World::new().await;
    let source = world.source();
    let gem = Gem::new("full.gem_a-b", "1.2.0.rc1")
        .needs("zeta", "~> 2.0, >= 2.0.1")
        .develops_with("rake", "~> 13.0")
        .ruby(">= 2.7")
        .says("homepage_uri", "https://a.example/");
    source.push(&gem).await.expect(200);
    for (below, bytes) in [
        (format!("gems/{}.gem", gem.full()), gem.bytes()),
        (
            format!("{QUICK}/{}.gemspec.rz", gem.full()),
            quick::document(&gem.spec()),
        ),
    ] {
        let answer = source.get(&below).await.expect(200);
        assert_eq!(answer.body, bytes, "{below}");
        let length = bytes.len().to_string();
        let head = source.head(&below).await.expect(200);
        assert!(head.body.is_empty());
        for answer in [&answer, &head] {
            assert_eq!(answer.header("content-length"), Some(&*length));
            let kind = answer.header("content-type");
            assert_eq!(kind, Some("application/octet-stream"));
            assert!(
                answer
                    .header("cache-control")
                    .unwrap()
                    .contains("immutable")
            );
        }
        let etag = answer.header("etag").unwrap().to_owned();
        let known = [("if-none-match", &*etag)];
        source.get_with(&below, &known).await.expect(304);
        let part = source.get_with(&below, &[("range", "bytes=10-19")]).await;
        assert_eq!(part.expect(206).body, bytes[10..20]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_20_a_platform_is_found_as_written_and_as_clients_normalise_it() {
    let world = World::new().await;
    let source = world.source();
    for (written, normalised) in [
        ("i686-linux", "x86-linux"),
        ("arm64-darwin22", "arm64-darwin-22"),
        ("jruby", "java"),
        ("x86_64-linux-musl", "x86_64-linux-musl"),
    ] {
        let gem = Gem::new("a", "1.0").on(written);
        source.push(&gem).await.expect(200);
        for platform in [written, normalised] {
            let served = source.get(&format!("gems/a-1.0-{platform}.gem")).await;
            assert_eq!(served.expect(200).body, gem.bytes(), "{platform}");
            let below = format!("{QUICK}/a-1.0-{platform}.gemspec.rz");
            let served = source.get(&below).await.expect(200);
            assert_eq!(served.body, quick::document(&gem.spec()), "{platform}");
        }
    }
    source.get("gems/a-1.0.gem").await.expect(404);
    source.get("gems/A-1.0-java.gem").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_32_what_is_packed_is_not_packed_again() {
    let world = World::new().await;
    let source = world.source();
    let gem = Gem::new("a", "1.0").file("lib/zeros", &[0; 100_000]);
    source.push(&gem).await.expect(200);
    source.push(&Gem::new("a", "2.0.rc1")).await.expect(200);
    let lists = Specs::ALL.map(|which| which.segment().to_owned());
    let files = [
        "gems/a-1.0.gem".to_owned(),
        format!("{QUICK}/a-1.0.gemspec.rz"),
    ];
    for below in lists.iter().chain(&files) {
        let plain = source.get(below).await.expect(200);
        for offered in ["gzip", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3", "*"] {
            let offered = [("accept-encoding", offered)];
            let answer = source.get_with(below, &offered).await.expect(200);
            assert_eq!(answer.header("content-encoding"), None, "{below}");
            assert_eq!(answer.body, plain.body, "{below}");
            let length = plain.body.len().to_string();
            assert_eq!(answer.header("content-length"), Some(&*length), "{below}");
        }
    }
}
