//! Dist-tags (npm notes §7).

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use packhouse_http::{Call, HttpError, Result};
use serde_json::json;

use crate::access::{address, name, readable_name};
use crate::route::PackageRef;
use crate::tag::check_tag;
use crate::version::canonical;

/// GET `…/dist-tags`. An empty object would make npm fail, so a package without versions is not
/// found.
pub(crate) async fn list(call: Call, package: &PackageRef) -> Result<HttpResponse> {
    let name = readable_name(package)?;
    let record = call.package()?;
    let tags: BTreeMap<String, String> = call
        .registry()
        .snapshot(record.package.id, |snapshot| {
            Ok(snapshot.tag_names()?.into_iter().collect())
        })
        .await?;
    if tags.is_empty() {
        return Err(HttpError::not_found(name));
    }
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-cache"))
        .json(tags))
}

/// PUT `…/dist-tags/TAG`, the version as a bare JSON string.
pub(crate) async fn put(mut call: Call, package: &PackageRef, tag: &str) -> Result<HttpResponse> {
    let name = name(package)?;
    check_tag(tag).map_err(|error| HttpError::invalid(error.to_string()))?;
    let text: String = call.json().await?;
    let (target, _) = canonical(&text).map_err(|error| HttpError::invalid(error.to_string()))?;
    call.registry()
        .set_tag(&call.actor, &call.client, &address(&name), tag, &target)
        .await?;
    Ok(HttpResponse::Created().json(json!({ "ok": "dist-tag set", "success": true })))
}

/// DELETE `…/dist-tags/TAG`.
pub(crate) async fn delete(call: Call, package: &PackageRef, tag: &str) -> Result<HttpResponse> {
    let name = name(package)?;
    call.registry()
        .remove_tag(&call.actor, &call.client, &address(&name), tag)
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "ok": "dist-tag removed", "success": true })))
}
