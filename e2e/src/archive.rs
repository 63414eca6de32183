//! Package tarballs and the publish documents around them, made without any client.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha512};

/// Makes a gzipped tarball of `package/package.json` with `manifest`, and of `files`.
pub fn tarball(manifest: &Value, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let manifest = manifest.to_string();
    let manifest = [("package.json", manifest.as_bytes())];
    for (name, content) in manifest.iter().chain(files) {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, format!("package/{name}"), *content)
            .expect("a tarball in memory can be written");
    }
    let compressed = archive.into_inner().and_then(GzEncoder::finish);
    compressed.expect("a tarball in memory can be written")
}

/// An entry of a tarball exactly as written: no path is made harmless.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// A file: its path and content.
    File(&'a str, &'a [u8]),
    /// A symbolic link: its path and where it points.
    Symlink(&'a str, &'a str),
    /// Another name for a file: its path and the file's.
    HardLink(&'a str, &'a str),
}

/// Makes a gzipped tarball of `entries`, whatever they are.
pub fn tarball_of(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        let (path, target, content) = match *entry {
            Entry::File(path, content) => (path, "", content),
            Entry::Symlink(path, target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                (path, target, &b""[..])
            }
            Entry::HardLink(path, target) => {
                header.set_entry_type(tar::EntryType::Link);
                (path, target, &b""[..])
            }
        };
        // Written as bytes, since the methods for it refuse what leads out.
        let fields = header.as_old_mut();
        fields.name[..path.len()].copy_from_slice(path.as_bytes());
        fields.linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_size(content.len() as u64);
        header.set_cksum();
        archive
            .append(&header, content)
            .expect("a tarball in memory can be written");
    }
    let compressed = archive.into_inner().and_then(GzEncoder::finish);
    compressed.expect("a tarball in memory can be written")
}

/// Gives the integrity of `bytes` in npm's form, `sha512-…`.
pub fn integrity(bytes: &[u8]) -> String {
    format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes)))
}

/// Gives the sha1 of `bytes` in hexadecimal, npm's `shasum`.
pub fn shasum(bytes: &[u8]) -> String {
    hex::encode(Sha1::digest(bytes))
}

/// Gives the document that `npm publish` sends for `tarball` (`npm.md` §4); `registry` ends
/// with a slash, `manifest` holds at least name and version.
pub fn publish_document(registry: &str, manifest: &Value, tarball: &[u8]) -> Value {
    let name = manifest["name"].as_str().expect("a manifest has a name");
    let version = manifest["version"]
        .as_str()
        .expect("a manifest has a version");
    let file = format!("{name}-{version}.tgz");
    let mut entry = manifest.clone();
    entry["_id"] = json!(format!("{name}@{version}"));
    entry["dist"] = json!({
        "integrity": integrity(tarball),
        "shasum": shasum(tarball),
        "tarball": format!("{registry}{name}/-/{file}"),
    });
    json!({
        "_id": name,
        "name": name,
        "dist-tags": { "latest": version },
        "versions": { version: entry },
        "access": null,
        "_attachments": {
            file: {
                "content_type": "application/octet-stream",
                "data": STANDARD.encode(tarball),
                "length": tarball.len(),
            },
        },
    })
}

/// Gives `length` bytes that no compressor shortens, the same for the same `seed`.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        // xorshift64: fast, and good enough to be incompressible.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes
            .write_all(&state.to_le_bytes())
            .expect("a vector can be written to");
    }
    bytes.truncate(length);
    bytes
}
