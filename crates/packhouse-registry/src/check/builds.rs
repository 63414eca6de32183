//! Do the builds of versions fit their versions and files?

use packhouse_core::id::VersionId;
use packhouse_core::package::VersionState;
use packhouse_db::check::{self, CheckedBuild};

use super::{Check, PAGE};
use crate::error::Result;

impl Check<'_> {
    /// Looks for builds that have no file, and for versions that appeared without a build or the
    /// other way round. An open build without files promises nothing and is removed.
    pub(super) async fn builds(&mut self) -> Result<()> {
        let mut after = (VersionId(0), String::new());
        loop {
            let from = after.clone();
            let db = &self.registry.inner.db;
            let page = db
                .read(move |conn| check::list_builds(conn, &from, PAGE))
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = (last.version, last.name.clone());
            for one in page {
                let Some(text) = fault_of(&one) else {
                    continue;
                };
                let removable = !one.has_files && one.state == VersionState::Open;
                let db = &self.registry.inner.db;
                let mended = self.repair
                    && removable
                    && db
                        .write(move |conn| check::remove_empty_build(conn, &one))
                        .await?;
                self.found(text, mended);
            }
        }
    }
}

fn fault_of(one: &CheckedBuild) -> Option<String> {
    let whole = format!("{} {}", one.package_name, one.version_name);
    let what = match one.name.as_str() {
        "" => whole.clone(),
        name => format!("the build {name} of {whole}"),
    };
    match (one.version_state, one.state) {
        _ if !one.has_files => Some(format!("{what} has no file; push it again")),
        (VersionState::Open, VersionState::Live) => Some(format!(
            "{what} was published, but not its version; delete the version and push it again"
        )),
        (VersionState::Live, VersionState::Open) if !one.any_live => Some(format!(
            "{whole} was published, but none of its builds; say again that it is complete"
        )),
        _ => None,
    }
}
