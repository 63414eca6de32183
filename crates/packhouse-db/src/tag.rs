//! Movable names of versions. Callers hold the package's row ([`crate::package::bump`]) first, so
//! that what is given back as the old target is what the change replaced.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use packhouse_core::id::{PackageId, VersionId};
use packhouse_core::package::{Tag, VersionState};

use crate::conn::on_backend;
use crate::error::Result;
use crate::schema::{tag, version};
use crate::{AnyConn, time};

/// Gives the version that a tag points to.
pub fn find_target(
    conn: &mut AnyConn,
    package: PackageId,
    name: &str,
) -> Result<Option<VersionId>> {
    let target: Option<i64> = tag::table
        .find((package.0, name))
        .select(tag::version_id)
        .first(conn)
        .optional()?;
    Ok(target.map(VersionId))
}

/// Gives a page of the names of a package's tags after one, in the order of their bytes.
pub fn list_names(
    conn: &mut AnyConn,
    package: PackageId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>> {
    let mut query = tag::table
        .filter(tag::package_id.eq(package.0))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(tag::name.gt(after));
    }
    Ok(query
        .order(tag::name)
        .limit(limit)
        .select(tag::name)
        .load(conn)?)
}

/// Gives the tags that point to a version, in the order of their bytes.
pub fn list_of_version(conn: &mut AnyConn, version: VersionId) -> Result<Vec<String>> {
    Ok(tag::table
        .filter(tag::version_id.eq(version.0))
        .order(tag::name)
        .select(tag::name)
        .load(conn)?)
}

/// Points a tag to a version and gives where it pointed before.
pub fn set_tag(
    conn: &mut AnyConn,
    package: PackageId,
    name: &str,
    version: VersionId,
    now: DateTime<Utc>,
) -> Result<Option<VersionId>> {
    let old = find_target(conn, package, name)?;
    let target = (
        tag::version_id.eq(version.0),
        tag::updated_at.eq(time::to_row(now)),
    );
    on_backend!(conn, |conn| diesel::insert_into(tag::table)
        .values((tag::package_id.eq(package.0), tag::name.eq(name), target))
        .on_conflict((tag::package_id, tag::name))
        .do_update()
        .set(target)
        .execute(conn))?;
    Ok(old)
}

/// Removes a tag and gives where it pointed.
pub fn remove_tag(conn: &mut AnyConn, package: PackageId, name: &str) -> Result<Option<VersionId>> {
    let old: Option<i64> = diesel::delete(tag::table.find((package.0, name)))
        .returning(tag::version_id)
        .get_result(conn)
        .optional()?;
    Ok(old.map(VersionId))
}

/// Gives the tags of a package by name, in the order of its bytes: a server's own collation must
/// not show in what is rendered.
pub fn list_tags(conn: &mut AnyConn, package: PackageId) -> Result<Vec<Tag>> {
    let mut rows: Vec<(String, i64)> = tag::table
        .filter(tag::package_id.eq(package.0))
        .select((tag::name, tag::version_id))
        .load(conn)?;
    rows.sort_unstable();
    let tags = rows.into_iter().map(|(name, version)| Tag {
        name,
        version: VersionId(version),
    });
    Ok(tags.collect())
}

/// Gives the tags of a package that point to live versions, each with that version's name, by tag
/// in the order of its bytes. Costs as much as there are tags, however many versions there are.
pub fn list_tag_names(conn: &mut AnyConn, package: PackageId) -> Result<Vec<(String, String)>> {
    let mut rows: Vec<(String, String)> = tag::table
        .inner_join(version::table.on(version::id.eq(tag::version_id)))
        .filter(tag::package_id.eq(package.0))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .select((tag::name, version::name))
        .load(conn)?;
    rows.sort_unstable();
    Ok(rows)
}

/// Removes the tags that point to a version and gives their names in order.
pub fn remove_tags_of_version(conn: &mut AnyConn, version: VersionId) -> Result<Vec<String>> {
    let mut names: Vec<String> = diesel::delete(tag::table.filter(tag::version_id.eq(version.0)))
        .returning(tag::name)
        .get_results(conn)?;
    names.sort_unstable();
    Ok(names)
}
