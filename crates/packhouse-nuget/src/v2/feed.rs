//! From what was found to a feed.

use std::collections::HashMap;

use packhouse_core::id::{PackageId, VersionId};
use packhouse_core::package::Version;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::Error;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::atom::Drawing;
use super::candidates::Hit;
use super::collect::Found;
use crate::links::Links;
use crate::metadata::Metadata;
use crate::odata::Query;
use crate::route::Feed;

/// What is stored about the versions of one package.
type Stored = (HashMap<VersionId, Version>, HashMap<VersionId, i64>);

/// Draws a page of a list.
pub(super) async fn draw(
    call: &Call,
    links: &Links,
    feed: Feed,
    query: &Query,
    pairs: &[(String, String)],
    found: Found,
) -> Result<String> {
    let mut drawing = Drawing::feed(links, feed.name(), call.registry().now());
    if query.inline_count {
        drawing.count(found.total);
    }
    let shown = found.hits.len();
    let mut stored: HashMap<PackageId, Stored> = HashMap::new();
    for hit in &found.hits {
        let id = hit.package.package.id;
        if !stored.contains_key(&id) {
            // One package after the other: what the last one's nuspecs say is not held any longer.
            stored.clear();
            let of = found
                .hits
                .iter()
                .filter(|other| other.package.package.id == id);
            let ids: Vec<_> = of.map(|hit| hit.entry().id).collect();
            stored.insert(id, read(call, id, ids).await?);
        }
        if let Some(stored) = stored.get(&id) {
            entry(&mut drawing, hit, stored);
        }
    }
    // Clients of 2.x that got as many as they wanted take a next page for more of the same.
    let wanted = query
        .top
        .map(|top| usize::try_from(top).unwrap_or(usize::MAX));
    if found.more && wanted.is_none_or(|wanted| wanted > shown) {
        let skip = usize::try_from(query.skip).unwrap_or(usize::MAX);
        let rest = wanted.map(|wanted| wanted - shown);
        let next = next(links, feed, pairs, (skip.saturating_add(shown), rest));
        drawing.next(&next);
    }
    drawing.finish().map_err(broken)
}

/// Draws one entry; nothing when it went meanwhile.
pub(super) async fn draw_one(call: &Call, links: &Links, hit: Hit) -> Result<Option<String>> {
    let ids = vec![hit.entry().id];
    let stored = read(call, hit.package.package.id, ids).await?;
    let mut drawing = Drawing::entry(links);
    match entry(&mut drawing, &hit, &stored) {
        true => drawing.finish().map(Some).map_err(broken),
        false => Ok(None),
    }
}

fn broken(error: std::io::Error) -> HttpError {
    Error::Internal(format!("a feed cannot be drawn: {error}")).into()
}

async fn read(call: &Call, id: PackageId, ids: Vec<VersionId>) -> Result<Stored> {
    let read = call.registry().snapshot(id, move |snapshot| {
        Ok((snapshot.versions(&ids)?, snapshot.downloads()?))
    });
    match read.await {
        Ok((versions, downloads)) => {
            let versions = versions.into_iter().map(|version| (version.id, version));
            Ok((versions.collect(), downloads))
        }
        Err(Error::NotFound { .. }) => Ok(Stored::default()),
        Err(error) => Err(error.into()),
    }
}

/// Draws a version; tells whether it is still there.
fn entry(drawing: &mut Drawing<'_>, hit: &Hit, (versions, downloads): &Stored) -> bool {
    let id = hit.entry().id;
    let Some(version) = versions.get(&id) else {
        return false;
    };
    match Metadata::parse(&version.metadata) {
        Ok(metadata) => {
            let all = downloads.values().sum();
            let own = downloads.get(&id).copied().unwrap_or(0);
            drawing.package(hit, version, &metadata, (all, own));
            true
        }
        Err(error) => {
            // It must not take away everything else that was found.
            tracing::error!(version.id = id.0, %error, "stored metadata is damaged");
            false
        }
    }
}

/// Gives the address of the next page: this one's with another number of entries left out, and of
/// those that are still wanted.
fn next(
    links: &Links,
    feed: Feed,
    pairs: &[(String, String)],
    (skip, top): (usize, Option<usize>),
) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let kept = pairs.iter();
    let kept = kept.filter(|(name, _)| !["$skip", "$top"].contains(&name.as_str()));
    let mut query: Vec<String> = kept
        .map(|(name, value)| match name.strip_prefix('$') {
            Some(name) => format!("${}={}", encode(name), encode(value)),
            None => format!("{}={}", encode(name), encode(value)),
        })
        .collect();
    query.push(format!("$skip={skip}"));
    query.extend(top.map(|top| format!("$top={top}")));
    let at = links.at(&format!("v2/{}()", feed.name()));
    format!("{at}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_asks_the_same_of_others() {
        let links = Links::new("https://registry.example/nuget", "acme");
        let pairs = [
            ("$filter", "Id eq 'a+b'"),
            ("$skip", "100"),
            ("id", "x"),
            ("$top", "9"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(
            next(&links, Feed::Packages, &pairs, (200, Some(7))),
            "https://registry.example/nuget/acme/v2/Packages()?\
             $filter=Id%20eq%20%27a%2Bb%27&id=x&$skip=200&$top=7"
        );
    }
}
