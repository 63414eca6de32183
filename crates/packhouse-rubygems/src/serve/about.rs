//! JSON about gems and their versions, for tools that keep dependencies up to date (RubyGems notes
//! §10). It has counters, which no revision covers, so it is drawn for each request.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, VARY};
use chrono::SecondsFormat;
use packhouse_core::actor::Actor;
use packhouse_core::id::VersionId;
use packhouse_core::package::Version;
use packhouse_http::{Call, Result};
use packhouse_registry::Error;
use packhouse_registry::resolve::Snapshot;
use serde_json::{Map, Value, json};

use super::asked;
use crate::dependency::Kind;
use crate::full_name::Build;
use crate::gemspec::Gemspec;
use crate::metadata::Metadata;

/// A version with what its gemspec says.
pub(super) struct Described {
    pub version: Version,
    pub metadata: Metadata,
    pub downloads: i64,
}

/// GET `gems/{gem}.json`.
pub(crate) async fn gem(call: Call, owner: &str, name: &str) -> Result<HttpResponse> {
    let package = asked::live(&call, owner, name)?;
    let (id, latest) = (package.package.id, package.latest);
    let found = call.registry().snapshot(id, move |snapshot| {
        let total = snapshot.downloads()?;
        let latest = latest.map(|id| snapshot.version_by_id(id)).transpose()?;
        let latest = latest.flatten().map(|found| described(found, &total));
        Ok(latest
            .transpose()?
            .map(|found| (found, total.values().sum())))
    });
    let (latest, total) = found.await?.ok_or_else(|| asked::missing(owner, name))?;
    answer(&call, about_gem(&call, owner, &latest, total))
}

/// GET `versions/{gem}.json`: newest first.
pub(crate) async fn versions(call: Call, owner: &str, name: &str) -> Result<HttpResponse> {
    let package = asked::live(&call, owner, name)?;
    let drawn = call.registry().snapshot(package.package.id, |snapshot| {
        let downloads = snapshot.downloads()?;
        let mut all = Vec::new();
        snapshot.each_version(|version| {
            all.push(about_version(&described(version, &downloads)?).to_string());
            Ok(())
        })?;
        all.reverse();
        Ok(format!("[{}]", all.join(",")))
    });
    let body = drawn.await?;
    Ok(head(&call)
        .content_type("application/json; charset=utf-8")
        .body(body))
}

/// GET `versions/{gem}/latest.json`: its number, or `unknown`.
pub(crate) async fn latest(call: Call, owner: &str, name: &str) -> Result<HttpResponse> {
    let package = asked::gem(&call, owner, name)?;
    let latest = package.latest;
    let found = call
        .registry()
        .snapshot(package.package.id, move |snapshot| {
            let found = latest.map(|id| snapshot.version_by_id(id)).transpose()?;
            Ok(found.flatten())
        });
    let number = match found.await? {
        Some(version) => metadata(&version)?.spec.version.as_str().to_owned(),
        None => "unknown".to_owned(),
    };
    answer(&call, json!({ "version": number }))
}

/// GET `rubygems/{gem}/versions/{number}.json`, of a platform where one is named.
pub(crate) async fn version(
    call: Call,
    owner: &str,
    name: &str,
    number: &str,
) -> Result<HttpResponse> {
    let package = asked::live(&call, owner, name)?;
    let platform = call.query("platform").unwrap_or_default();
    let missing = || asked::missing(owner, &format!("{name} {number}"));
    let wanted = asked::version(&call, owner, name, (number, &platform)).await?;
    let wanted = wanted.ok_or_else(missing)?;
    let found = call
        .registry()
        .snapshot(package.package.id, move |snapshot| {
            let downloads = snapshot.downloads()?;
            let found = snapshot.version(&wanted)?;
            let found = found
                .map(|found| described(found, &downloads))
                .transpose()?;
            Ok(found.map(|found| (found, downloads.values().sum::<i64>())))
        });
    let (found, total) = found.await?.ok_or_else(missing)?;
    let mut about = object(about_gem(&call, owner, &found, total));
    about.extend(object(about_version(&found)));
    answer(&call, Value::Object(about))
}

