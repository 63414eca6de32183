//! Every verb of `gem` and `bundle` with every generation: in a private source and in a public one,
//! and with a source that ends in a slash or does not.

use packhouse_e2e::Scene;
use packhouse_e2e::rubygems::{Gem, Gemfile, Gemspec, Home};

use super::expect::{OWNER, grant, has, user};

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// Somebody with a token, of a private source.
    Signed,
    /// Anybody, of a public one.
    Anybody,
}

/// Pushes two versions of a gem with the client, and goes through everything that one can do with
/// them.
fn every_verb(gem: Gem, reader: Reader, slash: &str) {
    let scene = Scene::new();
    let writer = scene.gem_home(gem, OWNER);
    for number in ["1.0.0", "1.1.0"] {
        let built = Gemspec::new("acme-a", number).build(&writer);
        writer
            .push(&built, &[])
            .ok()
            .says(&format!("Successfully registered gem: acme-a ({number})"));
    }
    let (home, source) = match reader {
        Reader::Anybody => {
            scene.set_gem_visibility("acme/acme-a", "public");
            let home = scene.gem_home_as(gem, OWNER, None);
            let source = format!("{}{slash}", home.base());
            (home, source)
        }
        Reader::Signed => {
            let carol = user(&scene, "carol");
            grant(&scene, "acme-a", "carol", "read");
            let home = scene.gem_home_as(gem, OWNER, Some(&carol));
            let source = home.source_as(&format!("any:{carol}"));
            let source = format!("{}{slash}", source.trim_end_matches('/'));
            (home, source)
        }
    };
    home.use_sources(&[&source]);
    reads(&home, &source);
    bundles(&home, slash);

    let ran = writer.gem(&["owner", "acme-a"]).ok();
    ran.says("Owners for gem: acme-a");
    let ran = writer.yank("acme-a", "1.1.0", &[]).ok();
    ran.says("Successfully deleted gem: acme-a (1.1.0)");
    has(&scene, "acme-a", &["1.0.0"]);
    home.forget();
    home.install("acme-a", &[]).ok();
    assert_eq!(home.installed(), ["acme-a-1.0.0"]);
    after_the_yank(&home, slash);
}

fn reads(home: &Home, source: &str) {
    let all = "acme-a (1.1.0, 1.0.0)";
    home.gem(&["list", "--remote"]).ok().says("acme-a (1.1.0)");
    home.gem(&["list", "--remote", "--all"]).ok().says(all);
    home.gem(&["search", "acme"]).ok().says("acme-a (1.1.0)");
    // Of a source in the settings that does not end in a slash, this verb alone drops the end.
    let mut fetch = vec!["fetch", "acme-a"];
    if !source.ends_with('/') {
        fetch.extend(["--clear-sources", "--source", source]);
    }
    home.gem(&fetch).ok();
    let fetched = home.read("work/acme-a-1.1.0.gem");
    assert!(!fetched.is_empty());
    std::fs::remove_file(home.path().join("work/acme-a-1.1.0.gem")).expect("it was fetched");
    home.install("acme-a", &["-v", "1.0.0"]).ok();
    assert_eq!(home.installed(), ["acme-a-1.0.0"]);
    home.gem(&["outdated"]).ok().says("acme-a (1.0.0 < 1.1.0)");
    home.gem(&["update", "acme-a"]).ok();
    assert_eq!(home.installed(), ["acme-a-1.0.0", "acme-a-1.1.0"]);
}

fn bundles(home: &Home, slash: &str) {
    let source = format!("{}{slash}", home.base());
    let gemfile = Gemfile::new(&source);
    let app = gemfile.clone().gem("acme-a", &["1.0.0"]).write(home, "app");
    home.bundle(&app, &["lock"]).ok();
    assert_eq!(app.locked(), ["acme-a 1.0.0"]);
    assert_eq!(app.installed(), [""; 0]);
    home.bundle(&app, &["install"]).ok();
    assert_eq!(app.installed(), ["acme-a-1.0.0"]);
    let app = gemfile.gem("acme-a", &["~> 1.0"]).write(home, "app");
    home.bundle(&app, &["install"]).ok();
    assert_eq!(app.locked(), ["acme-a 1.0.0"]);
    // Something that is outdated is a failure for whoever asks.
    home.bundle(&app, &["outdated"])
        .failed()
        .says("acme-a")
        .says("1.1.0");
    home.bundle(&app, &["update", "acme-a"]).ok();
    assert_eq!(app.locked(), ["acme-a 1.1.0"]);
    home.bundle(&app, &["outdated"]).ok();
    let printed = home.ruby_in(&app, "require 'acme-a'").ok().stdout;
    assert_eq!(printed, "acme-a 1.1.0 ruby\n");
}

/// The caches are warm, and the project is one that nobody has locked yet.
fn after_the_yank(home: &Home, slash: &str) {
    let source = format!("{}{slash}", home.base());
    let app = Gemfile::new(&source).gem("acme-a", &[]).write(home, "new");
    home.bundle(&app, &["install"]).ok();
    assert_eq!(app.locked(), ["acme-a 1.0.0"]);
}

#[test]
fn every_verb_with_gem_3_3_and_bundler_2_3() {
    every_verb(Gem::V33, Reader::Signed, "/");
    every_verb(Gem::V33, Reader::Signed, "");
    every_verb(Gem::V33, Reader::Anybody, "/");
    every_verb(Gem::V33, Reader::Anybody, "");
}

#[test]
fn every_verb_with_gem_3_6_and_bundler_2_6() {
    every_verb(Gem::V36, Reader::Signed, "/");
    every_verb(Gem::V36, Reader::Signed, "");
    every_verb(Gem::V36, Reader::Anybody, "/");
    every_verb(Gem::V36, Reader::Anybody, "");
}

#[test]
fn every_verb_with_gem_3_7_and_bundler_2_7() {
    every_verb(Gem::V37, Reader::Signed, "/");
    every_verb(Gem::V37, Reader::Signed, "");
    every_verb(Gem::V37, Reader::Anybody, "/");
    every_verb(Gem::V37, Reader::Anybody, "");
}

#[test]
fn every_verb_with_gem_4_0_and_bundler_4_0() {
    every_verb(Gem::V40, Reader::Signed, "/");
    every_verb(Gem::V40, Reader::Signed, "");
    every_verb(Gem::V40, Reader::Anybody, "/");
    every_verb(Gem::V40, Reader::Anybody, "");
}
