//! What an address or a form is about, as it is spelled: clients tell names apart by case, and some
//! name platforms otherwise than they were published.

use packhouse_core::package::VersionName;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::PackageHandle;

use crate::address;
use crate::format::RUBYGEMS;

/// Gives the gem of the address; one that is spelled otherwise is not there.
pub(crate) fn gem<'a>(call: &'a Call, owner: &str, name: &str) -> Result<&'a PackageHandle> {
    let package = call.package.as_ref();
    let package = package.filter(|found| found.package.name.as_str() == name);
    package.ok_or_else(|| missing(owner, name))
}

/// Gives the gem of the address, which must have versions.
pub(crate) fn live<'a>(call: &'a Call, owner: &str, name: &str) -> Result<&'a PackageHandle> {
    let package = gem(call, owner, name)?;
    match package.live_versions > 0 {
        true => Ok(package),
        false => Err(missing(owner, name)),
    }
}

/// Reports a gem or version that is not there, or that the asker may not read.
pub(crate) fn missing(owner: &str, what: &str) -> HttpError {
    HttpError::not_found(format!("{owner}/{what}"))
}

/// Gives the version that was published under a gem's name, a number and a platform, as written or
/// normalised; none where there never was one. Says nothing about rights.
pub(crate) async fn version(
    call: &Call,
    owner: &str,
    name: &str,
    (number, platform): (&str, &str),
) -> Result<Option<VersionName>> {
    let asked = address::asked_version(number, platform);
    let full = address::reserved_full(&format!("{name}-{asked}"));
    let held = call.registry().find_holder(RUBYGEMS, owner, &full).await?;
    let held = held.filter(|holder| holder.package == name);
    Ok(held.and_then(|holder| holder.version).map(address::named))
}
