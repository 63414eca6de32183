//! Who may read and write what: cases 23, 25 and 29, and owners with public gems.

use packhouse_e2e::rubygems::{Gem, Gemspec};
use packhouse_e2e::{Scene, Tap};

use super::expect::{OWNER, app, grant, has, home_behind, pushed, said, user, versions};

#[test]
fn case_23_a_private_source_asks_for_credentials() {
    let scene = Scene::new();
    pushed(&scene, &versions("acme-a", &["1.0.0"]));
    let anybody = scene.rubygems_as(OWNER, None);
    for path in [
        "/",
        "/versions",
        "/names",
        "/info/acme-a",
        "/specs.4.8.gz",
        "/latest_specs.4.8.gz",
        "/prerelease_specs.4.8.gz",
        "/quick/Marshal.4.8/acme-a-1.0.0.gemspec.rz",
        "/gems/acme-a-1.0.0.gem",
        "/api/v1/dependencies?gems=acme-a",
    ] {
        let answer = anybody.get(path).expect(401);
        let challenges: Vec<_> = answer.headers("WWW-Authenticate").collect();
        assert_eq!(challenges, ["Basic realm=\"acme\""], "{path}");
    }
    let wrong = format!("{}x", scene.token);
    for gem in Gem::ALL {
        let home = scene.gem_home_as(gem, OWNER, None);
        let project = app(&home, &["acme-a"]);
        home.bundle(&project, &["install"])
            .failed()
            .says("Authentication is required for");
        let ran = home.install("acme-a", &[]).failed();
        ran.says("401");
        let home = scene.gem_home_as(gem, OWNER, Some(&wrong));
        let project = app(&home, &["acme-a"]);
        home.bundle(&project, &["install"])
            .failed()
            .says("Bad username or password for");
        home.install("acme-a", &[]).failed().says("401");
    }
}

/// Whoever may read one gem sees that one alone, in every document, and needs no other.
#[test]
fn case_25_a_reader_of_one_gem_sees_that_one() {
    let scene = Scene::new();
    pushed(&scene, &versions("acme-a", &["1.0.0"]));
    pushed(&scene, &versions("acme-b", &["1.0.0"]));
    let carol = user(&scene, "carol");
    grant(&scene, "acme-a", "carol", "read");
    let index = scene.rubygems_as(OWNER, Some(&carol));
    assert_eq!(index.names(), ["acme-a"]);
    let lines = index.versions();
    assert!(lines.len() == 1 && lines[0].starts_with("acme-a 1.0.0 "));
    for path in [
        "/info/acme-b",
        "/gems/acme-b-1.0.0.gem",
        "/quick/Marshal.4.8/acme-b-1.0.0.gemspec.rz",
        "/info/acme-none",
    ] {
        index.get(path).expect(404);
    }
    for gem in Gem::ALL {
        let tap = Tap::before(&scene.server.origin());
        let home = home_behind(&tap, gem, Some(&carol));
        let app = app(&home, &["acme-a"]);
        home.bundle(&app, &["install"]).ok();
        let expected = [
            "GET /gems/acme-a-1.0.0.gem 200",
            "GET /info/acme-a 200",
            "GET /versions 200",
        ];
        assert_eq!(said(&tap), expected, "{gem:?}");
        home.install("acme-a", &[]).ok();
        let lines = said(&tap);
        let old = lines.iter().filter(|line| line.contains("specs.4.8"));
        assert_eq!(old.count(), 0, "{gem:?}: {lines:?}");
        home.install("acme-b", &[])
            .failed()
            .says("Could not find a valid gem 'acme-b'");
        let list = home.gem(&["list", "--remote"]).ok();
        list.says("acme-a (1.0.0)").says_nothing_of("acme-b");
        // What cannot be seen cannot be written either, and what can be read not for that.
        tap.take();
        for name in ["acme-a", "acme-b", "acme-new"] {
            let built = Gemspec::new(name, "2.0.0").build(&home);
            home.push(&built, &[]).failed();
        }
        assert_eq!(said(&tap), ["POST /api/v1/gems 403"; 3], "{gem:?}");
        for name in ["acme-a", "acme-b"] {
            home.yank(name, "1.0.0", &[]);
        }
        assert_eq!(said(&tap), ["DELETE /api/v1/gems/yank 403"; 2], "{gem:?}");
    }
    has(&scene, "acme-a", &["1.0.0"]);
    has(&scene, "acme-b", &["1.0.0"]);
    grant(&scene, "acme-a", "carol", "none");
    index.get("/info/acme-a").expect(404);
}

