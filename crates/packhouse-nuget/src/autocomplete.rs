//! Autocomplete: ids that begin so, or the versions of one (NuGet notes §5).

use actix_web::HttpResponse;
use packhouse_http::{Call, Result};
use packhouse_registry::Listing;
use packhouse_registry::search::Query;
use serde_json::json;

use crate::format::{LOOKUP, NUGET, Nuget};
use crate::search::{Asked, cast};
use crate::{address, answer, asked};

/// GET `autocomplete`.
pub(crate) async fn get(nuget: &Nuget, call: Call, owner: &str) -> Result<HttpResponse> {
    match asked::value(&call, "id").filter(|id| !id.is_empty()) {
        Some(id) => versions(nuget, call, owner, &id).await,
        None => ids(call, owner).await,
    }
}

async fn ids(call: Call, owner: &str) -> Result<HttpResponse> {
    let registry = call.registry();
    let listing = Listing::Contents;
    registry
        .authorize_listing(&call.actor, NUGET, owner, listing)
        .await?;
    let asked = Asked::read(&call, owner);
    let prefix = asked::value(&call, "q").unwrap_or_default();
    let query = Query {
        name_prefix: Some(prefix.trim().to_lowercase()),
        by_name: true,
        ..asked.query
    };
    let (offset, limit) = (cast(asked.skip), cast(asked.take));
    let (packages, total) = registry
        .search_packages(&call.actor, query, offset, limit)
        .await?;
    let ids = packages.iter().map(|record| record.package.name.as_str());
    let body = json!({ "totalHits": total, "data": ids.collect::<Vec<_>>() });
    answer::made(&call, answer::JSON, body.to_string()).await
}

async fn versions(nuget: &Nuget, call: Call, owner: &str, id: &str) -> Result<HttpResponse> {
    let address = address::of(owner, id);
    let package = call
        .registry()
        .authorize_listed(&call.actor, &address, LOOKUP)
        .await?;
    let asked = Asked::read(&call, owner);
    let mut names = Vec::new();
    if let Some(package) = package {
        let versions = nuget.documents.versions(&call, &package).await?;
        let shown = versions
            .all()
            .iter()
            .filter(|entry| asked.wanted().shows(entry));
        names.extend(shown.map(|entry| entry.version.normalized()));
    }
    let body = json!({ "totalHits": names.len(), "data": names });
    answer::made(&call, answer::JSON, body.to_string()).await
}
