//! Packuments, version manifests and tarballs (npm notes §2 and §3).

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY,
};
use packhouse_http::conditional::{RefusedRanges, Facts, Outcome, evaluate, whole_seconds};
use packhouse_http::download::{self, DownloadPolicy};
use packhouse_http::{Call, HttpError, Result, packed};

use crate::access::readable_name;
use crate::format::Npm;
use crate::packument::ABBREVIATED_TYPE;
use crate::route::PackageRef;

mod cache;
mod render;

pub(crate) use cache::Documents;
use cache::{Encoding, Form, Key};
pub(crate) use render::revision_text;

/// GET `PKG`.
pub(crate) async fn packument(npm: &Npm, call: Call, package: &PackageRef) -> Result<HttpResponse> {
    let name = readable_name(package)?;
    let record = call.package()?;
    if record.live_versions == 0 {
        return Err(HttpError::not_found(name));
    }
    // What is read to be written back is the full form, fresh, whatever else was asked for.
    let write = call.query("write").is_some_and(|value| value == "true");
    let accepts = |wanted: &str| {
        call.header(ACCEPT)
            .is_some_and(|text| text.contains(wanted))
    };
    let form = match accepts(ABBREVIATED_TYPE) && !write {
        true => Form::Abbreviated,
        false => Form::Full,
    };
    let gzip = packed::is_wanted(call.request.headers());
    let key = Key {
        package: record.package.id,
        revision: record.package.revision,
        form,
        encoding: if gzip {
            Encoding::Gzip
        } else {
            Encoding::Plain
        },
        base: std::sync::Arc::clone(&call.base),
    };
    let etag = key.etag();
    let modified = record.package.updated_at.into();
    let facts = Facts {
        etag: &etag,
        modified: Some(modified),
        length: None,
        refused: RefusedRanges::Beyond,
    };
    let outcome = evaluate(call.request.headers(), &facts);
    let mut response = match outcome {
        Outcome::NotModified if !write => HttpResponse::NotModified(),
        Outcome::PreconditionFailed => {
            let kind = packhouse_core::error::ErrorKind::Precondition;
            return Err(HttpError::new(
                kind,
                format!("{name} was changed: read it again"),
            ));
        }
        _ => HttpResponse::Ok(),
    };
    response.insert_header((ETAG, etag));
    response.insert_header((
        LAST_MODIFIED,
        httpdate::fmt_http_date(whole_seconds(modified)),
    ));
    response.insert_header((VARY, "accept, accept-encoding, authorization"));
    response.insert_header((
        CACHE_CONTROL,
        match (write, record.is_public()) {
            (true, _) => "no-store",
            (false, true) => "no-cache",
            (false, false) => "private, no-cache",
        },
    ));
    if outcome == Outcome::NotModified && !write {
        return Ok(response.finish());
    }
    response.insert_header((
        CONTENT_TYPE,
        match form {
            Form::Abbreviated => ABBREVIATED_TYPE,
            Form::Full => "application/json; charset=utf-8",
        },
    ));
    if gzip {
        response.insert_header((CONTENT_ENCODING, "gzip"));
    }
    if call.request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let document = npm.documents.get(call.registry(), key, &name).await?;
    Ok(response.body(document))
}

/// GET `PKG/SPEC`: a dist-tag, else a version.
pub(crate) async fn manifest(call: Call, package: &PackageRef, spec: &str) -> Result<HttpResponse> {
    let name = readable_name(package)?;
    let record = call.package()?;
    let (base, wanted) = (std::sync::Arc::clone(&call.base), spec.to_owned());
    let what = format!("{name}@{spec}");
    let body = call
        .registry()
        .snapshot(record.package.id, move |snapshot| {
            render::manifest(snapshot, &name, &wanted, &base)
        })
        .await?
        .ok_or_else(|| HttpError::not_found(what))?;
    let policy = if record.is_public() {
        "no-cache"
    } else {
        "private, no-cache"
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json; charset=utf-8"))
        .insert_header((CACHE_CONTROL, policy))
        .body(body))
}

/// GET `PKG/-/FILE`.
pub(crate) async fn tarball(call: Call, package: &PackageRef, file: &str) -> Result<HttpResponse> {
    let name = readable_name(package)?;
    let record = call.package()?;
    let missing = || HttpError::not_found(format!("{name} {file}"));
    if !file.ends_with(".tgz") {
        return Err(missing());
    }
    let found = call.registry().find_file(record.package.id, file).await?;
    let (version, stored) = found.ok_or_else(missing)?;
    let cache_control = match record.is_public() {
        true => "public, max-age=31536000, immutable",
        false => "private, max-age=31536000, immutable",
    };
    let (method, headers) = (call.request.method(), call.request.headers());
    let policy = DownloadPolicy { cache_control };
    let response = download::send(call.registry(), method, headers, &stored, policy).await?;
    if method == Method::GET && response.status() == actix_web::http::StatusCode::OK {
        call.registry().count_download(version);
    }
    Ok(response)
}
