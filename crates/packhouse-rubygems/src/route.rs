//! Every address of a gem source (RubyGems notes §0), as data.

mod parse;
mod path;
mod samples;

use packhouse_core::permission::Action;
use packhouse_http::protocol::{Access, RouteError};
use packhouse_registry::{Listing, Lookup};

use crate::address;
use crate::format::RUBYGEMS;

/// How a source answers about one gem: strangers are told that there is none where anything of the
/// owner is public, and a gem whose versions are all yanked is one.
pub(crate) const LOOKUP: Lookup = Lookup {
    open: Listing::Entrance,
    empty: true,
};

/// A list of the index that old clients read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Specs {
    /// All versions but prereleases.
    Released,
    /// The newest version of each gem and platform.
    Latest,
    /// All prereleases.
    Prerelease,
}

impl Specs {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Released, Self::Latest, Self::Prerelease];

    /// Gives the segment of addresses.
    pub fn segment(self) -> &'static str {
        match self {
            Self::Released => "specs.4.8.gz",
            Self::Latest => "latest_specs.4.8.gz",
            Self::Prerelease => "prerelease_specs.4.8.gz",
        }
    }
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Written {
    /// Ruby's own.
    Marshal,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// What an address below `/rubygems/{owner}` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// The source itself: clients ask whether it has an index.
    Root,
    /// The running list of all versions.
    Versions,
    /// The names of all gems.
    Names,
    /// The versions of a gem, with what they need.
    Info(String),
    /// A list of the old index.
    Specs(Specs),
    /// The gemspec of a version, by its full name.
    Quick(String),
    /// A `.gem`, by its full name.
    Gem(String),
    /// The attestations of a version, by its full name.
    Attestations(String),
    /// What versions of some gems need.
    Dependencies(Written),
    /// A gem and its newest version.
    About(String),
    /// All versions of a gem.
    AboutVersions(String),
    /// The number of the newest version of a gem.
    LatestVersion(String),
    /// One version of a gem.
    AboutVersion(String, String),
    /// Search.
    Search,
    /// Who owns a gem.
    Owners(String, Written),
    /// A change of who owns a gem, which is not made here.
    ChangeOwners(String, &'static str),
    /// Push of a gem.
    Push,
    /// Yank of a version.
    Yank,
    /// Name and password for a key.
    SignIn(&'static str),
    /// More rights for a key, which keys here do not get.
    ChangeKey,
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

    /// Gives the least right an address needs. Where the query string or the body names the gem, the
    /// handler asks again.
    fn access(&self) -> packhouse_http::Result<Access> {
        let listed = |name: &str| Access::Listed(address::of(&self.owner, name), LOOKUP);
        let held = |full: &str, file: &str| Access::Held {
            owner: self.owner.clone(),
            format: RUBYGEMS,
            name: address::reserved_full(full),
            shown: format!("{}/{file}", self.owner),
            lookup: LOOKUP,
        };
        Ok(match &self.what {
            What::Root
            | What::Versions
            | What::Names
            | What::Specs(_)
            | What::Dependencies(_)
            | What::Search => Access::Source {
                owner: self.owner.clone(),
                format: RUBYGEMS,
                listing: Listing::Entrance,
            },
            What::Info(name)
            | What::About(name)
            | What::AboutVersions(name)
            | What::LatestVersion(name)
            | What::AboutVersion(name, _)
            | What::Owners(name, _) => listed(name),
            What::Quick(full) => held(full, &format!("{full}.gemspec")),
            What::Gem(full) => held(full, &format!("{full}.gem")),
            What::Attestations(full) => held(full, full),
            // Who may say who owns a gem is asked in the settings; here nobody may.
            What::ChangeOwners(name, _) => {
                Access::Package(address::of(&self.owner, name), Action::Administer)
            }
            What::Push => Access::Named(Action::Publish),
            What::Yank => Access::Named(Action::Delete),
            What::SignIn(_) | What::ChangeKey => Access::Login,
        })
    }
}

#[cfg(test)]
mod tests;
