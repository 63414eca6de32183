//! Gems made up for the run: small archives as `gem build` writes them.
//!
//! Everything follows from name, version and sizes, so that every server gets the same bytes.

use std::io::Write as _;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::fixture::noise;

/// One version of a gem.
#[derive(Clone, Debug)]
pub struct Gem {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    needed: Vec<String>,
    payload: usize,
}

/// A gem with its archive.
#[derive(Clone, Debug)]
pub struct Built {
    /// Whose archive it is.
    pub gem: Gem,
    /// The bytes of the `.gem`.
    pub bytes: Vec<u8>,
}

impl Gem {
    /// A gem with so many bytes that do not compress; its archive gets about 4 kB longer.
    pub fn new(name: impl Into<String>, version: impl Into<String>, payload: usize) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            needed: Vec::new(),
            payload,
        }
    }

    /// The same, which needs at least version 1.0 of each of these.
    pub fn needing(mut self, needed: impl IntoIterator<Item = String>) -> Self {
        self.needed = needed.into_iter().collect();
        self
    }

    /// The path of the `.gem` below the source (RubyGems notes §7).
    pub fn path(&self) -> String {
        format!("gems/{}-{}.gem", self.name, self.version)
    }

    /// The gem with its archive.
    ///
    /// Fails when the archive cannot be written.
    pub fn built(self) -> Result<Built> {
        let bytes = self.archive();
        let bytes = bytes.with_context(|| format!("writing {}", self.path()))?;
        Ok(Built { gem: self, bytes })
    }

    /// The three members of a gem (RubyGems notes §12).
    fn archive(&self) -> Result<Vec<u8>> {
        let metadata = packed(self.gemspec().as_bytes())?;
        let file = noise(&self.path(), self.payload);
        let data = packed(&tar_of(&[("lib/part.bin", &file)])?)?;
        let mut sums = String::from("---\nSHA256:\n");
        for (name, bytes) in [("metadata.gz", &metadata), ("data.tar.gz", &data)] {
            sums.push_str(&format!(
                "  {name}: {}\n",
                hex::encode(Sha256::digest(bytes))
            ));
        }
        let sums = packed(sums.as_bytes())?;
        tar_of(&[
            ("metadata.gz", &metadata),
            ("data.tar.gz", &data),
            ("checksums.yaml.gz", &sums),
        ])
    }

    fn gemspec(&self) -> String {
        let Self { name, version, .. } = self;
        let mut needed: String = self.needed.iter().map(|name| needed(name)).collect();
        if needed.is_empty() {
            needed.push_str(" []");
        }
        let any = requirement("  ", "0");
        format!(
            "--- !ruby/object:Gem::Specification
name: {name}
version: !ruby/object:Gem::Version
  version: {version}
platform: ruby
authors:
- Acme
bindir: bin
cert_chain: []
date: 2024-07-09 00:00:00.000000000 Z
dependencies:{needed}
description: Reads the settings of a service and checks them.
executables: []
extensions: []
extra_rdoc_files: []
files:
- lib/part.bin
homepage: https://git.example/acme/settings
licenses:
- MIT
metadata: {{}}
rdoc_options: []
require_paths:
- lib
required_ruby_version: !ruby/object:Gem::Requirement
{any}required_rubygems_version: !ruby/object:Gem::Requirement
{any}requirements: []
rubygems_version: 3.3.15
specification_version: 4
summary: Settings of a service
test_files: []
"
        )
    }
}

fn needed(name: &str) -> String {
    let any = requirement("    ", "1.0");
    format!(
        "\n- !ruby/object:Gem::Dependency
  name: {name}
  requirement: !ruby/object:Gem::Requirement
{any}  type: :runtime
  prerelease: false
  version_requirements: !ruby/object:Gem::Requirement
{}",
        any.trim_end()
    )
}

fn requirement(indent: &str, least: &str) -> String {
    format!(
        "{indent}requirements:\n{indent}- - \">=\"\n{indent}  - !ruby/object:Gem::Version\n\
         {indent}    version: '{least}'\n"
    )
}

fn packed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?)
}

fn tar_of(files: &[(&str, &Vec<u8>)]) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, bytes.as_slice())?;
    }
    Ok(archive.into_inner()?)
}

/// Gems of which the first needs all others: each needs the next three of a tree.
///
/// Fails when an archive cannot be written.
pub fn tree(count: u32, payload: usize) -> Result<Vec<Built>> {
    let name = |number: u32| format!("acme-part-{number:04}");
    let gem = |number: u32| {
        let children = (3 * number + 1..=3 * number + 3).filter(|child| *child < count);
        let gem = Gem::new(name(number), "1.0.0", payload);
        gem.needing(children.map(name)).built()
    };
    (0..count).map(gem).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::{Gem, tree};

    #[test]
    fn the_first_of_a_tree_reaches_all_others() {
        let gems = tree(8, 100).unwrap();
        let mut reached = vec![gems[0].gem.name.clone()];
        let mut next = 0;
        while let Some(name) = reached.get(next).cloned() {
            let gem = gems.iter().find(|built| built.gem.name == name).unwrap();
            reached.extend(gem.gem.needed.iter().cloned());
            next += 1;
        }
        assert_eq!(reached.len(), 8);
    }

    #[test]
    fn a_gem_holds_its_gemspec() {
        let gem = Gem::new("a", "1.0.0", 18_000).needing(["b".to_owned()]);
        let built = gem.built().unwrap();
        assert!(
            (20_000..24_000).contains(&built.bytes.len()),
            "{}",
            built.bytes.len()
        );
        let mut archive = tar::Archive::new(built.bytes.as_slice());
        let member = archive.entries().unwrap().next().unwrap().unwrap();
        let mut text = String::new();
        GzDecoder::new(member).read_to_string(&mut text).unwrap();
        assert!(text.contains("name: a\nversion: !ruby/object:Gem::Version\n  version: 1.0.0\n"));
        assert!(text.contains("dependencies:\n- !ruby/object:Gem::Dependency\n  name: b\n"));
        assert!(
            text.contains("        version: '1.0'\ndescription:"),
            "{text}"
        );
    }
}
