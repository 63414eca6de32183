//! The versions of a package in order, as lists of every kind are made from: small enough to be kept
//! for a package of thousands.

use chrono::{DateTime, Utc};
use packhouse_core::id::VersionId;
use packhouse_http::documents::Kept;
use packhouse_registry::Result;
use packhouse_registry::resolve::Snapshot;
use packhouse_registry::rows::VersionSummary;

use crate::metadata::{SEMVER2, type_trait};
use crate::route::Hive;
use crate::version::Version;

/// A version as lists need it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its row.
    pub id: VersionId,
    /// The version, without metadata.
    pub version: Version,
    /// Its form in addresses.
    pub lower: String,
    /// Whether lists show it.
    pub listed: bool,
    /// When it was published.
    pub created_at: DateTime<Utc>,
    /// Whether clients must know SemVer 2 to see it.
    pub semver2: bool,
    /// The package types it is of, as traits.
    types: Vec<String>,
}

/// Which versions of a package somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Prereleases too.
    pub prerelease: bool,
    /// Those too that only clients with SemVer 2 know.
    pub semver2: bool,
    /// Only of one of these package types; any when it is empty.
    pub package_types: &'a [String],
}

impl Wanted<'_> {
    /// Tells whether lists show an entry to whoever asked so.
    pub fn shows(&self, entry: &Entry) -> bool {
        entry.listed && self.admits(entry)
    }

    /// Tells whether an entry is of the kind that was asked for, listed or not.
    pub fn admits(&self, entry: &Entry) -> bool {
        (self.prerelease || !entry.version.is_prerelease())
            && (self.semver2 || !entry.semver2)
            && (self.package_types.is_empty()
                || self.package_types.iter().any(|name| entry.is_type(name)))
    }
}

impl Entry {
    fn of(summary: VersionSummary) -> Option<Self> {
        // Every stored name was a version; one that a damaged row holds is left out.
        let version = Version::parse(summary.name.as_str()).ok()?;
        Some(Self {
            id: summary.id,
            lower: version.lower(),
            version,
            listed: summary.listed,
            created_at: summary.created_at,
            semver2: summary.traits.has(SEMVER2),
            types: summary
                .traits
                .words()
                .filter(|word| word.starts_with("type:"))
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Tells whether it is of a package type, ignoring case.
    pub fn is_type(&self, name: &str) -> bool {
        self.types.contains(&type_trait(name))
    }
}

/// The live versions of a package, oldest first by their order.
#[derive(Debug, Clone, Default)]
pub struct Versions {
    entries: Vec<Entry>,
}

impl Versions {
    /// Reads them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(snapshot: &mut Snapshot<'_>) -> Result<Self> {
        Ok(Self::of(snapshot.summaries()?))
    }

    /// Puts them in order.
    pub fn of(summaries: Vec<VersionSummary>) -> Self {
        let mut entries: Vec<_> = summaries.into_iter().filter_map(Entry::of).collect();
        entries.sort_by(|a, b| a.version.cmp(&b.version));
        Self { entries }
    }

    /// Gives all of them.
    pub fn all(&self) -> &[Entry] {
        &self.entries
    }

    /// Gives those that registrations of a generation hold, unlisted ones too.
    pub fn in_hive(&self, hive: Hive) -> Vec<&Entry> {
        let entries = self.entries.iter();
        entries
            .filter(|entry| hive == Hive::SemVer2 || !entry.semver2)
            .collect()
    }

    /// Tells whether registrations of a generation hold any.
    pub fn any_in_hive(&self, hive: Hive) -> bool {
        hive == Hive::SemVer2 && !self.entries.is_empty()
            || self.entries.iter().any(|entry| !entry.semver2)
    }

    /// Gives the newest that lists show to whoever asked so.
    pub fn newest(&self, wanted: &Wanted<'_>) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| wanted.shows(entry))
    }

    /// Finds the place of one by its form in addresses.
    pub fn position(&self, lower: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.lower == lower)
    }

    /// Finds one by its form in addresses.
    pub fn find(&self, lower: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.lower == lower)
    }
}

impl Kept for Versions {
    fn size(&self) -> usize {
        let entry = |entry: &Entry| {
            let texts: usize = entry.types.iter().map(|word| word.len() + 24).sum();
            size_of::<Entry>() + entry.lower.len() * 2 + texts
        };
        self.entries.iter().map(entry).sum()
    }
}
