//! Everything that is there, by every way to find it: each list names the same gems.

use std::thread;

use packhouse_e2e::Scene;
use packhouse_e2e::rubygems::{Gem, Gemspec};

use super::expect::{OWNER, app, pushed};

/// How many gems there are.
const GEMS: usize = 60;

/// A chain in which each gem needs the next one, in two versions each.
#[test]
fn every_list_has_every_gem() {
    let scene = Scene::new();
    let name = |number: usize| format!("acme-{number:03}");
    let mut names = Vec::new();
    for number in 0..GEMS {
        let mut gems = ["1.0.0", "1.1.0"].map(|version| Gemspec::new(&name(number), version));
        if number + 1 < GEMS {
            gems = gems.map(|gem| gem.depends(&name(number + 1), &["~> 1.0"]));
        }
        pushed(&scene, &gems);
        names.push(name(number));
    }
    assert_eq!(scene.rubygems(OWNER).names(), names);
    let expected: Vec<_> = names.iter().map(|name| format!("{name}-1.1.0")).collect();
    thread::scope(|scope| {
        for home in Gem::ALL.map(|gem| scene.gem_home(gem, OWNER)) {
            let (names, expected) = (&names, &expected);
            scope.spawn(move || {
                let gem = home.generation();
                let listed = home.gem(&["list", "--remote"]).ok().stdout;
                let listed: Vec<_> = listed
                    .lines()
                    .filter_map(|row| row.strip_suffix(" (1.1.0)"))
                    .collect();
                assert_eq!(listed, *names, "{gem:?}");
                let app = app(&home, &[&names[0]]);
                home.bundle(&app, &["install"]).ok();
                assert_eq!(app.installed(), *expected, "{gem:?}");
                home.install(&names[0], &[]).ok();
                assert_eq!(home.installed(), *expected, "{gem:?}");
            });
        }
    });
}
