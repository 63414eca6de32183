//! Versions of packages.

mod change;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use packhouse_core::id::{AccountId, PackageId, TokenId, VersionId};
use packhouse_core::package::{
    Deprecation, Provenance, Traits, Version, VersionName, VersionState,
};

use crate::error::Result;
use crate::schema::version;
use crate::{AnyConn, row, time};

pub use change::{
    discard_open, mark_all_deleted, mark_deleted, mark_published, mark_restored, set_deprecation,
    set_listed, set_metadata,
};

/// What a version starts with.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// The package it belongs to.
    pub package: PackageId,
    /// Its name inside the package.
    pub name: VersionName,
    /// Open or live.
    pub state: VersionState,
    /// Whether its format calls it a prerelease.
    pub prerelease: bool,
    /// What the format keeps about it, as JSON.
    pub metadata: String,
    /// Its readme, kept apart from the metadata because few documents want it.
    pub readme: Option<String>,
    /// Who published it and from where.
    pub provenance: Provenance,
    /// Whether lists show it.
    pub listed: bool,
    /// By what its format tells it from others.
    pub traits: Traits,
}

/// What ordering and listing need of a version, without its metadata.
#[derive(Debug, Clone)]
pub struct VersionSummary {
    /// Its row.
    pub id: VersionId,
    /// Its name inside the package.
    pub name: VersionName,
    /// Whether its format calls it a prerelease.
    pub prerelease: bool,
    /// Why it should not be used.
    pub deprecation: Option<Deprecation>,
    /// Whether lists show it.
    pub listed: bool,
    /// By what its format tells it from others.
    pub traits: Traits,
    /// When it appeared.
    pub created_at: DateTime<Utc>,
}

impl VersionSummary {
    /// Gives what it says of a version.
    pub fn of(version: &Version) -> Self {
        Self {
            id: version.id,
            name: version.name.clone(),
            prerelease: version.prerelease,
            deprecation: version.deprecation.clone(),
            listed: version.listed,
            traits: version.traits.clone(),
            created_at: version.created_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = version)]
struct VersionRow {
    id: i64,
    package_id: i64,
    name: String,
    name_key: String,
    state: String,
    listed: bool,
    prerelease: bool,
    metadata: String,
    deprecation: Option<String>,
    publisher_id: Option<i64>,
    publisher_name: String,
    token_id: Option<i64>,
    client: Option<String>,
    source_repository: Option<String>,
    source_commit: Option<String>,
    source_ref: Option<String>,
    created_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
    traits: String,
    deprecation_detail: Option<String>,
}

fn deprecation(text: Option<String>, detail: Option<String>) -> Option<Deprecation> {
    text.map(|text| Deprecation { text, detail })
}

impl VersionRow {
    fn into_version(self) -> Result<Version> {
        Ok(Version {
            id: VersionId(self.id),
            package: PackageId(self.package_id),
            name: VersionName::new(self.name, self.name_key),
            state: row::read("version.state", &self.state, VersionState::parse)?,
            listed: self.listed,
            prerelease: self.prerelease,
            metadata: self.metadata,
            traits: Traits::from_row(self.traits),
            deprecation: deprecation(self.deprecation, self.deprecation_detail),
            provenance: Provenance {
                publisher: self.publisher_id.map(AccountId),
                publisher_name: self.publisher_name,
                token: self.token_id.map(TokenId),
                client: self.client,
                source_repository: self.source_repository,
                source_commit: self.source_commit,
                source_ref: self.source_ref,
            },
            created_at: time::from_row(self.created_at),
            deleted_at: self.deleted_at.map(time::from_row),
        })
    }
}

/// Inserts a version and gives its row.
///
/// # Errors
/// [`crate::DbError::Duplicate`] when a version of that name is not deleted.
pub fn insert_version(
    conn: &mut AnyConn,
    new: &NewVersion,
    now: DateTime<Utc>,
) -> Result<VersionId> {
    let from = &new.provenance;
    let id = diesel::insert_into(version::table)
        .values((
            version::package_id.eq(new.package.0),
            version::name.eq(new.name.as_str()),
            version::name_key.eq(new.name.key()),
            version::state.eq(new.state.as_str()),
            version::listed.eq(new.listed),
            version::traits.eq(new.traits.as_str()),
            version::prerelease.eq(new.prerelease),
            version::metadata.eq(&new.metadata),
            version::readme.eq(new.readme.as_deref()),
            version::publisher_id.eq(from.publisher.map(|id| id.0)),
            version::publisher_name.eq(&from.publisher_name),
            version::token_id.eq(from.token.map(|id| id.0)),
            version::client.eq(from.client.as_deref()),
            version::source_repository.eq(from.source_repository.as_deref()),
            version::source_commit.eq(from.source_commit.as_deref()),
            version::source_ref.eq(from.source_ref.as_deref()),
            version::created_at.eq(time::to_row(now)),
        ))
        .returning(version::id)
        .get_result(conn)?;
    Ok(VersionId(id))
}

/// Gives the version of that name that is not deleted, live or open.
pub fn find_version(conn: &mut AnyConn, package: PackageId, key: &str) -> Result<Option<Version>> {
    // Nothing is called so, and PostgreSQL refuses a text with a NUL.
    if key.contains('\0') {
        return Ok(None);
    }
    version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::name_key.eq(key))
        .filter(version::deleted_at.is_null())
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?
        .map(VersionRow::into_version)
        .transpose()
}

