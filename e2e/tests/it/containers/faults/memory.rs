//! Layers of a gigabyte: the server's memory does not grow with them.

use std::io::{BufRead, BufReader, Read};

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;
use packhouse_e2e::containers::Registry;
use sha2::{Digest, Sha256};

use super::upload::{patch, put};

/// The image that every test pushes to.
const NAME: &str = "acme/big";

/// Bytes of a piece that is sent at once.
const PIECE: usize = 1 << 20;

/// How many pieces a layer has.
const PIECES: usize = 1024;

/// What the server may take at any time, in bytes (`design.md` §4).
const MEMORY: u64 = 100_000_000;

/// What is left of that for the program of a release, in bytes: the one that is tested is not
/// optimised and much larger, so its own pages do not count.
const RELEASE: u64 = 20_000_000;

/// A layer of a gigabyte that is never in memory: a piece over and over, each with its number.
struct Big {
    piece: Vec<u8>,
}

impl Big {
    fn new(seed: u64) -> Self {
        Self {
            piece: noise(seed, PIECE),
        }
    }

    fn pieces(&self) -> impl Iterator<Item = Vec<u8>> {
        (0..PIECES as u64).map(|number| {
            let mut piece = self.piece.clone();
            piece[..8].copy_from_slice(&number.to_le_bytes());
            piece
        })
    }

    fn len(&self) -> u64 {
        (PIECE * PIECES) as u64
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        self.pieces().for_each(|piece| hash.update(piece));
        format!("sha256:{}", hex::encode(hash.finalize()))
    }
}

fn push_by_patch(registry: &Registry, layer: &Big) -> String {
    let location = registry.begin_upload(NAME);
    // As docker does: without a length beforehand.
    let request = patch(registry, &location, b"");
    request.stream_chunked(layer.pieces()).0.expect(202);
    let digest = layer.digest();
    put(registry, &location, &digest, b"").send().expect(201);
    digest
}

fn push_by_put(registry: &Registry, layer: &Big) -> String {
    let location = registry.begin_upload(NAME);
    let digest = layer.digest();
    let request = put(registry, &location, &digest, b"");
    request.stream(layer.len(), layer.pieces()).0.expect(201);
    digest
}

/// Reads a blob without keeping it, and compares it with its digest.
fn pull(registry: &Registry, digest: &str) {
    let path = format!("{NAME}/blobs/{digest}");
    let connection = registry.request("GET", &path).send_part(0);
    let mut answer = BufReader::with_capacity(PIECE, connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let read = answer.read_line(&mut head).expect("the head can be read");
        assert!(read > 0, "the answer ends in its head: {head}");
    }
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let mut hash = Sha256::new();
    let mut buffer = vec![0; PIECE];
    loop {
        match answer.read(&mut buffer).expect("the body can be read") {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    assert_eq!(format!("sha256:{}", hex::encode(hash.finalize())), digest);
}

fn stays_small(mut scene: Scene, push: fn(&Registry, &Big) -> String, seed: u64) {
    let registry = scene.registry();
    let digest = push(&registry, &Big::new(seed));
    pull(&registry, &digest);
    let (_, peak) = scene.server.memory();
    let program = scene.server.program_memory();
    let took = peak.saturating_sub(program);
    assert!(
        took + RELEASE < MEMORY,
        "the server took {took} bytes, and {program} for its program"
    );
}

#[test]
fn a_gigabyte_by_patch_on_sqlite_and_a_folder() {
    stays_small(Scene::new(), push_by_patch, 1);
}

#[test]
fn a_gigabyte_by_put_on_sqlite_and_a_folder() {
    stays_small(Scene::new(), push_by_put, 2);
}

#[test]
fn a_gigabyte_by_patch_on_postgres_and_s3() {
    stays_small(Scene::on_postgres_and_s3(), push_by_patch, 3);
}

#[test]
fn a_gigabyte_by_put_on_postgres_and_s3() {
    stays_small(Scene::on_postgres_and_s3(), push_by_put, 4);
}
