//! The feed of old clients, in OData (NuGet notes §9): nuget.exe 2.x, Chocolatey, old Visual Studio.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_http::{Call, HttpError, Result, upload};

use crate::format::Nuget;
use crate::links::Links;
use crate::odata::{ODataError, Query};
use crate::route::{Feed, Route, VersionRef, What};
use crate::versions::Wanted;
use crate::{address, flat};

mod atom;
mod candidates;
mod collect;
mod feed;
mod model;
mod updates;

const VERSION: HeaderName = HeaderName::from_static("dataserviceversion");

/// Answers a request to the old feed.
pub(crate) async fn answer(nuget: &Nuget, call: Call, route: &Route) -> Result<HttpResponse> {
    let owner = route.owner.as_str();
    match &route.what {
        What::V2Root => {
            let root = model::service(&Links::of(&call, owner));
            Ok(document(&call, "application/xml;charset=utf-8", root))
        }
        What::V2Metadata => {
            let model = model::METADATA.to_owned();
            Ok(document(&call, "application/xml;charset=utf-8", model))
        }
        What::V2Feed { feed, count } => list(nuget, call, owner, *feed, *count).await,
        What::V2Entry(at) => entry(nuget, call, owner, at).await,
        What::V2Download { id, version } => download(nuget, call, id, version.as_deref()).await,
        _ => {
            // Its clients listen when everything is sent.
            upload::hear_out(call.payload, call.kit.limits.idle).await;
            Err(HttpError::new(
                ErrorKind::Unsupported,
                "several queries in one are not offered: ask each by itself",
            ))
        }
    }
}

async fn list(
    nuget: &Nuget,
    call: Call,
    owner: &str,
    feed: Feed,
    count: bool,
) -> Result<HttpResponse> {
    let text = call.request.query_string().to_owned();
    let pairs: Vec<(String, String)> = pairs(&text);
    let query = Query::parse(pairs.iter().map(|(name, value)| (&**name, &**value)));
    let query = query.map_err(unclear)?;
    let found = collect::collect(nuget, &call, owner, feed, &query, count).await?;
    if count {
        let total = found.total.to_string();
        return Ok(document(&call, "text/plain;charset=utf-8", total));
    }
    let links = Links::of(&call, owner);
    let drawn = feed::draw(&call, &links, feed, &query, &pairs, found).await?;
    Ok(document(&call, atom::FEED, drawn))
}

/// Reads a query string. A `+` is itself: clients put frameworks such as `portable-net45+win8` there.
fn pairs(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let bytes = percent_encoding::percent_decode_str(text);
        bytes.decode_utf8_lossy().into_owned()
    };
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

fn unclear(error: ODataError) -> HttpError {
    HttpError::invalid(format!("the query cannot be read: {error}"))
}

/// GET `Packages(Id='X',Version='1.0')`.
async fn entry(nuget: &Nuget, call: Call, owner: &str, at: &VersionRef) -> Result<HttpResponse> {
    let missing = || HttpError::not_found(format!("{} {}", at.id, at.version));
    let package = flat::live(&call, &at.id)?;
    let versions = nuget.documents.versions(&call, package).await?;
    let wanted = address::version(&at.version).ok_or_else(missing)?;
    let index = versions.position(wanted.key()).ok_or_else(missing)?;
    // Whoever asks for one version can read it.
    let latest = candidates::Latest::of(&versions, true);
    let hit = candidates::Hit {
        package: package.clone(),
        versions,
        index,
        latest,
    };
    let links = Links::of(&call, owner);
    let drawn = feed::draw_one(&call, &links, hit).await?;
    Ok(document(&call, atom::ENTRY, drawn.ok_or_else(missing)?))
}

/// GET `package/{id}` and `package/{id}/{version}`.
async fn download(
    nuget: &Nuget,
    call: Call,
    id: &str,
    version: Option<&str>,
) -> Result<HttpResponse> {
    let version = match version {
        Some(version) => version.to_owned(),
        None => {
            let package = flat::live(&call, id)?;
            let versions = nuget.documents.versions(&call, package).await?;
            let stable = Wanted {
                prerelease: false,
                semver2: true,
                package_types: &[],
            };
            let newest = versions.newest(&stable);
            let none = || HttpError::not_found(format!("a listed release of {id}"));
            newest.ok_or_else(none)?.lower.clone()
        }
    };
    let at = VersionRef {
        id: id.to_owned(),
        version,
    };
    flat::nupkg(call, &at).await
}

/// Sends a document whole: some of these clients speak HTTP/1.0, which knows no pieces.
fn document(call: &Call, content_type: &'static str, body: String) -> HttpResponse {
    let cache_control = match call.actor {
        Actor::Anonymous => "no-cache",
        _ => "private, no-cache",
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CACHE_CONTROL, cache_control))
        .insert_header((VERSION, HeaderValue::from_static("2.0;")))
        .body(body)
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn plus_signs_are_themselves() {
        let read = pairs("a=%27x+y%27&&b&c=d=e&%24top=1");
        let expected = [("a", "'x+y'"), ("b", ""), ("c", "d=e"), ("$top", "1")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read, expected);
    }
}
