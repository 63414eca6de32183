//! Sources that are added, mirrored and several: cases 19 and 33.

use packhouse_e2e::rubygems::{Gem, Gemfile, Gemspec, Home, Index};
use packhouse_e2e::{Scene, Tap};

use super::expect::{OWNER, PATH, home_behind, pushed, versions};

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9/";

#[test]
fn case_19_a_source_is_added_and_taken_away() {
    let scene = Scene::new();
    pushed(&scene, &versions("acme-a", &["1.0.0"]));
    for gem in Gem::ALL {
        let home = scene.gem_home_as(gem, OWNER, None);
        home.use_sources(&[NOBODY]);
        let source = home.source_as(&format!("any:{}", scene.token));
        home.gem(&["sources", "--add", &source])
            .ok()
            .says("added to sources");
        home.gem(&["sources", "--remove", NOBODY]).ok();
        home.gem(&["sources", "--list"]).ok().says(&source);
        home.install("acme-a", &[]).ok();
        assert_eq!(home.installed(), ["acme-a-1.0.0"], "{gem:?}");

        // Where nobody is let in there is no source.
        let wrong = home.source_as("any:wrong");
        home.gem(&["sources", "--add", &wrong]).failed().says("401");
        home.gem(&["sources", "--list"])
            .ok()
            .says_nothing_of(&wrong);
    }
}

/// The lock file names the source of the Gemfile, and requests go to the mirror and say so.
#[test]
fn case_33_a_mirror_stands_in_for_a_source() {
    let scene = Scene::new();
    pushed(&scene, &versions("acme-a", &["1.0.0"]));
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, Some(&scene.token));
        let app = Gemfile::new(NOBODY).gem("acme-a", &[]).write(&home, "app");
        let (key, base) = (format!("mirror.{NOBODY}"), format!("{}/", home.base()));
        let words = ["config", "set", "--global", &key, &base];
        home.bundle(&app, &words).ok();
        home.bundle(&app, &["install"]).ok();
        assert_eq!(app.installed(), ["acme-a-1.0.0"], "{gem:?}");
        let lock = app.lock();
        assert!(lock.contains(&format!("remote: {NOBODY}\n")), "{lock}");
        let said = tap.take();
        assert_eq!(said.len(), 3);
        for one in &said {
            assert_eq!(one.answer.status, 200, "{}", one.line(PATH));
            assert_eq!(one.request.header("X-Gemfile-Source"), NOBODY);
        }
    }
}

/// What a gem of the block needs comes from there too; all else from the other source.
#[test]
fn case_33_a_block_takes_its_gems_from_its_source() {
    let scene = Scene::new();
    let words = ["org", "create", "other", "--owner", "alice"];
    scene.server.admin(&words, "");
    let a = Gemspec::new("acme-a", "1.0.0").depends("acme-b", &[]);
    pushed(&scene, &[a]);
    pushed(&scene, &versions("acme-b", &["1.0.0"]));
    let other = scene.rubygems("other");
    for gem in ["acme-b", "other-c"] {
        other.push(&Gemspec::new(gem, "3.0.0").bytes()).expect(200);
    }
    for gem in Gem::ALL {
        let home = Home::new(gem, other.base(), Some(&scene.token));
        let scoped = format!("{}/", scene.rubygems(OWNER).base());
        let app = Gemfile::new(&format!("{}/", other.base()))
            .gem("other-c", &[])
            .from_source(&scoped, &["acme-a"])
            .write(&home, "app");
        home.bundle(&app, &["install"]).ok();
        let expected = ["acme-a-1.0.0", "acme-b-1.0.0", "other-c-3.0.0"];
        assert_eq!(app.installed(), expected, "{gem:?}");
        let lock = app.lock();
        for source in [&scoped, &format!("{}/", other.base())] {
            assert!(lock.contains(&format!("remote: {source}\n")), "{lock}");
        }
    }
    // An owner's source has that owner's gems alone.
    assert_eq!(scene.rubygems(OWNER).names(), ["acme-a", "acme-b"]);
    let everybody = Index::at(other.base(), Some(&scene.token));
    assert_eq!(everybody.names(), ["acme-b", "other-c"]);
}
