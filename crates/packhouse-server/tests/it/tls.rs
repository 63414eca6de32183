//! Serving HTTPS with a certificate of one's own.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

use crate::world::World;

fn pem(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/pem")
        .join(name)
}

/// Trusts the authority that signed the test certificate, and nobody else.
fn client() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(pem("ca.pem")).unwrap())
        .unwrap();
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn configure(world: &World, cert: &str, key: &str) {
    let file = format!("[tls]\ncert = {:?}\nkey = {:?}\n", pem(cert), pem(key));
    std::fs::write(world.folder().join("packhouse.toml"), file).unwrap();
}

#[test]
fn https_is_served_with_the_given_certificate() {
    let world = World::new();
    configure(&world, "cert.pem", "key.pem");
    assert_eq!(
        world.run(&["config", "check"]).ok(),
        "the configuration is good"
    );
    let server = world.serve(&[]);
    let name = ServerName::try_from("localhost").unwrap();
    let mut session = ClientConnection::new(Arc::new(client()), name).unwrap();
    let mut socket = server.connect();
    let mut stream = Stream::new(&mut session, &mut socket);
    stream
        .write_all(b"GET /-/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.signal();
    let (status, log, _) = server.wait();
    assert!(status.success(), "{log}");
    assert!(
        log.contains("make the first one at https://127.0.0.1:"),
        "{log}"
    );
}

#[test]
fn a_key_that_does_not_fit_is_wrong_usage() {
    let world = World::new();
    configure(&world, "ca.pem", "key.pem");
    world.run(&["config", "check"]).fails(2, "tls.key");
    configure(&world, "key.pem", "key.pem");
    world.run(&["serve"]).fails(2, "tls.cert");
    configure(&world, "cert.pem", "missing.pem");
    world.run(&["serve"]).fails(2, "missing.pem");
}
