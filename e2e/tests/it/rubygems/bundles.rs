//! What Bundler asks for, cold and warm: cases 9 to 13, 15, 16 and 21.

use packhouse_e2e::rubygems::{Gem, Gemfile, Gemspec};
use packhouse_e2e::{Scene, Tap};

use super::expect::{OWNER, app, grant, home_behind, pushed, said, user, versions};

/// A scene with a gem that needs another one, and a third that nobody needs.
fn scene() -> Scene {
    let scene = Scene::new();
    let a = Gemspec::new("acme-a", "1.0.0").depends("acme-b", &[]);
    pushed(&scene, &[a]);
    pushed(&scene, &versions("acme-b", &["1.0.0"]));
    pushed(&scene, &versions("acme-c", &["1.0.0"]));
    scene
}

#[test]
fn case_09_a_cold_install_asks_for_what_it_needs() {
    let scene = scene();
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, Some(&scene.token));
        let app = app(&home, &["acme-a"]);
        home.bundle(&app, &["install"]).ok();
        let expected = [
            "GET /gems/acme-a-1.0.0.gem 200",
            "GET /gems/acme-b-1.0.0.gem 200",
            "GET /info/acme-a 200",
            "GET /info/acme-b 200",
            "GET /versions 200",
        ];
        assert_eq!(said(&tap), expected, "{gem:?}");
        assert_eq!(app.installed(), ["acme-a-1.0.0", "acme-b-1.0.0"]);
        assert_eq!(app.locked(), ["acme-a 1.0.0", "acme-b 1.0.0"]);
        let program = "require 'acme-a'; require 'acme-b'";
        let printed = home.ruby_in(&app, program).ok().stdout;
        assert_eq!(printed, "acme-a 1.0.0 ruby\nacme-b 1.0.0 ruby\n");
        // What is locked and installed is not asked for again.
        home.bundle(&app, &["install"]).ok();
        assert_eq!(said(&tap), [""; 0], "{gem:?}");
    }
}

/// Nothing new; a push; a yank. Each time a warm cache learns of it with a few bytes.
#[test]
fn case_10_11_12_a_warm_cache_follows_pushes_and_yanks() {
    for gem in Gem::ALL {
        let scene = scene();
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, Some(&scene.token));
        let app = app(&home, &["acme-a"]);
        home.bundle(&app, &["install"]).ok();
        tap.take();
        home.bundle(&app, &["update", "--all"]).ok();
        assert_eq!(said(&tap), ["GET /versions 304"], "{gem:?}");

        pushed(&scene, &versions("acme-b", &["1.1.0"]));
        home.bundle(&app, &["update", "--all"]).ok();
        let expected = [
            "GET /gems/acme-b-1.1.0.gem 200",
            "GET /info/acme-b 206",
            "GET /versions 206",
        ];
        let exchanges = tap.take();
        let mut lines: Vec<_> = exchanges
            .iter()
            .map(|said| said.line(super::expect::PATH))
            .collect();
        lines.sort();
        assert_eq!(lines, expected, "{gem:?}");
        for said in exchanges.iter().filter(|said| said.answer.status == 206) {
            // One byte that the client has already, and the new line.
            assert!(said.answer.body.len() < 250, "{}", said.answer.text());
        }
        assert_eq!(app.locked(), ["acme-a 1.0.0", "acme-b 1.1.0"], "{gem:?}");

        let yanked = home.yank("acme-b", "1.1.0", &[]).ok();
        yanked.says("Successfully deleted gem: acme-b (1.1.0)");
        tap.take();
        app.clean();
        home.bundle(&app, &["install"]).ok();
        assert_eq!(app.locked(), ["acme-a 1.0.0", "acme-b 1.0.0"], "{gem:?}");
        assert_eq!(app.installed(), ["acme-a-1.0.0", "acme-b-1.0.0"]);
        let lines = said(&tap);
        for line in ["GET /versions 206", "GET /info/acme-b 200"] {
            assert!(lines.iter().any(|said| said == line), "{gem:?}: {lines:?}");
        }
        nothing_of_the_old_index(&lines);
    }
}

