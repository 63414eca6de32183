//! Where a `maven-metadata.xml` lies says what it lists.

use super::PathError;
use crate::coordinates::{Ga, join_group};
use crate::version::is_snapshot;

/// The directory of a `maven-metadata.xml`. Below a snapshot's directory it lists builds; anywhere
/// else the same path may at once be an artifact's, listing versions, and a group's, listing
/// plugins: `org/foo/bar` is `org.foo:bar` and `org.foo.bar`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataPath {
    /// The directories above the file, at least one.
    pub directory: Vec<String>,
}

impl MetadataPath {
    /// Takes directories that are at least one of the three levels.
    pub(super) fn parse(directories: &[String]) -> Result<Self, PathError> {
        let (last, above) = directories.split_last().ok_or(PathError::Incomplete)?;
        let path = Self {
            directory: directories.to_vec(),
        };
        if is_snapshot(last) {
            ga(above)?;
        } else if above.is_empty() {
            join_group([&**last])?;
        } else if path.group_level().is_none() {
            ga(directories)?;
        }
        Ok(path)
    }

    /// Gives package and base version when it lists the builds of a snapshot.
    pub fn version_level(&self) -> Option<(Ga, String)> {
        let (last, above) = self.directory.split_last()?;
        if !is_snapshot(last) {
            return None;
        }
        Some((ga(above).ok()?, last.clone()))
    }

    /// Gives the package when it may list versions.
    pub fn artifact_level(&self) -> Option<Ga> {
        if self.is_snapshot() {
            return None;
        }
        ga(&self.directory).ok()
    }

    /// Gives the groupId, dotted, when it may list plugins.
    pub fn group_level(&self) -> Option<String> {
        if self.is_snapshot() {
            return None;
        }
        join_group(self.directory.iter().map(String::as_str)).ok()
    }

    fn is_snapshot(&self) -> bool {
        self.directory.last().is_some_and(|last| is_snapshot(last))
    }
}

/// Reads directories as group and artifact.
pub(super) fn ga(directories: &[String]) -> Result<Ga, PathError> {
    let (artifact, group) = directories.split_last().ok_or(PathError::Incomplete)?;
    if group.is_empty() {
        return Err(PathError::Incomplete);
    }
    Ok(Ga::new(group.iter().map(String::as_str), artifact)?)
}
