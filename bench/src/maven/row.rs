//! The closed list of what is measured of Maven, and the budgets of each.

/// Which of two packages a row reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// The one with 10 versions.
    Few,
    /// The one with many.
    Many,
}

/// How a client learns checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checks {
    /// From headers: Maven 3.9 and later asks for nothing more where they are.
    Headers,
    /// It asks for the `.sha1` of each file: Maven before 3.9, and any where no headers are.
    Requests,
}

/// What a build finds in its local repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Local {
    /// Maven's own plugins.
    Empty,
    /// All that it needs, so that it asks for nothing: what Maven takes by itself.
    Full,
}

/// One kind of work, a row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// A jar of 20 kB.
    SmallJar,
    /// A jar of 5 MB.
    LargeJar,
    /// The list of versions of a package.
    Metadata(Listed),
    /// The same, asked again with its ETag.
    Revalidate(Listed),
    /// The `.sha1` of it.
    MetadataSum(Listed),
    /// POM and jar of each of many artifacts, as a client asks for them.
    Resolve(Checks),
    /// A real Maven that resolves all of these.
    Build(Local),
    /// Small artifacts by several writers, each into a package of its own.
    DeployDistinct,
    /// Small artifacts by several writers, versions of one package.
    DeployOne,
}

/// Numbers that row names hold.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Versions of the large package.
    pub versions: u32,
    /// Artifacts that a build resolves.
    pub artifacts: u32,
    /// Connections that deploy.
    pub writers: u32,
}

impl Listed {
    /// How many versions it has.
    pub fn count(self, sizes: Sizes) -> u32 {
        match self {
            Self::Few => super::FEW_VERSIONS,
            Self::Many => sizes.versions,
        }
    }

    /// The name of the package.
    pub fn name(self) -> &'static str {
        match self {
            Self::Few => "few",
            Self::Many => "many",
        }
    }
}

impl Row {
    /// The rows that wrk reads, in the order of the table.
    pub const READS: [Self; 8] = [
        Self::SmallJar,
        Self::LargeJar,
        Self::Metadata(Listed::Few),
        Self::Metadata(Listed::Many),
        Self::Revalidate(Listed::Few),
        Self::Revalidate(Listed::Many),
        Self::MetadataSum(Listed::Few),
        Self::MetadataSum(Listed::Many),
    ];

    /// Replays of a resolve.
    pub const RESOLVES: [Self; 2] = [
        Self::Resolve(Checks::Headers),
        Self::Resolve(Checks::Requests),
    ];

    /// Real builds.
    pub const BUILDS: [Self; 2] = [Self::Build(Local::Empty), Self::Build(Local::Full)];

    /// What is deployed.
    pub const DEPLOYS: [Self; 2] = [Self::DeployDistinct, Self::DeployOne];

    /// All rows in requests or deploys per second, in the order of the tables.
    pub fn rates() -> impl Iterator<Item = Self> {
        let reads = Self::READS.into_iter().chain(Self::RESOLVES);
        reads.chain(Self::DEPLOYS)
    }

    /// The text of the row.
    pub fn label(self, sizes: Sizes) -> String {
        let (artifacts, writers) = (sizes.artifacts, sizes.writers);
        match self {
            Self::SmallJar => "jar, 20 kB".to_owned(),
            Self::LargeJar => "jar, 5 MB".to_owned(),
            Self::Metadata(of) => format!("metadata, {} versions", of.count(sizes)),
            Self::Revalidate(of) => format!("metadata, {} versions, 304", of.count(sizes)),
            Self::MetadataSum(of) => format!("metadata, {} versions, .sha1", of.count(sizes)),
            Self::Resolve(Checks::Headers) => {
                format!("resolve of {artifacts}: pom, jar")
            }
            Self::Resolve(Checks::Requests) => {
                format!("resolve of {artifacts}: pom, jar, a .sha1 of each")
            }
            Self::Build(Local::Empty) => format!("mvn, {artifacts} dependencies, none there"),
            Self::Build(Local::Full) => format!("mvn, {artifacts} dependencies, all there"),
            Self::DeployDistinct => format!("deploys, {writers} writers, new packages"),
            Self::DeployOne => format!("deploys, {writers} writers, versions of one package"),
        }
    }

    /// What a resolve counts: requests, or the dependencies of a build; 0 for any other row.
    pub fn count(self, sizes: Sizes) -> u32 {
        match self {
            Self::Resolve(Checks::Headers) => sizes.artifacts * 2,
            Self::Resolve(Checks::Requests) => sizes.artifacts * 4,
            Self::Build(_) => sizes.artifacts,
            _ => 0,
        }
    }

    /// The least ratio to nginx that the design asks for; `None` where it asks for none.
    pub fn budget(self) -> Option<f64> {
        (self == Self::SmallJar).then_some(0.5)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Checks, Row, Sizes};

    const SIZES: Sizes = Sizes {
        versions: 5_000,
        artifacts: 500,
        writers: 8,
    };

    #[test]
    fn every_row_has_a_text_of_its_own() {
        let rows: Vec<_> = Row::rates().chain(Row::BUILDS).collect();
        let labels: BTreeSet<_> = rows.iter().map(|row| row.label(SIZES)).collect();
        assert_eq!(labels.len(), rows.len());
        assert!(labels.contains("metadata, 5000 versions, 304"));
        assert!(labels.contains("deploys, 8 writers, versions of one package"));
    }

    #[test]
    fn a_resolve_counts_its_requests() {
        assert_eq!(Row::Resolve(Checks::Headers).count(SIZES), 1_000);
        assert_eq!(Row::Resolve(Checks::Requests).count(SIZES), 2_000);
        assert_eq!(Row::SmallJar.count(SIZES), 0);
    }
}
