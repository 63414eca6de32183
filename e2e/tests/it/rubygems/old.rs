//! Gems that were built long ago: case 31.

use packhouse_e2e::Scene;
use packhouse_e2e::rubygems::{Gem, rubygems_1_3, rubygems_1_8};

use super::expect::{OWNER, app, has, is_stored, pushed, versions};

#[test]
fn case_31_old_gems_are_pushed_and_installed() {
    let scene = Scene::new();
    pushed(&scene, &versions("acme-b", &["1.9", "2.0.1", "2.9", "3.0"]));
    let made = [
        ("acme-2009", rubygems_1_3("acme-2009", "1.10")),
        ("acme-2012", rubygems_1_8("acme-2012", "1.10")),
    ];
    for (name, bytes) in &made {
        let index = scene.rubygems(OWNER);
        index.push(bytes).expect(200);
        is_stored(&scene, name, "1.10", bytes);
        let info = index.get(&format!("/info/{name}")).expect(200).text();
        assert!(info.contains("1.10 acme-b:~> 2.0|checksum:"), "{info}");
    }
    for gem in Gem::ALL {
        let home = scene.gem_home(gem, OWNER);
        for (name, bytes) in &made {
            // A client reads the gem before it sends it.
            let file = home.write("made/old.gem", bytes);
            home.push(&file, &[])
                .ok()
                .says(&format!("Gem was already pushed: {name}"));
            home.gem(&["specification", "--remote", name])
                .ok()
                .says(&format!("name: {name}"))
                .says("name: acme-b")
                .says("acme.example");
            home.install(name, &[]).ok();
            let expected = ["acme-2009-1.10", "acme-2012-1.10", "acme-b-2.9"];
            let expected: Vec<_> = expected
                .into_iter()
                .filter(|one| one.starts_with(*name) || one.starts_with("acme-b"))
                .collect();
            assert_eq!(home.installed(), expected, "{gem:?}");
            home.forget();
            let app = app(&home, &[name]);
            home.bundle(&app, &["install"]).ok();
            assert_eq!(app.installed(), expected, "{gem:?}");
            app.clean();
        }
        let list = home.gem(&["list", "--remote", "acme-20"]).ok();
        list.says("acme-2009 (1.10)").says("acme-2012 (1.10)");
    }
    has(&scene, "acme-2009", &["1.10"]);
}
