//! GET of `maven-metadata.xml` and `archetype-catalog.xml`: drawn from what is stored, never from
//! what clients uploaded.

use std::collections::HashSet;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, ETAG, LAST_MODIFIED};
use chrono::{DateTime, Utc};
use packhouse_core::actor::Actor;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::Action;
use packhouse_http::conditional::{RefusedRanges, Facts, Outcome, evaluate, whole_seconds};
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::browse::Scope;
use packhouse_registry::{Error, PackageHandle};

use crate::checksum::{self, Algorithm};
use crate::coordinates::Ga;
use crate::format::{MAVEN, Maven};
use crate::metadata::{ArtifactDoc, Plugin, render_artifact, render_catalog};
use crate::path::MetadataPath;
use crate::route::{Place, Repository};
use crate::{address, entries, files, headers};

mod cache;
mod render;

pub(crate) use cache::Documents;
use cache::{Document, Form, Key};

/// GET or HEAD of a `maven-metadata.xml`, or of a checksum of it.
pub(crate) async fn metadata(
    maven: &Maven,
    call: Call,
    place: &Place,
    path: &MetadataPath,
    checksum: Option<Algorithm>,
) -> Result<HttpResponse> {
    if let Some((ga, version)) = path.version_level() {
        let package = settled(&call, place, &ga).await?;
        let document = match &package {
            Some(package) => drawn(maven, &call, package, ga, Form::Version(version)).await?,
            None => None,
        };
        return answer(&call, place, document, (package.as_ref(), checksum));
    }
    let ga = path.artifact_level();
    let (package, refusal) = match &ga {
        Some(ga) => found(&call, place, ga).await?,
        None => (None, None),
    };
    let plugins = match path.group_level() {
        Some(group) => plugins(&call, place, &group).await?,
        None => Vec::new(),
    };
    let document = match (&package, ga) {
        (Some(package), Some(ga)) if plugins.is_empty() => {
            drawn(maven, &call, package, ga, Form::Artifact).await?
        }
        (package, ga) => with_plugins(&call, package.as_ref(), ga, plugins).await?,
    };
    match (document, refusal) {
        (None, Some(refusal)) => Err(refusal.into()),
        (document, _) => answer(&call, place, document, (package.as_ref(), checksum)),
    }
}

/// GET or HEAD of an `archetype-catalog.xml`, or of a checksum of it.
pub(crate) async fn catalog(
    call: Call,
    place: &Place,
    checksum: Option<Algorithm>,
) -> Result<HttpResponse> {
    let found = list_entries(&call, place, entries::ARCHETYPES).await?;
    let archetypes: Vec<_> = found
        .into_iter()
        .filter_map(entries::read_archetype)
        .collect();
    let document = render_catalog(&archetypes).map(|text| Arc::new(Document::new(text, None)));
    answer(&call, place, document, (None, checksum))
}

/// Finds the package whose versions are asked for. Across repositories a package that may not be
/// read hides nothing else, so the refusal is kept until it is clear that there is nothing.
async fn found(
    call: &Call,
    place: &Place,
    ga: &Ga,
) -> Result<(Option<PackageHandle>, Option<Error>)> {
    if place.repository != Repository::Any {
        return Ok((settled(call, place, ga).await?, None));
    }
    let address = address::of(place, ga);
    match call
        .registry()
        .authorize(&call.actor, &address, Action::Read)
        .await
    {
        Ok(Some(package)) => Ok((Some(current(call, place, ga, package).await?), None)),
        Ok(None) => Ok((None, Some(Error::not_found(&address.shown)))),
        Err(error) if error.is_refusal() => Ok((None, Some(error))),
        Err(error) => Err(error.into()),
    }
}

/// Gives the package of the address as it is after whatever is due was listed.
async fn settled(call: &Call, place: &Place, ga: &Ga) -> Result<Option<PackageHandle>> {
    match &call.package {
        Some(package) => Ok(Some(current(call, place, ga, Arc::clone(package)).await?)),
        None => Ok(None),
    }
}

async fn current(
    call: &Call,
    place: &Place,
    ga: &Ga,
    package: PackageHandle,
) -> Result<PackageHandle> {
    let registry = call.registry();
    let listed = registry.publish_due(Some(package.package.id)).await;
    // What is listed is read as it is; the next request, or the timer, tries again.
    let listed = listed.unwrap_or_else(|error| {
        tracing::warn!(%error, "a deploy that is due cannot be listed now");
        0
    });
    if listed == 0 {
        return Ok(package);
    }
    let address = address::of(place, ga);
    let now = registry
        .authorize_now(&call.actor, &address, Action::Read)
        .await?;
    Ok(now.unwrap_or(package))
}

