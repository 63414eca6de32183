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
use tokio::sync::Semaphore;

use crate::archive::{self, Limits};
use crate::full_name::Build;
use crate::gemspec::Gemspec;
use crate::metadata::Metadata;
use crate::{address, info, quick, source};

mod body;

/// How many gems are read at once: a gemspec full of nothing but nodes takes a hundred megabytes.
static READING: Semaphore = Semaphore::const_new(4);
/// How much a gemspec may say that is kept, in bytes of JSON.
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
    // However hostile, few at a time are read.
    let _turn = READING.acquire().await.map_err(broken)?;
    let Read {
        spec,
        metadata,
        quick,
    } = run(move || self::read(&read)).await?;
    let version = address::version_name(&Build::of(&spec));
    let publish = publish(
        &call,
        owner,
        (&spec, metadata, quick),
        version.clone(),
        staged,
    )
    .await?;
    let registry = call.registry();
    let published = registry.publish(&call.actor, &call.client, publish);
    let done = published.await.map_err(refused)?;
    if let Some(attestations) = attestations {
        let name = address::attestations_file(spec.name.as_str(), version.as_str());
        let join = Join {
            address: address::of(owner, spec.name.as_str()),
            version: version.clone(),
            part: PART,
            replaces: false,
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
    if let Some(warning) = done.warning.filter(|_| source::said(&spec).is_some()) {
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
        error.message = format!(
            "Repushing of gem versions is not allowed: {}",
            error.message
        );
    }
    error
}

/// What a gem says, and what is made from it.
struct Read {
    spec: Gemspec,
    /// What is kept about the version, as JSON.
    metadata: String,
    /// The document of its gemspec.
    quick: Bytes,
}

fn read(staged: &StagedFile) -> Result<Read> {
    let source = staged.open().map_err(broken)?;
    let read = archive::read(source, &Limits::default());
    let gem = read.map_err(|error| match error.kind() {
        ErrorKind::Internal => broken(error),
        kind => HttpError::new(kind, error.to_string()),
    })?;
    let said = serde_json::to_string(&gem.spec).map_err(broken)?.len();
    if said > MAX_METADATA {
        let text = format!(
            "the gemspec says {said} bytes that lists show: at most {MAX_METADATA} are allowed, so \
             leave out dependencies or cut texts, and rebuild it with gem build"
        );
        return Err(HttpError::new(ErrorKind::Unprocessable, text));
    }
    let (digests, quick) = (staged.digests(), Bytes::from(quick::document(&gem.spec)));
    let metadata = Metadata {
        size: digests.size,
        sha256: digests.sha256.to_string(),
        spec_sha256: digests_of(&quick).sha256.to_string(),
        spec: gem.spec,
    };
    Ok(Read {
        metadata: serde_json::to_string(&metadata).map_err(broken)?,
        spec: metadata.spec,
        quick,
    })
}

/// Puts together what is published.
async fn publish(
    call: &Call,
    owner: &str,
    (spec, metadata, quick): (&Gemspec, String, Bytes),
    version: VersionName,
    staged: StagedFile,
) -> Result<Publish> {
    let (name, sha256) = (spec.name.as_str(), staged.digests().sha256.to_string());
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
