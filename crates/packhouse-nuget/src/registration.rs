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
use crate::versions::{Entry, Versions};

mod render;

pub(crate) use render::{icon, license};

/// How many versions a page holds.
const PAGE: usize = 64;
/// Up to how many versions all pages come with the registration itself.
const INLINE: usize = 127;

/// A page of a registration: versions from one to another.
struct Bounds {
    number: usize,
    ids: Vec<VersionId>,
    lower: String,
    upper: String,
}

impl Bounds {
    fn of((number, page): (usize, &[&Entry])) -> Self {
        let version = |entry: Option<&&Entry>| {
            entry.map_or_else(String::new, |entry| entry.version.normalized())
        };
        Self {
            number,
            ids: page.iter().map(|entry| entry.id).collect(),
            lower: version(page.first()),
            upper: version(page.last()),
        }
    }
}

/// Cuts the versions of a hive into pages.
fn pages(versions: &Versions, hive: Hive) -> Vec<Bounds> {
    let entries = versions.in_hive(hive);
    entries.chunks(PAGE).enumerate().map(Bounds::of).collect()
}

/// Finds the page of a hive that begins with a version. Nothing is written out of the others: of
/// thousands of versions that would cost more than the answer.
fn page_from(versions: &Versions, hive: Hive, lower: &str) -> Option<Bounds> {
    let wanted = address::version(lower)?;
    let entries = versions.in_hive(hive);
    let mut pages = entries.chunks(PAGE).enumerate();
    let begins = |page: &[&Entry]| {
        page.first()
            .is_some_and(|entry| entry.lower == wanted.key())
    };
    pages.find(|(_, page)| begins(page)).map(Bounds::of)
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
    // A push can move the ends of pages; what somebody read before is asked for by its beginning.
    let found = page_from(&versions, hive, lower);
    let missing = || HttpError::not_found(format!("{id} from {lower} to {upper}"));
    let page = found.ok_or_else(missing)?;
    let form = Form::Page(hive, page.number);
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
