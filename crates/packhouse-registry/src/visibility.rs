//! Who may read a package without a grant.

use packhouse_core::account::{Account, AccountKind};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::permission::Action;
use packhouse_core::visibility::Visibility;
use packhouse_db::package::PackageRecord;
use packhouse_db::{grant, package};
use serde_json::json;

use crate::authorize::{PackageAddress, package_in};
use crate::error::{Error, Result};
use crate::event::About;
use crate::registry::Registry;

/// What a package's access comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessSource {
    /// From its repository: visibility and grants both.
    Inherit,
    /// Its own.
    Own(Visibility),
}

impl Registry {
    /// Changes a package's visibility, or lets it inherit from its repository. Switching to
    /// inheritance removes the package's own grants; switching back copies nothing.
    ///
    /// # Errors
    /// Needs Administer; `Unprocessable` for internal under a user and for inheriting without a
    /// repository of the same owner.
    pub async fn set_visibility(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        wanted: AccessSource,
    ) -> Result<()> {
        let by = self.by(actor, client);
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Administer)?;
                let package = &record.package;
                refuse_at_home(&record, &address.shown)?;
                let (inherits, visibility) = match wanted {
                    AccessSource::Own(visibility) => (false, visibility),
                    AccessSource::Inherit => (true, package.visibility),
                };
                if !inherits {
                    refuse_internal_of_user(&record.owner, visibility, &address.shown)?;
                }
                let source = record.repository.as_ref();
                if inherits && source.is_none_or(|source| source.owner != package.owner) {
                    return Err(Error::Unprocessable(format!(
                        "{} is not linked to a repository of its owner: link it first",
                        address.shown
                    )));
                }
                if (inherits, visibility) == (package.inherits, package.visibility) {
                    return Ok(());
                }
                package::bump(conn, package.id, by.now)?;
                // Grants before what hangs on them, as every change of rights goes.
                if inherits {
                    grant::remove_grants_on_package(conn, package.id)?;
                }
                package::set_visibility(conn, package.id, inherits, visibility)?;
                let about = About::of(&record, None);
                let detail = json!({
                    "package": address.shown,
                    "old": { "inherits": package.inherits, "visibility": package.visibility.as_str() },
                    "new": { "inherits": inherits, "visibility": visibility.as_str() },
                });
                by.record(conn, EventKind::PackageVisibilityChanged, about, detail)?;
                Ok(())
            })
            .await
    }
}

/// Refuses to give a package access or a link of its own that belongs to its repository.
pub(crate) fn refuse_at_home(record: &PackageRecord, shown: &str) -> Result<()> {
    if record.package.path.is_none() {
        return Ok(());
    }
    let repository = record.repository.as_ref();
    let name = repository.map_or("", |repository| repository.name.as_str());
    Err(Error::Unprocessable(format!(
        "{shown} belongs to the repository {}/{name} and has its access, always: change it there",
        record.owner.name
    )))
}

/// Internal is for packages of organisations.
pub(crate) fn refuse_internal_of_user(
    owner: &Account,
    visibility: Visibility,
    shown: &str,
) -> Result<()> {
    if visibility != Visibility::Internal || owner.kind != AccountKind::User {
        return Ok(());
    }
    Err(Error::Unprocessable(format!(
        "internal is for packages of organisations: {shown} belongs to a user, use private or public"
    )))
}
