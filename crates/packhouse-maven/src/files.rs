//! GET of files and of their checksums.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use packhouse_core::id::{PackageId, VersionId};
use packhouse_http::conditional::RefusedRanges;
use packhouse_http::download::{self, DownloadPolicy, Sent};
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::rows::StoredFile;

use crate::checksum::{self, Algorithm};
use crate::path::{Build, FilePath};
use crate::version::is_snapshot;
use crate::{address, headers, media_type, part};

/// A file as it was found.
struct Found {
    version: VersionId,
    stored: Arc<StoredFile>,
    /// Whether this address will always lead to these bytes.
    fixed: bool,
}

/// GET or HEAD of a file, or of a checksum of it.
pub(crate) async fn get(
    call: Call,
    file: &FilePath,
    checksum: Option<Algorithm>,
) -> Result<HttpResponse> {
    let missing = || HttpError::not_found(format!("{}/{}", file.ga.path(), file.name()));
    let record = call.package().map_err(|_| missing())?;
    let found = find(&call, record.package.id, file).await?;
    let found = found.ok_or_else(missing)?;
    let cache_control = headers::cache_control(found.fixed, record.is_public());
    let digests = &found.stored.file.digests;
    if let Some(algorithm) = checksum {
        let hex = checksum::of(algorithm, digests).ok_or_else(missing)?;
        return Ok(text(hex, cache_control));
    }
    let etag = digests.sha256.to_string();
    let content_type = &found.stored.file.content_type;
    let sent = Sent {
        location: &found.stored.location,
        size: digests.size,
        content_type,
        etag: &etag,
        modified: Some(found.stored.file.created_at.into()),
        refused_ranges: RefusedRanges::Beyond,
    };
    let (method, asked) = (call.request.method(), call.request.headers());
    let policy = DownloadPolicy { cache_control };
    let mut response = download::send_bytes(call.registry(), method, asked, sent, policy).await?;
    headers::put_checksums(response.headers_mut(), digests);
    if media_type::is_active(content_type) || media_type::is_page(&file.file) {
        headers::put_attachment(response.headers_mut());
    }
    if method == Method::GET && response.status() == StatusCode::OK && counts(file) {
        call.registry().count_download(found.version);
    }
    Ok(response)
}

/// Answers with a checksum: the digits alone, because Gradle takes the whole body.
pub(crate) fn text(hex: String, cache_control: &'static str) -> HttpResponse {
    let mut response = HttpResponse::Ok().content_type("text/plain").body(hex);
    headers::put_cache_control(response.headers_mut(), cache_control);
    response
}

/// Finds a file by its name; the literal name of a snapshot leads to its newest build, unless a
/// file is really called so.
async fn find(call: &Call, package: PackageId, file: &FilePath) -> Result<Option<Found>> {
    let registry = call.registry();
    if let Some((version, stored)) = registry.find_file(package, &file.name()).await? {
        return Ok(Some(Found {
            version,
            stored,
            fixed: !is_replaceable(file),
        }));
    }
    let Some(part) = &file.part else {
        return Ok(None);
    };
    if !is_snapshot(&file.version) || part.build.is_some() {
        return Ok(None);
    }
    let version = address::version(&file.version);
    let builds = registry
        .list_part(package, &version, &part::key(part))
        .await?;
    let build = |stored: &StoredFile| stored.file.build.as_deref().and_then(Build::parse);
    let newest = builds.into_iter().max_by_key(|(_, stored)| build(stored));
    Ok(newest.map(|(version, stored)| Found {
        version,
        stored,
        fixed: false,
    }))
}

/// Tells whether other bytes may take a file's place: signatures are made anew by each run, and a
/// snapshot's file that no build names is the newest one (Maven notes §7).
pub(crate) fn is_replaceable(file: &FilePath) -> bool {
    let of_build = file.part.as_ref().is_some_and(|part| part.build.is_some());
    file.is_signature() || is_snapshot(&file.version) && !of_build
}

/// Tells whether fetching a file is a download of its version: not of what only describes it.
fn counts(file: &FilePath) -> bool {
    let extension = file.part.as_ref().map(|part| part.extension.as_str());
    !file.is_signature() && !matches!(extension, Some("pom" | "module"))
}
