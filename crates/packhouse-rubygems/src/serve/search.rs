//! Search, for people's tools: clients look through the index themselves (RubyGems notes §10).

use actix_web::HttpResponse;
use packhouse_http::{Call, Result};
use packhouse_registry::search::Query;
use serde_json::Value;

use super::about::{self, about_gem};
use crate::format::RUBYGEMS;

/// How many gems a page shows.
const PAGE: i64 = 30;
/// The last page that is looked for.
const MAX_PAGES: i64 = 1_000_000;

/// GET `search.json`.
pub(crate) async fn get(call: Call, owner: &str) -> Result<HttpResponse> {
    let page = call.query("page").and_then(|text| text.trim().parse().ok());
    let page: i64 = page.unwrap_or(1).clamp(1, MAX_PAGES);
    let text = call.query("query").unwrap_or_default();
    let query = Query {
        format: Some(RUBYGEMS),
        owner_key: Some(owner.to_lowercase()),
        words: text.split_whitespace().map(str::to_owned).collect(),
        ..Query::default()
    };
    let registry = call.registry();
    let found = registry.search_packages(&call.actor, query, (page - 1) * PAGE, PAGE);
    let mut gems = Vec::new();
    for package in found.await?.0 {
        let Some(latest) = package.latest else {
            continue;
        };
        let read = registry.snapshot(package.package.id, move |snapshot| {
            let total: i64 = snapshot.downloads()?.values().sum();
            Ok((about::find(snapshot, &[latest])?, total))
        });
        let (versions, total) = read.await?;
        // One that went meanwhile is not there any more.
        gems.extend(versions.first().map(|one| about_gem(&call, owner, one, total)));
    }
    Ok(about::head(&call).json(Value::Array(gems)))
}
