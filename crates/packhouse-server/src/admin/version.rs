//! The versions of a package, as a table.

use packhouse_core::id::VersionId;
use packhouse_registry::PackageAddress;
use packhouse_registry::resolve::VersionListing;
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
