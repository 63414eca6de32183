//! Whether lists show a version: a version that they do not show is still there for whoever asks for
//! it by its number.

use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::package::{VersionName, VersionState};
use packhouse_core::permission::Action;
use packhouse_db::{package, version};
use serde_json::json;

use crate::authorize::{PackageAddress, package_in};
use crate::error::{Error, Result};
use crate::event::About;
use crate::latest;
use crate::registry::Registry;

impl Registry {
    /// Lets lists show a live version, or no longer; tells whether that changed anything.
    ///
    /// # Errors
    /// Needs Tag; `NotFound` when there is no such version.
    pub async fn set_listed(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        name: &VersionName,
        listed: bool,
    ) -> Result<bool> {
        let format = std::sync::Arc::clone(self.format(address.format.as_str())?);
        let by = self.by(actor, client);
        let (address, name) = (address.clone(), name.clone());
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Tag)?;
                let id = record.package.id;
                let missing = || Error::not_found(format!("{} {name}", address.shown));
                let look = |conn: &mut _| {
                    let found = version::find_version(conn, id, name.key())?;
                    let live = found.filter(|found| found.state == VersionState::Live);
                    live.ok_or_else(missing)
                };
                if look(conn)?.listed == listed {
                    return Ok(false);
                }
                // The row is held before what is changed is read again: of several that ask for the
                // same change one makes it.
                if !package::hold(conn, id)? {
                    return Err(missing());
                }
                let found = look(conn)?;
                if found.listed == listed {
                    return Ok(false);
                }
                package::bump(conn, id, by.now)?;
                version::set_listed(conn, found.id, listed)?;
                let kind = match listed {
                    true => EventKind::VersionRelisted,
                    false => EventKind::VersionUnlisted,
                };
                let about = About::of(&record, Some(found.id));
                by.record(conn, kind, about, json!({ "version": found.name.as_str() }))?;
                let whole = About::of(&record, None);
                latest::settle(conn, &by, whole, format.as_ref(), id)?;
                Ok(true)
            })
            .await
    }
}
