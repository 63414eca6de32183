//! GET `-/v1/search` (npm notes §9).

use actix_web::HttpResponse;
use packhouse_core::package::Version;
use packhouse_http::paging::Page;
use packhouse_http::{Call, Result};
use packhouse_registry::rows::PackageRecord;
use packhouse_registry::search::{Found, Query};
use serde_json::{Value, json};

use crate::access::format_id;
use crate::metadata::Metadata;
use crate::search_query::SearchQuery;

/// Answers a search with what the asker may read; an empty text finds nothing.
pub(crate) async fn search(call: Call) -> Result<HttpResponse> {
    let (from, size) = (call.query("from"), call.query("size"));
    let page = Page::by_offset(from.as_deref(), size.as_deref(), 20, 250);
    let asked = SearchQuery::parse(&call.query("text").unwrap_or_default());
    let query = Query {
        format: Some(format_id()),
        words: asked.words,
        keywords: asked.keywords,
        owner_key: asked.scope,
        publishers: asked.publishers,
        is: asked.is,
        not: asked.not,
        ..Query::default()
    };
    let (objects, total) = if asked.nothing {
        (Vec::new(), 0)
    } else {
        let hits = call
            .registry()
            .search(&call.actor, query, page.offset, page.size)
            .await?;
        (hits.found.iter().map(object).collect(), hits.total)
    };
    let time = call.registry().now().to_rfc3339();
    let body = json!({ "objects": objects, "total": total, "time": time });
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "private, no-cache"))
        .json(body))
}

/// Reads the manifest of a version. A damaged one is said in the log and counts as empty: it must
/// not take away everything else that was found.
fn manifest_of(version: &Version) -> Value {
    let read = Metadata::parse(&version.metadata)
        .and_then(|metadata| serde_json::from_str(metadata.manifest.get()));
    read.unwrap_or_else(|error| {
        tracing::error!(
            version.id = version.id.0, %error,
            "the stored metadata of a version is damaged"
        );
        Value::Null
    })
}

fn object(found: &Found) -> Value {
    let record: &PackageRecord = &found.record;
    let latest = found.latest.as_ref();
    let manifest = latest.map(manifest_of).unwrap_or_default();
    let keywords = latest
        .map(|version| crate::metadata::summary(&version.metadata).keywords)
        .unwrap_or_default();
    let publisher = latest.map_or("", |version| version.provenance.publisher_name.as_str());
    let owner = record.owner.name.key();
    let person = json!({ "username": publisher, "name": publisher, "email": "" });
    let mut links = json!({});
    for (key, value) in [
        ("homepage", manifest.get("homepage").and_then(Value::as_str)),
        (
            "repository",
            manifest
                .as_object()
                .and_then(crate::source::repository_address),
        ),
        (
            "bugs",
            manifest.pointer("/bugs/url").and_then(Value::as_str),
        ),
    ] {
        if let Some(value) = value {
            links[key] = value.into();
        }
    }
    let score = json!({ "quality": 1.0, "popularity": 1.0, "maintenance": 1.0 });
    json!({
        "package": {
            "name": format!("@{owner}/{}", record.package.name),
            "scope": owner,
            "version": latest.map(|version| version.name.as_str()),
            "description": record.package.description.as_deref().unwrap_or_default(),
            "keywords": keywords,
            "date": latest.map_or(record.package.updated_at, |version| version.created_at).to_rfc3339(),
            "links": links,
            "author": manifest.get("author").cloned().unwrap_or(Value::Null),
            "publisher": person,
            "maintainers": [person],
        },
        "score": { "final": 1.0, "detail": score },
        "searchScore": 1.0,
    })
}
