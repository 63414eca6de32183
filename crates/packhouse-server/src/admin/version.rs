//! The versions of a package, as a table.

use packhouse_core::id::VersionId;
use packhouse_registry::PackageAddress;
use packhouse_registry::publish::Complete;
use packhouse_registry::resolve::VersionListing;
use packhouse_registry::restore::DeletedVersion;
use packhouse_registry::signature::SignedBy;

use super::{Admin, table};
use crate::failure::Failure;
use crate::run::print;

/// How many versions are read at once.
const PAGE: usize = 200;
const HEAD: [&str; 6] = [
    "VERSION",
    "TAGS",
    "WHAT",
    "SIGNED BY",
    "DOWNLOADS",
    "PUBLISHED",
];

const DELETED: [&str; 4] = ["VERSION", "WHAT", "DELETED", "RESTORABLE UNTIL"];

/// Prints them, newest first, a page at a time: columns are as wide as each page needs.
pub(super) async fn list(admin: &Admin, address: &PackageAddress) -> Result<(), Failure> {
    let mut before: Option<VersionId> = None;
    loop {
        let page = admin
            .registry
            .list_version_page(&admin.actor, address, before, PAGE)
            .await?;
        let Some(last) = page.last() else {
            if before.is_none() {
                print(table::render(&HEAD, &[]))?;
            }
            return Ok(());
        };
        before = Some(last.version.id);
        let format = admin.registry.format(address.format.as_str())?;
        let rows: Vec<_> = page
            .iter()
            .map(|listing| row(listing, format.about(&listing.version.metadata)))
            .collect();
        print(table::render(&HEAD, &rows))?;
    }
}

/// Lists a version whose files came one by one, and says so; fails when nothing of it waits.
pub(super) async fn complete(
    admin: &Admin,
    address: &PackageAddress,
    version: &str,
) -> Result<(), Failure> {
    let (registry, actor, client) = (&admin.registry, &admin.actor, &admin.client);
    let name = admin.version(address, version)?;
    let what = Complete::Versions(vec![name.clone()]);
    if registry.complete(actor, client, address, what).await? == 0 {
        let nothing = format!(
            "nothing of {} {name} waits to be listed: it is listed already, was never begun, or a \
             checksum of one of its files did not fit",
            address.shown
        );
        return Err(Failure::Failed(anyhow::Error::msg(nothing)));
    }
    eprintln!("listed {} {name}", address.shown);
    Ok(())
}

/// Prints the deleted ones that can still be restored, a page at a time.
pub(super) async fn list_deleted(admin: &Admin, address: &PackageAddress) -> Result<(), Failure> {
    let (registry, actor, client) = (&admin.registry, &admin.actor, &admin.client);
    let format = registry.format(address.format.as_str())?;
    let mut before: Option<VersionId> = None;
    loop {
        let page = registry
            .list_deleted_versions(actor, client, address, before, PAGE)
            .await?;
        let Some(last) = page.last() else {
            if before.is_none() {
                print(table::render(&DELETED, &[]))?;
            }
            return Ok(());
        };
        before = Some(last.version.id);
        let row = |deleted: &DeletedVersion| {
            let about = format.about(&deleted.version.metadata);
            vec![
                deleted.version.name.to_string(),
                about.unwrap_or_else(|| "-".to_owned()),
                table::time(deleted.at),
                match deleted.live_again {
                    true => "live again".to_owned(),
                    false => table::time(deleted.until),
                },
            ]
        };
        let rows: Vec<_> = page.iter().map(row).collect();
        print(table::render(&DELETED, &rows))?;
    }
}

fn row(listing: &VersionListing, about: Option<String>) -> Vec<String> {
    let dash = |text: String| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text
        }
    };
    let signed: Vec<_> = listing.signed.iter().map(shown).collect();
    vec![
        listing.version.name.to_string(),
        dash(listing.tags.join(", ")),
        about.unwrap_or_else(|| "-".to_owned()),
        dash(signed.join("; ")),
        listing.downloads.to_string(),
        table::time(listing.version.created_at),
    ]
}

/// Gives a signature as `signed by key SHA256:… (key=value)`.
fn shown(signed: &SignedBy) -> String {
    let said: Vec<_> = signed
        .annotations
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let key = format!("signed by key {}", signed.fingerprint);
    if said.is_empty() {
        key
    } else {
        format!("{key} ({})", said.join(", "))
    }
}
