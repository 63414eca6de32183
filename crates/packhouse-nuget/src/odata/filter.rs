//! `$filter`: which packages are asked for.
//!
//! ```
//! use packhouse_nuget::odata::Filter;
//!
//! let filter = Filter::parse("(tolower(Id) eq 'acme.lib') and IsLatestVersion").unwrap();
//! assert_eq!(filter.ids().unwrap().into_iter().collect::<Vec<_>>(), ["acme.lib"]);
//! ```
//!
//! Texts are compared without case, as the feed's clients are used to; so `tolower` changes nothing
//! and is not kept.

mod evaluate;
mod parse;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::ODataError;

/// A condition on packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All of them hold; never empty.
    All(Vec<Filter>),
    /// One of them holds; never empty.
    Any(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// Both hold, or both do not.
    Same(Box<Filter>, Box<Filter>),
    /// It always, or never, holds.
    Constant(bool),
    /// A yes or no of the package.
    Flag(Flag),
    /// Both are the same text, or the same version.
    Equal(Text, Text),
    /// The second has the first in it.
    Contains(Text, Text),
    /// The first begins with the second.
    StartsWith(Text, Text),
    /// The first ends with the second.
    EndsWith(Text, Text),
}

/// A text in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// What the package says.
    Property(Property),
    /// This text, in lower case.
    Literal(String),
    /// None. A property that is absent is the same as this, and as nothing else.
    Null,
}

/// A text of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Property {
    /// Its id.
    Id,
    /// Its version as authored.
    Version,
    /// Its version, normalised.
    NormalizedVersion,
    /// What people call it.
    Title,
    /// What it is.
    Description,
    /// A short form of that.
    Summary,
    /// Words to find it by, with spaces between them.
    Tags,
    /// Who wrote it.
    Authors,
}

/// A yes or no of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flag {
    /// It is the newest listed release of its id.
    IsLatestVersion,
    /// It is the newest listed version of its id, prerelease or not.
    IsAbsoluteLatestVersion,
    /// It is a prerelease.
    IsPrerelease,
}

/// What a condition is asked about.
pub trait Record {
    /// Gives a text of the package, `None` when it has none.
    fn text(&self, property: Property) -> Option<Cow<'_, str>>;

    /// Gives a yes or no of the package.
    fn flag(&self, flag: Flag) -> bool;
}

impl Filter {
    /// Reads a condition, percent signs and plus signs resolved.
    ///
    /// # Errors
    /// When it is too long or too deep, or has something in it that is not known.
    pub fn parse(text: &str) -> Result<Self, ODataError> {
        parse::parse(text)
    }

    /// Tells whether a package meets the condition.
    pub fn matches(&self, record: &impl Record) -> bool {
        evaluate::matches(self, record)
    }

    /// Gives ids, in lower case, of which every package that meets the condition has one. `None`
    /// when the condition does not pin the id: then all packages may have to be looked at.
    pub fn ids(&self) -> Option<BTreeSet<String>> {
        self.pinned(&|filter| match filter {
            Self::Equal(Text::Property(Property::Id), Text::Literal(id))
            | Self::Equal(Text::Literal(id), Text::Property(Property::Id)) => Some(id.clone()),
            _ => None,
        })
    }

    /// Gives texts, in lower case and without space around them, of which every package that meets
    /// the condition has one in its id, title, description, summary, tags or authors. `None` when
    /// the condition does not look for a text.
    pub fn terms(&self) -> Option<BTreeSet<String>> {
        self.pinned(&|filter| match filter {
            Self::Contains(Text::Literal(term), Text::Property(property))
            | Self::StartsWith(Text::Property(property), Text::Literal(term))
            | Self::EndsWith(Text::Property(property), Text::Literal(term))
            | Self::Equal(Text::Property(property), Text::Literal(term))
            | Self::Equal(Text::Literal(term), Text::Property(property))
                if !property.is_version() && !term.trim().is_empty() =>
            {
                Some(term.trim().to_owned())
            }
            _ => None,
        })
    }

    /// Gives the flag that every package which meets the condition has because it asks for the
    /// newest version of each id. `None` when it asks for others too.
    pub fn latest(&self) -> Option<Flag> {
        match self {
            Self::Flag(flag @ (Flag::IsLatestVersion | Flag::IsAbsoluteLatestVersion)) => {
                Some(*flag)
            }
            Self::All(filters) => filters.iter().find_map(Self::latest),
            Self::Any(filters) => {
                let mut flags = filters.iter().map(Self::latest);
                let first = flags.next()??;
                flags.all(|flag| flag == Some(first)).then_some(first)
            }
            _ => None,
        }
    }

    /// Gives values of which every package that meets the condition has one, given the value that
    /// a single comparison asks for.
    fn pinned(&self, value: &impl Fn(&Self) -> Option<String>) -> Option<BTreeSet<String>> {
        match self {
            Self::Constant(false) => Some(BTreeSet::new()),
            // The narrowest of those that must all hold.
            Self::All(filters) => {
                let sets = filters.iter().filter_map(|filter| filter.pinned(value));
                sets.min_by_key(BTreeSet::len)
            }
            Self::Any(filters) => filters.iter().try_fold(BTreeSet::new(), |mut all, filter| {
                all.extend(filter.pinned(value)?);
                Some(all)
            }),
            filter => value(filter).map(|value| BTreeSet::from([value])),
        }
    }
}

impl Property {
    /// Tells whether it is compared as a version.
    pub(super) fn is_version(self) -> bool {
        matches!(self, Self::Version | Self::NormalizedVersion)
    }
}

#[cfg(test)]
mod tests;
