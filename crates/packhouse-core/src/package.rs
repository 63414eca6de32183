//! Packages, versions, files and tags: one model for every format.

use chrono::{DateTime, Utc};

use crate::digest::Digests;
use crate::format::FormatId;
use crate::id::{AccountId, FileId, PackageId, RepositoryId, TokenId, VersionId};
use crate::visibility::Visibility;

mod name;
mod traits;

pub use name::{Home, PackageName, VersionName};
pub use traits::Traits;

/// A package row.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its row.
    pub id: PackageId,
    /// The account it belongs to.
    pub owner: AccountId,
    /// Its format.
    pub format: FormatId,
    /// Its name inside the owner.
    pub name: PackageName,
    /// Where it lies in its repository, for formats whose packages belong to one.
    pub path: Option<String>,
    /// The repository it is linked to.
    pub repository: Option<RepositoryId>,
    /// Takes access and visibility from its repository instead of its own.
    pub inherits: bool,
    /// Its own visibility; counts only when it does not inherit.
    pub visibility: Visibility,
    /// Grows with every change; rendered documents are keyed by it.
    pub revision: i64,
    /// One line about it, from its latest version.
    pub description: Option<String>,
    /// When it was first published.
    pub created_at: DateTime<Utc>,
    /// When anything of it last changed.
    pub updated_at: DateTime<Utc>,
    /// Set while it is deleted and can still be restored.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// How far a version is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionState {
    /// Files may still join; not listed (Maven only).
    Open,
    /// Published.
    Live,
    /// Deleted, restorable for 30 days.
    Deleted,
}

impl VersionState {
    /// Gives the database value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Live => "live",
            Self::Deleted => "deleted",
        }
    }

    /// Reads the database value.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Live, Self::Deleted]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}

/// A version row.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its row.
    pub id: VersionId,
    /// The package it belongs to.
    pub package: PackageId,
    /// Its name inside the package.
    pub name: VersionName,
    /// How far it is.
    pub state: VersionState,
    /// Whether lists show it (NuGet's unlist clears it).
    pub listed: bool,
    /// Whether its format calls it a prerelease.
    pub prerelease: bool,
    /// What the format keeps about it, as JSON (npm: the manifest that is served).
    pub metadata: String,
    /// By what its format tells it from others in lists and searches.
    pub traits: Traits,
    /// Why it should not be used, when its publisher said so.
    pub deprecation: Option<Deprecation>,
    /// Who published it and from where.
    pub provenance: Provenance,
    /// When it appeared.
    pub created_at: DateTime<Utc>,
    /// Set while it is deleted and can still be restored.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Why a version should not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deprecation {
    /// What people are told.
    pub text: String,
    /// What the format keeps about it besides, as JSON.
    pub detail: Option<String>,
}

impl Deprecation {
    /// Makes one that is nothing but a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            detail: None,
        }
    }
}

/// Who published a version, with what, and from which source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The publishing account, while it exists.
    pub publisher: Option<AccountId>,
    /// The publisher's name at that time.
    pub publisher_name: String,
    /// The token used.
    pub token: Option<TokenId>,
    /// What the client called itself.
    pub client: Option<String>,
    /// The source repository that the package names.
    pub source_repository: Option<String>,
    /// The source commit, where the format carries it.
    pub source_commit: Option<String>,
    /// The source branch or tag, where the format carries it.
    pub source_ref: Option<String>,
}

/// A file of a version.
#[derive(Debug, Clone)]
pub struct File {
    /// Its row.
    pub id: FileId,
    /// The version it belongs to.
    pub version: VersionId,
    /// Its name inside the version, by which it is asked for.
    pub name: String,
    /// What it is served as.
    pub content_type: String,
    /// Its bytes in the store.
    pub digests: Digests,
    /// The build it belongs to, where a version is made of several: a Maven snapshot's.
    pub build: Option<String>,
    /// When it arrived.
    pub created_at: DateTime<Utc>,
}

/// A movable name of a version: an npm dist-tag, an OCI tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its text.
    pub name: String,
    /// The version it points to.
    pub version: VersionId,
}