async fn drawn(
    maven: &Maven,
    call: &Call,
    package: &PackageHandle,
    ga: Ga,
    form: Form,
) -> Result<Option<Arc<Document>>> {
    let key = Key {
        package: package.package.id,
        revision: package.package.revision,
        form,
    };
    maven.documents.get(call.registry(), key, ga).await
}

/// Draws a document that lists plugins too: those of other packages, which this one's revision does
/// not cover.
async fn with_plugins(
    call: &Call,
    package: Option<&PackageHandle>,
    ga: Option<Ga>,
    plugins: Vec<Plugin>,
) -> Result<Option<Arc<Document>>> {
    let (versions, modified) = match package {
        Some(package) => {
            let registry = call.registry();
            let listed = registry.snapshot(package.package.id, render::versions);
            (listed.await?, Some(package.package.updated_at))
        }
        None => (Vec::new(), None),
    };
    let document = ArtifactDoc {
        ga,
        versions,
        last_updated: modified.unwrap_or(DateTime::UNIX_EPOCH),
        plugins,
    };
    // Plugins come and go without this package, so its time says nothing about the document.
    let modified = modified.filter(|_| document.plugins.is_empty());
    let text = render_artifact(&document);
    Ok(text.map(|text| Arc::new(Document::new(text, modified))))
}

async fn plugins(call: &Call, place: &Place, group: &str) -> Result<Vec<Plugin>> {
    let found = list_entries(call, place, &entries::plugins(group)).await?;
    // A prefix is that of the package that had it first: nobody takes it over.
    let mut taken = HashSet::new();
    let plugins = found.into_iter().filter_map(entries::read_plugin);
    Ok(plugins
        .filter(|plugin| taken.insert(plugin.prefix.clone()))
        .collect())
}

async fn list_entries(
    call: &Call,
    place: &Place,
    topic: &str,
) -> Result<Vec<packhouse_registry::rows::Entry>> {
    let owner = place.owner.to_ascii_lowercase();
    let scope = match &place.repository {
        Repository::Any => Scope::Owner(owner),
        Repository::Named(name) => Scope::Repository(owner, name.to_ascii_lowercase()),
    };
    let most = entries::MAX_ENTRIES;
    let registry = call.registry();
    Ok(registry
        .list_entries(&call.actor, MAVEN, scope, topic, most)
        .await?)
}

/// Sends a document, the checksum of it that was asked for, or that there is none.
fn answer(
    call: &Call,
    place: &Place,
    document: Option<Arc<Document>>,
    (package, checksum): (Option<&PackageHandle>, Option<Algorithm>),
) -> Result<HttpResponse> {
    let what = call.request.path();
    let Some(document) = document else {
        return Err(nothing(call, place));
    };
    let public = package.is_some_and(|package| package.is_public());
    let cache_control = headers::cache_control(false, public);
    if let Some(algorithm) = checksum {
        let hex = checksum::of(algorithm, &document.digests);
        let hex = hex.ok_or_else(|| HttpError::not_found(what))?;
        return Ok(files::text(hex, cache_control));
    }
    send(call, &document, cache_control)
}

/// Says that there is nothing; across repositories a token might show more.
pub(crate) fn nothing(call: &Call, place: &Place) -> HttpError {
    let what = call.request.path();
    match (&call.actor, &place.repository) {
        (Actor::Anonymous, Repository::Any) => {
            let what = what.to_owned();
            Error::SignInNeeded { what }.into()
        }
        _ => HttpError::not_found(what),
    }
}

fn send(call: &Call, document: &Document, cache_control: &'static str) -> Result<HttpResponse> {
    let etag = format!("\"{}\"", document.digests.sha256);
    let modified = document.modified.map(Into::into);
    let facts = Facts {
        etag: &etag,
        modified,
        length: None,
        refused: RefusedRanges::Beyond,
    };
    let outcome = evaluate(call.request.headers(), &facts);
    let mut response = match outcome {
        Outcome::NotModified => HttpResponse::NotModified(),
        Outcome::PreconditionFailed => {
            let message = "the document is not what the request's condition expects";
            return Err(HttpError::new(ErrorKind::Precondition, message));
        }
        _ => HttpResponse::Ok(),
    };
    response.insert_header((ETAG, etag));
    if let Some(modified) = modified {
        let modified = httpdate::fmt_http_date(whole_seconds(modified));
        response.insert_header((LAST_MODIFIED, modified));
    }
    let mut response = if outcome == Outcome::NotModified {
        response.finish()
    } else {
        // To HEAD only the length of the body goes out.
        response.insert_header((CONTENT_TYPE, "application/xml"));
        response.body(document.bytes.clone())
    };
    headers::put_cache_control(response.headers_mut(), cache_control);
    headers::put_checksums(response.headers_mut(), &document.digests);
    Ok(response)
}

/// When something last changed.
pub(crate) type Moment = Option<DateTime<Utc>>;
