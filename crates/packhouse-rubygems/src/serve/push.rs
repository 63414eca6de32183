//! Push of a gem (RubyGems notes §8, §12): streamed to staging, read on a blocking thread, published.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use bytes::Bytes;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionName;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::Error;
use packhouse_registry::bytes::{StagedFile, digests_of};
use packhouse_registry::publish::{Join, Publish, PublishFile};

use super::blocking::{broken, run};
use crate::archive::{self, Limits};
use crate::full_name::Build;
use crate::gemspec::Gemspec;
use crate::metadata::Metadata;
use crate::{address, info, quick, source};

mod body;

/// How much may be kept about a version, in bytes of JSON.
const MAX_METADATA: usize = 256 * 1024;
/// What attestations are of their version.
const PART: &str = "attestations";
/// What files are served as.
const BYTES: &str = "application/octet-stream";

/// POST `gems`.
pub(crate) async fn push(mut call: Call, owner: &str) -> Result<HttpResponse> {
    let body::Pushed {
        gem: staged,
        attestations,
    } = body::receive(&mut call).await?;
    let read = staged.clone();
    let spec = run(move || {
        let source = read.open().map_err(broken)?;
        let read = archive::read(source, &Limits::default());
        let gem = read.map_err(|error| match error.kind() {
            ErrorKind::Internal => broken(error),
            kind => HttpError::new(kind, error.to_string()),
        })?;
        Ok(gem.spec)
    });
    let spec = spec.await?;
    let version = address::version_name(&Build::of(&spec));
    let publish = publish(&call, owner, &spec, version.clone(), staged).await?;
    let registry = call.registry();
    let published = registry.publish(&call.actor, &call.client, publish);
    let done = published.await.map_err(refused)?;
    if let Some(attestations) = attestations {
        let name = address::attestations_file(spec.name.as_str(), version.as_str());
        let join = Join {
            address: address::of(owner, spec.name.as_str()),
            version: version.clone(),
            part: PART,
            files: vec![PublishFile {
                name,
                content_type: "application/json".to_owned(),
                staged: stage(&call, attestations).await?,
            }],
        };
        registry.join(&call.actor, &call.client, join).await?;
    }
    let (name, mut text) = (spec.name.as_str(), String::new());
    text.push_str(match done.new {
        true => "Successfully registered gem: ",
        false => "Gem was already pushed: ",
    });
    text.push_str(&format!("{name} ({version})\n"));
    if let Some(warning) = done.warning {
        text.push_str(&format!("Warning: {warning}\n"));
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(text))
}

/// What exists is told as helpers of continuous integration look for it.
fn refused(error: Error) -> HttpError {
    let exists = matches!(
        error,
        Error::VersionExists { .. } | Error::VersionRetired { .. } | Error::NameHeld { .. }
    );
    let mut error = HttpError::from(error);
    if exists {
        error.message = format!("Repushing of gem versions is not allowed: {}", error.message);
    }
    error
}

/// Puts together what is published.
async fn publish(
    call: &Call,
    owner: &str,
    spec: &Gemspec,
    version: VersionName,
    staged: StagedFile,
) -> Result<Publish> {
    let digests = *staged.digests();
    let (name, sha256) = (spec.name.as_str(), digests.sha256.to_string());
    let quick = Bytes::from(quick::document(spec));
    let metadata = Metadata {
        size: digests.size,
        sha256: sha256.clone(),
        spec_sha256: digests_of(&quick).sha256.to_string(),
        spec: spec.clone(),
    };
    let metadata = serde_json::to_string(&metadata).map_err(broken)?;
    if metadata.len() > MAX_METADATA {
        let text = format!(
            "the gemspec says {} bytes that lists show: at most {MAX_METADATA} are allowed, so leave \
             out dependencies or cut texts, and rebuild it with gem build",
            metadata.len()
        );
        return Err(HttpError::new(ErrorKind::Unprocessable, text));
    }
    let file = |name: String, staged| PublishFile {
        name,
        content_type: BYTES.to_owned(),
        staged,
    };
    let quick = stage(call, quick).await?;
    Ok(Publish {
        metadata,
        files: vec![
            file(address::gem_file(name, version.as_str()), staged),
            file(address::quick_file(name, version.as_str()), quick),
        ],
        line: Some(info::line_without_date(spec, &sha256)),
        reserves: address::reserves(spec),
        source_repository: source::address(spec),
        ..Publish::new(address::of(owner, name), version)
    })
}

/// Stages bytes that are in memory.
async fn stage(call: &Call, bytes: Bytes) -> Result<StagedFile> {
    let mut upload = call.registry().begin_upload(bytes.len() as u64);
    upload.write(bytes).await?;
    Ok(upload.finish().await?)
}
