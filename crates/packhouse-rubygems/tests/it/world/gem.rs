//! Gems as `gem build` makes them, and such as it never would.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use packhouse_rubygems::archive::{self, Limits};
use packhouse_rubygems::gemspec::Gemspec;
use sha2::{Digest, Sha256, Sha512};
use tar::{Builder, EntryType, Header};

/// A gem to be built.
#[derive(Debug, Clone)]
pub struct Gem {
    pub name: String,
    pub number: String,
    pub platform: String,
    needs: String,
    metadata: String,
    ruby: String,
    /// More lines of the gemspec, at its top level.
    extra: String,
    data: Vec<(String, Vec<u8>)>,
}

impl Gem {
    /// A gem for any platform, without needs.
    pub fn new(name: &str, number: &str) -> Self {
        Self {
            name: name.to_owned(),
            number: number.to_owned(),
            platform: "ruby".to_owned(),
            needs: String::new(),
            metadata: String::new(),
            ruby: ">= 0".to_owned(),
            extra: String::new(),
            data: vec![(format!("lib/{name}.rb"), b"# nothing\n".to_vec())],
        }
    }

    /// For this platform alone.
    pub fn on(mut self, platform: &str) -> Self {
        platform.clone_into(&mut self.platform);
        self
    }

    /// Needs another gem at run time; conditions as `~> 1.0, >= 1.0.2`.
    pub fn needs(self, name: &str, conditions: &str) -> Self {
        self.need(name, conditions, "runtime")
    }

    /// Needs another gem for its development.
    pub fn develops_with(self, name: &str, conditions: &str) -> Self {
        self.need(name, conditions, "development")
    }

    fn need(mut self, name: &str, conditions: &str, kind: &str) -> Self {
        let wanted = requirement(conditions, "    ");
        let need = format!(
            "- !ruby/object:Gem::Dependency\n  name: {name}\n  requirement: {wanted}  type: :{kind}\n  \
             prerelease: false\n  version_requirements: {wanted}"
        );
        self.needs.push_str(&need);
        self
    }

    /// Needs a Ruby.
    pub fn ruby(mut self, conditions: &str) -> Self {
        conditions.clone_into(&mut self.ruby);
        self
    }

    /// Says something about itself.
    pub fn says(mut self, key: &str, value: &str) -> Self {
        writeln!(self.metadata, "  {key}: {value}").unwrap();
        self
    }

    /// Adds lines to the gemspec.
    pub fn with(mut self, lines: &str) -> Self {
        self.extra.push_str(lines);
        self
    }

    /// Adds a file to the data, under any path at all.
    pub fn file(mut self, path: &str, bytes: &[u8]) -> Self {
        self.data.push((path.to_owned(), bytes.to_vec()));
        self
    }

    /// Gives `NUMBER[-PLATFORM]`.
    pub fn version(&self) -> String {
        match &*self.platform {
            "ruby" => self.number.clone(),
            platform => format!("{}-{platform}", self.number),
        }
    }

    /// Gives `NAME-NUMBER[-PLATFORM]`.
    pub fn full(&self) -> String {
        format!("{}-{}", self.name, self.version())
    }

    /// Gives the gemspec as YAML.
    pub fn yaml(&self) -> String {
        let list = |lines: &str, empty: &str| match lines {
            "" => format!(" {empty}\n"),
            lines => format!("\n{lines}"),
        };
        format!(
            "--- !ruby/object:Gem::Specification\nname: {name}\nversion: !ruby/object:Gem::Version\n  \
             version: '{number}'\nplatform: {platform}\nauthors:\n- A. Author\nautorequire:\nbindir: \
             bin\ncert_chain: []\ndate: 2024-07-09 00:00:00.000000000 Z\ndependencies:{needs}\
             description: About {name}\nemail:\nexecutables: []\nextensions: []\nfiles: \
             []\nhomepage: https://{name}.example/\nlicenses:\n- MIT\nmetadata:{metadata}\
             require_paths:\n- lib\nrequired_ruby_version: {ruby}\
             required_rubygems_version: {any}rubygems_version: 3.6.9\nspecification_version: \
             4\nsummary: Sums up {name}\ntest_files: []\n{extra}",
            name = self.name,
            number = self.number,
            platform = self.platform,
            needs = list(&self.needs, "[]"),
            metadata = list(&self.metadata, "{}"),
            ruby = requirement(&self.ruby, "  "),
            any = requirement(">= 0", "  "),
            extra = self.extra,
        )
    }

    /// Gives the data, packed.
    pub fn data(&self) -> Vec<u8> {
        gzip(&tar_of(&self.data))
    }

    /// Builds it.
    pub fn bytes(&self) -> Vec<u8> {
        packed(&gzip(self.yaml().as_bytes()), &self.data())
    }

    /// Gives what it says about itself, as it is read.
    pub fn spec(&self) -> Gemspec {
        let bytes = std::io::Cursor::new(self.bytes());
        archive::read(bytes, &Limits::default()).unwrap().spec
    }
}

fn requirement(conditions: &str, indent: &str) -> String {
    let mut out = format!("!ruby/object:Gem::Requirement\n{indent}requirements:\n");
    for condition in conditions.split(", ") {
        let (operator, number) = condition.split_once(' ').unwrap();
        write!(
            out,
            "{indent}- - \"{operator}\"\n{indent}  - !ruby/object:Gem::Version\n{indent}    version: \
             '{number}'\n"
        )
        .unwrap();
    }
    out
}

/// Gives the gem of these two members, with checksums.
pub fn packed(metadata: &[u8], data: &[u8]) -> Vec<u8> {
    let sums = checksums(metadata, data);
    archive_of(&[
        ("metadata.gz", metadata),
        ("data.tar.gz", data),
        ("checksums.yaml.gz", &gzip(sums.as_bytes())),
    ])
}

/// Writes the checksums of these two members.
pub fn checksums(metadata: &[u8], data: &[u8]) -> String {
    let of = |name: &str, sum: fn(&[u8]) -> String| {
        let (metadata, data) = (sum(metadata), sum(data));
        format!("{name}:\n  metadata.gz: {metadata}\n  data.tar.gz: {data}\n")
    };
    let sha256 = of("SHA256", |bytes| hex::encode(Sha256::digest(bytes)));
    let sha512 = of("SHA512", |bytes| hex::encode(Sha512::digest(bytes)));
    format!("---\n{sha256}{sha512}")
}

/// Gives an archive of these members.
pub fn archive_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let owned = |(name, bytes): &(&str, &[u8])| ((*name).to_owned(), bytes.to_vec());
    tar_of(&members.iter().map(owned).collect::<Vec<_>>())
}

fn tar_of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = Header::new_ustar();
        // Written by hand: the library takes no path that leads out.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        tar.append(&header, &**bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
