//! The keys that versions are signed with, and the provenance that came with them (npm notes §12).

use actix_web::HttpResponse;
use futures_util::TryStreamExt;
use packhouse_http::{Call, HttpError, Result};
use serde_json::json;
use serde_json::value::RawValue;

use crate::access::readable_name;
use crate::metadata::Metadata;
use crate::publish::bundle_name;
use crate::route::PackageRef;
use crate::version::canonical;

/// GET `-/npm/v1/keys`.
pub(crate) async fn list(call: Call) -> Result<HttpResponse> {
    let keys = call.registry().public_keys().await?;
    let keys: Vec<_> = keys
        .into_iter()
        .map(|key| {
            json!({
                "expires": key.expires_at.map(|time| time.to_rfc3339()),
                "keyid": key.key_id,
                "keytype": "ecdsa-sha2-nistp256",
                "scheme": "ecdsa-sha2-nistp256",
                "key": key.key,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "keys": keys })))
}

/// GET `-/npm/v1/attestations/PKG@VERSION`: the bundle that came with the version, as it came.
pub(crate) async fn attestations(
    call: Call,
    package: &PackageRef,
    version: &str,
) -> Result<HttpResponse> {
    let name = readable_name(package)?;
    let missing = || HttpError::not_found(format!("provenance of {name}@{version}"));
    let (version, _) = canonical(version).map_err(|_| missing())?;
    let record = call.package()?;
    let file = bundle_name(&name, &version);
    let found = call.registry().find_file(record.package.id, &file).await?;
    let (_, stored) = found.ok_or_else(missing)?;
    let found = call
        .registry()
        .snapshot(record.package.id, move |snapshot| {
            snapshot.version(&version)
        })
        .await?
        .ok_or_else(missing)?;
    let predicate = Metadata::parse(&found.metadata)
        .ok()
        .and_then(|metadata| metadata.provenance);
    let pieces = call
        .registry()
        .open(&stored, 0..stored.file.digests.size)
        .await?;
    let bytes: Vec<u8> = pieces
        .try_fold(Vec::new(), |mut all, piece| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await?;
    let bundle: Box<RawValue> = serde_json::from_slice(&bytes).map_err(|error| {
        tracing::error!(%error, file = %stored.file.name, "a stored provenance bundle is damaged");
        HttpError::new(
            packhouse_core::error::ErrorKind::Internal,
            "the provenance is damaged",
        )
    })?;
    #[derive(serde::Serialize)]
    struct Attestation {
        #[serde(rename = "predicateType")]
        predicate_type: Option<String>,
        bundle: Box<RawValue>,
    }
    #[derive(serde::Serialize)]
    struct Body {
        attestations: [Attestation; 1],
    }
    let body = Body {
        attestations: [Attestation {
            predicate_type: predicate,
            bundle,
        }],
    };
    Ok(HttpResponse::Ok().json(body))
}
