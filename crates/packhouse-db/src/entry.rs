//! What packages contribute to documents over several packages of a repository.

use diesel::prelude::*;
use packhouse_core::format::FormatId;
use packhouse_core::id::PackageId;

use crate::AnyConn;
use crate::conn::on_backend;
use crate::error::Result;
use crate::readable::{Readable, Viewer};
use crate::schema::{account, package, package_entry, repository, version};

/// One contribution.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Entry {
    /// Its name inside the topic.
    pub name: String,
    /// What the format keeps about it.
    pub value: String,
    /// Where its package lies in the repository.
    pub path: Option<String>,
    /// The newest version of its package.
    pub latest: String,
}

/// How many entries of one topic a package has at most, so that it cannot crowd out others.
pub const MAX_ENTRIES: i64 = 8;

/// In which packages entries are looked for.
#[derive(Debug, Clone, Copy)]
pub enum Within<'a> {
    /// Those of one repository, by the lower-case forms of its owner's name and its own.
    Repository(&'a str, &'a str),
    /// Those of an account, by the lower-case form of its name.
    Owner(&'a str),
}

/// How many entries of one topic a package has at most, so that it cannot crowd out others.
pub const MAX_OF_PACKAGE: i64 = 8;

/// Tells whether a package contributes something else to a topic under a name, or nothing, and may:
/// a further one beyond [`MAX_OF_PACKAGE`] is left out.
pub fn differs(
    conn: &mut AnyConn,
    id: PackageId,
    topic: &str,
    (name, value): (&str, &str),
) -> Result<bool> {
    let there: Option<String> = package_entry::table
        .find((id.0, topic, name))
        .select(package_entry::value)
        .first(conn)
        .optional()?;
    if there.is_some() {
        return Ok(there.as_deref() != Some(value));
    }
    let others = package_entry::table
        .filter(package_entry::package_id.eq(id.0))
        .filter(package_entry::topic.eq(topic));
    Ok(others.count().get_result::<i64>(conn)? < MAX_OF_PACKAGE)
}

/// Sets what a package contributes to a topic under a name.
pub fn set(
    conn: &mut AnyConn,
    id: PackageId,
    topic: &str,
    (name, value): (&str, &str),
) -> Result<()> {
    on_backend!(conn, |conn| diesel::insert_into(package_entry::table)
        .values((
            package_entry::package_id.eq(id.0),
            package_entry::topic.eq(topic),
            package_entry::name.eq(name),
            package_entry::value.eq(value),
        ))
        .on_conflict((
            package_entry::package_id,
            package_entry::topic,
            package_entry::name,
        ))
        .do_update()
        .set(package_entry::value.eq(value))
        .execute(conn))?;
    Ok(())
}

/// Tells whether any package contributes to a topic, whoever may read it. One probe of an index.
pub fn any(conn: &mut AnyConn, topic: &str) -> Result<bool> {
    let found: Option<i64> = package_entry::table
        .filter(package_entry::topic.eq(topic))
        .select(package_entry::package_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Gives the entries of a topic by name that packages with a live version make, as far as the viewer
/// may read them.
pub fn list(
    conn: &mut AnyConn,
    viewer: &Viewer,
    format: FormatId,
    within: Within<'_>,
    topic: &str,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut query = package_entry::table
        .inner_join(package::table.on(package::id.eq(package_entry::package_id)))
        .inner_join(account::table.on(account::id.eq(package::owner_id)))
        .inner_join(repository::table.on(package::repository_id.eq(repository::id.nullable())))
        .inner_join(version::table.on(package::latest_id.eq(version::id.nullable())))
        .filter(package_entry::topic.eq(topic))
        .filter(package::format.eq(format.as_str()))
        .filter(package::deleted_at.is_null())
        .filter(package::live_versions.gt(0))
        .filter(Readable::by(viewer))
        .into_boxed();
    query = match within {
        Within::Repository(owner, key) => query
            .filter(account::name_key.eq(owner))
            .filter(repository::name_key.eq(key)),
        Within::Owner(owner) => query.filter(account::name_key.eq(owner)),
    };
    Ok(query
        .order((package_entry::name, package::id))
        .limit(limit)
        .select((
            package_entry::name,
            package_entry::value,
            package::path,
            version::name,
        ))
        .load(conn)?)
}
