//! Which Mavens there are.

use std::path::PathBuf;

use crate::tools;

/// A Maven that `./test` installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mvn {
    /// Debian's 3.8: one request after the other, through Wagon.
    V38,
    /// 3.9: several at once, credentials sent unasked.
    V39,
    /// 4.0: Java's own HTTP client, which sends a body twice to be let in.
    V4,
}

impl Mvn {
    /// Every Maven.
    pub const ALL: [Self; 3] = [Self::V38, Self::V39, Self::V4];

    /// Gives the path of its program.
    pub fn program(self) -> PathBuf {
        match self {
            Self::V38 => tools::debian("mvn"),
            Self::V39 => tools::folder("maven/3.9/bin").join("mvn"),
            Self::V4 => tools::folder("maven/4/bin").join("mvn"),
        }
    }

    /// Tells whether it reads a second local repository behind its own; another one begins with a
    /// copy of that.
    pub(super) fn reads_a_tail(self) -> bool {
        self != Self::V38
    }
}
