//! The `.snupkg` (NuGet notes §7): the symbols of a package, portable PDBs that debuggers ask for by
//! their name and the number in them.

mod pdb;

use std::collections::HashMap;
use std::io::{self, Read, Seek};

use packhouse_core::text::shown;
use serde::{Deserialize, Serialize};

use crate::archive::{Archive, ArchiveError, Entry, EntryReader, Limits, Place};
use crate::id::PackageId;
use crate::nupkg::{self, NupkgError};
use crate::nuspec::{Identity, MAX_NUSPEC, SYMBOLS_PACKAGE};
use crate::version::Version;

/// How many PDBs a package may have.
pub const MAX_PDBS: usize = 1_000;

/// How long one PDB may be, inflated, in bytes.
pub const MAX_PDB: u64 = 200 << 20;

/// What a package of symbols may have in it.
const EXTENSIONS: &[&str] = &["pdb", "nuspec", "xml", "psmdcp", "rels", "p7s"];

/// What is taken out of a package of symbols.
#[derive(Debug)]
pub struct Snupkg {
    /// The package that it belongs to.
    pub id: PackageId,
    /// The version that it belongs to.
    pub version: Version,
    /// Its PDBs, at least one. Each pair of name and key comes once, ignoring case.
    pub pdbs: Vec<Pdb>,
}

/// A PDB in a package of symbols, with all that is needed to give it out from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pdb {
    /// The name of the file, without folders.
    pub name: String,
    /// By what debuggers ask for it: 32 hexadecimal digits in lower case and `ffffffff`.
    pub key: String,
    /// Where it lies in the archive.
    pub place: Place,
}

/// Reports a package of symbols that is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SnupkgError {
    /// What is wrong could be wrong with any package.
    #[error(transparent)]
    Package(#[from] NupkgError),
    /// No symbols by its nuspec.
    #[error("the nuspec does not say the package type SymbolsPackage: pack it as a .snupkg")]
    NoSymbols,
    /// Something else in it.
    #[error(
        "a .snupkg has .pdb, .nuspec, .xml, .psmdcp, .rels and .p7s files alone, not {}",
        shown(.0)
    )]
    Extension(String),
    /// No PDB in it.
    #[error("the package has no .pdb: pack it with its symbols")]
    NoPdb,
    /// More than [`MAX_PDBS`].
    #[error("the package has {0} .pdb files: at most {MAX_PDBS} are allowed")]
    TooManyPdbs(usize),
    /// A file that is no portable PDB.
    #[error("{} is not a portable PDB: {reason}", shown(name))]
    Pdb {
        /// Where it lies.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two files that debuggers would ask for in one way.
    #[error("{} is another file than the one of the same name and number: build anew", shown(.0))]
    SamePdb(String),
}

impl From<ArchiveError> for SnupkgError {
    fn from(error: ArchiveError) -> Self {
        Self::Package(error.into())
    }
}

impl SnupkgError {
    /// Tells whether the bytes could not be read, which is no fault of the package.
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Package(error) if error.is_io())
    }
}

impl Snupkg {
    /// Reads a package of symbols. Of each PDB only its beginning is inflated.
    ///
    /// # Errors
    /// When it breaks a rule of NuGet notes §7 or §10, or the bytes cannot be read.
    pub fn read(mut reader: impl Read + Seek, limits: &Limits) -> Result<Self, SnupkgError> {
        let archive = Archive::read(&mut reader, limits)?;
        let bytes = nupkg::nuspec(&archive)?.read(&mut reader, MAX_NUSPEC as u64)?;
        let identity = Identity::parse(&bytes).map_err(NupkgError::Nuspec)?;
        if !identity.is_type(SYMBOLS_PACKAGE) {
            return Err(SnupkgError::NoSymbols);
        }
        let files = archive.entries().iter().filter(|entry| !entry.is_folder());
        let mut entries = Vec::new();
        for entry in files {
            match extension(&entry.name) {
                Some("pdb") => entries.push(entry),
                Some(_) => {}
                None => return Err(SnupkgError::Extension(entry.name.clone())),
            }
        }
        match entries.len() {
            0 => Err(SnupkgError::NoPdb),
            1..=MAX_PDBS => Ok(Self {
                id: identity.id,
                version: identity.version,
                pdbs: pdbs(reader, &entries)?,
            }),
            many => Err(SnupkgError::TooManyPdbs(many)),
        }
    }
}

fn pdbs(mut reader: impl Read + Seek, entries: &[&Entry]) -> Result<Vec<Pdb>, SnupkgError> {
    let mut pdbs: Vec<Pdb> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        if entry.place.size > MAX_PDB {
            return Err(SnupkgError::from(ArchiveError::TooLarge {
                name: entry.name.clone(),
                size: entry.place.size,
                max: MAX_PDB,
            }));
        }
        let file = entry.place.open(&mut reader).map_err(ArchiveError::Io)?;
        let key = pdb::key(file).map_err(|error| match error {
            pdb::PdbError::Read(error) => entry.damage(error).into(),
            pdb::PdbError::Not(reason) => SnupkgError::Pdb {
                name: entry.name.clone(),
                reason,
            },
        })?;
        let (_, name) = entry.name.rsplit_once('/').unwrap_or(("", &entry.name));
        let found = Pdb {
            name: name.to_owned(),
            key,
            place: entry.place.clone(),
        };
        let asked_for = format!("{}/{}", found.name.to_lowercase(), found.key);
        match known.get(&asked_for) {
            // One build, packed for several frameworks.
            Some(place) if pdbs[*place].place.is_same(&found.place) => {}
            Some(_) => return Err(SnupkgError::SamePdb(entry.name.clone())),
            None => {
                known.insert(asked_for, pdbs.len());
                pdbs.push(found);
            }
        }
    }
    Ok(pdbs)
}

impl Pdb {
    /// Opens the PDB in its package, the bytes of which are read from there: see [`Place::open`].
    ///
    /// # Errors
    /// When the package cannot be read.
    pub fn open<R: Read + Seek>(&self, package: R) -> io::Result<EntryReader<R>> {
        self.place.open(package)
    }
}

fn extension(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    let known = |known: &&&str| known.eq_ignore_ascii_case(extension);
    EXTENSIONS.iter().find(known).copied()
}

#[cfg(test)]
mod tests;
