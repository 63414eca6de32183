//! Reading, pushing and deleting manifests (OCI notes §7).

mod push;
mod signed;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue, LOCATION, WARNING, X_CONTENT_TYPE_OPTIONS};
use actix_web::http::{Method, StatusCode};
use packhouse_core::digest::ContentDigest;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionName;
use packhouse_http::conditional::RefusedRanges;
use packhouse_http::download::{DownloadPolicy, Sent, send_bytes};
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::find::VersionReference;

use crate::blobs::{CONTENT_DIGEST, digest_value};
use crate::error::Code;
use crate::reference::Reference;
use crate::route::Route;
use crate::text::cut;
use crate::{address, failure};

/// What a tag points to may be another manifest at any time.
const BY_TAG: DownloadPolicy = DownloadPolicy {
    cache_control: "private, no-cache",
};
/// Bytes under a digest never change.
const BY_DIGEST: DownloadPolicy = DownloadPolicy {
    cache_control: "private, max-age=31536000, immutable",
};
/// Tells that the subject was taken note of, so that clients need no fallback tag.
const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
/// Names a tag that was set (distribution-spec 1.2).
const TAG: HeaderName = HeaderName::from_static("oci-tag");

fn unknown(reference: &str) -> HttpError {
    let message = format!("this image has no manifest {}", cut(reference, 160));
    failure::coded(ErrorKind::NotFound, Code::ManifestUnknown, message)
}

/// GET and HEAD `manifests/REFERENCE`: the stored bytes, whatever Accept says.
pub(crate) async fn get(call: Call, name: &str, raw: &str) -> Result<HttpResponse> {
    let address = address::of(name)?;
    // A tag that cannot be is one that is not there; a bad digest is told so.
    let wanted = match raw.parse::<Reference>() {
        Ok(Reference::Tag(tag)) => VersionReference::Tag(tag.as_str().to_owned()),
        Ok(Reference::Digest(digest)) => VersionReference::Digest(digest),
        Err(_) if !raw.contains(':') => return Err(unknown(raw)),
        Err(error) => return Err(failure::invalid(Code::DigestInvalid, error.to_string())),
    };
    let (registry, package) = (call.registry(), call.package()?);
    let found = registry.find_version(package, &wanted).await?;
    let found = found.ok_or_else(|| unknown(raw))?;
    registry
        .refuse_unsigned(&call.actor, &address, &found)
        .await
        .map_err(failure::of)?;
    let (digest, policy) = match wanted {
        VersionReference::Digest(digest) => (digest, BY_DIGEST),
        VersionReference::Tag(_) => {
            let sha256 = found.stored.file.digests.sha256;
            (ContentDigest::Sha256(sha256), BY_TAG)
        }
    };
    let etag = digest.to_string();
    let sent = Sent {
        location: &found.stored.location,
        size: found.stored.file.digests.size,
        content_type: &found.stored.file.content_type,
        etag: &etag,
        modified: None,
        refused_ranges: RefusedRanges::Beyond,
    };
    let (method, headers) = (call.request.method(), call.request.headers());
    let mut response = send_bytes(registry, method, headers, sent, policy).await?;
    if method == Method::GET && response.status() == StatusCode::OK && found.counts {
        registry.count_download_once(found.id, &call.actor, &call.client);
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_DIGEST, digest_value(&digest));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// PUT `manifests/REFERENCE`, by digest also with `?tag=` as often as wanted.
pub(crate) async fn put(call: Call, name: &str, raw: &str) -> Result<HttpResponse> {
    let pushed = push::push(call, name, raw).await?;
    let route = Route::Manifest {
        name: name.to_owned(),
        reference: pushed.digest.to_string(),
    };
    let mut response = HttpResponse::Created();
    response.insert_header((LOCATION, route.path()));
    response.insert_header((CONTENT_DIGEST, digest_value(&pushed.digest)));
    if let Some(subject) = pushed.subject {
        response.insert_header((SUBJECT, subject));
    }
    for tag in pushed.tags {
        response.append_header((TAG, tag));
    }
    if let Some(warning) = pushed.warning {
        response.insert_header((WARNING, warning_text(&warning)));
    }
    Ok(response.finish())
}

/// Puts a warning into the form that clients show: printable ASCII, at most 4,096 bytes in all.
fn warning_text(warning: &str) -> String {
    let plain: String = warning
        .chars()
        .map(|c| {
            if matches!(c, ' '..='~') && c != '"' && c != '\\' {
                c
            } else {
                ' '
            }
        })
        .take(4000)
        .collect();
    format!("299 - \"{plain}\"")
}

/// DELETE `manifests/REFERENCE`: a tag alone, or a manifest with all its tags.
pub(crate) async fn delete(call: Call, name: &str, raw: &str) -> Result<HttpResponse> {
    let address = address::of(name)?;
    let (registry, actor, client) = (call.registry(), &call.actor, &call.client);
    let missing = |error: packhouse_registry::Error| match error {
        packhouse_registry::Error::NotFound { .. } => unknown(raw),
        error => failure::of(error),
    };
    match raw.parse::<Reference>() {
        Ok(Reference::Tag(tag)) => registry
            .remove_tag(actor, client, &address, tag.as_str())
            .await
            .map_err(missing)?,
        Ok(Reference::Digest(digest)) => {
            let wanted = VersionReference::Digest(digest);
            let found = registry.find_version(call.package()?, &wanted).await?;
            let found = found.ok_or_else(|| unknown(raw))?;
            let names: Vec<VersionName> = vec![found.name.clone()];
            let gone = registry
                .delete_versions(actor, client, &address, names, None)
                .await
                .map_err(missing)?;
            if gone == 0 {
                return Err(unknown(raw));
            }
        }
        Err(_) if !raw.contains(':') => return Err(unknown(raw)),
        Err(error) => return Err(failure::invalid(Code::DigestInvalid, error.to_string())),
    }
    Ok(HttpResponse::Accepted().finish())
}
