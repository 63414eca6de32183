//! The life of a source as the public conformance suite walks it, in our own words: after each step
//! every list and every file of it.

use packhouse_rubygems::info::md5_hex;
use packhouse_rubygems::route::Specs;
use sha2::{Digest, Sha256};

use crate::world::gem::Gem;
use crate::world::{Source, World, refused};

/// When the clock of the tests stands.
const NOON: &str = "2026-01-31T12:00:00Z";

/// A source and what is to be in it.
struct Life {
    world: World,
    /// The lines of `/versions`.
    lines: String,
    /// Live gems, in the order in which they appeared.
    live: Vec<Gem>,
    yanked: Vec<Gem>,
}

impl Life {
    async fn new() -> Self {
        Self {
            world: World::new().await,
            lines: String::new(),
            live: Vec::new(),
            yanked: Vec::new(),
        }
    }

    fn source(&self) -> Source {
        self.world.source()
    }

    /// Gives what `/info` of a gem is to be.
    fn info(&self, name: &str) -> String {
        let mut text = "---\n".to_owned();
        for gem in self
            .live
            .iter()
            .filter(|gem| gem.spec().name.as_str() == name)
        {
            let sha256 = hex::encode(Sha256::digest(gem.bytes()));
            let version = gem.version();
            text.push_str(&format!("{version} |checksum:{sha256},created_at:{NOON}\n"));
        }
        text
    }

    fn tell(&mut self, gem: &Gem, sign: &str) {
        let name = gem.spec().name.to_string();
        let md5 = md5_hex(self.info(&name).as_bytes());
        let line = format!("{name} {sign}{} {md5}\n", gem.version());
        self.lines.push_str(&line);
    }

    async fn push(&mut self, gem: Gem) {
        self.source().push(&gem).await.expect(200);
        self.live.push(gem.clone());
        self.tell(&gem, "");
        self.check().await;
    }

    async fn yank(&mut self, full: &str) {
        let place = self.live.iter().position(|gem| gem.full() == full);
        let gem = self.live.remove(place.unwrap());
        let (number, platform) = match gem.version().split_once('-') {
            Some((number, platform)) => (number.to_owned(), platform.to_owned()),
            None => (gem.version(), String::new()),
        };
        let name = gem.spec().name.to_string();
        let answer = self.source().yank(&name, &number, Some(&platform)).await;
        answer.expect(200);
        self.yanked.push(gem.clone());
        self.tell(&gem, "-");
        self.check().await;
    }

    /// Looks at everything.
    async fn check(&self) {
        let source = self.source();
        let head = format!("created_at: {NOON}\n---\n");
        assert_eq!(
            source.text("versions").await,
            format!("{head}{}", self.lines)
        );
        let mut names: Vec<String> = self
            .live
            .iter()
            .map(|gem| gem.spec().name.to_string())
            .collect();
        names.sort();
        names.dedup();
        let listed: String = match names.is_empty() {
            true => "\n".to_owned(),
            false => names.iter().map(|name| format!("{name}\n")).collect(),
        };
        assert_eq!(source.text("names").await, format!("---\n{listed}"));
        for gem in self.live.iter().chain(&self.yanked) {
            let name = gem.spec().name.to_string();
            let answer = source.get(&format!("info/{name}")).await.expect(200);
            assert_eq!(answer.text(), self.info(&name));
            let etag = format!("\"{}\"", md5_hex(&answer.body));
            assert_eq!(answer.header("etag"), Some(etag.as_str()));
            assert_eq!(
                answer.header("content-type"),
                Some("text/plain; charset=utf-8")
            );
            assert_eq!(answer.header("accept-ranges"), Some("bytes"));
            assert!(
                answer.headers.contains_key("digest") && answer.headers.contains_key("repr-digest")
            );
        }
        for gem in &self.live {
            for below in files(gem) {
                let answer = source.get(&below).await.expect(200);
                assert_eq!(
                    answer.header("content-type"),
                    Some("application/octet-stream")
                );
                let length = answer.body.len().to_string();
                assert_eq!(
                    answer.header("content-length"),
                    Some(length.as_str()),
                    "{below}"
                );
            }
            let [file, _] = files(gem);
            assert!(source.get(&file).await.body == gem.bytes(), "{file}");
        }
        for gem in &self.yanked {
            for below in files(gem) {
                refused(&source.get(&below).await, 404, &[]);
            }
        }
        // Each list of the old index has as many entries as it is to have.
        let count = |prerelease: bool| {
            let fits = |gem: &&Gem| gem.spec().version.is_prerelease() == prerelease;
            self.live.iter().filter(fits).count()
        };
        for (list, entries) in [
            (Specs::Released, count(false)),
            (Specs::Prerelease, count(true)),
        ] {
            let bytes = source.specs(list).await;
            let found = bytes.get(3).copied().unwrap_or_default();
            // Marshal writes small numbers five higher.
            let written = if entries == 0 {
                0
            } else {
                u8::try_from(entries).unwrap() + 5
            };
            assert_eq!(found, written, "{list:?}");
        }
    }
}

