//! Versions that a query of the old feed may be about, and the order it asks for.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use packhouse_registry::PackageHandle;

use crate::metadata::Metadata;
use crate::odata::filter::{Filter, Flag, Property, Record, Text};
use crate::odata::{Order, OrderKey};
use crate::versions::{Entry, Versions, Wanted};

/// Which versions of a package are its newest, to whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Latest {
    stable: Option<usize>,
    any: Option<usize>,
}

impl Latest {
    /// Finds them among what lists show.
    pub fn of(versions: &Versions, semver2: bool) -> Self {
        let newest = |prerelease| {
            let wanted = Wanted {
                prerelease,
                semver2,
                package_types: &[],
            };
            versions.all().iter().rposition(|entry| wanted.shows(entry))
        };
        Self {
            stable: newest(false),
            any: newest(true),
        }
    }

    /// Gives the one that a flag stands for.
    pub fn by(self, flag: Flag) -> Option<usize> {
        match flag {
            Flag::IsLatestVersion => self.stable,
            _ => self.any,
        }
    }
}

/// A version that was found.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub package: PackageHandle,
    pub versions: Arc<Versions>,
    pub index: usize,
    pub latest: Latest,
}

impl Hit {
    pub fn entry(&self) -> &Entry {
        &self.versions.all()[self.index]
    }

    pub fn is_latest(&self) -> bool {
        self.latest.stable == Some(self.index)
    }

    pub fn is_absolute_latest(&self) -> bool {
        self.latest.any == Some(self.index)
    }
}

/// A version with what its nuspec says, as conditions look at it.
pub(super) struct Looked<'a> {
    pub hit: &'a Hit,
    pub metadata: Option<&'a Metadata>,
}

impl Record for Looked<'_> {
    fn text(&self, property: Property) -> Option<Cow<'_, str>> {
        let nuspec = self.metadata.map(|metadata| &metadata.nuspec);
        let said = |text: fn(&crate::nuspec::Nuspec) -> Option<&str>| {
            nuspec.and_then(text).map(Cow::Borrowed)
        };
        match property {
            Property::Id => Some(Cow::Borrowed(self.hit.package.package.name.as_str())),
            Property::Version | Property::NormalizedVersion => {
                Some(Cow::Owned(self.hit.entry().version.normalized()))
            }
            Property::Title => said(|nuspec| nuspec.title.as_deref()),
            Property::Description => said(|nuspec| Some(&nuspec.description)),
            Property::Summary => said(|nuspec| nuspec.summary.as_deref()),
            Property::Authors => said(|nuspec| Some(&nuspec.authors)),
            Property::Tags => nuspec.map(|nuspec| Cow::Owned(nuspec.tags.join(" "))),
        }
    }

    fn flag(&self, flag: Flag) -> bool {
        match flag {
            Flag::IsLatestVersion => self.hit.is_latest(),
            Flag::IsAbsoluteLatestVersion => self.hit.is_absolute_latest(),
            Flag::IsPrerelease => self.hit.entry().version.is_prerelease(),
        }
    }
}

/// Tells whether a condition looks at what the nuspec says.
pub(super) fn needs_metadata(filter: &Filter) -> bool {
    let said = |text: &Text| match text {
        Text::Property(property) => !matches!(
            property,
            Property::Id | Property::Version | Property::NormalizedVersion
        ),
        Text::Literal(_) | Text::Null => false,
    };
    match filter {
        Filter::All(filters) | Filter::Any(filters) => filters.iter().any(needs_metadata),
        Filter::Not(filter) => needs_metadata(filter),
        Filter::Same(a, b) => needs_metadata(a) || needs_metadata(b),
        Filter::Constant(_) | Filter::Flag(_) => false,
        Filter::Equal(a, b)
        | Filter::Contains(a, b)
        | Filter::StartsWith(a, b)
        | Filter::EndsWith(a, b) => said(a) || said(b),
    }
}

/// A version that was found, with what it is ordered by.
pub(super) struct Ranked {
    pub hit: Hit,
    pub title: Option<String>,
    pub downloads: i64,
    pub version_downloads: i64,
}

/// Orders two versions as a query asks; by id and version where that decides nothing.
pub(super) fn compare(order: &[Order], a: &Ranked, b: &Ranked) -> Ordering {
    let id = |ranked: &Ranked| ranked.hit.package.package.name.key().to_owned();
    let by = |key: OrderKey| match key {
        OrderKey::Id => id(a).cmp(&id(b)),
        OrderKey::Version => a.hit.entry().version.cmp(&b.hit.entry().version),
        OrderKey::Title => {
            let title = |ranked: &Ranked| {
                let title = ranked.title.clone();
                title.unwrap_or_else(|| id(ranked)).to_lowercase()
            };
            title(a).cmp(&title(b))
        }
        OrderKey::Published | OrderKey::Created | OrderKey::LastUpdated => {
            a.hit.entry().created_at.cmp(&b.hit.entry().created_at)
        }
        OrderKey::DownloadCount => a.downloads.cmp(&b.downloads),
        OrderKey::VersionDownloadCount => a.version_downloads.cmp(&b.version_downloads),
    };
    let asked = order.iter().map(|order| match order.descending {
        true => by(order.key).reverse(),
        false => by(order.key),
    });
    let asked = asked.fold(Ordering::Equal, Ordering::then);
    asked
        .then_with(|| by(OrderKey::Id))
        .then_with(|| by(OrderKey::Version))
}
