//! A server with a certificate of its own.

use std::path::PathBuf;

use packhouse_e2e::rubygems::{Gem, Gemspec, Home};
use packhouse_e2e::{Scene, Server};

use super::expect::{PATH, app};

/// Gives a file of the certificates that the server's own tests have, for 127.0.0.1.
fn pem(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/packhouse-server/tests/it/pem")
        .join(name)
}

/// Whoever trusts the authority pushes, installs, bundles and yanks; whoever does not, does nothing.
#[test]
fn everything_goes_over_https() {
    let config = format!(
        "[tls]\ncert = {:?}\nkey = {:?}\n",
        pem("cert.pem"),
        pem("key.pem")
    );
    let scene = Scene::on(Server::builder().config(&config));
    let base = format!("{}{PATH}", scene.server.origin());
    assert!(base.starts_with("https://"), "{base}");
    let authority = std::fs::read(pem("ca.pem")).expect("there is an authority");
    for gem in Gem::ALL {
        let name = format!("acme-{}", gem.version().replace('.', "-"));
        let mut home = Home::new(gem, &base, Some(&scene.token));
        let trusted = home.write("trusted/ca.pem", &authority);
        home.set("SSL_CERT_FILE", &trusted.display().to_string());
        for number in ["1.0.0", "1.1.0"] {
            let built = Gemspec::new(&name, number).build(&home);
            home.push(&built, &[]).ok();
        }
        home.install(&name, &[]).ok();
        assert_eq!(home.installed(), [format!("{name}-1.1.0")], "{gem:?}");
        home.yank(&name, "1.1.0", &[])
            .ok()
            .says("Successfully deleted gem");
        let project = app(&home, &[&name]);
        home.bundle(&project, &["install"]).ok();
        assert_eq!(project.locked(), [format!("{name} 1.0.0")], "{gem:?}");

        let stranger = Home::new(gem, &base, Some(&scene.token));
        let built = Gemspec::new(&name, "2.0.0").build(&stranger);
        let ran = stranger.push(&built, &[]).failed();
        let said = ran.to_string().to_lowercase();
        assert!(said.contains("certificate"), "{said}");
        stranger.install(&name, &[]).failed();
        let project = app(&stranger, &[&name]);
        stranger.bundle(&project, &["lock"]).failed();
    }
}
