//! Folders of a repository: what lies directly below a path, without reading what lies deeper.

use std::collections::BTreeSet;

use diesel::prelude::*;
use packhouse_core::format::FormatId;
use packhouse_core::id::RepositoryId;

use crate::AnyConn;
use crate::error::Result;
use crate::readable::{Readable, Viewer};
use crate::schema::package;

/// Gives the names of the folders directly below a folder of a repository (`""` is its root, else
/// without a slash at the end) that lead to a package with a live version that the viewer may read,
/// `limit` at most.
///
/// Each step is one probe of an index to the next name, so packages below are not read one by one.
pub fn list(
    conn: &mut AnyConn,
    viewer: &Viewer,
    (repository, format): (RepositoryId, FormatId),
    folder: &str,
    limit: usize,
) -> Result<Vec<String>> {
    let prefix = match folder {
        "" => String::new(),
        folder => format!("{folder}/"),
    };
    let mut names = BTreeSet::new();
    // Everything that lies deeper in the folder of that name is below NAME + '0', which is the
    // character after '/'.
    let mut from = From::At(prefix.clone());
    while names.len() < limit {
        let mut query = package::table
            .filter(package::repository_id.eq(repository.0))
            .filter(package::format.eq(format.as_str()))
            .filter(package::deleted_at.is_null())
            .filter(package::live_versions.gt(0))
            .filter(Readable::by(viewer))
            .into_boxed();
        query = match &from {
            From::At(path) => query.filter(package::path.ge(path.clone())),
            From::After(path) => query.filter(package::path.gt(path.clone())),
        };
        if !prefix.is_empty() {
            let end = format!("{folder}0");
            query = query.filter(package::path.lt(end));
        }
        let next: Option<Option<String>> = query
            .order(package::path)
            .select(package::path)
            .first(conn)
            .optional()?;
        let Some(path) = next.flatten() else {
            break;
        };
        let Some(below) = path.strip_prefix(&prefix) else {
            break;
        };
        match below.split_once('/') {
            Some((name, _)) => {
                from = From::At(format!("{prefix}{name}0"));
                names.insert(name.to_owned());
            }
            // A package of its own; others may lie in the folder of its name.
            None => {
                names.insert(below.to_owned());
                from = From::After(path);
            }
        }
    }
    Ok(names.into_iter().collect())
}

enum From {
    At(String),
    After(String),
}
