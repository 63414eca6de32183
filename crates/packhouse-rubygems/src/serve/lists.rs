//! Lists over all gems of a source, and of one gem's versions.

use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH, VARY,
};
use packhouse_core::actor::Actor;
use packhouse_http::{Call, Result};

use super::documents::{Made, Text, text_of};
use super::{asked, index, pieces};
use crate::format::{RUBYGEMS, RubyGems};
use crate::route::Specs;

/// GET of the source itself: clients up to 3.5.18 ask here whether there is a compact index.
pub(crate) fn root(call: &Call) -> Result<HttpResponse> {
    let owner = call.owner()?.name.as_str();
    let text = format!(
        "This is the gem source of {owner}.\n\nInstall from it with\n  gem install NAME --source \
         {base}/{owner}/\nor in a Gemfile with\n  source \"{base}/{owner}/\"\n",
        base = call.base
    );
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, index::fresh(is_public(call))))
        .insert_header((VARY, "authorization"))
        .body(text))
}

/// GET `versions`.
pub(crate) async fn versions(gems: &RubyGems, call: Call) -> Result<HttpResponse> {
    let list = running(&call).await?;
    index::send(&gems.documents, &call, list, is_public(&call)).await
}

/// GET `names`.
pub(crate) async fn names(gems: &RubyGems, call: Call) -> Result<HttpResponse> {
    let list = running(&call).await?;
    let names = gems.documents.names(&list).await?;
    index::send(&gems.documents, &call, names, is_public(&call)).await
}

/// GET `info/{gem}`.
pub(crate) async fn info(
    gems: &RubyGems,
    call: Call,
    owner: &str,
    name: &str,
) -> Result<HttpResponse> {
    let package = asked::gem(&call, owner, name)?;
    let text = gems.documents.info(&call, package).await?;
    index::send(&gems.documents, &call, text, package.is_public()).await
}

/// GET of a list of the old index. Clients send nothing but their own clock's time of the last
/// answer, so only the entity tag counts.
pub(crate) async fn specs(gems: &RubyGems, call: Call, which: Specs) -> Result<HttpResponse> {
    let list = running(&call).await?;
    let etag = format!("\"{}-{}\"", hex::encode(list.md5), which.segment());
    let known = has(call.request.headers(), &etag);
    let mut response = match known {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    response.insert_header((ETAG, etag));
    response.insert_header((CACHE_CONTROL, index::fresh(is_public(&call))));
    response.insert_header((VARY, "authorization"));
    if known {
        return Ok(response.finish());
    }
    response.insert_header((CONTENT_TYPE, "application/octet-stream"));
    let body = gems.documents.made(&list, Made::Specs(which)).await?;
    response.insert_header((CONTENT_LENGTH, body.len()));
    Ok(response.body(pieces::body(body)))
}

fn has(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH);
    let mut lists = values.filter_map(|value| value.to_str().ok());
    lists.any(|list| {
        list.split(',')
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == "*" || tag == etag)
    })
}

async fn running(call: &Call) -> Result<Text> {
    let owner = call.owner()?;
    let list = call.registry().running_list(&call.actor, owner, RUBYGEMS);
    Ok(text_of(&list.await?))
}

fn is_public(call: &Call) -> bool {
    matches!(call.actor, Actor::Anonymous)
}
