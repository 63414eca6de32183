//! A server behind another address: case 33.

use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use packhouse_e2e::http::Request;
use packhouse_e2e::postgres::free_port;
use packhouse_e2e::{Client, Credential, Project, Scene, Seat, Server};

use crate::expect::{packument, published};

/// Passes every connection to `port` on to `origin` until the test binary ends.
fn forward(port: u16, origin: &str) {
    let target = origin.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(&target) else {
                return;
            };
            let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else {
                return;
            };
            thread::spawn(move || pass(from, to));
            thread::spawn(move || pass(server, client));
        }
    });
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    // Either side may end at any time; then the other is told.
    copy(&mut from, &mut to).unwrap_or_default();
    to.shutdown(Shutdown::Write).unwrap_or_default();
}

#[test]
fn case_33_every_address_is_the_public_one() {
    let port = free_port();
    let public = format!("http://127.0.0.1:{port}");
    let scene = Scene::on(Server::builder().flag("--public-url", &public));
    assert_ne!(scene.server.origin(), public);
    forward(port, &scene.server.origin());
    let registry = format!("{public}/npm/");
    for client in [
        Client::Npm6,
        Client::Npm11,
        Client::Pnpm10,
        Client::YarnBerry,
        Client::Bun,
    ] {
        let seat = Seat::new(client, &registry, &Credential::Token(scene.token.clone()));
        let name = format!("@acme/{}", client.name());
        seat.publish(&Project::package(&name, "1.0.0"), &[]).ok();
        let project = Project::consumer(&[(&name, "1.0.0")]);
        seat.install(&project, &[]).ok();
        project.forget_installed();
        seat.forget_cache();
        seat.install_frozen(&project, &[]).ok();
        assert_eq!(project.installed_version(&name), "1.0.0");
        let lockfile = project.read(client.lockfile());
        let inner = scene.server.origin();
        assert!(!lockfile.contains(&inner), "{client:?}: {lockfile}");
    }
}

/// A TLS proxy in front: another scheme, host and path, and no header is believed.
#[test]
fn case_33_a_public_address_with_tls_and_another_host() {
    let public = "https://packages.registry.example";
    let scene = Scene::on(Server::builder().flag("--public-url", public));
    let manifest = serde_json::json!({ "name": "@acme/x", "version": "1.0.0" });
    let answer = scene
        .publish_request(&manifest, &[("index.js", b"1")])
        .send();
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    let document = Request::get(&scene.package_url("@acme/x"))
        .token(&scene.token)
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Proto", "http, http")
        .header("Accept-Encoding", "gzip")
        .header("Accept-Encoding", "identity")
        .send()
        .expect(200);
    let tarball = format!("{public}/npm/@acme/x/-/x-1.0.0.tgz");
    let document = if document.header("Content-Encoding").is_empty() {
        document.json()
    } else {
        packument(&scene, "@acme/x")
    };
    assert_eq!(
        document["versions"]["1.0.0"]["dist"]["tarball"],
        tarball.as_str()
    );
    assert!(!document.to_string().contains("http://"), "{document}");
    let file = scene
        .get("@acme/x/-/x-1.0.0.tgz")
        .header("Accept-Encoding", "gzip, br")
        .send()
        .expect(200);
    assert_eq!(file.header("Content-Encoding"), "");
    assert_eq!(file.header("Content-Length"), file.body.len().to_string());
}

#[test]
fn case_33_another_path_spelling_reaches_the_same() {
    let scene = Scene::new();
    published(&scene, "@acme/x", "1.0.0");
    let spellings = ["@acme%2fx", "@acme%2Fx", "@acme/x", "%40acme%2fx"];
    let answers = spellings.map(|path| scene.get(path).send().expect(200));
    for answer in &answers {
        assert_eq!(answer.body, answers[0].body);
        assert_eq!(answer.header("ETag"), answers[0].header("ETag"));
    }
    assert!(!answers[0].header("ETag").is_empty());
}
