//! Telling users to leave a version.

use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::package::{Deprecation, VersionName};
use packhouse_core::permission::Action;
use packhouse_db::{package, version};
use serde_json::json;

use crate::authorize::{PackageAddress, package_in};
use crate::error::Result;
use crate::event::About;
use crate::registry::Registry;

/// The longest deprecation text, in bytes; as much for what a format keeps besides.
pub const MAX_TEXT: usize = 4096;

impl Registry {
    /// Sets or clears the deprecation of some versions; what is so already, or not live, is left
    /// alone. Gives the number of versions that changed.
    ///
    /// # Errors
    /// Needs Tag; `Invalid` when a text is too long.
    pub async fn deprecate(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        wanted: Vec<(VersionName, Option<Deprecation>)>,
    ) -> Result<usize> {
        if wanted
            .iter()
            .flat_map(|(_, new)| new)
            .flat_map(|new| [Some(&new.text), new.detail.as_ref()])
            .flatten()
            .any(|text| text.len() > MAX_TEXT)
        {
            let rule = format!("a deprecation text has at most {MAX_TEXT} bytes");
            return Err(crate::Error::Invalid(rule));
        }
        let wanted: Vec<_> = wanted
            .into_iter()
            .map(|(name, new)| (name, new.map(storable)))
            .collect();
        let format = std::sync::Arc::clone(self.format(address.format.as_str())?);
        let by = self.by(actor, client);
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Tag)?;
                let package = record.package.id;
                let live = version::list_summaries(conn, package)?;
                let changed: Vec<_> = wanted
                    .iter()
                    .filter_map(|(name, new)| {
                        let found = live.iter().find(|version| version.name == *name)?;
                        (found.deprecation != *new).then_some((found.id, name, new))
                    })
                    .collect();
                if changed.is_empty() {
                    return Ok(0);
                }
                package::bump(conn, package, by.now)?;
                let whole = About::of(&record, None);
                for (id, name, new) in &changed {
                    version::set_deprecation(conn, *id, new.as_ref())?;
                    let about = About {
                        version: Some(*id),
                        ..whole
                    };
                    let text = new.as_ref().map(|new| &new.text);
                    let detail = json!({ "version": name.as_str(), "text": text });
                    by.record(conn, EventKind::VersionDeprecated, about, detail)?;
                }
                crate::latest::settle(conn, &by, whole, format.as_ref(), package)?;
                Ok(changed.len())
            })
            .await
    }
}

fn storable(new: Deprecation) -> Deprecation {
    Deprecation {
        text: crate::text::storable(new.text),
        detail: crate::text::storable_option(new.detail),
    }
}
