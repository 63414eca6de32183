//! A file of a gigabyte: the server's memory does not grow with it.

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;

use super::deploy::{prepare, request};

/// Bytes of a piece that is sent at once.
const PIECE: usize = 1 << 20;
/// How many pieces the file has.
const PIECES: u64 = 1024;
/// What the server may take at any time, in bytes (`design.md` §4).
const MEMORY: u64 = 100_000_000;
/// What is left of that for the program of a release, in bytes: the one that is tested is not
/// optimised and much larger, so its own pages do not count.
const RELEASE: u64 = 20_000_000;

#[test]
fn a_gigabyte_goes_in_and_out_in_little_memory() {
    let mut scene = Scene::new();
    prepare(&scene);
    let piece = noise(3, PIECE);
    let pieces = (0..PIECES).map(|number| {
        let mut piece = piece.clone();
        piece[..8].copy_from_slice(&number.to_le_bytes());
        piece
    });
    let path = "com/acme/big/1.0/big-1.0.tar.gz";
    let length = PIECES * PIECE as u64;
    let (answer, sent) = request(&scene, "PUT", path).stream(length, pieces);
    answer.expect(201);
    assert_eq!(sent, length);
    let head = request(&scene, "HEAD", path).send().expect(200);
    assert_eq!(head.header("Content-Length"), length.to_string());
    assert_eq!(head.header("Content-Type"), "application/gzip");
    let (_, peak) = scene.server.memory();
    let program = scene.server.program_memory();
    let taken = peak.saturating_sub(program);
    assert!(taken < MEMORY - RELEASE, "{taken} bytes");
}

/// What is over the limit costs a message.
#[test]
fn five_gigabytes_are_refused_before_they_are_sent() {
    let scene = Scene::new();
    prepare(&scene);
    let piece = noise(4, PIECE);
    let length = 5 * 1024 * PIECE as u64;
    let pieces = std::iter::repeat_n(piece, 5 * 1024);
    let path = "com/acme/big/1.0/big-1.0.jar";
    let (answer, sent) = request(&scene, "PUT", path).stream(length, pieces);
    let answer = answer.expect(413);
    let text = super::deploy::detail(&answer);
    assert!(text.contains("2147483648 bytes"), "{text}");
    assert!(sent < length, "all of it was sent");
    request(&scene, "GET", path).send().expect(404);
    assert_eq!(scene.server.stored_files().len(), 0);
}
