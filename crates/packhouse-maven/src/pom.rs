//! The POM: what a version says about itself (Maven notes §11). It is read to be shown; what is
//! served are its bytes. Lists and texts are cut to what people can use.

mod properties;
mod read;

use serde::{Deserialize, Serialize};

use crate::coordinates::Ga;
use crate::path::Build;
use crate::text::shown;
use crate::version::is_snapshot;
use crate::xml::{self, XmlError};

/// How long a POM may be, in bytes.
pub const MAX_POM: usize = 1 << 20;

/// How many dependencies, and how many managed ones, are kept.
pub const MAX_DEPENDENCIES: usize = 1_000;

/// How many licences and how many developers are kept.
pub const MAX_PEOPLE: usize = 100;

/// What is read from a POM. Texts are one line each, properties resolved where the POM itself has
/// them and left as `${...}` where not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pom {
    /// The groupId, its own or its parent's.
    pub group: Option<String>,
    /// The artifactId.
    pub artifact: Option<String>,
    /// The version, its own or its parent's.
    pub version: Option<String>,
    /// What it inherits from.
    pub parent: Option<Parent>,
    /// `jar` unless it says otherwise.
    pub packaging: String,
    /// What people call it.
    pub name: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Its home page, an http or https address.
    pub url: Option<String>,
    /// Under what it may be used.
    pub licenses: Vec<License>,
    /// Where its source can be looked at, an http or https address.
    pub scm: Option<String>,
    /// Names of those who wrote it.
    pub developers: Vec<String>,
    /// What it needs.
    pub dependencies: Vec<Dependency>,
    /// The versions it sets for what may be needed (`dependencyManagement`).
    pub managed: Vec<Dependency>,
    /// Coordinates as written, before any property is resolved.
    written: Written,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Written {
    group: Option<String>,
    artifact: Option<String>,
    version: Option<String>,
}

/// What a POM inherits from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its groupId.
    pub group: String,
    /// Its artifactId.
    pub artifact: String,
    /// Its version.
    pub version: String,
}

/// A licence that a POM names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its text, an http or https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Something that a POM needs, or sets the version of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its groupId.
    pub group: String,
    /// Its artifactId.
    pub artifact: String,
    /// Its version or range; often left to `dependencyManagement`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `test`, `provided`, `import`, ...; `compile` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `pom`, `test-jar`, ...; `jar` when absent.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Which of its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<String>,
    /// Whether those who need this do not need that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

impl Pom {
    /// Reads a POM.
    ///
    /// # Errors
    /// When it is longer than [`MAX_POM`], no well-formed XML within the limits, or no `project`.
    pub fn parse(bytes: &[u8]) -> Result<Self, XmlError> {
        let project = xml::parse(bytes, MAX_POM)?.expect("project")?;
        Ok(read::read(&project))
    }

    /// Says in which coordinates the POM differs from its address, each as one sentence. What it
    /// leaves out, or writes as a property, is not compared. In the address of a snapshot stands
    /// the base version; a POM may also carry the version of its build.
    pub fn mismatches(&self, ga: &Ga, version: &str) -> Vec<String> {
        let is_version = |text: &str| {
            let base = version.strip_suffix("SNAPSHOT").unwrap_or(version);
            let build = text.strip_prefix(base).and_then(Build::parse);
            text == version || (is_snapshot(version) && build.is_some())
        };
        let written = &self.written;
        [
            ("groupId", &written.group, &*ga.group, None),
            ("artifactId", &written.artifact, &*ga.artifact, None),
            ("version", &written.version, version, Some(is_version)),
        ]
        .into_iter()
        .filter_map(|(what, text, address, fits)| {
            let text = text.as_deref().filter(|text| !text.contains("${"))?;
            let same = fits.map_or(text == address, |fits| fits(text));
            (!same).then(|| {
                let (text, address) = (shown(text), shown(address));
                format!("the POM says {what} {text}, its address {address}")
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests;
