//! The reads whose answers do not grow, and the requests that each is measured with.

use crate::growth::Dice;
use crate::maven::artifact::{Artifact, Packaging, metadata_path};
use crate::maven::deploy::version;
use crate::maven::repository::Repository;
use crate::target::Target;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A jar of 20 kB.
    Jar,
    /// Its `.sha1`.
    JarSum,
    /// It again with its ETag.
    JarRevalidate,
    /// A POM.
    Pom,
    /// Its `.sha1`.
    PomSum,
    /// A version that is not there, which builds with several repositories ask for most.
    Missing,
    /// The list of versions.
    List,
    /// Its `.sha1`.
    ListSum,
    /// It again with its ETag.
    ListRevalidate,
}

/// What a row compares: the same read in a small place and in a large one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// A package with few versions, and one with many.
    Versions,
    /// A store with few packages, and one with many; each request reads another package.
    Packages,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What grows.
    pub axis: Axis,
    /// What is read.
    pub read: Read,
}

/// The packages that are read.
pub struct Place<'s> {
    /// Where they are.
    pub repository: Repository<'s>,
    /// What their names begin with.
    pub base: &'static str,
    /// How many there are.
    pub packages: u32,
    /// Versions of each.
    pub versions: u32,
    /// The ETag of the first one's list.
    pub list_etag: String,
    /// The ETag of the jar that all share.
    pub jar_etag: Option<String>,
}

const fn row(axis: Axis, read: Read) -> Row {
    Row { axis, read }
}

/// Every row, in the order of the table.
pub const ROWS: [Row; 11] = [
    row(Axis::Versions, Read::Pom),
    row(Axis::Versions, Read::PomSum),
    row(Axis::Versions, Read::ListSum),
    row(Axis::Versions, Read::ListRevalidate),
    row(Axis::Versions, Read::List),
    row(Axis::Packages, Read::Jar),
    row(Axis::Packages, Read::JarSum),
    row(Axis::Packages, Read::JarRevalidate),
    row(Axis::Packages, Read::Pom),
    row(Axis::Packages, Read::Missing),
    row(Axis::Packages, Read::List),
];

/// The name of a package of a store.
pub fn package(base: &str, number: u32) -> String {
    format!("{base}{number:06}")
}

impl Read {
    /// The text of the row, without where it is read.
    fn label(self) -> &'static str {
        match self {
            Self::Jar => "jar, 20 kB",
            Self::JarSum => ".sha1 of a jar",
            Self::JarRevalidate => "jar, 304",
            Self::Pom => "POM",
            Self::PomSum => ".sha1 of a POM",
            Self::Missing => "POM that is not there, 404",
            Self::List => "metadata",
            Self::ListSum => ".sha1 of metadata",
            Self::ListRevalidate => "metadata, 304",
        }
    }

    /// The status of a right answer.
    pub fn status(self) -> u16 {
        match self {
            Self::JarRevalidate | Self::ListRevalidate => 304,
            Self::Missing => 404,
            _ => 200,
        }
    }
}

impl Row {
    /// The text of the row.
    pub fn label(self) -> String {
        let of_version = matches!(self.read, Read::Pom | Read::PomSum);
        let which = match self.axis {
            Axis::Versions if of_version => ", any version",
            Axis::Versions => "",
            Axis::Packages => ", any package",
        };
        format!("{}{which}", self.read.label())
    }

    /// The largest ratio of the two 99th percentiles that the design allows; `None` for a figure
    /// that only explains others: a list that grows, and one that the large store draws anew for
    /// most requests while the small one keeps all.
    pub fn budget(self) -> Option<f64> {
        (self.read != Read::List).then_some(2.0)
    }
}

impl Place<'_> {
    /// A request for some package and version of the place.
    pub fn request(&self, read: Read, dice: &mut Dice) -> Target {
        let name = package(self.base, dice.below(self.packages));
        let list = metadata_path(&name);
        let artifact = Artifact::new(name, version(dice.below(self.versions)), Packaging::Pom);
        let below = match read {
            Read::Jar | Read::JarRevalidate => artifact.path(".jar"),
            Read::JarSum => artifact.path(".jar.sha1"),
            Read::Pom => artifact.path(".pom"),
            Read::PomSum => artifact.path(".pom.sha1"),
            Read::Missing => Artifact::new(artifact.name, "9.9.9", Packaging::Pom).path(".pom"),
            Read::List | Read::ListRevalidate => list,
            Read::ListSum => format!("{list}.sha1"),
        };
        let etag = match read {
            Read::JarRevalidate => self.jar_etag.as_deref(),
            Read::ListRevalidate => Some(self.list_etag.as_str()),
            _ => None,
        };
        let mut headers = self.repository.credential.clone();
        headers.extend(etag.map(|etag| ("If-None-Match".to_owned(), etag.to_owned())));
        Target {
            path: self.repository.path(&below),
            headers,
            bytes: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Axis, ROWS, Read, package};

    #[test]
    fn every_row_has_a_text_of_its_own() {
        let labels: BTreeSet<_> = ROWS.iter().map(|row| row.label()).collect();
        assert_eq!(labels.len(), ROWS.len());
        assert!(labels.contains("POM that is not there, 404, any package"));
    }

    #[test]
    fn only_lists_may_grow() {
        let free = ROWS.iter().filter(|row| row.budget().is_none());
        let free: Vec<_> = free.map(|row| (row.axis, row.read)).collect();
        assert_eq!(
            free,
            [(Axis::Versions, Read::List), (Axis::Packages, Read::List)]
        );
    }

    #[test]
    fn packages_are_numbered() {
        assert_eq!(package("p", 17), "p000017");
    }
}
