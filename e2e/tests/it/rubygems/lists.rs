//! What `gem` shows of a source: case 18.

use packhouse_e2e::Scene;
use packhouse_e2e::rubygems::{Gem, Gemspec, Home};

use super::expect::{OWNER, pushed, versions};

/// A scene with several versions and platforms of one gem, and another gem.
fn scene() -> Scene {
    let scene = Scene::new();
    let a = |number: &str| Gemspec::new("acme-a", number).summary("the first of them");
    pushed(
        &scene,
        &[
            a("1.0.0"),
            a("1.1.0").depends("acme-b", &["~> 2.0"]),
            a("1.1.0").platform("java").develops_with("acme-c", &[]),
            a("1.9.0"),
            a("1.10.0"),
            a("2.0.0.rc1"),
        ],
    );
    pushed(&scene, &versions("acme-b", &["2.0.1"]));
    scene
}

/// Gives what a command prints that looks like a gem and its versions.
fn rows(home: &Home, words: &[&str]) -> Vec<String> {
    let printed = home.gem(words).ok().stdout;
    let rows = printed.lines().filter(|row| row.starts_with("acme-"));
    rows.map(str::to_owned).collect()
}

#[test]
fn case_18_lists_have_the_right_versions_and_platforms() {
    let scene = scene();
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        let newest = ["acme-a (1.10.0, 1.1.0 java)", "acme-b (2.0.1)"];
        assert_eq!(rows(&home, &["list", "--remote"]), newest, "{gem:?}");
        assert_eq!(rows(&home, &["search", "acme"]), newest, "{gem:?}");
        assert_eq!(rows(&home, &["search", "-e", "acme-b"]), newest[1..]);
        let all = ["acme-a (1.10.0, 1.9.0, 1.1.0 ruby java, 1.0.0)"];
        let words = ["list", "--remote", "--all", "acme-a"];
        assert_eq!(rows(&home, &words), all, "{gem:?}");
        let pre = ["acme-a (2.0.0.rc1)"];
        assert_eq!(rows(&home, &["search", "acme", "--pre"]), pre, "{gem:?}");
        home.gem(&["info", "--remote", "acme-a"])
            .ok()
            .says("the first of them")
            .says("acme-a (1.10.0");
    }
}

#[test]
fn case_18_what_is_outdated_is_found_and_updated() {
    let scene = scene();
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        home.install("acme-a", &["-v", "1.9.0"]).ok();
        home.gem(&["outdated"]).ok().says("acme-a (1.9.0 < 1.10.0)");
        home.gem(&["update"]).ok();
        assert_eq!(home.installed(), ["acme-a-1.10.0", "acme-a-1.9.0"]);
        home.gem(&["outdated"]).ok().says_nothing_of("acme-a");
    }
}

#[test]
fn case_18_gemspecs_and_gems_are_fetched_without_an_install() {
    let scene = scene();
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        home.gem(&["fetch", "acme-a"]).ok();
        home.gem(&["fetch", "acme-a", "-v", "1.1.0", "--platform", "java"])
            .ok();
        let stored = |name: &str| scene.rubygems(OWNER).download(name).expect(200).body;
        for name in ["acme-a-1.10.0", "acme-a-1.1.0-java"] {
            let fetched = home.read(&format!("work/{name}.gem"));
            assert!(fetched == stored(name), "{gem:?}: {name} has other bytes");
            std::fs::remove_file(home.path().join(format!("work/{name}.gem")))
                .expect("it was fetched");
        }
        let words = ["specification", "--remote", "acme-a", "-v", "1.1.0"];
        home.gem(&words)
            .ok()
            .says("name: acme-a")
            .says("summary: the first of them")
            .says("name: acme-b");
        let words = ["specification", "--remote", "acme-a", "version"];
        home.gem(&words).ok().says("version: 1.10.0");
        let words = ["dependency", "--remote", "acme-a", "-v", "1.1.0"];
        home.gem(&words)
            .ok()
            .says("acme-b (~> 2.0)")
            .says("acme-c (>= 0, development)");
    }
}
