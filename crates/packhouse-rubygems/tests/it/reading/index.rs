//! The compact index and the lists of the old one.

use packhouse_rubygems::info::md5_hex;
use packhouse_rubygems::lists::Lists;
use packhouse_rubygems::route::Specs;
use packhouse_rubygems::versions::Live;
use sha2::{Digest, Sha256};

use crate::world::World;
use crate::world::gem::Gem;

/// When the clock of the tests stands.
const NOON: &str = "2026-01-31T12:00:00Z";

/// Writes a line of a gem's document; `needs` and `ruby` as they stand in it.
fn line(gem: &Gem, needs: &str, ruby: &str) -> String {
    let sha256 = hex::encode(Sha256::digest(gem.bytes()));
    let version = gem.version();
    format!("{version} {needs}|checksum:{sha256}{ruby},created_at:{NOON}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn case_21_the_index_tells_what_was_pushed_in_its_order() {
    let world = World::new().await;
    let source = world.source();
    let gems = [
        Gem::new("a", "1.0"),
        Gem::new("b", "0.1.rc1")
            .needs("zeta", ">= 0")
            .needs("a", "~> 1.0, >= 1.0.2")
            .develops_with("rake", "~> 13.0")
            .ruby(">= 2.7, < 4"),
        Gem::new("a", "1.1").on("java"),
        Gem::new("a", "1.1"),
    ];
    source.push_all(&gems).await;
    let lines = [
        line(&gems[0], "", ""),
        line(&gems[1], "a:>= 1.0.2&~> 1.0,zeta:>= 0", ",ruby:< 4&>= 2.7"),
        line(&gems[2], "", ""),
        line(&gems[3], "", ""),
    ];
    let info = |lines: &[&String]| -> String {
        let lines = lines.iter().map(|line| line.as_str());
        std::iter::once("---\n").chain(lines).collect()
    };
    let a = info(&[&lines[0], &lines[2], &lines[3]]);
    assert_eq!(source.text("info/a").await, a);
    let b = info(&[&lines[1]]);
    assert_eq!(source.text("info/b").await, b);
    let md5 = |text: &str| md5_hex(text.as_bytes());
    let versions = format!(
        "created_at: {NOON}\n---\na 1.0 {}\nb 0.1.rc1 {}\na 1.1-java {}\na 1.1 {}\n",
        md5(&info(&[&lines[0]])),
        md5(&b),
        md5(&info(&[&lines[0], &lines[2]])),
        md5(&a),
    );
    assert_eq!(source.text("versions").await, versions);
    assert_eq!(source.text("names").await, "---\na\nb\n");
    for below in ["versions", "names", "info/a"] {
        let answer = source.get(below).await.expect(200);
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("text/plain; charset=utf-8"), "{below}");
        let head = source.head(below).await.expect(200);
        assert!(head.body.is_empty());
        for name in ["etag", "repr-digest", "content-length", "content-type"] {
            assert_eq!(head.header(name), answer.header(name), "{below} {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_28_the_old_lists_hold_what_is_live() {
    let world = World::new().await;
    let source = world.source();
    let expect = async |live: &str| {
        let lists = Lists::draw(&Live::read(live));
        for (which, list) in [
            (Specs::Released, lists.specs),
            (Specs::Latest, lists.latest),
            (Specs::Prerelease, lists.prerelease),
        ] {
            assert_eq!(source.specs(which).await, list, "{which:?} of {live}");
        }
    };
    source.publish("hola", "1.2.0").await;
    // As `Marshal.dump` writes it.
    let hola = b"\x04\x08[\x06[\x08I\"\x09hola\x06:\x06ETU:\x11Gem::Version[\x06I\"\x0a1.2.0\x06;\x00TI\"\x09ruby\x06;\x00T";
    assert_eq!(source.specs(Specs::Released).await, hola);
    assert_eq!(source.specs(Specs::Latest).await, hola);
    assert_eq!(source.specs(Specs::Prerelease).await, b"\x04\x08[\x00");
    source
        .push_all(&[
            Gem::new("hola", "1.3.0").on("java"),
            Gem::new("hola", "2.0.0.rc1"),
            Gem::new("bonjour", "1.10"),
            Gem::new("bonjour", "1.9"),
        ])
        .await;
    expect("bonjour 1.10,1.9 x\nhola 1.2.0,1.3.0-java,2.0.0.rc1 x\n").await;
    source.yank("bonjour", "1.10", None).await.expect(200);
    source.yank("hola", "2.0.0.rc1", None).await.expect(200);
    expect("bonjour 1.9 x\nhola 1.2.0,1.3.0-java x\n").await;
    world.restore("hola", "2.0.0.rc1").await;
    expect("bonjour 1.9 x\nhola 1.2.0,1.3.0-java,2.0.0.rc1 x\n").await;
    for which in Specs::ALL {
        let answer = source.get(which.segment()).await.expect(200);
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("application/octet-stream"));
        let etag = answer.header("etag").unwrap().to_owned();
        let known = [("if-none-match", &*etag)];
        source.get_with(which.segment(), &known).await.expect(304);
        let head = source.head(which.segment()).await.expect(200);
        let length = answer.body.len().to_string();
        assert_eq!(head.header("content-length"), Some(&*length));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_15_an_empty_source_has_lists_all_the_same() {
    let world = World::new().await;
    let source = world.source();
    let versions = format!("created_at: {NOON}\n---\n");
    assert_eq!(source.text("versions").await, versions);
    assert_eq!(source.text("names").await, "---\n\n");
    for which in Specs::ALL {
        assert_eq!(source.specs(which).await, b"\x04\x08[\x00");
    }
    source.get("info/a").await.expect(404);
    source.get("").await.expect(200);
    source.head("").await.expect(200);
    // A slash too many counts for nothing.
    let doubled = source.get("/versions").await.expect(200);
    assert_eq!(doubled.text(), versions);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_16_a_gem_whose_versions_are_all_yanked_is_known_and_empty() {
    let world = World::new().await;
    let source = world.source();
    source.publish("a", "1.0").await;
    source.publish("a", "1.1").await;
    let before = source.text("versions").await;
    source.yank("a", "1.0", None).await.expect(200);
    source.yank("a", "1.1", None).await.expect(200);
    assert_eq!(source.text("info/a").await, "---\n");
    let after = source.text("versions").await;
    let added = after.strip_prefix(&before).unwrap();
    let last = format!("a -1.1 {}", md5_hex(b"---\n"));
    assert_eq!(added.lines().nth(1), Some(&*last));
    assert_eq!(source.text("names").await, "---\n\n");
    for below in [
        "gems/a-1.0.gem",
        "gems/a-1.1.gem",
        "quick/Marshal.4.8/a-1.0.gemspec.rz",
        "api/v1/gems/a.json",
        "api/v1/versions/a.json",
        "api/v2/rubygems/a/versions/1.0.json",
    ] {
        source.get(below).await.expect(404);
    }
    let latest = source.json("api/v1/versions/a/latest.json").await;
    assert_eq!(latest["version"], "unknown");
}
