//! Registrations: what is known about the versions of a package, in pages (NuGet notes §4).

use std::sync::Arc;

use actix_web::HttpResponse;
use packhouse_core::id::VersionId;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::resolve::Snapshot;

use crate::address;
use crate::answer;
use crate::documents::{Form, head};
use crate::flat::live;
use crate::format::Nuget;
use crate::links::Links;
use crate::route::{Hive, VersionRef};
use crate::version::Version;
use crate::versions::{Entry, Versions};

mod render;

pub(crate) use render::{icon, license};

/// How many versions a page holds.
const PAGE: usize = 64;
/// How many it may hold by an address that somebody kept.
const MAX_PAGE: usize = 4 * PAGE;
/// Up to how many versions all pages come with the registration itself.
const INLINE: usize = 127;

/// A page of a registration: versions from one to another.
struct Bounds {
    ids: Vec<VersionId>,
    lower: String,
    upper: String,
}

impl Bounds {
    fn of(page: &[&Entry]) -> Self {
        let version = |entry: Option<&&Entry>| {
            entry.map_or_else(String::new, |entry| entry.version.normalized())
        };
        Self {
            ids: page.iter().map(|entry| entry.id).collect(),
            lower: version(page.first()),
            upper: version(page.last()),
        }
    }
}

/// Cuts the versions of a hive into pages.
fn pages(versions: &Versions, hive: Hive) -> Vec<Bounds> {
    let entries = versions.in_hive(hive);
    entries.chunks(PAGE).map(Bounds::of).collect()
}

/// Gives the versions of a hive from one to another. Clients keep the addresses of pages for a while,
/// in which a version may come or go before them: an address always stands for the versions within
/// it, whatever pages there are now.
fn between(versions: &Versions, hive: Hive, lower: &str, upper: &str) -> Option<Bounds> {
    let (lower, upper) = (Version::parse(lower).ok()?, Version::parse(upper).ok()?);
    let entries = versions.in_hive(hive);
    let from = entries.partition_point(|entry| entry.version < lower);
    let to = entries.partition_point(|entry| entry.version <= upper);
    let within = entries.get(from..to)?;
    (!within.is_empty() && within.len() <= MAX_PAGE).then(|| Bounds {
        ids: within.iter().map(|entry| entry.id).collect(),
        lower: lower.normalized(),
        upper: upper.normalized(),
    })
}

/// GET `{hive}/{id}/index.json`.
pub(crate) async fn index(
    nuget: &Nuget,
    call: Call,
    owner: &str,
    hive: Hive,
    id: &str,
) -> Result<HttpResponse> {
    let package = live(&call, id)?;
    let versions = nuget.documents.versions(&call, package).await?;
    let form = Form::Registration(hive);
    if !versions.any_in_hive(hive) {
        return Err(HttpError::not_found(id));
    }
    let links = Links::of(&call, owner);
    let about = head(&call, package, &form);
    answer::document(&call, about, answer::JSON, async |gzip| {
        let draw = move |snapshot: &mut Snapshot<'_>| {
            let pages = pages(&versions, hive);
            let inline = pages.iter().map(|page| page.ids.len()).sum::<usize>() <= INLINE;
            render::index(snapshot, &links, hive, &pages, inline)
        };
        nuget.documents.get(&call, package, form, gzip, draw).await
    })
    .await
}

/// GET `{hive}/{id}/page/{lower}/{upper}.json`.
pub(crate) async fn page(
    nuget: &Nuget,
    call: Call,
    owner: &str,
    (hive, id): (Hive, &str),
    (lower, upper): (&str, &str),
) -> Result<HttpResponse> {
    let package = live(&call, id)?;
    let versions = nuget.documents.versions(&call, package).await?;
    let found = between(&versions, hive, lower, upper);
    let missing = || HttpError::not_found(format!("{id} from {lower} to {upper}"));
    let page = found.ok_or_else(missing)?;
    let form = Form::Page(hive, page.lower.to_lowercase(), page.upper.to_lowercase());
    let links = Links::of(&call, owner);
    let about = head(&call, package, &form);
    answer::document(&call, about, answer::JSON, async |gzip| {
        let draw = move |snapshot: &mut Snapshot<'_>| render::page(snapshot, &links, hive, &page);
        nuget.documents.get(&call, package, form, gzip, draw).await
    })
    .await
}

/// GET `{hive}/{id}/{version}.json`.
pub(crate) async fn leaf(
    nuget: &Nuget,
    call: Call,
    owner: &str,
    hive: Hive,
    at: &VersionRef,
) -> Result<HttpResponse> {
    let package = live(&call, &at.id)?;
    let versions = nuget.documents.versions(&call, package).await?;
    let missing = || HttpError::not_found(format!("{} {}", at.id, at.version));
    let wanted = address::version(&at.version).ok_or_else(missing)?;
    let entry = versions.find(wanted.key());
    let entry = entry.filter(|entry| hive == Hive::SemVer2 || !entry.semver2);
    let version = entry.ok_or_else(missing)?.id;
    let form = Form::Leaf(hive, wanted.key().to_owned());
    let links = Links::of(&call, owner);
    let about = head(&call, package, &form);
    let shown = Arc::new(missing().message);
    answer::document(&call, about, answer::JSON, async |gzip| {
        let draw = move |snapshot: &mut Snapshot<'_>| {
            let drawn = render::leaf(snapshot, &links, hive, version)?;
            drawn.ok_or_else(|| packhouse_registry::Error::not_found(shown))
        };
        nuget.documents.get(&call, package, form, gzip, draw).await
    })
    .await
}

#[cfg(test)]
mod tests;
