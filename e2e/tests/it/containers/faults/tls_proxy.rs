//! A proxy that speaks TLS with clients and plain HTTP with a server, and tells the server of it
//! with `X-Forwarded-Proto` alone.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use packhouse_e2e::postgres::free_port;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

/// Gives a file of the certificates that the server's own tests have, for 127.0.0.1: `ca.pem`,
/// `cert.pem` and `key.pem`.
pub fn pem(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/packhouse-server/tests/it/pem")
        .join(name)
}

/// Takes a port of 127.0.0.1 and passes each request on to `origin` until the test binary ends;
/// gives its host and port.
pub fn start(origin: &str) -> String {
    let port = free_port();
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    let target = origin.trim_start_matches("http://").to_owned();
    let config = Arc::new(config());
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (config, target) = (Arc::clone(&config), target.clone());
            thread::spawn(move || serve(config, client, &target));
        }
    });
    format!("127.0.0.1:{port}")
}

fn config() -> ServerConfig {
    let chain = CertificateDer::pem_file_iter(pem("cert.pem"))
        .and_then(Iterator::collect)
        .expect("there is a certificate");
    let key = PrivateKeyDer::from_pem_file(pem("key.pem")).expect("there is a key");
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            let builder = builder.with_no_client_auth();
            builder.with_single_cert(chain, key)
        })
        .expect("the certificate can be used")
}

/// One end of TLS, which a thread for each direction uses in turn.
struct Secure {
    session: Mutex<ServerConnection>,
    socket: TcpStream,
}

impl Secure {
    /// Waits for bytes; gives none at the end.
    fn read(&self) -> std::io::Result<Vec<u8>> {
        let mut raw = vec![0; 1 << 16];
        loop {
            let read = (&self.socket).read(&mut raw)?;
            let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
            let mut rest = &raw[..read];
            let mut plain = Vec::new();
            while !rest.is_empty() {
                session.read_tls(&mut rest)?;
                let state = session.process_new_packets();
                let state = state.map_err(std::io::Error::other)?;
                let start = plain.len();
                plain.resize(start + state.plaintext_bytes_to_read(), 0);
                session.reader().read_exact(&mut plain[start..])?;
            }
            while session.wants_write() {
                session.write_tls(&mut &self.socket)?;
            }
            if read == 0 || !plain.is_empty() {
                return Ok(plain);
            }
        }
    }

    fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        // Less at once than a session keeps unsent.
        for piece in bytes.chunks(1 << 14) {
            let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
            session.writer().write_all(piece)?;
            while session.wants_write() {
                session.write_tls(&mut &self.socket)?;
            }
        }
        Ok(())
    }

    fn close(&self) -> std::io::Result<()> {
        {
            let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
            session.send_close_notify();
            while session.wants_write() {
                session.write_tls(&mut &self.socket)?;
            }
        }
        self.socket.shutdown(Shutdown::Write)
    }
}

/// Passes one request on, and its answer back. Either side may go at any time: then the other's
/// connection ends, which is all there is to do about it.
fn serve(config: Arc<ServerConfig>, client: TcpStream, target: &str) {
    let (Ok(session), Ok(server)) = (ServerConnection::new(config), TcpStream::connect(target))
    else {
        return;
    };
    let secure = Arc::new(Secure {
        session: Mutex::new(session),
        socket: client,
    });
    let (from, Ok(to)) = (Arc::clone(&secure), server.try_clone()) else {
        return;
    };
    thread::spawn(move || {
        pass_request(&from, to).unwrap_or_default();
    });
    pass_answer(&server, &secure).unwrap_or_default();
    secure.close().unwrap_or_default();
}

fn pass_request(from: &Secure, mut to: TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    let end = loop {
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 2;
        }
        match from.read()? {
            bytes if bytes.is_empty() => return to.shutdown(Shutdown::Both),
            bytes => head.extend(bytes),
        }
    };
    to.write_all(&marked(&head[..end]))?;
    to.write_all(&head[end..])?;
    loop {
        match from.read()? {
            bytes if bytes.is_empty() => return to.shutdown(Shutdown::Write),
            bytes => to.write_all(&bytes)?,
        }
    }
}

/// Gives the head of a request as the proxy sends it: one request for each connection.
fn marked(head: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(head);
    let ours = ["connection:", "x-forwarded-proto:"];
    let kept = text.split_inclusive("\r\n").filter(|line| {
        let line = line.to_ascii_lowercase();
        !ours.iter().any(|name| line.starts_with(name))
    });
    let mut marked: String = kept.collect();
    marked += "X-Forwarded-Proto: https\r\nConnection: close\r\n";
    marked.into_bytes()
}

fn pass_answer(mut from: &TcpStream, to: &Secure) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            read => to.write(&buffer[..read])?,
        }
    }
}
