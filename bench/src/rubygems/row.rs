//! The closed list of what is measured of RubyGems, and the budgets of each.

use std::time::Duration;

use crate::report::number;

/// What an install finds in its own folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Local {
    /// Nothing.
    Empty,
    /// All that it needs: what the client takes by itself.
    Full,
}

/// One kind of work, a row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// A `.gem` of 20 kB.
    SmallGem,
    /// A `.gem` of 5 MB.
    LargeGem,
    /// The versions of one gem.
    Info,
    /// The list of all versions of all gems.
    Versions,
    /// The same, packed with gzip, as Bundler asks for it.
    VersionsPacked,
    /// The same, asked again.
    VersionsAgain,
    /// Its last byte, as Bundler asks for what was added.
    VersionsEnd,
    /// The versions of one of all these gems, asked again.
    InfoAgain,
    /// The list of the old index, already drawn.
    Specs,
    /// Small gems by several writers, each a new one.
    Pushes,
    /// What a cold install asks for, without a client around it.
    Replay,
    /// A real Bundler that installs all of these.
    Install(Local),
}

/// Numbers that row names hold.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Gems of the large source.
    pub gems: u32,
    /// Gems that an install fetches.
    pub dependencies: u32,
    /// Connections that push.
    pub writers: u32,
}

/// The 99th percentile that the notes ask of 304 and 206 (RubyGems notes §19, case 34).
pub const AGAIN_BUDGET: Duration = Duration::from_millis(10);

impl Row {
    /// What wrk reads of the small source.
    pub const SMALL: [Self; 3] = [Self::SmallGem, Self::LargeGem, Self::Info];

    /// What wrk reads of the large source.
    pub const LARGE: [Self; 6] = [
        Self::Versions,
        Self::VersionsPacked,
        Self::VersionsAgain,
        Self::VersionsEnd,
        Self::InfoAgain,
        Self::Specs,
    ];

    /// What is asked at a pace that leaves the server idle.
    pub const PACED: [Self; 3] = [Self::VersionsAgain, Self::VersionsEnd, Self::InfoAgain];

    /// All rows in requests or pushes per second, in the order of the tables.
    pub fn rates() -> impl Iterator<Item = Self> {
        let reads = Self::SMALL.into_iter().chain(Self::LARGE);
        reads.chain([Self::Pushes])
    }

    /// All rows that are told in seconds, in the order of the table.
    pub const SPANS: [Self; 3] = [
        Self::Replay,
        Self::Install(Local::Empty),
        Self::Install(Local::Full),
    ];

    /// The text of the row.
    pub fn label(self, sizes: Sizes) -> String {
        let (gems, dependencies) = (number(f64::from(sizes.gems)), sizes.dependencies);
        match self {
            Self::SmallGem => ".gem, 20 kB".to_owned(),
            Self::LargeGem => ".gem, 5 MB".to_owned(),
            Self::Info => "info of 10 versions".to_owned(),
            Self::Versions => format!("versions of {gems} gems"),
            Self::VersionsPacked => format!("versions of {gems} gems, gzip"),
            Self::VersionsAgain => format!("versions of {gems} gems, 304"),
            Self::VersionsEnd => format!("versions of {gems} gems, 206 of the last byte"),
            Self::InfoAgain => format!("info of one of {gems} gems, 304"),
            Self::Specs => format!("specs.4.8.gz of {gems} gems"),
            Self::Pushes => format!("pushes, {} writers, new gems", sizes.writers),
            Self::Replay => format!("{dependencies} gems: versions, info, .gem"),
            Self::Install(Local::Empty) => {
                format!("bundle install, {dependencies} gems, none there")
            }
            Self::Install(Local::Full) => {
                format!("bundle install, {dependencies} gems, all there")
            }
        }
    }

    /// The status of a right answer.
    pub fn status(self) -> u16 {
        match self {
            Self::VersionsAgain | Self::InfoAgain => 304,
            Self::VersionsEnd => 206,
            _ => 200,
        }
    }

    /// The least ratio to nginx that the design asks for; `None` where it asks for none.
    pub fn budget(self) -> Option<f64> {
        (self == Self::SmallGem).then_some(0.5)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Row, Sizes};

    #[test]
    fn every_row_has_a_text_of_its_own() {
        let sizes = Sizes {
            gems: 100_000,
            dependencies: 300,
            writers: 8,
        };
        let rows: Vec<_> = Row::rates().chain(Row::SPANS).collect();
        let labels: BTreeSet<_> = rows.iter().map(|row| row.label(sizes)).collect();
        assert_eq!(labels.len(), rows.len());
        assert!(labels.contains("versions of 100,000 gems, 304"));
    }
}
