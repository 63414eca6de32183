//! What a check of database and store asks, in pages by key.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use packhouse_core::format::FormatId;
use packhouse_core::id::{FileId, PackageId, VersionId};
use packhouse_core::package::VersionState;

use crate::collect::{Candidate, candidate, candidates};
use crate::error::Result;
use crate::schema::{
    blob, blob_link, build, draft_blob, file, package, tag, upload, version, version_reference,
};
use crate::upload::UploadRow;
use crate::{AnyConn, row};

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

/// A file whose bytes, or whose build, are not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DanglingFile {
    /// The version it belongs to.
    pub version: VersionId,
    /// Its name inside the version.
    pub name: String,
    /// The sha256 that it names, in hex.
    pub sha256: String,
    /// The build that it names, when it is that which is not there.
    pub build: Option<String>,
}

/// Looks at a page of all files by row; gives where it ends and those whose bytes, or whose build,
/// are not recorded.
pub fn list_dangling_files(
    conn: &mut AnyConn,
    after: FileId,
    limit: i64,
) -> Result<(Option<FileId>, Vec<DanglingFile>)> {
    type Row = (i64, i64, String, String, Option<String>, bool, bool);
    let recorded = exists(blob::table.filter(blob::sha256.eq(file::sha256)));
    let built = exists(
        build::table
            .filter(build::version_id.eq(file::version_id))
            .filter(file::build.eq(build::name.nullable())),
    );
    let rows: Vec<Row> = file::table
        .filter(file::id.gt(after.0))
        .order(file::id)
        .limit(limit)
        .select((
            file::id,
            file::version_id,
            file::name,
            file::sha256,
            file::build,
            recorded,
            built,
        ))
        .load(conn)?;
    let last = rows.last().map(|(id, ..)| FileId(*id));
    let mut dangling = Vec::new();
    for (_, version, name, sha256, build, recorded, built) in rows {
        let one = |build| DanglingFile {
            version: VersionId(version),
            name: name.clone(),
            sha256: sha256.clone(),
            build,
        };
        if !recorded {
            dangling.push(one(None));
        }
        if build.is_some() && !built {
            dangling.push(one(build));
        }
    }
    Ok((last, dangling))
}

/// A build as a check looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedBuild {
    /// The version it belongs to.
    pub version: VersionId,
    /// Its name; empty for the version itself.
    pub name: String,
    /// The package's name inside its owner.
    pub package_name: String,
    /// The version's name.
    pub version_name: String,
    /// Open or live.
    pub state: VersionState,
    /// Open, live or deleted.
    pub version_state: VersionState,
    /// Whether it has a file.
    pub has_files: bool,
    /// Whether a build of its version is live.
    pub any_live: bool,
}

/// Where a page of builds ends: with the version and name of its last one.
pub type BuildKey = (VersionId, String);

/// Gives a page of all builds by key.
pub fn list_builds(conn: &mut AnyConn, after: &BuildKey, limit: i64) -> Result<Vec<CheckedBuild>> {
    type Row = (i64, String, String, String, String, String, bool, bool);
    let siblings = diesel::alias!(crate::schema::build as sibling);
    let live = siblings
        .filter(siblings.field(build::version_id).eq(build::version_id))
        .filter(siblings.field(build::state).eq(VersionState::Live.as_str()));
    let files = file::table
        .filter(file::version_id.eq(build::version_id))
        .filter(file::build.eq(build::name.nullable()));
    let (from, name) = (after.0.0, &after.1);
    let rows: Vec<Row> = build::table
        .inner_join(version::table.on(version::id.eq(build::version_id)))
        .inner_join(package::table.on(package::id.eq(build::package_id)))
        .filter(build::version_id.ge(from))
        .filter(build::version_id.gt(from).or(build::name.gt(name)))
        .order((build::version_id, build::name))
        .limit(limit)
        .select((
            build::version_id,
            build::name,
            package::name,
            version::name,
            build::state,
            version::state,
            exists(files),
            exists(live),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            let (version, name, package_name, version_name, state, of, has_files, any_live) = row;
            Ok(CheckedBuild {
                version: VersionId(version),
                name,
                package_name,
                version_name,
                state: row::read("build.state", &state, VersionState::parse)?,
                version_state: row::read("version.state", &of, VersionState::parse)?,
                has_files,
                any_live,
            })
        })
        .collect()
}

/// Removes an open build that still has no file; tells whether it did.
pub fn remove_empty_build(conn: &mut AnyConn, one: &CheckedBuild) -> Result<bool> {
    let files = file::table
        .filter(file::version_id.eq(build::version_id))
        .filter(file::build.eq(build::name.nullable()));
    let empty = build::table
        .find((one.version.0, &one.name))
        .filter(build::state.eq(VersionState::Open.as_str()))
        .filter(not(exists(files)));
    Ok(diesel::delete(empty).execute(conn)? == 1)
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
