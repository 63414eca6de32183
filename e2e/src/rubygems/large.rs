//! Gems that are too large to be made in memory.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tar::{Builder, Header};

use super::archive::{gzip, header};
use super::{Gemspec, Home};
use crate::archive::noise;

/// A mebibyte.
const PIECE: u64 = 1 << 20;

impl Gemspec {
    /// Writes it with a file of `mebibytes` that no compressor shortens into the home, and gives its
    /// path, `made/FULL-NAME.gem`.
    pub fn write_large(&self, home: &Home, mebibytes: u64) -> PathBuf {
        let data = home.write("tmp/data.tar.gz", "");
        self.write_data(&data, mebibytes);
        let metadata = gzip(self.yaml().as_bytes());
        let sums = [
            ("metadata.gz", Sha256::digest(&metadata)),
            ("data.tar.gz", digest(&data)),
        ];
        let sums = sums.map(|(name, sum)| format!("  {name}: {}\n", hex::encode(sum)));
        let sums = gzip(format!("---\nSHA256:\n{}", sums.concat()).as_bytes());

        let path = home.write(&format!("made/{}.gem", self.full_name()), "");
        let file = BufWriter::new(File::create(&path).expect("a file can be made"));
        let mut gem = Builder::new(file);
        let mut add = |name: &str, size: u64, content: &mut dyn Read| {
            gem.append(&header(name, size), content)
                .expect("there is room for it");
        };
        add("metadata.gz", metadata.len() as u64, &mut &metadata[..]);
        let mut content = File::open(&data).expect("it was made");
        let size = content.metadata().expect("it was made").len();
        add("data.tar.gz", size, &mut content);
        add("checksums.yaml.gz", sums.len() as u64, &mut &sums[..]);
        gem.into_inner()
            .and_then(|mut file| file.flush())
            .expect("there is room for its end");
        std::fs::remove_file(data).expect("it was made");
        path
    }

    fn write_data(&self, path: &Path, mebibytes: u64) {
        let file = BufWriter::new(File::create(path).expect("a file can be made"));
        let mut data = Builder::new(GzEncoder::new(file, Compression::none()));
        for (path, content) in self.all_files() {
            let mut header = Header::new_ustar();
            header.set_mode(0o644);
            header.set_size(content.len() as u64);
            data.append_data(&mut header, path, content.as_slice())
                .expect("there is room for it");
        }
        let mut header = Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(mebibytes * PIECE);
        let noise = Noise::new(mebibytes * PIECE);
        data.append_data(&mut header, "share/noise", noise)
            .expect("there is room for it");
        data.into_inner()
            .and_then(GzEncoder::finish)
            .and_then(|mut file| file.flush())
            .expect("there is room for its end");
    }
}

/// Bytes that no compressor shortens, a piece after the other.
struct Noise {
    piece: Vec<u8>,
    at: u64,
    length: u64,
}

impl Noise {
    fn new(length: u64) -> Self {
        Self {
            piece: noise(3, 1 << 20),
            at: 0,
            length,
        }
    }
}

impl Read for Noise {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let within = usize::try_from(self.at % PIECE).expect("a piece fits");
        if within == 0 {
            // No piece is as another.
            self.piece[..8].copy_from_slice(&self.at.to_le_bytes());
        }
        let left = usize::try_from(self.length - self.at).unwrap_or(usize::MAX);
        let length = to.len().min(self.piece.len() - within).min(left);
        to[..length].copy_from_slice(&self.piece[within..within + length]);
        self.at += length as u64;
        Ok(length)
    }
}

/// Gives the SHA-256 of a file.
fn digest(path: &Path) -> sha2::digest::Output<Sha256> {
    let mut file = File::open(path).expect("it was made");
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut piece).expect("it can be read") {
            0 => return hash.finalize(),
            read => hash.update(&piece[..read]),
        }
    }
}
