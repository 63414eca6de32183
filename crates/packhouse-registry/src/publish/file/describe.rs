//! What files say about their version. It is kept with the build that they belong to, and counts
//! from when that is listed: what nobody can see yet changes nothing that is seen.

use packhouse_core::package::{Version, VersionState};
use packhouse_db::build::{self, Build, Said};
use packhouse_db::package::PackageRecord;
use packhouse_db::version::VersionSummary;
use packhouse_db::{AnyConn, entry, version};

use super::super::appear;
use super::{Facts, PutEntry};
use crate::error::{Error, Result};
use crate::text;

/// Keeps what a file says with its build, and lets it count when that is listed.
pub(super) fn describe(
    conn: &mut AnyConn,
    record: &PackageRecord,
    facts: &Facts,
    (version, build): (Version, &Build),
) -> Result<()> {
    if facts.description.is_none() && facts.entries.is_empty() {
        return Ok(());
    }
    let before = build::said(conn, build)?;
    let mut said = before.clone();
    if let Some(description) = &facts.description {
        said.metadata = text::storable((description.metadata)(&before.metadata)?);
        let repository = text::storable_option(description.source_repository.clone());
        said.source_repository = repository.or(before.source_repository);
        let reference = text::storable_option(description.source_ref.clone());
        said.source_ref = reference.or(before.source_ref);
    }
    let mut entries = read_entries(&before.entries)?;
    for new in &facts.entries {
        entries.retain(|old| (&old.topic, &old.name) != (&new.topic, &new.name));
        entries.push(new.clone());
    }
    said.entries = serde_json::to_string(&entries)
        .map_err(|error| Error::Internal(format!("entries cannot be written: {error}")))?;
    build::set_said(conn, build, &said)?;
    if build.state != VersionState::Live {
        return Ok(());
    }
    let version = count(conn, record, version, &said)?;
    if version.state != VersionState::Live {
        return Ok(());
    }
    let described = appear::Appearing {
        version: VersionSummary::of(&version),
        metadata: &version.metadata,
        shown: &facts.address.shown,
    };
    appear::describe_anew(conn, record, facts.format.as_ref(), &described)
}

/// Lets what the files of a listed build say count for its version and package; gives the version as
/// it is described now.
pub(in crate::publish) fn count(
    conn: &mut AnyConn,
    record: &PackageRecord,
    mut version: Version,
    said: &Said,
) -> Result<Version> {
    if !said.metadata.is_empty() {
        let source = (
            said.source_repository.as_deref(),
            said.source_ref.as_deref(),
        );
        version::set_metadata(conn, version.id, &said.metadata, source)?;
        version.metadata.clone_from(&said.metadata);
    }
    for new in read_entries(&said.entries)? {
        let named = (new.name.as_str(), new.value.as_str());
        if entry::differs(conn, record.package.id, &new.topic, named)? {
            entry::set(conn, record.package.id, &new.topic, named)?;
        }
    }
    Ok(version)
}

fn read_entries(text: &str) -> Result<Vec<PutEntry>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(text)
        .map_err(|error| Error::Internal(format!("the entries of a build are damaged: {error}")))
}
