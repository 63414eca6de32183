//! Movable names of versions.

use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::id::PackageId;
use packhouse_core::package::VersionName;
use packhouse_core::permission::Action;
use packhouse_db::{AnyConn, package, tag, version};
use serde_json::json;

use crate::authorize::{PackageAddress, package_in};
use crate::error::{Error, Result};
use crate::event::About;
use crate::registry::Registry;
use crate::rule;

impl Registry {
    /// Points a tag at a live version. Setting it where it is already changes nothing.
    ///
    /// # Errors
    /// Needs Tag; `NotFound` when the version is not live.
    pub async fn set_tag(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        name: &str,
        target: &VersionName,
    ) -> Result<()> {
        let format = std::sync::Arc::clone(self.format(address.format.as_str())?);
        let by = self.by(actor, client);
        let (address, name, target) = (address.clone(), name.to_owned(), target.clone());
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Tag)?;
                let package = record.package.id;
                if points_at(conn, package, &name, &target)? {
                    return Ok(());
                }
                // First, so that of two at once the second sees what the first did.
                package::bump(conn, package, by.now)?;
                let tags = std::slice::from_ref(&name);
                rule::refuse_moves(
                    conn,
                    format.as_ref(),
                    &record,
                    &address.shown,
                    tags,
                    &target,
                )?;
                let missing = || Error::not_found(format!("{} {target}", address.shown));
                let live =
                    version::find_version(conn, package, target.key())?.ok_or_else(missing)?;
                let old = tag::set_tag(conn, package, &name, live.id, by.now)?;
                let about = About::of(&record, Some(live.id));
                let detail = json!({ "tag": name, "old": old, "version": target.as_str() });
                by.record(conn, EventKind::TagSet, about, detail)?;
                Ok(())
            })
            .await
    }

    /// Removes a tag.
    ///
    /// # Errors
    /// Needs Tag; `NotFound` when there is no such tag; `Refused` for the tag that the format
    /// always has.
    pub async fn remove_tag(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        name: &str,
    ) -> Result<()> {
        let format = std::sync::Arc::clone(self.format(address.format.as_str())?);
        let by = self.by(actor, client);
        let (address, name) = (address.clone(), name.to_owned());
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Tag)?;
                if format.default_tag() == Some(name.as_str()) {
                    return Err(Error::Refused(format!(
                        "the tag {name} always exists: point it at another version instead"
                    )));
                }
                let package = record.package.id;
                package::bump(conn, package, by.now)?;
                let tags = std::slice::from_ref(&name);
                rule::refuse_removals(conn, format.as_ref(), &record, &address.shown, tags)?;
                let old = tag::remove_tag(conn, package, &name)?
                    .ok_or_else(|| Error::not_found(format!("{} tag {name}", address.shown)))?;
                let about = About::of(&record, Some(old));
                by.record(
                    conn,
                    EventKind::TagRemoved,
                    about,
                    json!({ "tag": name, "old": old }),
                )?;
                Ok(())
            })
            .await
    }
}

/// Tells whether a tag points at that live version.
fn points_at(
    conn: &mut AnyConn,
    package: PackageId,
    name: &str,
    target: &VersionName,
) -> Result<bool> {
    let Some(live) = version::find_version(conn, package, target.key())? else {
        return Ok(false);
    };
    let tags = tag::list_tags(conn, package)?;
    Ok(tags
        .iter()
        .any(|tag| tag.name == name && tag.version == live.id))
}