fn files(gem: &Gem) -> [String; 2] {
    let full = gem.full();
    [
        format!("gems/{full}.gem"),
        format!("quick/Marshal.4.8/{full}.gemspec.rz"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn case_35_the_life_of_a_source() {
    let mut life = Life::new().await;
    let source = life.source();
    // Before anything is pushed its list was begun when its owner was made.
    assert!(source.text("versions").await.ends_with("---\n"));
    assert_eq!(source.text("names").await, "---\n\n");
    for list in Specs::ALL {
        assert_eq!(source.specs(list).await, [4, 8, 0x5b, 0]);
    }
    for missing in [
        "info/a",
        "gems/a-1.0.0.gem",
        "quick/Marshal.4.8/a-1.0.0.gemspec.rz",
    ] {
        refused(&source.get(missing).await, 404, &[]);
    }
    life.push(Gem::new("a", "1.0.0")).await;
    let again = source.push(&Gem::new("a", "1.0.0")).await.expect(200);
    assert_eq!(again.text(), "Gem was already pushed: a (1.0.0)\n");
    let other = Gem::new("a", "1.0.0").file("lib/other.rb", b"1");
    refused(
        &source.push(&other).await,
        409,
        &["Repushing of gem versions is not allowed"],
    );
    life.check().await;
    for gem in [
        Gem::new("a", "0.0.1"),
        Gem::new("b", "1.0.0.pre"),
        Gem::new("a", "0.2.0"),
        Gem::new("a", "0.2.0").on("x86-mingw32"),
        Gem::new("a", "0.2.0").on("java"),
        Gem::new("c", "1.0.0"),
    ] {
        life.push(gem).await;
    }
    life.yank("a-0.0.1").await;
    life.yank("b-1.0.0.pre").await;
    life.yank("a-0.2.0-java").await;
    for gem in [Gem::new("a", "0.0.1"), Gem::new("b", "1.0.0.pre")] {
        refused(
            &source.push(&gem).await,
            409,
            &["Repushing of gem versions is not allowed"],
        );
    }
    life.check().await;
    life.push(Gem::new("b", "1.0.0")).await;
    life.yank("a-1.0.0").await;
    life.push(Gem::new("a", "0.3.0")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_34_a_push_is_visible_at_once_and_sends_its_line_alone() {
    let life = Life::new().await;
    let source = life.source();
    for number in 0..40 {
        source
            .publish(&format!("gem-{}", number % 8), &format!("{number}.0"))
            .await;
    }
    let mut known = source.text("versions").await;
    for number in 40..44 {
        let name = format!("gem-{}", number % 8);
        source.publish(&name, &format!("{number}.0")).await;
        let range = format!("bytes={}-", known.len() - 1);
        let etag = format!("\"{}\"", md5_hex(known.as_bytes()));
        let headers = [("range", range.as_str()), ("if-none-match", etag.as_str())];
        let answer = source.get_with("versions", &headers).await.expect(206);
        let info = source.text(&format!("info/{name}")).await;
        let line = format!("{name} {number}.0 {}\n", md5_hex(info.as_bytes()));
        assert_eq!(answer.text(), format!("\n{line}"));
        known.push_str(&line);
        assert_eq!(source.text("versions").await, known);
    }
}
