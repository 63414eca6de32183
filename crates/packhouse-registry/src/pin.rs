//! What a package serves because a live version is made of it.

use std::collections::BTreeSet;

use packhouse_core::id::PackageId;
use packhouse_db::reference::{self, Target};
use packhouse_db::{AnyConn, Result};

/// How deep versions name versions that are looked at.
const MAX_DEPTH: usize = 16;

/// Gives the name of a live version that is made of this, or of a deleted version that is, and so
/// on: a deleted version that a live one names still answers by its digest, and must be whole.
pub(crate) fn live_user(
    conn: &mut AnyConn,
    package: PackageId,
    target: &Target,
) -> Result<Option<String>> {
    let mut seen = BTreeSet::new();
    let mut open = vec![target.clone()];
    for _ in 0..=MAX_DEPTH {
        let mut next = Vec::new();
        for target in &open {
            let live = reference::live_referring(conn, package, target, 1)?;
            if let Some(user) = live.into_iter().next() {
                return Ok(Some(user));
            }
            let deleted = reference::deleted_referring(conn, package, target)?;
            let new = deleted.into_iter().filter(|key| seen.insert(key.clone()));
            next.extend(new.map(Target::Version));
        }
        if next.is_empty() {
            return Ok(None);
        }
        open = next;
    }
    Ok(None)
}
