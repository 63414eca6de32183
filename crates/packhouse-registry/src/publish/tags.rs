//! The tags that a publish sets.

use packhouse_core::event::EventKind;
use packhouse_core::format::Format;
use packhouse_core::id::VersionId;
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, tag};
use serde_json::json;

use super::Facts;
use crate::error::Result;
use crate::event::{About, By};
use crate::rule;

/// Sets the tags of a publish, as far as the package's rules let them move.
pub(super) fn set_tags(
    conn: &mut AnyConn,
    by: &By,
    record: &PackageRecord,
    facts: &Facts,
    version: VersionId,
) -> Result<()> {
    let (tags, shown) = (&facts.tags, &facts.address.shown);
    let format = facts.format.as_ref();
    rule::refuse_moves(conn, format, record, shown, tags, &facts.version)?;
    let about = About {
        owner: Some(record.owner.id),
        repository: record.package.repository,
        package: Some(record.package.id),
        version: Some(version),
    };
    for name in tags {
        let old = tag::set_tag(conn, record.package.id, name, version, by.now)?;
        if old == Some(version) {
            continue;
        }
        let detail = json!({ "tag": name, "old": old, "version": facts.version.as_str() });
        by.record(conn, EventKind::TagSet, about, detail)?;
    }
    Ok(())
}

/// Tells whether publishing a live version again is to move tags.
pub(super) fn moves_tags(
    conn: &mut AnyConn,
    format: &dyn Format,
    record: &PackageRecord,
    version: VersionId,
    tags: &[String],
) -> Result<bool> {
    if !format.is_content_addressed() {
        return Ok(false);
    }
    for name in tags {
        if tag::find_target(conn, record.package.id, name)? != Some(version) {
            return Ok(true);
        }
    }
    Ok(false)
}
