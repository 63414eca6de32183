//! Files of a version, and what their names say.

use std::fmt;

use chrono::NaiveDateTime;

use super::PathError;
use super::metadata::ga;
use crate::coordinates::Ga;
use crate::version::is_snapshot;

/// The address of a file of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePath {
    /// The package.
    pub ga: Ga,
    /// The directory: the version, for a snapshot the base version.
    pub version: String,
    /// The file's own name, without a checksum's suffix.
    pub file: String,
    /// What the name says; `None` for a file of another naming, which is kept but listed nowhere.
    pub part: Option<Part>,
}

/// What tells one file of a version from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Part {
    /// Which build of a snapshot; `None` in a release, and for a file that is named after the
    /// base version (sbt, Bazel).
    pub build: Option<Build>,
    /// `sources`, `javadoc`, `linux-x86_64`, ...
    pub classifier: Option<String>,
    /// `jar`, `tar.gz`, `jar.asc`, ...
    pub extension: String,
}

/// One build of a snapshot, named by when it was made (UTC) and a number. The later timestamp is
/// the newer build, whatever the number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Build {
    /// `yyyyMMdd.HHmmss`.
    pub timestamp: String,
    /// The client's counter.
    pub number: u64,
}

const SIGNATURES: [&str; 3] = [".asc", ".sigstore", ".sigstore.json"];

/// Extensions that hold a dot, and so are not what follows the last one.
const COMPOUND: [&str; 5] = [".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".cpio.gz"];

impl FilePath {
    pub(super) fn parse(directories: &[String], file: &str) -> Result<Self, PathError> {
        let (version, above) = directories.split_last().ok_or(PathError::Incomplete)?;
        let ga = ga(above)?;
        Ok(Self {
            part: Part::parse(&ga.artifact, version, file),
            ga,
            version: version.clone(),
            file: file.to_owned(),
        })
    }

    /// Gives the file's name inside its package: `VERSION/FILE`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.version, self.file)
    }

    /// Tells whether it is a signature of another file, by its name alone.
    pub fn is_signature(&self) -> bool {
        is_signature(&self.file)
    }
}

impl Part {
    /// Reads the name of a file in the directory of a version (Maven notes §1, steps 5 and 6).
    /// `None` when it does not follow the layout, or has no extension.
    pub fn parse(artifact: &str, version: &str, file: &str) -> Option<Self> {
        let rest = file.strip_prefix(artifact)?.strip_prefix('-')?;
        if let Some(rest) = rest.strip_prefix(version)
            && let Some((classifier, extension)) = split_rest(rest)
        {
            return Some(Self {
                build: None,
                classifier,
                extension,
            });
        }
        if !is_snapshot(version) {
            return None;
        }
        let rest = rest.strip_prefix(version.strip_suffix("SNAPSHOT")?)?;
        let (build, rest) = Build::split(rest)?;
        let (classifier, extension) = split_rest(rest)?;
        Some(Self {
            build: Some(build),
            classifier,
            extension,
        })
    }

    /// Gives the name of this file in the directory of a version.
    pub fn file_name(&self, artifact: &str, version: &str) -> String {
        let value = match &self.build {
            Some(build) => build.value(version),
            None => version.to_owned(),
        };
        let dash = if self.classifier.is_some() { "-" } else { "" };
        let classifier = self.classifier.as_deref().unwrap_or_default();
        format!("{artifact}-{value}{dash}{classifier}.{}", self.extension)
    }

    /// Tells whether it is the version's POM.
    pub fn is_main_pom(&self) -> bool {
        self.classifier.is_none() && self.extension == "pom"
    }

    /// Tells whether it is a signature of another file.
    pub fn is_signature(&self) -> bool {
        is_signature(&self.extension)
    }

    /// Tells whether it is what the version is made for: no classifier, and neither POM nor Gradle
    /// module metadata nor a signature.
    pub fn is_main(&self) -> bool {
        self.classifier.is_none()
            && !matches!(&*self.extension, "pom" | "module")
            && !self.is_signature()
    }
}

fn is_signature(name: &str) -> bool {
    SIGNATURES.iter().any(|suffix| name.ends_with(suffix))
}

/// Splits what follows artifact and version into classifier and extension.
fn split_rest(rest: &str) -> Option<(Option<String>, String)> {
    if let Some(extension) = rest.strip_prefix('.') {
        return extension_of(extension).map(|extension| (None, extension));
    }
    let rest = rest.strip_prefix('-')?;
    // A signature of nothing, `-c.asc`, is taken as any other extension.
    let signature = SIGNATURES
        .iter()
        .find(|suffix| rest.strip_suffix(**suffix).is_some_and(|r| r.contains('.')))
        .copied()
        .unwrap_or_default();
    let signed = &rest[..rest.len() - signature.len()];
    let compound = COMPOUND
        .iter()
        .find_map(|suffix| signed.strip_suffix(suffix));
    let (classifier, extension) = match compound {
        Some(classifier) => (classifier, &signed[classifier.len() + 1..]),
        None => signed.rsplit_once('.')?,
    };
    if classifier.is_empty() {
        return None;
    }
    let extension = extension_of(extension)?;
    Some((Some(classifier.to_owned()), extension + signature))
}

/// Takes an extension without empty parts at its ends.
fn extension_of(text: &str) -> Option<String> {
    let good = !text.is_empty() && !text.starts_with('.') && !text.ends_with('.');
    good.then(|| text.to_owned())
}

impl Build {
    /// Reads `20240131.235959-7`.
    pub fn parse(text: &str) -> Option<Self> {
        match Self::split(text) {
            Some((build, "")) => Some(build),
            _ => None,
        }
    }

    /// Takes a build from the beginning of a text. A number with leading zeros is none: it would
    /// not be written again as it came, and so lead to a file that is not there.
    fn split(text: &str) -> Option<(Self, &str)> {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let (timestamp, rest) = text.split_at_checked(15)?;
        let (day, time) = timestamp.split_once('.')?;
        if day.len() != 8 || !digits(day) || !digits(time) {
            return None;
        }
        // No moment at all would be the newest build for ever.
        NaiveDateTime::parse_from_str(timestamp, "%Y%m%d.%H%M%S").ok()?;
        let rest = rest.strip_prefix('-')?;
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, rest) = rest.split_at(end);
        if number.len() > 1 && number.starts_with('0') {
            return None;
        }
        let build = Self {
            timestamp: timestamp.to_owned(),
            number: number.parse().ok()?,
        };
        Some((build, rest))
    }

    /// Gives the timestamp as metadata writes times: `20240131235959`.
    pub fn updated(&self) -> String {
        self.timestamp.replace('.', "")
    }

    /// Gives the version that files of this build carry in their names, from the base version:
    /// `1.0-20240131.235959-7` of `1.0-SNAPSHOT`.
    pub fn value(&self, base_version: &str) -> String {
        let base = base_version
            .strip_suffix("SNAPSHOT")
            .unwrap_or(base_version);
        format!("{base}{self}")
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.timestamp, self.number)
    }
}
