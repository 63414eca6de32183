//! What speaks about a manifest: signatures, attestations, SBOMs (OCI notes §9).

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, LINK};
use packhouse_core::error::ErrorKind;
use packhouse_core::id::VersionId;
use packhouse_http::{Call, HttpError, Result};
use serde_json::json;
use serde_json::value::RawValue;

use crate::blobs::digest;
use crate::manifest::MediaType;
use crate::route::Route;

/// The header that says that the filter was applied.
const FILTERS: HeaderName = HeaderName::from_static("oci-filters-applied");
/// How many bytes of entries one page holds: several clients read no further than 4 MiB, and do
/// not follow links.
const PAGE_BYTES: usize = 4_000_000;
/// How many entries are read at once.
const BATCH: usize = 500;

/// GET `referrers/DIGEST`: an index, empty where nothing is known.
pub(crate) async fn list(call: &Call, name: &str, raw: &str) -> Result<HttpResponse> {
    let subject = digest(raw)?.to_string();
    let query = || url::form_urlencoded::parse(call.request.query_string().as_bytes());
    let kinds: Vec<String> = query()
        .filter(|(key, value)| key == "artifactType" && !value.is_empty())
        .map(|(_, value)| value.into_owned())
        .collect();
    let mut after = call
        .query("last")
        .and_then(|text| text.parse().ok())
        .map(VersionId);
    let mut entries: Vec<Box<RawValue>> = Vec::new();
    let (mut bytes, mut more) = (0, false);
    if let Some(package) = &call.package {
        'pages: loop {
            let page = call
                .registry()
                .referrers(package.package.id, &subject, &kinds, after, BATCH)
                .await?;
            let full = page.len() == BATCH;
            for (id, entry) in page {
                bytes += entry.len() + 1;
                if bytes > PAGE_BYTES && !entries.is_empty() {
                    more = true;
                    break 'pages;
                }
                entries.push(RawValue::from_string(entry).map_err(damaged)?);
                after = Some(id);
            }
            if !full {
                break;
            }
        }
    }
    let mut response = HttpResponse::Ok();
    // Clients compare the whole text: no charset.
    response.insert_header((CONTENT_TYPE, MediaType::OciIndex.as_str()));
    response.insert_header((CACHE_CONTROL, "private, no-cache"));
    if !kinds.is_empty() {
        response.insert_header((FILTERS, "artifactType"));
    }
    if let Some(after) = after.filter(|_| more) {
        let route = Route::Referrers {
            name: name.to_owned(),
            digest: raw.to_owned(),
        };
        response.insert_header((LINK, next(&route.path(), &kinds, after)));
    }
    let index = json!({
        "schemaVersion": 2,
        "mediaType": MediaType::OciIndex.as_str(),
        "manifests": entries,
    });
    Ok(response.body(index.to_string()))
}

fn next(path: &str, kinds: &[String], after: VersionId) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for kind in kinds {
        query.append_pair("artifactType", kind);
    }
    query.append_pair("last", &after.to_string());
    format!("<{path}?{}>; rel=\"next\"", query.finish())
}

fn damaged(error: serde_json::Error) -> HttpError {
    tracing::error!(%error, "a referrer's entry cannot be read");
    HttpError::new(
        ErrorKind::Internal,
        "internal error: the server's log says more",
    )
}
