//! What a check of database and store asks, in pages by key.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use packhouse_core::format::FormatId;
use packhouse_core::id::{FileId, PackageId, VersionId};
use packhouse_core::package::VersionState;

use crate::AnyConn;
use crate::collect::{Candidate, candidate, candidates};
use crate::error::Result;
use crate::schema::{
    blob, blob_link, draft_blob, file, package, tag, upload, version, version_reference,
};
use crate::upload::UploadRow;

/// Gives a page of the live versions of packages that are not deleted, by row, each with the
/// format of its package.
pub fn list_live_versions(
    conn: &mut AnyConn,
    after: VersionId,
    limit: i64,
) -> Result<Vec<(Candidate, FormatId)>> {
    let versions = candidates!()
        .filter(version::id.gt(after.0))
        .filter(version::state.eq(VersionState::Live.as_str()))
        .filter(package::deleted_at.is_null())
        .order(version::id)
        .limit(limit)
        .load(conn)?;
    let mut found = Vec::with_capacity(versions.len());
    for row in versions {
        let one = candidate(row);
        let format: String = package::table
            .find(one.package.0)
            .select(package::format)
            .first(conn)?;
        found.push((one, FormatId::from_row(&format)));
    }
    Ok(found)
}

/// Tells whether a package has a row of that version, deleted or not.
pub fn has_version(conn: &mut AnyConn, package: PackageId, key: &str) -> Result<bool> {
    let rows = version::table
        .filter(version::package_id.eq(package.0))
        .filter(version::name_key.eq(key));
    Ok(diesel::select(exists(rows)).get_result(conn)?)
}

/// Tells whether bytes are linked to a package and not hidden from it.
pub fn is_linked(conn: &mut AnyConn, package: PackageId, sha256: &str) -> Result<bool> {
    let rows = blob_link::table
        .find((package.0, sha256))
        .filter(blob_link::deleted_at.is_null());
    Ok(diesel::select(exists(rows)).get_result(conn)?)
}

/// A tag that points to no live version of its package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DanglingTag {
    /// The package.
    pub package: PackageId,
    /// The package's name inside its owner.
    pub package_name: String,
    /// The tag.
    pub name: String,
}

/// Where a page of tags ends: with the package and name of its last one.
pub type TagKey = (PackageId, String);

/// Looks at a page of the tags of packages that are not deleted, by key; gives where it ends and
/// those that point to no live version of their package.
pub fn list_dangling_tags(
    conn: &mut AnyConn,
    after: &TagKey,
    limit: i64,
) -> Result<(Option<TagKey>, Vec<DanglingTag>)> {
    let (from, name) = (after.0.0, &after.1);
    let target = version::table
        .filter(version::id.eq(tag::version_id))
        .filter(version::package_id.eq(tag::package_id))
        .filter(version::state.eq(VersionState::Live.as_str()));
    let rows: Vec<(i64, String, String, bool)> = tag::table
        .inner_join(package::table.on(package::id.eq(tag::package_id)))
        .filter(package::deleted_at.is_null())
        .filter(tag::package_id.ge(from))
        .filter(tag::package_id.gt(from).or(tag::name.gt(name)))
        .order((tag::package_id, tag::name))
        .limit(limit)
        .select((tag::package_id, package::name, tag::name, exists(target)))
        .load(conn)?;
    let last = rows
        .last()
        .map(|(package, _, name, _)| (PackageId(*package), name.clone()));
    let dangling =
        rows.into_iter()
            .filter(|(_, _, _, live)| !live)
            .map(|(package, package_name, name, _)| DanglingTag {
                package: PackageId(package),
                package_name,
                name,
            });
    Ok((last, dangling.collect()))
}

/// Removes a tag that still points to no live version; tells whether it did.
pub fn remove_dangling_tag(conn: &mut AnyConn, one: &DanglingTag) -> Result<bool> {
    let live = version::table
        .filter(version::id.eq(tag::version_id))
        .filter(version::package_id.eq(tag::package_id))
        .filter(version::state.eq(VersionState::Live.as_str()));
    let dangling = tag::table
        .find((one.package.0, &one.name))
        .filter(not(exists(live)));
    Ok(diesel::delete(dangling).execute(conn)? == 1)
}