/// Gives a version by its row, deleted ones too.
pub fn find_version_by_id(conn: &mut AnyConn, id: VersionId) -> Result<Option<Version>> {
    version::table
        .find(id.0)
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?
        .map(VersionRow::into_version)
        .transpose()
}

/// Gives the version of that name that was deleted last, whether or not another took the name.
pub fn find_deleted_version(
    conn: &mut AnyConn,
    package: PackageId,
    key: &str,
) -> Result<Option<Version>> {
    if key.contains('\0') {
        return Ok(None);
    }
    version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::name_key.eq(key))
        .filter(version::deleted_at.is_not_null())
        .order((version::deleted_at.desc(), version::id.desc()))
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?
        .map(VersionRow::into_version)
        .transpose()
}

type SummaryRow = (
    i64,
    String,
    String,
    bool,
    Option<String>,
    Option<String>,
    bool,
    NaiveDateTime,
    String,
);

/// The columns of a [`SummaryRow`]. A macro, because a tuple of columns has no short type.
macro_rules! summary_columns {
    () => {
        (
            version::id,
            version::name,
            version::name_key,
            version::prerelease,
            version::deprecation,
            version::deprecation_detail,
            version::listed,
            version::created_at,
            version::traits,
        )
    };
}

fn summary(row: SummaryRow) -> VersionSummary {
    let (id, name, key, prerelease, text, detail, listed, created_at, traits) = row;
    VersionSummary {
        id: VersionId(id),
        name: VersionName::new(name, key),
        prerelease,
        deprecation: deprecation(text, detail),
        listed,
        traits: Traits::from_row(traits),
        created_at: time::from_row(created_at),
    }
}

/// Gives every live version of a package by row, without metadata: for a package of thousands of
/// versions still small enough to order them.
pub fn list_summaries(conn: &mut AnyConn, package: PackageId) -> Result<Vec<VersionSummary>> {
    let rows: Vec<SummaryRow> = version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .order(version::id)
        .select(summary_columns!())
        .load(conn)?;
    Ok(rows.into_iter().map(summary).collect())
}

/// Gives a version by its row, without metadata.
pub fn find_summary(conn: &mut AnyConn, id: VersionId) -> Result<Option<VersionSummary>> {
    let row: Option<SummaryRow> = version::table
        .filter(version::id.eq(id.0))
        .select(summary_columns!())
        .first(conn)
        .optional()?;
    Ok(row.map(summary))
}

/// Gives the live version of that name, without metadata.
pub fn find_live_summary(
    conn: &mut AnyConn,
    package: PackageId,
    key: &str,
) -> Result<Option<VersionSummary>> {
    let row: Option<SummaryRow> = version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::name_key.eq(key))
        .filter(version::deleted_at.is_null())
        .filter(version::state.eq(VersionState::Live.as_str()))
        .select(summary_columns!())
        .first(conn)
        .optional()?;
    Ok(row.map(summary))
}