/// What somebody may read changes the beginning of their index, as a rebase changes everybody's.
#[test]
fn case_13_an_index_that_was_rewritten_is_read_anew() {
    for gem in Gem::ALL {
        let scene = scene();
        let carol = user(&scene, "carol");
        for name in ["acme-a", "acme-b", "acme-c"] {
            grant(&scene, name, "carol", "read");
        }
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, Some(&carol));
        let gemfile = Gemfile::new(&format!("{}/", home.base())).gem("acme-c", &[]);
        let app = gemfile.write(&home, "app");
        home.bundle(&app, &["install"]).ok();
        // Shorter, longer with another beginning, and both after more was pushed.
        let steps: [(&str, &str, &[&str]); 4] = [
            ("acme-a", "none", &[]),
            ("acme-a", "read", &["1.1.0"]),
            ("acme-b", "none", &["1.2.0", "1.3.0", "1.4.0"]),
            ("acme-b", "read", &["2.0.0"]),
        ];
        for (name, role, numbers) in steps {
            grant(&scene, name, "carol", role);
            pushed(&scene, &versions("acme-c", numbers));
            tap.take();
            home.bundle(&app, &["update", "--all"]).ok();
            nothing_of_the_old_index(&said(&tap));
            if let Some(newest) = numbers.last() {
                assert_eq!(app.locked(), [format!("acme-c {newest}")], "{gem:?}");
            }
        }
    }
}

#[test]
fn case_15_a_source_without_gems_is_empty_and_not_broken() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        let app = app(&home, &["acme-a"]);
        home.bundle(&app, &["install"])
            .failed()
            .says("Could not find gem 'acme-a")
            .says_nothing_of("HTTP")
            .says_nothing_of("Net::");
        let ran = home.install("acme-a", &[]).failed();
        ran.says("Could not find a valid gem 'acme-a'");
        let list = home.gem(&["list", "--remote"]).ok();
        list.says_nothing_of("ERROR");
    }
}

#[test]
fn case_16_a_gem_without_versions_is_there_and_cannot_be_found() {
    let scene = scene();
    let index = scene.rubygems(OWNER);
    for gem in Gem::ALL {
        let name = format!("acme-{}", gem.version().replace('.', "-"));
        pushed(&scene, &versions(&name, &["1.0.0", "2.0.0"]));
        let home = scene.gem_home(gem, OWNER);
        let app = app(&home, &[&name]);
        home.bundle(&app, &["lock"]).ok();
        for number in ["1.0.0", "2.0.0"] {
            home.yank(&name, number, &[]).ok();
        }
        let answer = index.get(&format!("/info/{name}")).expect(200);
        assert_eq!(answer.text(), "---\n");
        app.clean();
        let told = format!("Could not find gem '{name}");
        home.bundle(&app, &["lock"]).failed().says(&told);
        home.forget();
        home.bundle(&app, &["lock"]).failed().says(&told);
        let list = home.gem(&["list", "--remote", "--all"]).ok();
        list.says("acme-a (1.0.0)").says_nothing_of(&name);
    }
}

#[test]
fn case_21_what_a_gem_needs_of_ruby_and_of_others_is_respected() {
    let scene = Scene::new();
    let a = |number: &str| Gemspec::new("acme-a", number);
    pushed(
        &scene,
        &[
            a("1.0.0").depends("acme-b", &["~> 1.2", ">= 1.2.1", "!= 1.9.9"]),
            a("1.1.0").ruby(">= 9.0"),
            a("1.2.0").rubygems(">= 99"),
        ],
    );
    pushed(
        &scene,
        &versions("acme-b", &["1.2.0", "1.9.8", "1.9.9", "2.0"]),
    );
    let info = scene.rubygems(OWNER).get("/info/acme-a").expect(200).text();
    assert!(info.contains("1.0.0 acme-b:!= 1.9.9&>= 1.2.1&~> 1.2|checksum:"));
    for text in [",ruby:>= 9.0", ",rubygems:>= 99"] {
        assert!(info.contains(text), "{info}");
    }
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        let app = app(&home, &["acme-a"]);
        home.bundle(&app, &["install"]).ok();
        assert_eq!(app.locked(), ["acme-a 1.0.0", "acme-b 1.9.8"], "{gem:?}");
        home.install("acme-a", &[]).ok();
        assert_eq!(home.installed(), ["acme-a-1.0.0", "acme-b-1.9.8"]);
    }
}

/// Asserts that a client was content with the compact index.
fn nothing_of_the_old_index(lines: &[String]) {
    for part in ["specs.4.8", "/api/v1/dependencies", "/quick/"] {
        assert!(!lines.iter().any(|line| line.contains(part)), "{lines:?}");
    }
}
