//! The signatures that a pushed manifest carries, read out of the blobs it names.

use std::collections::HashMap;

use bytes::Bytes;
use packhouse_core::digest::ContentDigest;
use packhouse_http::{Call, Result};
use packhouse_registry::PackageAddress;
use packhouse_registry::signature::SignatureClaim;

use super::push::blob;
use crate::manifest::{Descriptor, Manifest};
use crate::metadata::{BUNDLE_PREFIX, SIMPLE_SIGNING};
use crate::signature::{
    MAX_BUNDLE, MAX_LAYERS, MAX_PAYLOAD, bundle, simple_signing, subject_of_tag,
};

/// How many bytes of payloads are read for one manifest.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// Gives the signatures of a manifest that is pushed under these tags.
pub(super) async fn claims(
    call: &Call,
    address: &PackageAddress,
    tags: &[String],
    manifest: &Manifest,
) -> Result<Vec<SignatureClaim>> {
    let Some(first) = manifest.layers.first() else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    if first.media_type.starts_with(BUNDLE_PREFIX) {
        if let Some(bytes) = blob(call, address, first, MAX_BUNDLE as u64).await? {
            found.extend(
                bundle(manifest, &bytes)
                    .into_iter()
                    .map(|claim| (claim, None)),
            );
        }
    } else if first.media_type == SIMPLE_SIGNING {
        let payloads = payloads(call, address, manifest).await?;
        if manifest.subject.is_some() {
            let claims = simple_signing(None, manifest, &payloads);
            found.extend(claims.into_iter().map(|claim| (claim, None)));
        }
        for tag in tags {
            let Some(subject) = subject_of_tag(tag) else {
                continue;
            };
            // Found by its tag, it counts as long as the tag points to it.
            let claims = simple_signing(Some(&subject), manifest, &payloads);
            found.extend(claims.into_iter().map(|claim| (claim, Some(tag.clone()))));
        }
    }
    let claims = found.into_iter().map(|(claim, tag)| SignatureClaim {
        subject: claim.subject,
        tag,
        message: claim.message,
        value: claim.signature,
        annotations: claim.annotations,
    });
    Ok(claims.collect())
}

async fn payloads(
    call: &Call,
    address: &PackageAddress,
    manifest: &Manifest,
) -> Result<Vec<(Descriptor, Bytes)>> {
    let (mut payloads, mut bytes) = (Vec::new(), 0);
    // The same payload may be signed by many.
    let mut read: HashMap<ContentDigest, Option<Bytes>> = HashMap::new();
    for layer in manifest.layers.iter().take(MAX_LAYERS) {
        if layer.media_type != SIMPLE_SIGNING {
            continue;
        }
        let known = read.get(&layer.digest).cloned();
        let payload = match known {
            Some(known) => known,
            None => blob(call, address, layer, MAX_PAYLOAD as u64).await?,
        };
        read.insert(layer.digest, payload.clone());
        let Some(payload) = payload else {
            continue;
        };
        bytes += payload.len();
        if bytes > MAX_BYTES {
            break;
        }
        payloads.push((layer.clone(), payload));
    }
    Ok(payloads)
}
