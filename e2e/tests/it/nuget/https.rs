//! A server with a certificate of its own.

use std::path::PathBuf;

use packhouse_e2e::nuget::{Csproj, Home, Nupkg, SOURCE, Source};
use packhouse_e2e::{Scene, Server};

use super::expect::OWNER;

/// Gives a file of the certificates that the server's own tests have, for 127.0.0.1.
fn pem(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/packhouse-server/tests/it/pem")
        .join(name)
}

/// Whoever trusts the authority pushes, searches, restores, compiles and runs; whoever does not,
/// does nothing.
#[test]
fn everything_goes_over_https() {
    let config = format!(
        "[tls]\ncert = {:?}\nkey = {:?}\n",
        pem("cert.pem"),
        pem("key.pem")
    );
    let scene = Scene::on(Server::builder().config(&config));
    let index = format!("{}/nuget/{OWNER}/index.json", scene.server.origin());
    assert!(index.starts_with("https://"), "{index}");
    let home = || Home::new(&[Source::new(SOURCE, &index).with_password("any", &scene.token)]);
    let mut trusting = home();
    let authority = std::fs::read(pem("ca.pem")).expect("there is an authority");
    let authority = trusting.write("trusted/ca.pem", authority);
    trusting.set("SSL_CERT_FILE", &authority.display().to_string());
    let (dotnet, key) = (trusting.dotnet(), Some(scene.token.as_str()));
    for version in ["1.0.0", "1.1.0"] {
        let text = format!("over https {version}");
        let made = Nupkg::library("Acme.A", version, &text).write(&trusting);
        dotnet.push(&made, SOURCE, key, &[]).ok();
    }
    let app = Csproj::console("App", &["Acme.A.Greeting.Text()"]).depends("Acme.A", "1.0.0");
    let app = app.write(&trusting, "app");
    assert_eq!(dotnet.prints(&app), "over https 1.0.0\n");
    dotnet.outdated(&app, &[]).ok().says("1.1.0");
    dotnet.delete("Acme.A", "1.1.0", SOURCE, key).ok();

    let stranger = home();
    let made = Nupkg::new("Acme.A", "2.0.0").write(&stranger);
    let ran = stranger.dotnet().push(&made, SOURCE, key, &[]).failed();
    ran.says("The SSL connection could not be established");
}
