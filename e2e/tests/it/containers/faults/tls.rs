//! TLS before the server, on another port, and TLS of its own: case 50.

use packhouse_e2e::containers::{Desk, Dockerd, Layout, Tool, sha256};
use packhouse_e2e::http::Request;
use packhouse_e2e::process::Ran;
use packhouse_e2e::{Scene, Server};

use super::super::expect::{build, file, file_of};
use super::tls_proxy::{self, pem};

const SMALL: usize = 100_000;

/// Gives a place where somebody trusts the authority that signed the certificate, and nobody else.
fn desk(host: &str, token: &str) -> Desk {
    let desk = Desk::signed_in(host, "any", token);
    let authority = std::fs::read(pem("ca.pem")).expect("there is an authority");
    let file = desk.write("trusted/ca.crt", authority);
    desk.with_env("SSL_CERT_FILE", &file.display().to_string())
}

fn skopeo(desk: &Desk, words: &[&str]) -> Ran {
    desk.run(Tool::Skopeo, words)
}

/// Pushes and pulls with clients that insist on TLS and on the certificate.
fn clients_work(host: &str, token: &str) {
    let desk = desk(host, token);
    let layout = Layout::with_image(1, 2, SMALL);
    let image = |tag: &str| format!("docker://{host}/acme/x:{tag}");
    skopeo(&desk, &["copy", &layout.reference("1"), &image("1")]).ok();
    skopeo(&desk, &["copy", &image("1"), &image("2")]).ok();
    let out = desk.home().join("out").display().to_string();
    skopeo(&desk, &["copy", &image("2"), &format!("oci:{out}:1")]).ok();
    let tags = skopeo(&desk, &["list-tags", &format!("docker://{host}/acme/x")]);
    assert_eq!(tags.ok().json()["Tags"], serde_json::json!(["1", "2"]));

    let name = |tag: &str| format!("{host}/acme/x:{tag}");
    let folder = layout.path().display().to_string();
    let crane = |words: &[&str]| desk.run(Tool::Crane, words).ok().stdout.trim().to_owned();
    crane(&["push", &folder, &name("3")]);
    assert_eq!(crane(&["digest", &name("3")]), layout.digest("1"));
    crane(&["copy", &name("3"), &format!("{host}/acme/y:1")]);
    // Page by page, following the links.
    assert_eq!(crane(&["ls", &format!("{host}/acme/x")]), "1\n2\n3");
    // Nobody else's certificate is believed, so it really was this one.
    let stranger = Desk::signed_in(host, "any", token);
    skopeo(&stranger, &["inspect", &image("1")])
        .failed()
        .says("certificate");
}

/// Asks the server as the proxy does.
fn forwarded(scene: &Scene, host: &str, path: &str) -> Request {
    // The host that is said last counts for nobody: there is one alone.
    let url = format!("{}/v2/{path}", scene.server.origin());
    Request::get(&url)
        .host(host)
        .header("X-Forwarded-Proto", "https")
}

#[test]
fn case_50_behind_a_tls_proxy_with_host_and_proto() {
    let builder = Server::builder().config("trusted_proxies = [\"127.0.0.1\"]\n");
    let scene = Scene::on(builder);
    let host = tls_proxy::start(&scene.server.origin());
    let refused = forwarded(&scene, &host, "").send().expect(401);
    let challenge = refused.header("WWW-Authenticate");
    let realm = format!("Bearer realm=\"https://{host}/v2/token\",service=\"{host}\"");
    assert!(challenge.starts_with(&realm), "{challenge}");
    clients_work(&host, &scene.token);

    // Where an upload goes on and the next page is, wherever the server believes to be.
    let registry = scene.registry();
    let answer = registry.request("POST", "acme/x/blobs/uploads/").send();
    let location = answer.expect(202).header("Location").to_owned();
    assert!(
        location.starts_with("/v2/acme/x/blobs/uploads/"),
        "{location}"
    );
    let page = registry.request("GET", "acme/x/tags/list?n=1").send();
    let link = page.expect(200).header("Link").to_owned();
    assert!(link.starts_with("</v2/acme/x/tags/list?"), "{link}");
}

/// The public address says it all: no proxy has to be believed.
#[test]
fn case_50_behind_a_tls_proxy_with_a_public_url() {
    let wire = packhouse_e2e::containers::Wire::new();
    // The proxy leads to the line, and the line to the server, which knows the proxy's port.
    let host = tls_proxy::start(&wire.origin());
    let public = format!("https://{host}");
    let scene = Scene::on(Server::builder().flag("--public-url", &public));
    wire.lead_to(&scene.host());
    clients_work(&host, &scene.token);
}

/// Whoever is not a trusted proxy says nothing about the scheme.
#[test]
fn a_forwarded_scheme_is_not_believed_of_anybody() {
    let scene = Scene::new();
    let refused = forwarded(&scene, &scene.host(), "").send().expect(401);
    let challenge = refused.header("WWW-Authenticate");
    let realm = format!("Bearer realm=\"{}/v2/token\"", scene.server.origin());
    assert!(challenge.starts_with(&realm), "{challenge}");
}

#[test]
fn docker_pushes_and_pulls_through_a_tls_proxy() {
    let builder = Server::builder().config("trusted_proxies = [\"127.0.0.1\"]\n");
    let scene = Scene::on(builder);
    let host = tls_proxy::start(&scene.server.origin());
    let (here, there) = (Dockerd::start(), Dockerd::start());
    let login = |dockerd: &Dockerd| desk(&host, &scene.token).beside(dockerd);
    let image = format!("{host}/acme/x:1");
    let maker = login(&here);
    build(&maker, &image, 1, 2, SMALL);
    maker.docker(&["push", &image]).ok();
    let other = login(&there);
    other.docker(&["pull", &image]).ok();
    assert!(file_of(&other, &image, "/file-1") == file(1, 1, SMALL));
    scene.registry().whole("acme/x", "1");
}

/// `[tls]`: the server itself has the certificate.
#[test]
fn tls_of_our_own() {
    let config = format!(
        "[tls]\ncert = {:?}\nkey = {:?}\n",
        pem("cert.pem"),
        pem("key.pem")
    );
    let scene = Scene::on(Server::builder().config(&config));
    let origin = scene.server.origin();
    let host = origin
        .strip_prefix("https://")
        .expect("it is TLS")
        .to_owned();
    clients_work(&host, &scene.token);
    let dockerd = Dockerd::start();
    let desk = desk(&host, &scene.token).beside(&dockerd);
    let image = format!("{host}/acme/large:1");
    build(&desk, &image, 1, 1, 3_000_000);
    desk.docker(&["push", &image]).ok();
    let blobs = scene.server.stored_files();
    let kept = blobs.iter().any(|path| {
        let bytes = std::fs::read(path).expect("a blob can be read");
        bytes.len() > 3_000_000 && path.ends_with(sha256(&bytes).trim_start_matches("sha256:"))
    });
    assert!(kept, "the layer is not there");
}
