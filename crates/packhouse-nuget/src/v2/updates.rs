//! `GetUpdates()`: what is newer than what a client has.

use std::collections::HashSet;

use packhouse_http::{Call, HttpError, Result};

use super::candidates::{Hit, Latest};
use super::unclear;
use crate::address;
use crate::format::{LOOKUP, Nuget};
use crate::odata::Query;
use crate::range::VersionRange;
use crate::version::Version;
use crate::versions::Wanted;

/// About how many packages a client may ask at once.
const MAX_IDS: usize = 1000;

/// Finds the updates of each package that is named.
pub(super) async fn find(
    nuget: &Nuget,
    call: &Call,
    owner: &str,
    query: &Query,
    semver2: bool,
) -> Result<Vec<Hit>> {
    let list = |name| query.list(name).map_err(unclear);
    let flag = |name| query.flag(name).map_err(unclear);
    let (ids, versions) = (list("packageIds")?, list("versions")?);
    let constraints = list("versionConstraints")?;
    if ids.len() != versions.len() || ids.len() > MAX_IDS {
        return Err(HttpError::invalid(format!(
            "GetUpdates needs as many versions as packageIds, {MAX_IDS} at most: {} and {} came",
            ids.len(),
            versions.len()
        )));
    }
    let wanted = Wanted {
        prerelease: flag("includePrerelease")?.unwrap_or(false),
        semver2,
        package_types: &[],
    };
    let all = flag("includeAllVersions")?.unwrap_or(false);
    let (mut hits, mut seen) = (Vec::new(), HashSet::new());
    for (place, (id, have)) in ids.iter().zip(&versions).enumerate() {
        let have = Version::parse(have).map_err(|error| HttpError::invalid(error.to_string()))?;
        let range = constraints.get(place).map_or("", String::as_str);
        let range = VersionRange::parse_lenient(range);
        let address = address::of(owner, id);
        let registry = call.registry();
        let Some(package) = registry
            .authorize_listed(&call.actor, &address, LOOKUP)
            .await?
        else {
            continue;
        };
        let versions = nuget.documents.versions(call, &package).await?;
        let latest = Latest::of(&versions, semver2);
        let newer = versions.all().iter().enumerate().filter(|(_, entry)| {
            wanted.shows(entry) && entry.version > have && range.contains(&entry.version)
        });
        let newer: Vec<usize> = newer.map(|(index, _)| index).collect();
        let chosen = match all {
            true => &newer[..],
            false => &newer[newer.len().saturating_sub(1)..],
        };
        for index in chosen {
            // Who names a package a thousand times is told once.
            if seen.insert((package.package.id, *index)) {
                hits.push(Hit {
                    package: package.clone(),
                    versions: versions.clone(),
                    index: *index,
                    latest,
                });
            }
        }
    }
    Ok(hits)
}
