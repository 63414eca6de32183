//! Gems made by hand, good ones and evil ones.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256, Sha512};

/// An entry of a tar archive.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) path: Vec<u8>,
    pub(crate) kind: u8,
    pub(crate) target: Vec<u8>,
    pub(crate) data: Vec<u8>,
    /// What the header says, when it is not the data's length.
    pub(crate) size: Option<u64>,
}

pub(crate) fn file(path: &str, data: impl AsRef<[u8]>) -> Entry {
    Entry {
        path: path.into(),
        kind: b'0',
        target: Vec::new(),
        data: data.as_ref().to_vec(),
        size: None,
    }
}

pub(crate) fn other(kind: u8, path: &str) -> Entry {
    Entry {
        kind,
        ..file(path, "")
    }
}

pub(crate) fn link(path: &str, target: &str) -> Entry {
    Entry {
        target: target.into(),
        ..other(b'2', path)
    }
}

/// Writes the header of an entry as `Gem::Package::TarWriter` does.
pub(crate) fn header(entry: &Entry) -> [u8; 512] {
    let mut block = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &entry.path);
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    let size = entry.size.unwrap_or(entry.data.len() as u64);
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(156, &[entry.kind]);
    put(157, &entry.target);
    put(257, b"ustar\x0000wheel");
    put(297, b"wheel");
    put(329, b"0000000\0");
    put(337, b"0000000\0");
    sum(&mut block);
    block
}

/// Writes the checksum of a header.
pub(crate) fn sum(block: &mut [u8; 512]) {
    block[148..156].fill(b' ');
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

pub(crate) fn tar_open(entries: &[Entry]) -> Vec<u8> {
    let mut tar = Vec::new();
    for entry in entries {
        tar.extend_from_slice(&header(entry));
        tar.extend_from_slice(&entry.data);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar
}

pub(crate) fn tar(entries: &[Entry]) -> Vec<u8> {
    let mut tar = tar_open(entries);
    tar.resize(tar.len() + 1024, 0);
    tar
}

pub(crate) fn gz(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// Writes the checksums that RubyGems writes today.
pub(crate) fn checksums(metadata: &[u8], data: &[u8]) -> String {
    let of = |name: &str, hash: fn(&[u8]) -> String| {
        let (metadata, data) = (hash(metadata), hash(data));
        format!("{name}:\n  metadata.gz: {metadata}\n  data.tar.gz: {data}\n")
    };
    let sha256 = of("SHA256", |bytes| hex::encode(Sha256::digest(bytes)));
    let sha512 = of("SHA512", |bytes| hex::encode(Sha512::digest(bytes)));
    format!("---\n{sha256}{sha512}")
}

/// Gives the three files of a gem.
pub(crate) fn members(spec: &str, data: &[Entry]) -> Vec<Entry> {
    let metadata = gz(spec);
    let data = gz(tar(data));
    let checksums = gz(checksums(&metadata, &data));
    vec![
        file("metadata.gz", metadata),
        file("data.tar.gz", data),
        file("checksums.yaml.gz", checksums),
    ]
}

pub(crate) fn gem(spec: &str, data: &[Entry]) -> Vec<u8> {
    tar(&members(spec, data))
}
