//! What an address below `/maven/OWNER/REPO/` means (Maven notes §1).
//!
//! Addresses arrive as segments, percent-decoded once, empty ones dropped. What is refused here is
//! 400 to a PUT and 404 to a GET.

mod file;
mod metadata;

use crate::checksum::{self, Algorithm};
use crate::coordinates::{CoordinateError, MAX_SEGMENT};
use crate::text::shown;

pub use file::{Build, FilePath, Part};
pub use metadata::MetadataPath;

/// How long an address may be below its repository, in bytes, slashes included.
pub const MAX_PATH: usize = 1_024;

/// The file that lists versions, builds of a snapshot, or plugins.
pub const METADATA: &str = "maven-metadata.xml";

/// The file at the root that lists archetypes.
pub const ARCHETYPE_CATALOG: &str = "archetype-catalog.xml";

/// What an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The document, or of which document the checksum is.
    pub what: What,
    /// Set when the address names a checksum.
    pub checksum: Option<Algorithm>,
}

/// A document of the layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A `maven-metadata.xml`.
    Metadata(MetadataPath),
    /// A file of a version.
    File(FilePath),
    /// `archetype-catalog.xml` at the root.
    ArchetypeCatalog,
}

/// Reports an address that nothing can be at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// A segment that is empty, `.`, `..` or too long, or holds a forbidden character.
    #[error(
        "bad path segment {}: use at most {MAX_SEGMENT} bytes, neither control characters nor one \
         of / \\ : \" < > | ? *, and neither . nor ..", shown(.0)
    )]
    Segment(String),
    /// A path of more bytes than [`MAX_PATH`].
    #[error("the path has {0} bytes: at most {MAX_PATH} are allowed")]
    TooLong(usize),
    /// Too few directories for what the last segment says.
    #[error(
        "the path names no file of the Maven layout: write GROUP/ARTIFACT/VERSION/FILE, the group \
         with slashes for dots"
    )]
    Incomplete,
    /// A group or artifact that may not be called so.
    #[error(transparent)]
    Coordinates(#[from] CoordinateError),
}

/// Tells what an address names.
///
/// # Errors
/// When nothing can be there.
pub fn parse(segments: &[String]) -> Result<Located, PathError> {
    directory(segments)?;
    let (last, directories) = segments.split_last().ok_or(PathError::Incomplete)?;
    let (file, checksum) = checksum::split_suffix(last);
    let what = if file == METADATA {
        What::Metadata(MetadataPath::parse(directories)?)
    } else if file == ARCHETYPE_CATALOG && directories.is_empty() {
        What::ArchetypeCatalog
    } else {
        What::File(FilePath::parse(directories, file)?)
    };
    Ok(Located { what, checksum })
}

/// Checks segments that may name any directory, for listings.
///
/// # Errors
/// See [`check_segment`]; also when all together are longer than [`MAX_PATH`].
pub fn directory(segments: &[String]) -> Result<(), PathError> {
    for segment in segments {
        check_segment(segment)?;
    }
    let slashes = segments.len().saturating_sub(1);
    let length = segments.iter().map(String::len).sum::<usize>() + slashes;
    if length > MAX_PATH {
        return Err(PathError::TooLong(length));
    }
    Ok(())
}

/// Checks one decoded segment.
///
/// # Errors
/// When it is empty, `.` or `..`, longer than 255 bytes, or holds a control character or one of
/// `/ \ : " < > | ? *`: none of these may reach a file system or another server's parser.
pub fn check_segment(segment: &str) -> Result<(), PathError> {
    let forbidden = |c: char| c.is_control() || "/\\:\"<>|?*".contains(c);
    let bad = segment.is_empty()
        || segment == "."
        || segment == ".."
        || segment.len() > MAX_SEGMENT
        || segment.contains(forbidden);
    if bad {
        return Err(PathError::Segment(segment.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
