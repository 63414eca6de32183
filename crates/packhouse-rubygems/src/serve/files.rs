//! The files of a version, by its full name: as it was published, or with its platform as clients
//! normalise it (RubyGems notes §7).

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use packhouse_http::conditional::RefusedRanges;
use packhouse_http::download::{self, DownloadPolicy, Sent};
use packhouse_http::{Call, HttpError, Result};

use crate::address;

/// GET of a `.gem`: the bytes as they came.
pub(crate) async fn gem(call: Call, full: &str) -> Result<HttpResponse> {
    send(&call, &format!("{full}.gem"), address::gem_file).await
}

/// GET of a gemspec, as clients install by it.
pub(crate) async fn quick(call: Call, full: &str) -> Result<HttpResponse> {
    send(&call, &format!("the gemspec of {full}"), address::quick_file).await
}

/// GET of what says where a version was built.
pub(crate) async fn attestations(call: Call, full: &str) -> Result<HttpResponse> {
    let what = format!("an attestation of {full}");
    send(&call, &what, address::attestations_file).await
}

async fn send(call: &Call, what: &str, file: fn(&str, &str) -> String) -> Result<HttpResponse> {
    let missing = || HttpError::not_found(what);
    let package = call.package.as_ref().ok_or_else(missing)?;
    let version = call.version.as_deref().ok_or_else(missing)?;
    let name = file(package.package.name.as_str(), version);
    let registry = call.registry();
    let found = registry.find_file(package.package.id, &name).await?;
    let (version, stored) = found.ok_or_else(missing)?;
    let policy = DownloadPolicy {
        // The bytes never change, but a version can be yanked.
        cache_control: match package.is_public() {
            true => "public, max-age=3600, immutable",
            false => "private, max-age=3600, immutable",
        },
    };
    let digests = &stored.file.digests;
    let etag = format!("sha256:{}", digests.sha256);
    let sent = Sent {
        location: &stored.location,
        size: digests.size,
        content_type: &stored.file.content_type,
        etag: &etag,
        modified: Some(stored.file.created_at.into()),
        refused_ranges: RefusedRanges::None,
    };
    let (method, headers) = (call.request.method(), call.request.headers());
    let response = download::send_bytes(registry, method, headers, sent, policy).await?;
    if name.ends_with(".gem") && method == Method::GET && response.status() == StatusCode::OK {
        registry.count_download(version);
    }
    Ok(response)
}