/// Draws what there is to say about a gem, by the version that stands for it.
pub(super) fn about_gem(call: &Call, owner: &str, latest: &Described, total: i64) -> Value {
    let (spec, created) = (&latest.metadata.spec, latest.version.created_at);
    let source = format!("{}/{owner}", call.base);
    let uri = |key: &str| spec.metadata.get(key);
    let needs = |kind: Kind| -> Vec<Value> {
        let of_kind = spec.dependencies.iter().filter(|one| one.kind == kind);
        of_kind
            .map(|one| json!({ "name": one.name.as_str(), "requirements": one.requirement.to_string() }))
            .collect()
    };
    json!({
        "name": spec.name.as_str(),
        "downloads": total,
        "version": spec.version.as_str(),
        "version_created_at": created.to_rfc3339_opts(SecondsFormat::Millis, true),
        "version_downloads": latest.downloads,
        "platform": spec.platform.original(),
        "authors": spec.authors.join(", "),
        "info": info(spec),
        "licenses": spec.licenses,
        "metadata": spec.metadata,
        "yanked": false,
        "sha": latest.metadata.sha256,
        "spec_sha": latest.metadata.spec_sha256,
        "project_uri": format!("{source}/api/v1/gems/{}.json", spec.name.as_str()),
        "gem_uri": format!("{source}/gems/{}.gem", Build::of(spec).full_name(&spec.name)),
        "homepage_uri": uri("homepage_uri").or(spec.homepage.as_ref()),
        "wiki_uri": uri("wiki_uri"),
        "documentation_uri": uri("documentation_uri"),
        "mailing_list_uri": uri("mailing_list_uri"),
        "source_code_uri": uri("source_code_uri"),
        "bug_tracker_uri": uri("bug_tracker_uri"),
        "changelog_uri": uri("changelog_uri"),
        "funding_uri": uri("funding_uri"),
        "dependencies": {
            "development": needs(Kind::Development),
            "runtime": needs(Kind::Runtime),
        },
    })
}

fn about_version(one: &Described) -> Value {
    let (spec, created) = (&one.metadata.spec, one.version.created_at);
    json!({
        "authors": spec.authors.join(", "),
        "built_at": spec.date.as_ref().map(|day| format!("{day}T00:00:00.000Z")),
        "created_at": created.to_rfc3339_opts(SecondsFormat::Millis, true),
        "description": spec.description,
        "downloads_count": one.downloads,
        "metadata": spec.metadata,
        "number": spec.version.as_str(),
        "summary": spec.summary,
        "platform": spec.platform.original(),
        "rubygems_version": spec.required_rubygems_version.to_string(),
        "ruby_version": spec.required_ruby_version.to_string(),
        "prerelease": spec.version.is_prerelease(),
        "licenses": spec.licenses,
        "requirements": [],
        "sha": one.metadata.sha256,
        "spec_sha": one.metadata.spec_sha256,
    })
}

fn info(spec: &Gemspec) -> &str {
    let texts = [&spec.description, &spec.summary];
    let mut texts = texts.into_iter().flatten().map(String::as_str);
    texts.find(|text| !text.is_empty()).unwrap_or_default()
}

/// Reads what is kept about a version.
pub(super) fn described(
    version: Version,
    downloads: &HashMap<VersionId, i64>,
) -> packhouse_registry::Result<Described> {
    Ok(Described {
        metadata: metadata(&version)?,
        downloads: downloads.get(&version.id).copied().unwrap_or_default(),
        version,
    })
}

/// Reads what is kept about a version.
pub(super) fn metadata(version: &Version) -> packhouse_registry::Result<Metadata> {
    let damaged = |error| {
        let id = version.id;
        Error::Internal(format!(
            "what is kept about version {id} is damaged: {error}"
        ))
    };
    Metadata::parse(&version.metadata).map_err(damaged)
}

/// Reads the versions of a package that are named.
pub(super) fn find(
    snapshot: &mut Snapshot<'_>,
    ids: &[VersionId],
) -> packhouse_registry::Result<Vec<Described>> {
    let downloads = snapshot.downloads()?;
    let versions = snapshot.versions(ids)?.into_iter();
    versions
        .map(|version| described(version, &downloads))
        .collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn answer(call: &Call, body: Value) -> Result<HttpResponse> {
    Ok(head(call).json(body))
}

/// Begins an answer that is drawn for this request alone.
pub(super) fn head(call: &Call) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    let fresh = match call.actor {
        Actor::Anonymous => "no-cache",
        _ => "private, no-cache",
    };
    response.insert_header((CACHE_CONTROL, fresh));
    response.insert_header((VARY, "authorization"));
    response
}
