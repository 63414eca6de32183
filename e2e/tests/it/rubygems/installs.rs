//! Installs with `gem`: cases 17, 28 and 32.

use packhouse_e2e::rubygems::{Gem, Gemspec};
use packhouse_e2e::{Scene, Tap};

use super::expect::{OWNER, has, home_behind, pushed, said, versions};

#[test]
fn case_17_a_gem_and_what_it_needs_are_installed_through_each_probe() {
    let scene = Scene::new();
    let a = Gemspec::new("acme-a", "1.0.0").depends("acme-b", &["~> 2.0", ">= 2.0.1"]);
    pushed(&scene, &[a.executable("acme-tool", "it's me")]);
    pushed(
        &scene,
        &versions("acme-b", &["1.9", "2.0.0", "2.0.10", "3.0"]),
    );
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, Some(&scene.token));
        home.install("acme-a", &[]).ok();
        assert_eq!(home.installed(), ["acme-a-1.0.0", "acme-b-2.0.10"]);
        let program = "require 'acme-a'; require 'acme-b'; \
                       load Gem.bin_path('acme-a', 'acme-tool')";
        let printed = home.ruby(program).ok().stdout;
        let expected = "acme-a 1.0.0 ruby\nacme-b 2.0.10 ruby\nit's me\n";
        assert_eq!(printed, expected);
        let probe = match gem {
            Gem::V33 => "HEAD / 200",
            Gem::V36 | Gem::V37 | Gem::V40 => "HEAD /versions 200",
        };
        let expected = [
            "GET /gems/acme-a-1.0.0.gem 200",
            "GET /gems/acme-b-2.0.10.gem 200",
            "GET /info/acme-a 200",
            "GET /info/acme-b 200",
            "GET /quick/Marshal.4.8/acme-a-1.0.0.gemspec.rz 200",
            "GET /quick/Marshal.4.8/acme-b-2.0.10.gemspec.rz 200",
            probe,
        ];
        assert_eq!(said(&tap), expected, "{gem:?}");
    }
}

#[test]
fn case_28_a_prerelease_is_installed_only_when_asked_for() {
    let scene = Scene::new();
    let numbers = ["1.0.0", "1.1.0.beta.2", "1.1.0.beta.10"];
    pushed(&scene, &versions("acme-a", &numbers));
    has(&scene, "acme-a", &numbers);
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        home.install("acme-a", &[]).ok();
        assert_eq!(home.installed(), ["acme-a-1.0.0"], "{gem:?}");
        home.install("acme-a", &["--pre"]).ok();
        assert_eq!(home.installed(), ["acme-a-1.0.0", "acme-a-1.1.0.beta.10"]);
        home.forget();
        home.install("acme-a", &["-v", "1.1.0.beta.2"]).ok();
        assert_eq!(home.installed(), ["acme-a-1.1.0.beta.2"]);

        let list = home.gem(&["list", "--remote", "--all", "acme-a"]).ok();
        list.says("acme-a (1.0.0)");
        let list = home.gem(&["list", "--remote", "--all", "--pre", "acme-a"]);
        list.ok()
            .says("acme-a (1.1.0.beta.10, 1.1.0.beta.2, 1.0.0)");
    }
}

/// Clients would unpack such a file once more.
#[test]
fn case_32_what_is_compressed_already_is_left_alone() {
    let scene = Scene::new();
    pushed(&scene, &[Gemspec::new("acme-a", "1.0.0")]);
    let index = scene.rubygems(OWNER);
    for path in [
        "/specs.4.8.gz",
        "/latest_specs.4.8.gz",
        "/prerelease_specs.4.8.gz",
        "/quick/Marshal.4.8/acme-a-1.0.0.gemspec.rz",
        "/gems/acme-a-1.0.0.gem",
    ] {
        let request = index.request("GET", path);
        let answer = request.header("Accept-Encoding", "gzip, deflate").send();
        let answer = answer.expect(200);
        assert_eq!(answer.header("Content-Encoding"), "", "{path}");
        assert_eq!(answer.header("Content-Type"), "application/octet-stream");
        let length = answer.header("Content-Length");
        assert_eq!(length, answer.body.len().to_string(), "{path}");
        let head = index.request("HEAD", path).send().expect(200);
        assert_eq!(head.header("Content-Length"), length, "{path}");
    }
}
