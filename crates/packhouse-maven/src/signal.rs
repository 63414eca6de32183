//! PUT of `maven-metadata.xml`: never stored, but it says that a deploy is complete, and which
//! plugins a group has (Maven notes §5, §8).

use actix_web::HttpResponse;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::publish::Complete;

use crate::coordinates::Ga;
use crate::metadata::{MAX_METADATA, Plugin, Uploaded};
use crate::path::MetadataPath;
use crate::put::receive_text;
use crate::route::Place;
use crate::{address, checksum, entries};

/// How many plugins one document may name.
const MAX_PLUGINS: usize = 1_000;

/// PUT of a document.
pub(crate) async fn put(
    mut call: Call,
    place: &Place,
    path: &MetadataPath,
) -> Result<HttpResponse> {
    let body = receive_text(&mut call, MAX_METADATA).await?;
    let uploaded = Uploaded::parse(&body)
        .map_err(|error| HttpError::invalid(format!("maven-metadata.xml is refused: {error}")))?;
    if let Some((ga, version)) = path.version_level() {
        compare(&uploaded, &ga)?;
        let builds = Complete::Builds(address::version(&version));
        complete(&call, place, &ga, builds).await?;
        return Ok(HttpResponse::Ok().finish());
    }
    if let Some(ga) = path.artifact_level()
        && (uploaded.has_versioning || uploaded.artifact_id.is_some())
    {
        compare(&uploaded, &ga)?;
        let versions = uploaded.versions.iter();
        let versions = versions.map(|text| address::version(text)).collect();
        complete(&call, place, &ga, Complete::Versions(versions)).await?;
    }
    if let Some(group) = path.group_level() {
        keep_plugins(&call, place, &group, &uploaded.plugins).await?;
    }
    Ok(HttpResponse::Ok().finish())
}

/// PUT of a checksum of a document: the document that is served is another one, so there is nothing
/// to compare it with.
pub(crate) async fn put_checksum(mut call: Call) -> Result<HttpResponse> {
    receive_text(&mut call, checksum::MAX_BODY).await?;
    Ok(HttpResponse::Ok().finish())
}

/// Refuses a document of another package than its address says.
fn compare(uploaded: &Uploaded, ga: &Ga) -> Result<()> {
    let differs = |said: &Option<String>, expected: &str| {
        said.as_deref()
            .is_some_and(|said| !said.is_empty() && said != expected)
    };
    if differs(&uploaded.group_id, &ga.group) || differs(&uploaded.artifact_id, &ga.artifact) {
        let message = format!(
            "the metadata is of {}:{}, its address of {ga}",
            uploaded.group_id.as_deref().unwrap_or_default(),
            uploaded.artifact_id.as_deref().unwrap_or_default(),
        );
        return Err(HttpError::invalid(message));
    }
    Ok(())
}

async fn complete(call: &Call, place: &Place, ga: &Ga, what: Complete) -> Result<()> {
    // Metadata of nothing says nothing.
    if call.package.is_none() {
        return Ok(());
    }
    let address = address::of(place, ga);
    call.registry()
        .complete(&call.actor, &call.client, &address, what)
        .await?;
    Ok(())
}

async fn keep_plugins(call: &Call, place: &Place, group: &str, plugins: &[Plugin]) -> Result<()> {
    if plugins.len() > MAX_PLUGINS {
        let message = format!("the metadata names more than {MAX_PLUGINS} plugins");
        return Err(HttpError::invalid(message));
    }
    let entries = plugins.iter().filter_map(|plugin| {
        let ga = Ga::new(group.split('.'), &plugin.artifact_id).ok()?;
        let entry = entries::plugin(&ga, &plugin.prefix, &plugin.name);
        Some((address::of(place, &ga), entry))
    });
    // A plugin that is not there is none of the group.
    call.registry()
        .set_entries(&call.actor, &call.client, entries.collect())
        .await?;
    Ok(())
}
