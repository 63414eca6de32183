//! Large packages: case 2, and the server's memory under them.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use packhouse_e2e::Scene;
use packhouse_e2e::archive::noise;
use packhouse_e2e::nuget::{Home, Nupkg, SOURCE, multipart};
use sha2::{Digest, Sha512};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::expect::{OWNER, requests};

/// A mebibyte, which is sent at once.
const PIECE: usize = 1 << 20;
/// What the server may take at any time, in bytes (`design.md` §4).
const MEMORY: u64 = 100_000_000;
/// What is left of that for the program of a release, in bytes: the one that is tested is not
/// optimised and much larger, so its own pages do not count.
const RELEASE: u64 = 20_000_000;

/// Writes the package `Acme.Large` with `pieces` mebibytes that no compressor shortens.
fn package(home: &Home, version: &str, pieces: u64) -> PathBuf {
    let nuspec = Nupkg::new("Acme.Large", version).described();
    let path = home.write(&format!("made/Acme.Large.{version}.nupkg"), "");
    let file = BufWriter::new(File::create(&path).expect("a file can be made"));
    let mut archive = ZipWriter::new(file);
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut piece = noise(3, PIECE);
    archive
        .start_file("Acme.Large.nuspec", stored)
        .and_then(|()| Ok(archive.write_all(nuspec.as_bytes())?))
        .and_then(|()| archive.start_file("content/noise", stored))
        .expect("an archive can be written");
    for number in 0..pieces {
        piece[..8].copy_from_slice(&number.to_le_bytes());
        archive.write_all(&piece).expect("there is room for it");
    }
    let written = archive.finish().expect("there is room for its directory");
    written.into_inner().expect("there is room for its end");
    path
}

/// Gives a file piece by piece.
fn pieces(path: &Path) -> impl Iterator<Item = Vec<u8>> {
    let mut file = File::open(path).expect("it was made");
    std::iter::from_fn(move || {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece);
        (read.expect("it can be read") > 0).then_some(piece)
    })
}

/// Asserts that the source says of a version that it has the bytes of the file.
fn is_stored(scene: &Scene, version: &str, path: &Path) {
    use base64::Engine as _;
    let mut hash = Sha512::new();
    for piece in pieces(path) {
        hash.update(piece);
    }
    let hash = base64::engine::general_purpose::STANDARD.encode(hash.finalize());
    let entry = format!("/v2/Packages(Id='Acme.Large',Version='{version}')");
    let entry = scene.nuget(OWNER).get(&entry).expect(200).text();
    assert!(entry.contains(&hash), "{entry}");
    let length = path.metadata().expect("it was made").len();
    let (id, feed) = ("acme.large", scene.nuget(OWNER));
    let address = format!("/download/{id}/{version}/{id}.{version}.nupkg");
    let head = feed.request("HEAD", &address).send().expect(200);
    assert_eq!(head.header("Content-Length"), length.to_string());
}

/// Asserts that the server has stayed small.
fn is_small(scene: &mut Scene) {
    let (_, peak) = scene.server.memory();
    let program = scene.server.program_memory();
    let taken = peak.saturating_sub(program);
    assert!(taken < MEMORY - RELEASE, "{taken} bytes");
}

/// The client sends all of it, is asked who it is, and sends all of it again.
#[test]
fn case_02_three_hundred_megabytes_are_pushed_with_the_credentials_of_the_source() {
    let mut scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let file = package(&home, "1.0.0", 300);
    let ran = home.dotnet().push(&file, SOURCE, None, &[]).ok();
    ran.says("Your package was pushed.");
    let puts = requests(&scene, "PUT");
    assert_eq!(puts, ["{owner}/package 401", "{owner}/package 201"]);
    is_stored(&scene, "1.0.0", &file);
    is_small(&mut scene);
}

/// As large as a package may be, and larger.
#[test]
fn half_a_gigabyte_is_pushed_in_little_memory_and_more_is_refused() {
    let mut scene = Scene::new();
    let home = scene.nuget_home(OWNER);
    let (kind, form) = multipart(b"HERE");
    let at = form.windows(4).position(|part| part == b"HERE");
    let (before, after) = form.split_at(at.expect("the form has its package"));
    let push = |file: &Path| {
        let feed = scene.nuget(OWNER);
        let request = feed
            .request("PUT", "/package/")
            .header("Content-Type", &kind);
        let body = std::iter::once(before.to_vec())
            .chain(pieces(file))
            .chain(std::iter::once(after[4..].to_vec()));
        request.stream_chunked(body).0
    };
    let file = package(&home, "1.0.0", 500);
    push(&file).expect(201);
    is_stored(&scene, "1.0.0", &file);
    std::fs::remove_file(&file).expect("it was made");
    let file = package(&home, "2.0.0", 600);
    let answer = push(&file).expect(413);
    assert!(
        answer.text().contains("536870912 bytes"),
        "{}",
        answer.text()
    );
    assert_eq!(scene.nuget(OWNER).versions("Acme.Large"), ["1.0.0"]);
    is_small(&mut scene);
}
