//! Audits (npm notes §11). This server keeps no advisories: what is asked is read under its
//! limits, and nothing is known to be wrong with it.

use std::collections::HashMap;

use actix_web::HttpResponse;
use packhouse_http::{Call, Result};
use serde::de::IgnoredAny;
use serde_json::json;

/// POST `-/npm/v1/security/advisories/bulk`.
pub(crate) async fn bulk(mut call: Call) -> Result<HttpResponse> {
    read(&mut call).await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

/// POST `-/npm/v1/security/audits` and `…/audits/quick`, as npm 6 reads the answer.
pub(crate) async fn report(mut call: Call) -> Result<HttpResponse> {
    read(&mut call).await?;
    let body = json!({
        "actions": [],
        "advisories": {},
        "muted": [],
        "metadata": {
            "vulnerabilities": { "info": 0, "low": 0, "moderate": 0, "high": 0, "critical": 0 },
            "dependencies": 0,
            "devDependencies": 0,
            "optionalDependencies": 0,
            "totalDependencies": 0,
        },
    });
    Ok(HttpResponse::Ok().json(body))
}

/// Reads the body as every JSON body: what is not an object, or too large, is told so.
async fn read(call: &mut Call) -> Result<()> {
    // A tree of thousands of packages is longer than other JSON; none of its values is kept.
    let body = call.body_of(call.kit.limits.npm_metadata).await?;
    let read = serde_json::from_slice::<HashMap<String, IgnoredAny>>(&body);
    read.map(drop).map_err(|error| {
        packhouse_http::HttpError::invalid(format!("the JSON body cannot be read: {error}"))
    })
}
