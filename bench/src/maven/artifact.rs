//! Artifacts made up for the run: POM, jars, and the metadata that clients write of them.
//!
//! Everything follows from coordinates and sizes, so that every server gets the same bytes.

use std::io::{Cursor, Write};

use anyhow::{Context, Result};
use md5::Md5;
use sha1::{Digest, Sha1};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::fixture::noise;

/// The group of everything that is deployed.
pub const GROUP: &str = "com.acme.bench";

/// What a release is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packaging {
    /// A POM alone, such as a parent or a BOM.
    Pom,
    /// A POM and a jar with so many bytes that do not compress; it gets about 300 bytes longer.
    Jar(usize),
    /// The same with sources and javadoc, each of a quarter of the bytes.
    Full(usize),
}

/// One version of a package of [`GROUP`].
#[derive(Clone, Debug)]
pub struct Artifact {
    /// The artifact id.
    pub name: String,
    /// The version.
    pub version: String,
    /// What it is made of.
    pub packaging: Packaging,
}

/// A file as it is deployed.
#[derive(Clone, Debug)]
pub struct File {
    /// The path below the repository.
    pub path: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-1 in hex digits.
    pub sha1: String,
    /// Their MD5 in hex digits.
    pub md5: String,
}

/// An artifact with all of its files, the POM first.
#[derive(Clone, Debug)]
pub struct Release {
    /// Whose files they are.
    pub artifact: Artifact,
    /// The files, in the order in which they are deployed.
    pub files: Vec<File>,
}

impl File {
    /// A file with its checksums.
    pub fn new(path: String, bytes: Vec<u8>) -> Self {
        Self {
            path,
            sha1: hex::encode(Sha1::digest(&bytes)),
            md5: hex::encode(Md5::digest(&bytes)),
            bytes,
        }
    }

    /// The content type that goes with the name.
    pub fn content_type(&self) -> &'static str {
        match self.path.rsplit('.').next() {
            Some("jar") => "application/java-archive",
            Some("pom" | "xml") => "application/xml",
            _ => "application/octet-stream",
        }
    }
}

impl Artifact {
    /// The package of that name at that version.
    pub fn new(name: impl Into<String>, version: impl Into<String>, packaging: Packaging) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            packaging,
        }
    }

    /// The path of a file below the repository; `rest` is what follows the version in its name.
    pub fn path(&self, rest: &str) -> String {
        let Self { name, version, .. } = self;
        format!("{}/{version}/{name}-{version}{rest}", folder(name))
    }

    /// Its files with their checksums.
    ///
    /// Fails when a jar cannot be written.
    pub fn release(&self) -> Result<Release> {
        let mut files = vec![File::new(self.path(".pom"), self.pom().into_bytes())];
        let jars: &[(&str, usize)] = match self.packaging {
            Packaging::Pom => &[],
            Packaging::Jar(size) => &[(".jar", size)],
            Packaging::Full(size) => &[
                (".jar", size),
                ("-sources.jar", size / 4),
                ("-javadoc.jar", size / 4),
            ],
        };
        for (rest, size) in jars {
            let path = self.path(rest);
            let bytes = jar(&path, *size).with_context(|| format!("writing {path}"))?;
            files.push(File::new(path, bytes));
        }
        Ok(Release {
            artifact: self.clone(),
            files,
        })
    }

    fn pom(&self) -> String {
        let Self { name, version, .. } = self;
        let packaging = match self.packaging {
            Packaging::Pom => "pom",
            Packaging::Jar(_) | Packaging::Full(_) => "jar",
        };
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://maven.apache.org/POM/4.0.0 http://maven.apache.org/xsd/maven-4.0.0.xsd">
  <modelVersion>4.0.0</modelVersion>
  <groupId>{GROUP}</groupId>
  <artifactId>{name}</artifactId>
  <version>{version}</version>
  <packaging>{packaging}</packaging>
  <name>{name}</name>
  <description>Parses, checks and prints the settings of a service</description>
  <url>https://git.example/acme/{name}</url>
  <licenses>
    <license>
      <name>Apache-2.0</name>
    </license>
  </licenses>
  <scm>
    <url>https://git.example/acme/{name}</url>
  </scm>
</project>
"#
        )
    }
}

/// The folder of a package below the repository.
pub fn folder(name: &str) -> String {
    format!("{}/{name}", GROUP.replace('.', "/"))
}

/// The path of a package's list of versions below the repository.
pub fn metadata_path(name: &str) -> String {
    format!("{}/maven-metadata.xml", folder(name))
}

/// The list of versions of a package, as Maven writes it.
pub fn metadata<'v>(name: &str, versions: impl IntoIterator<Item = &'v str>) -> String {
    let (mut list, mut last) = (String::new(), "");
    for version in versions {
        list.push_str(&entry(version));
        last = version;
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata>\n  <groupId>{GROUP}</groupId>\n  \
         <artifactId>{name}</artifactId>\n  <versioning>\n    <release>{last}</release>\n    \
         <versions>\n{list}    </versions>\n    <lastUpdated>20240131235959</lastUpdated>\n  \
         </versioning>\n</metadata>\n"
    )
}

/// The list that a server answered with one version more, or a new one where there was none.
///
/// Fails when the answer has no list.
pub fn merged(answered: Option<&[u8]>, artifact: &Artifact) -> Result<String> {
    let Some(answered) = answered else {
        return Ok(metadata(&artifact.name, [artifact.version.as_str()]));
    };
    let text = std::str::from_utf8(answered)?;
    let (before, after) = text
        .rsplit_once("</versions>")
        .context("metadata without versions")?;
    let (before, entry) = (before.trim_end(), entry(&artifact.version));
    Ok(format!("{before}\n{entry}    </versions>{after}"))
}

/// How many versions a list has.
pub fn count_versions(metadata: &[u8]) -> usize {
    let text = String::from_utf8_lossy(metadata);
    text.matches("<version>").count()
}

fn entry(version: &str) -> String {
    format!("      <version>{version}</version>\n")
}

/// A jar that follows from the seed, stored without compression.
fn jar(seed: &str, payload: usize) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("META-INF/MANIFEST.MF", options)?;
    archive.write_all(b"Manifest-Version: 1.0\r\n\r\n")?;
    archive.start_file("data.bin", options)?;
    archive.write_all(&noise(seed, payload))?;
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests;
