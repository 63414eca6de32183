//! Every address of a source (NuGet notes §1), as data.

mod parse;
mod path;
mod samples;

use packhouse_core::permission::Action;
use packhouse_http::protocol::{Access, RouteError};
use packhouse_registry::Listing;

use crate::address;
use crate::format::{LOOKUP, NUGET};

/// The registrations for a generation of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hive {
    /// Everything.
    SemVer2,
    /// What clients can read that know the first version of semantic versioning alone.
    SemVer1,
}

impl Hive {
    /// Both.
    pub const ALL: [Self; 2] = [Self::SemVer2, Self::SemVer1];

    /// Gives the segment of addresses.
    pub fn segment(self) -> &'static str {
        match self {
            Self::SemVer2 => "registration",
            Self::SemVer1 => "registration-semver1",
        }
    }
}

/// A version of a package as an address names it: raw text, not yet read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionRef {
    /// The package's id.
    pub id: String,
    /// The version.
    pub version: String,
}

/// A list of the old feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feed {
    /// `Packages()`.
    Packages,
    /// `FindPackagesById()`.
    FindPackagesById,
    /// `Search()`.
    Search,
    /// `GetUpdates()`.
    GetUpdates,
}

impl Feed {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Packages,
        Self::FindPackagesById,
        Self::Search,
        Self::GetUpdates,
    ];

    /// Gives the name in addresses, without parentheses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Packages => "Packages",
            Self::FindPackagesById => "FindPackagesById",
            Self::Search => "Search",
            Self::GetUpdates => "GetUpdates",
        }
    }
}

/// What an address below `/nuget/{owner}` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// The service index.
    Index,
    /// The versions of a package, in the flat container.
    Versions(String),
    /// A `.nupkg`.
    Nupkg(VersionRef),
    /// The nuspec of a version.
    Nuspec(VersionRef),
    /// The readme of a version.
    Readme(VersionRef),
    /// The picture of a version.
    Icon(VersionRef),
    /// The licence of a version.
    License(VersionRef),
    /// The registration of a package.
    Registration(Hive, String),
    /// A page of a registration, by its first and last version.
    RegistrationPage(Hive, String, String, String),
    /// A version in a registration.
    RegistrationLeaf(Hive, VersionRef),
    /// Search.
    Query,
    /// Ids that begin so, or the versions of one.
    Autocomplete,
    /// The vulnerabilities that are known.
    Vulnerabilities,
    /// A page of them.
    VulnerabilityPage(String),
    /// A file of symbols, by its name and key.
    Symbols {
        /// The file's name.
        file: String,
        /// Its key.
        key: String,
    },
    /// PUT of a package.
    Push,
    /// PUT of symbols.
    PushSymbols,
    /// DELETE of a version, which unlists it.
    Unlist(VersionRef),
    /// POST of a version, which lists it again.
    Relist(VersionRef),
    /// The old feed: its service document.
    V2Root,
    /// Its model.
    V2Metadata,
    /// A list, or how long it is.
    V2Feed {
        /// Which.
        feed: Feed,
        /// Only the number of its entries.
        count: bool,
    },
    /// One entry.
    V2Entry(VersionRef),
    /// A `.nupkg` through the old feed; without a version the latest stable one.
    V2Download {
        /// The package's id.
        id: String,
        /// The version.
        version: Option<String>,
    },
    /// Several queries in one, which is not offered.
    V2Batch,
}

/// An address with its method.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// The owner's name as asked for.
    pub owner: String,
    /// What is asked for.
    pub what: What,
}

impl packhouse_http::protocol::Route for Route {
    fn parse(method: &str, segments: &[String]) -> Result<Self, RouteError> {
        parse::parse(method, segments)
    }

    fn template(&self) -> &'static str {
        self.what.template()
    }

    /// Gives the least right an address needs (NuGet notes §8). Where the query string or the body
    /// names the package, the handler asks again.
    fn access(&self) -> packhouse_http::Result<Access> {
        let source = |listing| Access::Source {
            owner: self.owner.clone(),
            format: NUGET,
            listing,
        };
        let listed = |id: &str| Access::Listed(address::of(&self.owner, id), LOOKUP);
        Ok(match &self.what {
            What::Index
            | What::Vulnerabilities
            | What::VulnerabilityPage(_)
            | What::Autocomplete
            | What::V2Feed {
                feed: Feed::FindPackagesById,
                ..
            } => source(Listing::Entrance),
            What::Query | What::V2Root | What::V2Metadata | What::V2Feed { .. } | What::V2Batch => {
                source(Listing::Contents)
            }
            What::Versions(id)
            | What::Registration(_, id)
            | What::RegistrationPage(_, id, ..)
            | What::V2Download { id, .. } => listed(id),
            What::Nupkg(at)
            | What::Nuspec(at)
            | What::Readme(at)
            | What::Icon(at)
            | What::License(at)
            | What::RegistrationLeaf(_, at)
            | What::V2Entry(at) => listed(&at.id),
            // The file is looked for among what the asker may read.
            What::Symbols { .. } => Access::Public,
            What::Push | What::PushSymbols => Access::Named(Action::Publish),
            What::Unlist(at) | What::Relist(at) => {
                Access::Package(address::of(&self.owner, &at.id), Action::Tag)
            }
        })
    }
}

#[cfg(test)]
mod tests;
