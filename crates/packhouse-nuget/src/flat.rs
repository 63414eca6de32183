//! The flat container: versions of a package, and the files of each (NuGet notes §3).

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderValue};
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionName;
use packhouse_http::conditional::{RefusedRanges, Facts, Outcome, evaluate};
use packhouse_http::download::{self, DownloadPolicy};
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::PackageHandle;
use packhouse_registry::resolve::Snapshot;

use crate::documents::{Form, head};
use crate::format::Nuget;
use crate::metadata::Metadata;
use crate::nuspec::LicenseKind;
use crate::route::VersionRef;
use crate::{address, answer};

/// GET `download/{id}/index.json`: every version there is, listed or not.
pub(crate) async fn versions(nuget: &Nuget, call: Call, id: &str) -> Result<HttpResponse> {
    let package = live(&call, id)?;
    let versions = nuget.documents.versions(&call, package).await?;
    let about = head(&call, package, &Form::Flat);
    answer::document(&call, about, answer::JSON, async |gzip| {
        let draw = move |_: &mut Snapshot<'_>| {
            let names = versions.all().iter().map(|entry| &*entry.lower);
            let names: Vec<&str> = names.collect();
            Ok(serde_json::json!({ "versions": names }).to_string())
        };
        nuget
            .documents
            .get(&call, package, Form::Flat, gzip, draw)
            .await
    })
    .await
}

/// Gives the package of the address, which must have versions.
pub(crate) fn live<'a>(call: &'a Call, id: &str) -> Result<&'a PackageHandle> {
    let package = call.package.as_ref();
    package
        .filter(|package| package.live_versions > 0)
        .ok_or_else(|| HttpError::not_found(id))
}

/// Gives package and version of the address.
fn version<'a>(call: &'a Call, at: &VersionRef) -> Result<(&'a PackageHandle, VersionName)> {
    let package = live(call, &at.id)?;
    let version = address::version(&at.version);
    Ok((package, version.ok_or_else(|| missing(at))?))
}

fn missing(at: &VersionRef) -> HttpError {
    HttpError::not_found(format!("{} {}", at.id, at.version))
}

/// GET of a `.nupkg`: the bytes as they came.
pub(crate) async fn nupkg(call: Call, at: &VersionRef) -> Result<HttpResponse> {
    let (package, version) = version(&call, at)?;
    let name = address::nupkg(&at.id, &version);
    let response = send(&call, package, &name, &missing(at).message).await?;
    Ok(response)
}

/// GET of the nuspec.
pub(crate) async fn nuspec(call: Call, at: &VersionRef) -> Result<HttpResponse> {
    let (package, version) = version(&call, at)?;
    let name = address::part(&version, "nuspec");
    send(&call, package, &name, &missing(at).message).await
}

/// GET of the picture.
pub(crate) async fn icon(call: Call, at: &VersionRef) -> Result<HttpResponse> {
    let (package, version) = version(&call, at)?;
    let what = format!("an icon of {} {}", at.id, at.version);
    let name = address::part(&version, "icon");
    send(&call, package, &name, &what).await
}

/// GET of the readme.
pub(crate) async fn readme(call: Call, at: &VersionRef) -> Result<HttpResponse> {
    let (package, version) = version(&call, at)?;
    let what = format!("a readme of {} {}", at.id, at.version);
    let id = package.package.id;
    let read = call.registry().snapshot(id, move |snapshot| {
        let found = snapshot.version(&version)?;
        Ok(match found {
            Some(found) => snapshot.readme(found.id)?.map(|text| (found.id, text)),
            None => None,
        })
    });
    let Some((version, text)) = read.await? else {
        return Err(HttpError::not_found(what));
    };
    let etag = format!("\"{version}-readme\"");
    send_text(&call, package, &etag, "text/markdown; charset=utf-8", text)
}

/// GET of the licence: the file that came, or the expression.
pub(crate) async fn license(call: Call, at: &VersionRef) -> Result<HttpResponse> {
    let (package, version) = version(&call, at)?;
    let what = format!("a license of {} {}", at.id, at.version);
    let name = address::part(&version, "license");
    let id = package.package.id;
    if call.registry().find_file(id, &name).await?.is_some() {
        return send(&call, package, &name, &what).await;
    }
    let read = call.registry().snapshot(id, move |snapshot| {
        let found = snapshot.version(&version)?;
        Ok(found.and_then(|found| {
            let metadata = Metadata::parse(&found.metadata).ok()?;
            let expression = metadata.license(LicenseKind::Expression)?;
            Some((
                found.id,
                format!("{} {version}: {expression}\n", metadata.nuspec.id),
            ))
        }))
    });
    let Some((version, text)) = read.await? else {
        return Err(HttpError::not_found(what));
    };
    let etag = format!("\"{version}-license\"");
    send_text(&call, package, &etag, "text/plain; charset=utf-8", text)
}

/// Sends a text that never changes while its version is there.
fn send_text(
    call: &Call,
    package: &PackageHandle,
    etag: &str,
    content_type: &str,
    text: String,
) -> Result<HttpResponse> {
    let facts = Facts {
        etag,
        modified: None,
        length: None,
        refused: RefusedRanges::Beyond,
    };
    let outcome = evaluate(call.request.headers(), &facts);
    let mut response = match outcome {
        Outcome::NotModified => HttpResponse::NotModified(),
        Outcome::PreconditionFailed => {
            let message = "the text is not what the request's condition expects";
            return Err(HttpError::new(ErrorKind::Precondition, message));
        }
        _ => HttpResponse::Ok(),
    };
    response.insert_header((ETAG, etag));
    response.insert_header(("cache-control", kept(package)));
    if outcome == Outcome::NotModified {
        return Ok(response.finish());
    }
    response.insert_header((CONTENT_TYPE, content_type));
    Ok(response.body(text))
}

/// Sends a file of a package; a `.nupkg` that went out whole counts as a download.
async fn send(
    call: &Call,
    package: &PackageHandle,
    name: &str,
    what: &str,
) -> Result<HttpResponse> {
    let found = call.registry().find_file(package.package.id, name).await?;
    let (version, stored) = found.ok_or_else(|| HttpError::not_found(what))?;
    let (method, headers) = (call.request.method(), call.request.headers());
    let policy = DownloadPolicy {
        cache_control: kept(package),
    };
    let mut response = download::send(call.registry(), method, headers, &stored, policy).await?;
    if name.ends_with(".nupkg") {
        if method == Method::GET && response.status() == StatusCode::OK {
            call.registry().count_download(version);
        }
        let attachment = HeaderValue::from_static("attachment");
        response
            .headers_mut()
            .insert(CONTENT_DISPOSITION, attachment);
    }
    Ok(response)
}

/// Gives how long what never changes may be kept.
pub(crate) fn kept(package: &PackageHandle) -> &'static str {
    match package.is_public() {
        true => "public, max-age=31536000, immutable",
        false => "private, max-age=31536000, immutable",
    }
}
