//! Running lists: what a format whose clients read one text about all that an owner has writes into
//! it at each change.

use chrono::{DateTime, Utc};

use crate::package::{PackageName, VersionName};

/// What a line of an owner's running list tells of a package.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// A version appeared, or came back.
    Came(&'a VersionName),
    /// A version went.
    Went(&'a VersionName),
    /// All that there is of it: the list is begun anew. At least one version.
    All(&'a [VersionName]),
}

/// A format whose clients read such lists. Packages have lists of their own, of one line a version,
/// in the order in which the versions appeared.
pub trait Feed {
    /// Gives a version's line in its package's list, from the line that its publisher's bytes gave
    /// and when it appeared.
    fn version_line(&self, line: &str, at: DateTime<Utc>) -> String;

    /// Gives the line about a change in the owner's list; `lines` are those of the package's list
    /// after it.
    fn line(&self, package: &PackageName, change: Change<'_>, lines: &[String]) -> String;

    /// Begins an owner's list; the lines follow.
    fn begin(&self, at: DateTime<Utc>) -> String;
}
