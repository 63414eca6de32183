//! Gems for several platforms: cases 4 and 20.

use packhouse_e2e::Scene;
use packhouse_e2e::rubygems::{Gem, Gemspec};

use super::expect::{OWNER, app, has, pushed};

/// Platforms that are written otherwise than clients ask for them.
const ODD: [(&str, &str); 2] = [
    ("i686-linux", "x86-linux"),
    ("arm64-darwin22", "arm64-darwin-22"),
];

#[test]
fn case_04_platforms_of_one_version_are_gems_of_their_own() {
    let scene = Scene::new();
    let pusher = scene.gem_home(Gem::V40, OWNER);
    for platform in ["ruby", "java", "x86_64-linux"] {
        let built = Gemspec::new("acme-a", "1.0.0").platform(platform);
        pusher
            .push(&built.build(&pusher), &[])
            .ok()
            .says("Successfully registered gem: acme-a (1.0.0");
    }
    let numbers = ["1.0.0", "1.0.0-java", "1.0.0-x86_64-linux"];
    has(&scene, "acme-a", &numbers);
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        home.install("acme-a", &[]).ok();
        assert_eq!(home.installed(), ["acme-a-1.0.0-x86_64-linux"], "{gem:?}");
        let printed = home.ruby("require 'acme-a'").ok().stdout;
        assert_eq!(printed, "acme-a 1.0.0 x86_64-linux\n");
        home.forget();
        home.install("acme-a", &["--platform", "java"]).ok();
        assert_eq!(home.installed(), ["acme-a-1.0.0-java"], "{gem:?}");
        home.forget();
        home.install("acme-a", &["--platform", "ruby"]).ok();
        assert_eq!(home.installed(), ["acme-a-1.0.0"], "{gem:?}");

        let app = app(&home, &["acme-a"]);
        home.bundle(&app, &["install"]).ok();
        assert_eq!(app.installed(), ["acme-a-1.0.0-x86_64-linux"], "{gem:?}");
        let printed = home.ruby_in(&app, "require 'acme-a'").ok().stdout;
        assert_eq!(printed, "acme-a 1.0.0 x86_64-linux\n");
    }
}

/// A client asks for the normalised name, and some then for the one that was written.
#[test]
fn case_20_a_platform_is_found_in_both_spellings() {
    let scene = Scene::new();
    // The oldest generation looks for other platforms only where there is something for its own,
    // and of equals it takes the last.
    pushed(&scene, &[Gemspec::new("acme-a", "1.0.0")]);
    let index = scene.rubygems(OWNER);
    for (written, normalised) in ODD {
        let gem = Gemspec::new("acme-a", "1.0.0").platform(written);
        index.push(&gem.bytes()).expect(200);
        for platform in [written, normalised] {
            let name = format!("acme-a-1.0.0-{platform}");
            let stored = index.download(&name).expect(200);
            assert!(stored.body == gem.bytes(), "{name} has other bytes");
            let quick = format!("/quick/Marshal.4.8/{name}.gemspec.rz");
            index.get(&quick).expect(200);
        }
        // The same gem by its other name is the same gem.
        let twin = Gemspec::new("acme-a", "1.0.0").platform(normalised);
        index.push(&twin.bytes()).expect(409);
    }
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        for (written, normalised) in ODD {
            home.install("acme-a", &["--platform", written]).ok();
            let expected = format!("acme-a-1.0.0-{normalised}");
            assert_eq!(home.installed(), [expected], "{gem:?}");
            home.forget();
        }
    }
}

/// Bundler locks every platform that it is told of, and fetches all of them by their normalised
/// names.
#[test]
fn case_20_bundler_packs_gems_of_other_platforms() {
    let scene = Scene::new();
    for (name, platforms) in [
        ("acme-a", ODD.map(|(written, _)| written)),
        ("acme-b", ODD.map(|(_, normalised)| normalised)),
    ] {
        let made = Gemspec::new(name, "1.0.0");
        let others = platforms.map(|platform| made.clone().platform(platform));
        pushed(&scene, &others);
        pushed(&scene, &[made]);
    }
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        let names = ["acme-a", "acme-b"];
        let app = app(&home, &names);
        for (_, normalised) in ODD {
            let words = ["lock", "--add-platform", normalised];
            home.bundle(&app, &words).ok();
        }
        home.bundle(&app, &["cache", "--all-platforms"]).ok();
        for name in names {
            for (_, normalised) in ODD {
                let full = format!("{name}-1.0.0-{normalised}");
                let stored = scene.rubygems(OWNER).download(&full).expect(200).body;
                let packed = home.read(&format!("app/vendor/cache/{full}.gem"));
                assert!(packed == stored, "{gem:?}: {full} has other bytes");
            }
        }
    }
}
