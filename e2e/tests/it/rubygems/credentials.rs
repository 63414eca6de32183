//! Credentials in every place that clients look for them: case 24.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use packhouse_e2e::rubygems::{Gem, Gemfile, Home};
use packhouse_e2e::{Scene, Tap};

use super::expect::{PATH, app, home_behind, pushed, versions};

/// The variable of Bundler for the host, whatever the port.
const HOST: &str = "BUNDLE_127__0__0__1";

/// Installs with Bundler from nothing, and gives what was shown, the same at every request.
fn shown(tap: &Tap, home: &Home, source: &str) -> String {
    let gemfile = Gemfile::new(source).gem("acme-a", &[]);
    let project = gemfile.write(home, "app");
    tap.take();
    home.bundle(&project, &["install"]).ok();
    assert_eq!(project.installed(), ["acme-a-1.0.0"]);
    project.clean();
    home.forget();
    let said = tap.take();
    assert_eq!(said.len(), 3, "{said:?}");
    let first = said[0].request.header("Authorization").to_owned();
    for one in &said {
        assert_eq!(one.request.header("Authorization"), first);
        assert_eq!(one.answer.status, 200);
    }
    first
}

fn basic(login: &str) -> String {
    format!("Basic {}", STANDARD.encode(login))
}

#[test]
fn case_24_bundler_finds_credentials_in_its_settings() {
    let scene = Scene::new();
    pushed(&scene, &versions("acme-a", &["1.0.0"]));
    let token = &scene.token;
    let (whole, bare) = (format!("any:{token}"), format!("{token}:"));
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let mut home = home_behind(&tap, gem, None);
        for slash in ["", "/"] {
            let source = format!("{}{slash}", home.base());
            home.set(HOST, &whole);
            assert_eq!(shown(&tap, &home, &source), basic(&whole), "{gem:?}");
            home.set(HOST, token);
            assert_eq!(shown(&tap, &home, &source), basic(&bare), "{gem:?}");
            home.set(HOST, "");
            // In the address itself, with a name or with nothing else.
            let rest = source.strip_prefix("http://").expect("it is plain");
            let named = format!("http://{whole}@{rest}");
            assert_eq!(shown(&tap, &home, &named), basic(&whole), "{gem:?}");
        }

        // Of the exact address, which counts more than that of the host.
        home.set(HOST, "any:wrong");
        let source = format!("{}/", home.base());
        let project = app(&home, &["acme-a"]);
        let words = ["config", "set", "--global", &source, &whole];
        home.bundle(&project, &words).ok();
        assert_eq!(shown(&tap, &home, &source), basic(&whole), "{gem:?}");
    }
}

#[test]
fn gem_shows_what_is_in_the_address_of_its_source() {
    let scene = Scene::new();
    pushed(&scene, &versions("acme-a", &["1.0.0"]));
    let token = &scene.token;
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, None);
        for (login, sent) in [
            (format!("any:{token}"), format!("any:{token}")),
            (format!("{token}:"), format!("{token}:")),
        ] {
            let source = home.source_as(&login);
            let cut = source.trim_end_matches('/');
            for source in [source.as_str(), cut] {
                home.use_sources(&[source]);
                home.install("acme-a", &[]).ok();
                home.forget();
                home.use_sources(&[]);
                let words = ["install", "acme-a", "--clear-sources", "--source", source];
                home.gem(&words).ok();
                assert_eq!(home.installed(), ["acme-a-1.0.0"], "{gem:?}");
                home.forget();
            }
            for said in tap.take() {
                let line = said.line(PATH);
                assert!(line.ends_with(" 200"), "{gem:?}: {line}");
                let shown = said.request.header("Authorization");
                assert_eq!(shown, basic(&sent), "{gem:?}: {line}");
            }
        }
    }
}
