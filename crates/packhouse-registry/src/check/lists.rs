//! Do the lists of packages that clients read tell of the versions that there are?

use std::collections::BTreeSet;

use chrono::Duration;
use packhouse_core::id::PackageId;
use packhouse_db::feed::anew::{self, Listed};
use packhouse_db::{AnyConn, DbError, package, version};

use super::{Check, PAGE};
use crate::error::Result;

impl Check<'_> {
    /// Looks for live versions that are not in their package's list, and for others that are.
    pub(super) async fn lists(&mut self) -> Result<()> {
        let all = self.registry.now() + Duration::days(1);
        let db = self.registry.inner.db.clone();
        let feeds = db
            .read(move |conn| anew::list_begun_before(conn, all))
            .await?;
        for (owner, format) in feeds {
            // Rows of formats that this release does not have are left alone.
            let Ok(format) = self.registry.format(&format) else {
                continue;
            };
            let of = (owner, format.id());
            let mut after = Some(PackageId(0));
            while let Some(from) = after {
                let page = db.read(move |conn| {
                    let page = anew::list_packages(conn, of, from, PAGE)?;
                    let last = page.last().map(|package| package.id);
                    let mut faults = Vec::new();
                    for one in &page {
                        faults.extend(faults_of(conn, one)?);
                    }
                    Ok::<_, DbError>((last, faults))
                });
                let (last, faults) = page.await?;
                for text in faults {
                    self.found(text, false);
                }
                after = last;
            }
        }
        Ok(())
    }
}

fn faults_of(conn: &mut AnyConn, one: &Listed) -> Result<Vec<String>, DbError> {
    let record = package::find_record_by_id(conn, one.id)?;
    // What is deleted keeps its list for the day it comes back.
    if record.is_none_or(|record| record.package.deleted_at.is_some()) {
        return Ok(Vec::new());
    }
    let live = version::list_summaries(conn, one.id)?;
    let live: BTreeSet<&str> = live.iter().map(|version| version.name.as_str()).collect();
    let listed: BTreeSet<&str> = one.lines.iter().map(|(name, _)| name.as_str()).collect();
    let lost = live.difference(&listed).map(|name| {
        let package = &one.name;
        format!(
            "{package} {name} is live and in no list, so clients do not find it; delete it, and \
             publish it under a new number"
        )
    });
    let left = listed.difference(&live).map(|name| {
        let package = &one.name;
        format!(
            "{package} {name} is in the list of its package, and not live; restore and delete it"
        )
    });
    Ok(lost.chain(left).collect())
}
