//! Packages made up for the run: small archives whose nuspec says all that a source shows.
//!
//! Everything follows from id, version and sizes, so that every server gets the same bytes.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::fixture::noise;

/// The framework that the restored project is for, in a nuspec.
const FRAMEWORK: &str = ".NETCoreApp3.1";

/// The frameworks of a library that is built for many.
const FRAMEWORKS: [&str; 3] = [".NETFramework4.7.2", ".NETStandard2.0", FRAMEWORK];

/// What such a library depends on.
const NEEDED: [(&str, &str); 4] = [
    ("Acme.Settings", "4.2.0"),
    ("Acme.Text.Encodings", "[3.1.0, 4.0.0)"),
    ("Acme.Logging.Abstractions", "3.0.0"),
    ("Acme.Threading.Channels", "1.7.1"),
];

/// Text of the length that libraries describe themselves with.
const DESCRIPTION: &str = "Reads the settings of a service from files, from the environment and \
     from the command line, checks them against what the service says that it needs, and prints \
     what is wrong with the place where it was written. Built from the main branch with each \
     change; use the latest stable version unless you were asked to try this one.";

/// What one package needs where it is used in a framework.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    framework: &'static str,
    needed: Vec<(String, String)>,
}

/// One version of a package.
#[derive(Clone, Debug)]
pub struct Package {
    /// The id as it is shown.
    pub id: String,
    /// The version, in lower case and as short as versions are written.
    pub version: String,
    groups: Vec<Group>,
    payload: usize,
}

/// A package with its archive.
#[derive(Clone, Debug)]
pub struct Nupkg {
    /// Whose archive it is.
    pub package: Package,
    /// The bytes of the `.nupkg`.
    pub bytes: Vec<u8>,
}

impl Package {
    /// A library with so many bytes that do not compress; its archive gets about 2 kB longer.
    pub fn new(id: impl Into<String>, version: impl Into<String>, payload: usize) -> Self {
        Self {
            id: id.into(),
            version: version.into(),
            groups: Vec::new(),
            payload,
        }
    }

    /// The same, which needs at least that version of each of these.
    pub fn needing(mut self, needed: impl IntoIterator<Item = String>, version: &str) -> Self {
        let needed = needed.into_iter().map(|id| (id, version.to_owned()));
        self.groups = vec![Group {
            framework: FRAMEWORK,
            needed: needed.collect(),
        }];
        self
    }

    /// The same, built for three frameworks with four dependencies each.
    pub fn for_many_frameworks(mut self) -> Self {
        let needed = || NEEDED.map(|(id, range)| (id.to_owned(), range.to_owned()));
        let groups = FRAMEWORKS.map(|framework| Group {
            framework,
            needed: needed().to_vec(),
        });
        self.groups = groups.to_vec();
        self
    }

    /// The path of the `.nupkg` below the source (NuGet notes §3).
    pub fn path(&self) -> String {
        let (id, version) = (self.id.to_lowercase(), &self.version);
        format!("download/{id}/{version}/{id}.{version}.nupkg")
    }

    /// The package with its archive.
    ///
    /// Fails when the archive cannot be written.
    pub fn nupkg(self) -> Result<Nupkg> {
        let bytes = self.archive();
        let bytes = bytes.with_context(|| format!("writing {}", self.path()))?;
        Ok(Nupkg {
            package: self,
            bytes,
        })
    }

    /// Stored without compression, so that its size follows from the payload.
    fn archive(&self) -> Result<Vec<u8>> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file(format!("{}.nuspec", self.id), options)?;
        archive.write_all(self.nuspec().as_bytes())?;
        let library = format!("lib/netcoreapp3.1/{}.dll", self.id);
        archive.start_file(library, options)?;
        archive.write_all(&noise(&self.path(), self.payload))?;
        Ok(archive.finish()?.into_inner())
    }

    fn nuspec(&self) -> String {
        let mut groups = String::new();
        for group in &self.groups {
            // A String takes any text.
            let _ = writeln!(
                groups,
                "      <group targetFramework=\"{}\">",
                group.framework
            );
            for (id, range) in &group.needed {
                let _ = writeln!(
                    groups,
                    "        <dependency id=\"{id}\" version=\"{range}\" exclude=\"Build\" />"
                );
            }
            groups.push_str("      </group>\n");
        }
        let Self { id, version, .. } = self;
        format!(
            r#"<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>{id}</id>
    <version>{version}</version>
    <authors>Acme</authors>
    <license type="expression">Apache-2.0</license>
    <licenseUrl>https://licenses.example/Apache-2.0</licenseUrl>
    <projectUrl>https://git.example/acme/settings</projectUrl>
    <description>{DESCRIPTION}</description>
    <tags>settings configuration service</tags>
    <dependencies>
{groups}    </dependencies>
  </metadata>
</package>
"#
        )
    }
}

/// The path of the list of versions of a package below the source (NuGet notes §3).
pub fn versions_path(id: &str) -> String {
    format!("download/{}/index.json", id.to_lowercase())
}

/// The path of the registration of a package below the source (NuGet notes §4).
pub fn registration_path(id: &str) -> String {
    format!("registration/{}/index.json", id.to_lowercase())
}

/// The version of that number, from 0, in a series of nine prereleases and a release each, in
/// ascending order.
pub fn version(number: u32) -> String {
    let (minor, place) = (number / 10, number % 10 + 1);
    match place {
        10 => format!("1.{minor}.0"),
        _ => format!("1.{minor}.0-ci.{place}"),
    }
}

/// Packages of which the first needs all others: each needs the next three of a tree.
///
/// Fails when an archive cannot be written.
pub fn tree(count: u32, payload: usize) -> Result<Vec<Nupkg>> {
    let id = |number: u32| format!("Acme.Part.{number:04}");
    let package = |number: u32| {
        let children = (3 * number + 1..=3 * number + 3).filter(|child| *child < count);
        let package = Package::new(id(number), "1.0.0", payload);
        package.needing(children.map(id), "1.0.0").nupkg()
    };
    (0..count).map(package).collect()
}

#[cfg(test)]
mod tests;
