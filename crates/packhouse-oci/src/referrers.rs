//! What speaks about a manifest: signatures, attestations, SBOMs (OCI notes §9).

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, LINK};
use packhouse_core::error::ErrorKind;
use packhouse_core::id::VersionId;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::resolve::ReferrerPage;
use serde_json::value::RawValue;

use crate::blobs::digest;
use crate::manifest::MediaType;
use crate::route::Route;
use crate::text::shown;

/// The header that says that the filter was applied.
const FILTERS: HeaderName = HeaderName::from_static("oci-filters-applied");
/// How many bytes of entries one page holds: several clients read no further than 4 MiB, and do
/// not follow links.
const PAGE_BYTES: usize = 4_000_000;

/// GET `referrers/DIGEST`: an index, empty where nothing is known.
pub(crate) async fn list(call: &Call, name: &str, raw: &str) -> Result<HttpResponse> {
    let subject = digest(raw)?.to_string();
    let query = || url::form_urlencoded::parse(call.request.query_string().as_bytes());
    let kinds: Vec<String> = query()
        .filter(|(key, value)| key == "artifactType" && !value.is_empty())
        .map(|(_, value)| value.into_owned())
        .collect();
    if let Some(kind) = kinds.iter().find(|kind| kind.chars().any(char::is_control)) {
        let message = format!(
            "bad artifactType {}: it holds a control character",
            shown(kind)
        );
        return Err(HttpError::invalid(message));
    }
    let after = call
        .query("last")
        .and_then(|text| text.parse().ok())
        .map(VersionId);
    let page = match &call.package {
        None => ReferrerPage::default(),
        Some(package) => {
            let package = package.package.id;
            call.registry()
                .referrers(package, &subject, &kinds, after, PAGE_BYTES)
                .await?
        }
    };
    let mut response = HttpResponse::Ok();
    // Clients compare the whole text: no charset.
    response.insert_header((CONTENT_TYPE, MediaType::OciIndex.as_str()));
    response.insert_header((CACHE_CONTROL, "private, no-cache"));
    if !kinds.is_empty() {
        response.insert_header((FILTERS, "artifactType"));
    }
    if let Some(last) = page.last {
        let route = Route::Referrers {
            name: name.to_owned(),
            digest: raw.to_owned(),
        };
        response.insert_header((LINK, next(&route.path(), &kinds, last)));
    }
    Ok(response.body(index(&page.entries)?))
}

/// Draws the index. The entries stand there as they are kept: a page of them is large.
fn index(entries: &[String]) -> Result<String> {
    let length: usize = entries.iter().map(|entry| entry.len() + 1).sum();
    let mut index = String::with_capacity(length + 128);
    let media_type = MediaType::OciIndex.as_str();
    index.push_str(&format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{media_type}\",\"manifests\":["
    ));
    for (place, entry) in entries.iter().enumerate() {
        serde_json::from_str::<&RawValue>(entry).map_err(damaged)?;
        if place > 0 {
            index.push(',');
        }
        index.push_str(entry);
    }
    index.push_str("]}");
    Ok(index)
}

fn next(path: &str, kinds: &[String], last: VersionId) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for kind in kinds {
        query.append_pair("artifactType", kind);
    }
    query.append_pair("last", &last.to_string());
    format!("<{path}?{}>; rel=\"next\"", query.finish())
}

fn damaged(error: serde_json::Error) -> HttpError {
    tracing::error!(%error, "a referrer's entry cannot be read");
    HttpError::new(
        ErrorKind::Internal,
        "internal error: the server's log says more",
    )
}
