//! The `.nupkg` (NuGet notes §10): an archive with one nuspec at its root, and perhaps a readme, an
//! icon and a licence that people look at. Only these are taken out; the bytes of the archive stay
//! as they came.

use std::io::{Read, Seek};

use crate::archive::{Archive, ArchiveError, Entry, Limits};
use crate::nuspec::{Identity, LicenseKind, MAX_NUSPEC, Nuspec, NuspecError, SYMBOLS_PACKAGE};

/// How long a readme, an icon and a licence may be each, in bytes.
pub const MAX_PART: u64 = 1 << 20;

const SIGNATURE: &str = ".signature.p7s";

/// What is taken out of a package.
#[derive(Debug)]
pub struct Nupkg {
    /// What it says about itself.
    pub nuspec: Nuspec,
    /// The nuspec as it lies in there.
    pub nuspec_bytes: Vec<u8>,
    /// Its readme, when it names one.
    pub readme: Option<Content>,
    /// Its icon, when it names one: PNG or JPEG by its bytes.
    pub icon: Option<Content>,
    /// The text of its licence, when it names a file.
    pub license: Option<Content>,
    /// Whether it has a signature. It is not checked.
    pub signed: bool,
    /// How many entries the archive has.
    pub entries: usize,
    /// What its publisher should know, a sentence each.
    pub warnings: Vec<String>,
}

/// A file out of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Where it lies in the archive.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What it is: `text/markdown; charset=utf-8`.
    pub media_type: &'static str,
}

/// Reports a package that is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum NupkgError {
    /// The archive is at fault, or could not be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The nuspec is at fault.
    #[error(transparent)]
    Nuspec(#[from] NuspecError),
    /// No nuspec at the root.
    #[error("the package has no .nuspec at its root: pack it with a NuGet tool")]
    NoNuspec,
    /// More than one nuspec at the root.
    #[error("the package has {0} .nuspec files at its root: leave one")]
    ManyNuspecs(usize),
    /// A file that the nuspec names is not there.
    #[error("the nuspec names the {what} {path:?}, which is not in the package: add the file")]
    MissingFile {
        /// What it would be.
        what: &'static str,
        /// Where it should lie.
        path: String,
    },
    /// A package of symbols where one to be used belongs.
    #[error("the package holds symbols: push it to the symbol address, as a .snupkg")]
    Symbols,
}

impl NupkgError {
    /// Tells whether the bytes could not be read, which is no fault of the package.
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Archive(ArchiveError::Io(_)))
    }
}

impl Nupkg {
    /// Reads a package. Many small reads: they are buffered here.
    ///
    /// # Errors
    /// When it breaks a rule of NuGet notes §10, or the bytes cannot be read.
    pub fn read(mut reader: impl Read + Seek, limits: &Limits) -> Result<Self, NupkgError> {
        let archive = Archive::read(&mut reader, limits)?;
        let nuspec_bytes = nuspec(&archive)?.read(&mut reader, MAX_NUSPEC as u64)?;
        if Identity::parse(&nuspec_bytes)?.is_type(SYMBOLS_PACKAGE) {
            return Err(NupkgError::Symbols);
        }
        let (mut nuspec, mut warnings) = Nuspec::parse(&nuspec_bytes)?;
        let mut part = |what, path: Option<&str>, media_type| {
            let Some(path) = path else {
                return Ok(None);
            };
            let entry = archive.find(path).ok_or_else(|| NupkgError::MissingFile {
                what,
                path: path.to_owned(),
            })?;
            Ok::<_, NupkgError>(Some(Content {
                name: entry.name.clone(),
                bytes: entry.read(&mut reader, MAX_PART)?,
                media_type,
            }))
        };
        let license = nuspec.license.as_ref();
        let license = license.filter(|license| license.kind == LicenseKind::File);
        let license = license.map(|license| &*license.value);
        let license = part("licence", license, "text/plain; charset=utf-8")?;
        let readme = nuspec.readme.as_deref();
        let readme = part("readme", readme, "text/markdown; charset=utf-8")?;
        let mut icon = part("icon", nuspec.icon.as_deref(), "")?;
        if let Some(content) = icon.take() {
            match image(&content.bytes) {
                Some(media_type) => {
                    icon = Some(Content {
                        media_type,
                        ..content
                    })
                }
                // Not worth a refusal: it is the package that people want.
                None => {
                    nuspec.icon = None;
                    warnings.push(format!(
                        "the icon {:?} is neither PNG nor JPEG: it is not shown",
                        content.name
                    ));
                }
            }
        }
        Ok(Self {
            signed: is_signed(&archive),
            entries: archive.entries().len(),
            nuspec,
            nuspec_bytes,
            readme,
            icon,
            license,
            warnings,
        })
    }
}

/// Finds the one nuspec at the root.
pub(crate) fn nuspec(archive: &Archive) -> Result<&Entry, NupkgError> {
    let is_nuspec = |entry: &&Entry| {
        let lower = entry.name.to_lowercase();
        !lower.contains('/') && lower.ends_with(".nuspec")
    };
    let mut found = archive.entries().iter().filter(is_nuspec);
    match (found.next(), found.count()) {
        (Some(entry), 0) => Ok(entry),
        (Some(_), more) => Err(NupkgError::ManyNuspecs(more + 1)),
        (None, _) => Err(NupkgError::NoNuspec),
    }
}

/// Tells whether clients take the package for a signed one: its signature is stored as it is.
fn is_signed(archive: &Archive) -> bool {
    let mut entries = archive.entries().iter();
    entries.any(|entry| entry.name == SIGNATURE && !entry.place.deflated)
}

/// Tells what picture it is by how it begins.
fn image(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
