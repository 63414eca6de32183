//! Yanks and what comes after them: cases 26 and 27, and case 22, a file that was changed on disk.

use packhouse_e2e::Scene;
use packhouse_e2e::rubygems::{Gem, Gemspec};

use super::expect::{OWNER, app, has, is_stored, pushed, versions};

fn platforms(name: &str) -> Vec<Gemspec> {
    ["ruby", "java", "x86_64-linux"]
        .iter()
        .map(|platform| Gemspec::new(name, "1.0.0").platform(platform))
        .collect()
}

#[test]
fn case_26_a_yank_takes_one_platform() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let name = format!("acme-{}", gem.version().replace('.', "-"));
        pushed(&scene, &platforms(&name));
        let home = scene.gem_home(gem, OWNER);
        let ran = home.yank(&name, "1.0.0", &["-p", "ruby"]).ok();
        ran.says(&format!("Successfully deleted gem: {name} (1.0.0)"));
        has(&scene, &name, &["1.0.0-java", "1.0.0-x86_64-linux"]);
        home.yank(&name, "1.0.0", &["-p", "java"]).ok();
        has(&scene, &name, &["1.0.0-x86_64-linux"]);
        let index = scene.rubygems(OWNER);
        for gone in ["1.0.0", "1.0.0-java"] {
            index.download(&format!("{name}-{gone}")).expect(404);
            let quick = format!("/quick/Marshal.4.8/{name}-{gone}.gemspec.rz");
            index.get(&quick).expect(404);
        }
        // Clients print the answer and end well, whatever it is.
        for (name, number, platform) in [
            (name.as_str(), "9.0.0", "ruby"),
            (&name, "1.0.0", "java"),
            (&name, "1.0.0", "mingw"),
            ("acme-unknown", "1.0.0", "ruby"),
        ] {
            let ran = home.yank(name, number, &["-p", platform]);
            let said = ran.to_string();
            assert!(said.contains("found") || said.contains("no "), "{said}");
        }
        has(&scene, &name, &["1.0.0-x86_64-linux"]);
        let list = home.gem(&["list", "--remote", "--all", &name]).ok();
        list.says(&format!("{name} (1.0.0 x86_64-linux)"));
    }
}

#[test]
fn case_27_a_yanked_version_is_not_pushed_again_and_can_be_restored() {
    let scene = Scene::new();
    for gem in Gem::ALL {
        let name = format!("acme-{}", gem.version().replace('.', "-"));
        let home = scene.gem_home(gem, OWNER);
        for number in ["1.0.0", "1.1.0"] {
            let built = Gemspec::new(&name, number).build(&home);
            home.push(&built, &[]).ok();
        }
        let index = scene.rubygems(OWNER);
        let bytes = index.download(&format!("{name}-1.1.0")).expect(200).body;
        home.yank(&name, "1.1.0", &[]).ok();
        for made in [
            Gemspec::new(&name, "1.1.0"),
            Gemspec::new(&name, "1.1.0").file("other.txt", "other"),
        ] {
            home.push(&made.build(&home), &[])
                .failed()
                .says("Repushing of gem versions is not allowed");
        }
        let app = app(&home, &[&name]);
        home.bundle(&app, &["install"]).ok();
        assert_eq!(app.locked(), [format!("{name} 1.0.0")], "{gem:?}");

        let gem_name = format!("{OWNER}/{name}");
        let words = ["package", "restore", "rubygems", &gem_name, "1.1.0"];
        scene.server.admin(&words, "");
        is_stored(&scene, &name, "1.1.0", &bytes);
        home.bundle(&app, &["update", "--all"]).ok();
        assert_eq!(app.locked(), [format!("{name} 1.1.0")], "{gem:?}");
        home.install(&name, &[]).ok();
        assert_eq!(home.installed(), [format!("{name}-1.1.0")], "{gem:?}");
    }
}

/// One of several platforms is restored by its whole name.
#[test]
fn case_27_a_platform_is_restored_by_its_name() {
    let scene = Scene::new();
    pushed(&scene, &platforms("acme-a"));
    let home = scene.gem_home(Gem::V40, OWNER);
    for platform in ["java", "x86_64-linux"] {
        home.yank("acme-a", "1.0.0", &["-p", platform]).ok();
    }
    has(&scene, "acme-a", &["1.0.0"]);
    let words = ["package", "restore", "rubygems", "acme/acme-a"];
    let words = [&words[..], &["1.0.0-x86_64-linux"]].concat();
    scene.server.admin(&words, "");
    has(&scene, "acme-a", &["1.0.0", "1.0.0-x86_64-linux"]);
    home.install("acme-a", &[]).ok();
    assert_eq!(home.installed(), ["acme-a-1.0.0-x86_64-linux"]);
}

/// A lock file that names a yanked version says so at the next install from nothing, and an update
/// takes another one.
#[test]
fn a_lock_file_with_a_yanked_version() {
    for gem in Gem::ALL {
        let scene = Scene::new();
        pushed(&scene, &versions("acme-a", &["1.0.0", "1.1.0"]));
        let home = scene.gem_home(gem, OWNER);
        let app = app(&home, &["acme-a"]);
        home.bundle(&app, &["install"]).ok();
        assert_eq!(app.locked(), ["acme-a 1.1.0"]);
        home.yank("acme-a", "1.1.0", &[]).ok();
        // What is installed goes on.
        let printed = home.ruby_in(&app, "require 'acme-a'").ok().stdout;
        assert_eq!(printed, "acme-a 1.1.0 ruby\n");

        let lock = app.lock();
        app.clean();
        home.write("app/Gemfile.lock", lock);
        home.bundle(&app, &["install"]).failed().says("acme-a");
        app.clean();
        home.bundle(&app, &["install"]).ok();
        assert_eq!(app.locked(), ["acme-a 1.0.0"], "{gem:?}");
    }
}

/// The checksum in the index is that of the bytes that were pushed.
#[test]
fn case_22_bundler_refuses_a_file_that_was_changed() {
    let scene = Scene::new();
    let made = Gemspec::new("acme-a", "1.0.0");
    pushed(&scene, std::slice::from_ref(&made));
    let bytes = made.bytes();
    let files = scene.server.stored_files();
    let holds = |path: &&std::path::PathBuf| std::fs::read(path).is_ok_and(|read| read == bytes);
    let path = files.iter().find(holds).expect("the gem is stored");
    let changed = made.file("other.txt", "other").bytes();
    std::fs::write(path, changed).expect("the file can be written");
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        let app = app(&home, &["acme-a"]);
        let ran = home.bundle(&app, &["install"]).failed();
        let said = ran.to_string().to_lowercase();
        assert!(said.contains("checksum"), "{gem:?}: {said}");
        assert_eq!(app.installed(), [""; 0]);
    }
}
