//! What the status line of a refusal says: the one text that every client prints. It can be one of a
//! few alone; names and numbers stand in the warning beside it (NuGet notes §6).

use crate::archive::ArchiveError;
use crate::nupkg::NupkgError;
use crate::nuspec::NuspecError;
use crate::symbols::SnupkgError;

/// A version that is there, or was.
pub(crate) const EXISTS: &str =
    "Conflict: this version exists or existed, publish under a new number";
/// A body without anything in it.
pub(crate) const EMPTY: &str = "Bad Request: the body is empty, use an API key";
/// A form that is none, or was cut off.
pub(crate) const FORM: &str = "Bad Request: the form is damaged or was cut off";
/// An archive that does not have what it says, or not in one way alone.
pub(crate) const DAMAGED: &str = "Bad Request: the archive is damaged or ambiguous, pack it anew";

/// A nuspec that says more than lists can show.
pub(crate) const TOO_MUCH: &str = "Bad Request: the nuspec says too much";

/// Says what is wrong with a package.
pub(crate) fn of_package(error: &NupkgError) -> &'static str {
    match error {
        NupkgError::Archive(error) => of_archive(error),
        NupkgError::Nuspec(error) => of_nuspec(error),
        NupkgError::NoNuspec => "Bad Request: the package has no nuspec at its root",
        NupkgError::ManyNuspecs(_) => "Bad Request: the package has several nuspecs at its root",
        NupkgError::MissingFile { .. } => {
            "Bad Request: the nuspec names a file that is not in the package"
        }
        NupkgError::Symbols => "Bad Request: these are symbols, push them as a .snupkg",
    }
}

/// Says what is wrong with a package of symbols.
pub(crate) fn of_symbols(error: &SnupkgError) -> &'static str {
    match error {
        SnupkgError::Package(error) => of_package(error),
        SnupkgError::NoSymbols => "Bad Request: the nuspec does not say SymbolsPackage",
        SnupkgError::Extension(_) => "Bad Request: the symbols have a file of another kind in them",
        SnupkgError::NoPdb => "Bad Request: the symbols have no pdb in them",
        SnupkgError::TooManyPdbs(_) => "Bad Request: the symbols have too many pdbs",
        SnupkgError::Pdb { .. } => "Bad Request: a pdb is not a portable one",
        SnupkgError::SamePdb(_) => "Bad Request: two pdbs have one name and number",
    }
}

fn of_archive(error: &ArchiveError) -> &'static str {
    match error {
        ArchiveError::NotZip => "Bad Request: the file is not a whole zip archive",
        ArchiveError::Name { .. } | ArchiveError::SameName(_) => {
            "Bad Request: an entry of the package has a name that is not allowed"
        }
        ArchiveError::Encrypted(_) => "Bad Request: an entry of the package is encrypted",
        ArchiveError::TooManyEntries { .. }
        | ArchiveError::Directory { .. }
        | ArchiveError::Inflated { .. }
        | ArchiveError::Ratio { .. }
        | ArchiveError::TooLarge { .. } => "Bad Request: the package is too large when unpacked",
        _ => DAMAGED,
    }
}

fn of_nuspec(error: &NuspecError) -> &'static str {
    match error {
        NuspecError::Xml(_) | NuspecError::UnknownPrefix(_) => {
            "Bad Request: the nuspec is not plain XML"
        }
        NuspecError::Missing(_) | NuspecError::MissingAttribute { .. } => {
            "Bad Request: the nuspec lacks something that it must say"
        }
        NuspecError::Id(_) => "Bad Request: the id in the nuspec is not allowed",
        NuspecError::Version(_) => "Bad Request: the version in the nuspec is none",
        NuspecError::DependencyId(_)
        | NuspecError::DependencyRange { .. }
        | NuspecError::DuplicateDependency { .. } => {
            "Bad Request: a dependency in the nuspec is not allowed"
        }
        NuspecError::TooLong { .. } | NuspecError::TooMany { .. } => TOO_MUCH,
        _ => "Bad Request: the nuspec breaks a rule",
    }
}
