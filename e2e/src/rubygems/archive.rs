//! Gems put together member by member, right and wrong ones.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256, Sha512};
use tar::{Builder, EntryType, Header};

use crate::archive::{Entry, tarball_of};

/// A gem in the making: its members, in order.
#[derive(Clone, Debug)]
pub struct Archive {
    members: Vec<(String, Vec<u8>)>,
}

impl Archive {
    /// Begins one with this gemspec, these files, and checksums of both.
    pub fn new(yaml: &str, files: &[(&str, &[u8])]) -> Self {
        Self::old(yaml, files).checksums()
    }

    /// Begins one without checksums, as they were before RubyGems 2.0.
    pub fn old(yaml: &str, files: &[(&str, &[u8])]) -> Self {
        let files: Vec<_> = files
            .iter()
            .map(|(path, content)| Entry::File(path, content))
            .collect();
        Self {
            members: Vec::new(),
        }
        .member("metadata.gz", gzip(yaml.as_bytes()))
        .member("data.tar.gz", tarball_of(&files))
    }

    /// Adds a member, whether or not there is one of that name.
    pub fn member(mut self, name: &str, content: Vec<u8>) -> Self {
        self.members.push((name.to_owned(), content));
        self
    }

    /// Adds checksums of the members that there are.
    pub fn checksums(self) -> Self {
        let mut yaml = "---\n".to_owned();
        let mut add = |name: &str, digest: &dyn Fn(&[u8]) -> String| {
            writeln!(yaml, "{name}:").expect("a text can be written to");
            for (member, content) in &self.members {
                writeln!(yaml, "  {member}: {}", digest(content))
                    .expect("a text can be written to");
            }
        };
        add("SHA256", &|content| hex::encode(Sha256::digest(content)));
        add("SHA512", &|content| hex::encode(Sha512::digest(content)));
        self.member("checksums.yaml.gz", gzip(yaml.as_bytes()))
    }

    /// Gives the gem, the same bytes each time.
    pub fn bytes(&self) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        for (name, content) in &self.members {
            archive
                .append(&header(name, content.len() as u64), content.as_slice())
                .expect("an archive in memory can be written");
        }
        archive
            .into_inner()
            .expect("an archive in memory can be written")
    }
}

/// Gives the header of a member of a gem, of so many bytes.
pub(super) fn header(name: &str, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o444);
    header.set_size(size);
    header.set_path(name).expect("the name of a member fits");
    header.set_cksum();
    header
}

/// Compresses bytes, without a time.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("memory can be written to")
}
