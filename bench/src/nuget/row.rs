//! The closed list of what is measured of NuGet, and the budgets of each.

use crate::report::number;

/// Which of two packages a row reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// The one with 10 versions.
    Few,
    /// The one with many.
    Many,
}

/// How a document comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// As it is.
    Plain,
    /// Packed with gzip, as clients ask for it.
    Packed,
}

/// What a search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hit {
    /// All packages of the tree, of which it shows 20.
    Tree,
    /// The package with many versions, all of which it shows.
    Many,
}

/// When a client shows who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// With each request.
    Early,
    /// After a 401 to each request, as NuGet's clients do (NuGet notes §8).
    Challenged,
}

/// What a restore finds in its own folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Local {
    /// Nothing.
    Empty,
    /// All that it needs, so that it asks for nothing: what the client takes by itself.
    Full,
}

/// One kind of work, a row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// A `.nupkg` of 20 kB.
    SmallNupkg,
    /// A `.nupkg` of 5 MB.
    LargeNupkg,
    /// The service index.
    ServiceIndex,
    /// The list of versions of a package, in the flat container.
    Versions(Of),
    /// The short one, asked again with its ETag.
    RevalidateVersions,
    /// The registration of a package.
    Registration(Of, Form),
    /// A page of the large one.
    Page(Form),
    /// The same, asked again with its ETag.
    RevalidatePage,
    /// A search.
    Search(Hit),
    /// Versions and `.nupkg` of each package of the tree, as a client asks for them.
    Resolve(Shown),
    /// A real client that restores all of these.
    Restore(Local),
    /// Small packages by several writers, each a new one.
    PushDistinct,
    /// Small packages by several writers, versions of one.
    PushOne,
}

/// Numbers that row names hold.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Versions of the large package.
    pub versions: u32,
    /// Packages that a restore fetches.
    pub dependencies: u32,
    /// Connections that push.
    pub writers: u32,
}

impl Of {
    /// How many versions it has.
    pub fn count(self, sizes: Sizes) -> u32 {
        match self {
            Self::Few => super::fixture::FEW_VERSIONS,
            Self::Many => sizes.versions,
        }
    }

    /// The id of the package.
    pub fn id(self) -> &'static str {
        match self {
            Self::Few => "Acme.Few",
            Self::Many => "Acme.Many",
        }
    }
}

impl Form {
    /// What a row's name adds.
    fn suffix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Packed => ", gzip",
        }
    }
}

impl Row {
    /// The rows that wrk reads, in the order of the table.
    pub const READS: [Self; 14] = [
        Self::SmallNupkg,
        Self::LargeNupkg,
        Self::ServiceIndex,
        Self::Versions(Of::Few),
        Self::RevalidateVersions,
        Self::Versions(Of::Many),
        Self::Registration(Of::Few, Form::Plain),
        Self::Registration(Of::Many, Form::Plain),
        Self::Registration(Of::Many, Form::Packed),
        Self::Page(Form::Plain),
        Self::Page(Form::Packed),
        Self::RevalidatePage,
        Self::Search(Hit::Tree),
        Self::Search(Hit::Many),
    ];

    /// Replays of a restore.
    pub const RESOLVES: [Self; 2] = [
        Self::Resolve(Shown::Early),
        Self::Resolve(Shown::Challenged),
    ];

    /// Real restores.
    pub const RESTORES: [Self; 2] = [Self::Restore(Local::Empty), Self::Restore(Local::Full)];

    /// What is pushed.
    pub const PUSHES: [Self; 2] = [Self::PushDistinct, Self::PushOne];

    /// All rows in requests or pushes per second, in the order of the tables.
    pub fn rates() -> impl Iterator<Item = Self> {
        Self::READS.into_iter().chain(Self::PUSHES)
    }

    /// All rows that are told in seconds, in the order of the table.
    pub fn spans() -> impl Iterator<Item = Self> {
        Self::RESOLVES.into_iter().chain(Self::RESTORES)
    }

    /// Whether files cannot answer it.
    pub fn needs_a_server(self) -> bool {
        matches!(self, Self::Search(_) | Self::PushDistinct | Self::PushOne)
    }

    /// The text of the row.
    pub fn label(self, sizes: Sizes) -> String {
        let (dependencies, writers) = (sizes.dependencies, sizes.writers);
        let count = |of: Of| match of.count(sizes) {
            count @ ..100 => count.to_string(),
            count => number(f64::from(count)),
        };
        match self {
            Self::SmallNupkg => ".nupkg, 20 kB".to_owned(),
            Self::LargeNupkg => ".nupkg, 5 MB".to_owned(),
            Self::ServiceIndex => "service index".to_owned(),
            Self::Versions(of) => format!("list of {} versions", count(of)),
            Self::RevalidateVersions => format!("list of {} versions, 304", count(Of::Few)),
            Self::Registration(of, form) => {
                format!("registration, {} versions{}", count(of), form.suffix())
            }
            Self::Page(form) => format!("page of 64 of {}{}", count(Of::Many), form.suffix()),
            Self::RevalidatePage => format!("page of 64 of {}, 304", count(Of::Many)),
            Self::Search(Hit::Tree) => format!("search, 20 of {dependencies} packages"),
            Self::Search(Hit::Many) => format!("search, 1 with {} versions", count(Of::Many)),
            Self::Resolve(Shown::Early) => {
                format!("{dependencies} packages: versions, .nupkg")
            }
            Self::Resolve(Shown::Challenged) => {
                format!("{dependencies} packages: versions, .nupkg, a 401 before each")
            }
            Self::Restore(Local::Empty) => {
                format!("dotnet restore, {dependencies} packages, none there")
            }
            Self::Restore(Local::Full) => {
                format!("dotnet restore, {dependencies} packages, all there")
            }
            Self::PushDistinct => format!("pushes, {writers} writers, new packages"),
            Self::PushOne => format!("pushes, {writers} writers, versions of one package"),
        }
    }

    /// How much a row of [`Self::spans`] counts: documents, or the packages of a restore; 0 for any
    /// other row.
    pub fn count(self, sizes: Sizes) -> u32 {
        match self {
            Self::Resolve(_) => sizes.dependencies * 2,
            Self::Restore(_) => sizes.dependencies,
            _ => 0,
        }
    }

    /// The least ratio to nginx that the design asks for; `None` where it asks for none.
    pub fn budget(self) -> Option<f64> {
        (self == Self::SmallNupkg).then_some(0.5)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Local, Row, Shown, Sizes};

    const SIZES: Sizes = Sizes {
        versions: 3_609,
        dependencies: 300,
        writers: 8,
    };

    #[test]
    fn every_row_has_a_text_of_its_own() {
        let rows: Vec<_> = Row::rates().chain(Row::spans()).collect();
        let labels: BTreeSet<_> = rows.iter().map(|row| row.label(SIZES)).collect();
        assert_eq!(labels.len(), rows.len());
        assert!(labels.contains("registration, 3,609 versions, gzip"));
        assert!(labels.contains("list of 10 versions, 304"));
        assert!(labels.contains("pushes, 8 writers, versions of one package"));
    }

    #[test]
    fn a_restore_counts_what_it_fetches() {
        assert_eq!(Row::Resolve(Shown::Challenged).count(SIZES), 600);
        assert_eq!(Row::Restore(Local::Empty).count(SIZES), 300);
        assert_eq!(Row::SmallNupkg.count(SIZES), 0);
    }
}