/// Tells whether a version is live.
pub fn is_live(conn: &mut AnyConn, id: VersionId) -> Result<bool> {
    let live = version::table
        .filter(version::id.eq(id.0))
        .filter(version::state.eq(VersionState::Live.as_str()));
    Ok(live.count().get_result::<i64>(conn)? > 0)
}

/// Gives the newest live version of a package: of those that lists show and that are stable and not
/// deprecated, else of those that lists show, else of all such, else of all.
pub fn find_newest(conn: &mut AnyConn, package: PackageId) -> Result<Option<Version>> {
    for (listed, sound) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut live = version::table
            .filter(version::package_id.eq(package.0))
            .filter(version::state.eq(VersionState::Live.as_str()))
            .into_boxed();
        if listed {
            live = live.filter(version::listed.eq(true));
        }
        if sound {
            live = live
                .filter(version::prerelease.eq(false))
                .filter(version::deprecation.is_null());
        }
        let newest: Option<VersionRow> = live
            .order(version::id.desc())
            .select(VersionRow::as_select())
            .first(conn)
            .optional()?;
        if let Some(row) = newest {
            return row.into_version().map(Some);
        }
    }
    Ok(None)
}

/// Gives a page of the live versions of a package by row, with metadata.
pub fn list_versions(
    conn: &mut AnyConn,
    package: PackageId,
    after: Option<VersionId>,
    limit: i64,
) -> Result<Vec<Version>> {
    version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .filter(version::id.gt(after.map_or(0, |id| id.0)))
        .order(version::id)
        .limit(limit)
        .select(VersionRow::as_select())
        .load(conn)?
        .into_iter()
        .map(VersionRow::into_version)
        .collect()
}

/// Gives a page of the live versions of a package before one, newest first, with metadata.
pub fn list_newest(
    conn: &mut AnyConn,
    package: PackageId,
    before: Option<VersionId>,
    limit: i64,
) -> Result<Vec<Version>> {
    version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .filter(version::id.lt(before.map_or(i64::MAX, |id| id.0)))
        .order(version::id.desc())
        .limit(limit)
        .select(VersionRow::as_select())
        .load(conn)?
        .into_iter()
        .map(VersionRow::into_version)
        .collect()
}

/// Gives a page of the versions of a package before one that were deleted after a moment, those
/// published last first.
pub fn list_deleted_after(
    conn: &mut AnyConn,
    package: PackageId,
    moment: DateTime<Utc>,
    before: Option<VersionId>,
    limit: i64,
) -> Result<Vec<Version>> {
    version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::deleted_at.gt(time::to_row(moment)))
        .filter(version::id.lt(before.map_or(i64::MAX, |id| id.0)))
        .order(version::id.desc())
        .limit(limit)
        .select(VersionRow::as_select())
        .load(conn)?
        .into_iter()
        .map(VersionRow::into_version)
        .collect()
}

/// Gives the versions that were deleted at that very time by row: those that went with their
/// package.
pub fn list_deleted_at(
    conn: &mut AnyConn,
    package: PackageId,
    deleted_at: DateTime<Utc>,
) -> Result<Vec<Version>> {
    version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::deleted_at.eq(time::to_row(deleted_at)))
        .order(version::id)
        .select(VersionRow::as_select())
        .load(conn)?
        .into_iter()
        .map(VersionRow::into_version)
        .collect()
}

/// Gives the readme of a version.
pub fn readme(conn: &mut AnyConn, id: VersionId) -> Result<Option<String>> {
    let readme: Option<Option<String>> = version::table
        .find(id.0)
        .select(version::readme)
        .first(conn)
        .optional()?;
    Ok(readme.flatten())
}

/// Gives those of these versions of a package that are live, with metadata, in no order.
pub fn list_by_id(
    conn: &mut AnyConn,
    package: PackageId,
    ids: &[VersionId],
) -> Result<Vec<Version>> {
    version::table
        .filter(version::id.eq_any(ids.iter().map(|id| id.0)))
        .filter(version::package_id.eq(package.0))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .select(VersionRow::as_select())
        .load(conn)?
        .into_iter()
        .map(VersionRow::into_version)
        .collect()
}