/// Where something is public anybody reads that, and nobody is asked who they are.
#[test]
fn an_owner_with_public_and_private_gems() {
    let scene = Scene::new();
    pushed(&scene, &versions("acme-a", &["1.0.0"]));
    pushed(&scene, &versions("acme-open", &["1.0.0", "1.1.0"]));
    scene.set_gem_visibility("acme/acme-open", "public");
    for gem in Gem::ALL {
        let home = scene.gem_home_as(gem, OWNER, None);
        let list = home.gem(&["list", "--remote", "--all"]).ok();
        list.says("acme-open (1.1.0, 1.0.0)")
            .says_nothing_of("acme-a");
        home.install("acme-open", &[]).ok();
        assert_eq!(home.installed(), ["acme-open-1.1.0"], "{gem:?}");
        home.install("acme-a", &[])
            .failed()
            .says("Could not find a valid gem 'acme-a'");
        let open = app(&home, &["acme-open"]);
        home.bundle(&open, &["install"]).ok();
        assert_eq!(open.locked(), ["acme-open 1.1.0"], "{gem:?}");
        let both = app(&home, &["acme-open", "acme-a"]);
        home.bundle(&both, &["install"])
            .failed()
            .says("Could not find gem 'acme-a");
        let built = Gemspec::new("acme-open", "2.0.0").build(&home);
        let file = built.display().to_string();
        // A token that is good for nothing, where a client without any would ask for a password.
        let mut home = scene.gem_home_as(gem, OWNER, None);
        home.set("GEM_HOST_API_KEY", "nothing");
        home.gem(&["push", &file])
            .failed()
            .says("unknown, expired or revoked");
    }
    has(&scene, "acme-open", &["1.0.0", "1.1.0"]);
}

#[test]
fn case_29_owners_are_listed_and_managed_elsewhere() {
    let scene = Scene::new();
    pushed(&scene, &versions("acme-a", &["1.0.0"]));
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        let ran = home.gem(&["owner", "acme-a"]).ok();
        ran.says("Owners for gem: acme-a").says("- acme");
        for option in ["--add", "--remove"] {
            let words = ["owner", "acme-a", option, "carol"];
            home.gem(&words).says("managed in the package's settings");
        }
        home.gem(&["owner", "acme-unknown"]).failed();
    }
}

/// A token counts until it is revoked, to the next request.
#[test]
fn a_revoked_token_is_refused_at_the_next_request() {
    for gem in Gem::ALL {
        let scene = Scene::new();
        pushed(&scene, &versions("acme-a", &["1.0.0"]));
        let home = scene.gem_home(gem, OWNER);
        let project = app(&home, &["acme-a"]);
        home.install("acme-a", &[]).ok();
        home.bundle(&project, &["install"]).ok();
        let table = scene.server.admin(&["token", "list", "alice"], "");
        let row = table.lines().last().expect("there is a token");
        let id = row.split_whitespace().next().expect("a row has an id");
        scene.server.admin(&["token", "revoke", id], "");
        home.forget();
        project.clean();
        home.install("acme-a", &[]).failed().says("401");
        home.bundle(&project, &["install"])
            .failed()
            .says("Bad username or password for");
    }
}