/// Gives a page of all uploads by name.
pub fn list_uploads(conn: &mut AnyConn, after: &str, limit: i64) -> Result<Vec<UploadRow>> {
    let ids: Vec<String> = upload::table
        .filter(upload::id.gt(after))
        .order(upload::id)
        .limit(limit)
        .select(upload::id)
        .load(conn)?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.extend(crate::upload::find(conn, &id)?);
    }
    Ok(rows)
}

/// A file whose bytes are not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DanglingFile {
    /// The version it belongs to.
    pub version: VersionId,
    /// Its name inside the version.
    pub name: String,
    /// The sha256 that it names, in hex.
    pub sha256: String,
}

/// Looks at a page of all files by row; gives where it ends and those whose bytes are not recorded.
pub fn list_dangling_files(
    conn: &mut AnyConn,
    after: FileId,
    limit: i64,
) -> Result<(Option<FileId>, Vec<DanglingFile>)> {
    let recorded = exists(blob::table.filter(blob::sha256.eq(file::sha256)));
    let rows: Vec<(i64, i64, String, String, bool)> = file::table
        .filter(file::id.gt(after.0))
        .order(file::id)
        .limit(limit)
        .select((
            file::id,
            file::version_id,
            file::name,
            file::sha256,
            recorded,
        ))
        .load(conn)?;
    let last = rows.last().map(|(id, ..)| FileId(*id));
    let dangling =
        rows.into_iter()
            .filter(|(.., recorded)| !recorded)
            .map(|(_, version, name, sha256, _)| DanglingFile {
                version: VersionId(version),
                name,
                sha256,
            });
    Ok((last, dangling.collect()))
}

/// A link to bytes that are not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DanglingLink {
    /// The package.
    pub package: PackageId,
    /// The sha256 that it names, in hex.
    pub sha256: String,
}

/// Looks at a page of all links by key; gives where it ends and those whose bytes are not recorded.
pub fn list_dangling_links(
    conn: &mut AnyConn,
    after: &DanglingLink,
    limit: i64,
) -> Result<(Option<DanglingLink>, Vec<DanglingLink>)> {
    let from = after.package.0;
    let recorded = exists(blob::table.filter(blob::sha256.eq(blob_link::sha256)));
    let rows: Vec<(i64, String, bool)> = blob_link::table
        .filter(blob_link::package_id.ge(from))
        .filter(
            blob_link::package_id
                .gt(from)
                .or(blob_link::sha256.gt(&after.sha256)),
        )
        .order((blob_link::package_id, blob_link::sha256))
        .limit(limit)
        .select((blob_link::package_id, blob_link::sha256, recorded))
        .load(conn)?;
    let link = |package: i64, sha256: &str| DanglingLink {
        package: PackageId(package),
        sha256: sha256.to_owned(),
    };
    let last = rows.last().map(|(id, sha256, _)| link(*id, sha256));
    let dangling = rows.iter().filter(|(.., recorded)| !recorded);
    let dangling = dangling.map(|(id, sha256, _)| link(*id, sha256));
    Ok((last, dangling.collect()))
}

/// Removes a link to bytes that are not recorded; tells whether it did.
pub fn remove_dangling_link(conn: &mut AnyConn, one: &DanglingLink) -> Result<bool> {
    let dangling = blob_link::table
        .find((one.package.0, &one.sha256))
        .filter(not(exists(
            blob::table.filter(blob::sha256.eq(blob_link::sha256)),
        )));
    Ok(diesel::delete(dangling).execute(conn)? == 1)
}

/// Takes from everyone the bytes that no version needs: links that no version names, and what was
/// brought for packages that are yet to be.
pub fn drop_unneeded_holders(conn: &mut AnyConn, sha256: &str) -> Result<()> {
    let named = version_reference::table
        .filter(version_reference::package_id.eq(blob_link::package_id))
        .filter(version_reference::kind.eq("blob"))
        .filter(version_reference::target.eq(blob_link::sha256));
    let links = blob_link::table
        .filter(blob_link::sha256.eq(sha256))
        .filter(not(exists(named)));
    diesel::delete(links).execute(conn)?;
    diesel::delete(draft_blob::table.filter(draft_blob::sha256.eq(sha256))).execute(conn)?;
    Ok(())
}
