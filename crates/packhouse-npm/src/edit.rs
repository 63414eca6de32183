//! Edits of a package: deprecate, unpublish, access (npm notes §6). Of a whole document that comes
//! back only what an edit may change is taken: deprecations, removed versions and dist-tags.

use actix_web::HttpResponse;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::{Deprecation, VersionName};
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::rows::VersionSummary;
use packhouse_registry::visibility::AccessSource;
use serde_json::{Map, Value, json};

use crate::access::{address, name};
use crate::documents::revision_text;
use crate::name::ScopedName;
use crate::publish::access;
use crate::route::PackageRef;
use crate::tag::check_tag;
use crate::version::canonical;

/// PUT without a tarball.
pub(crate) async fn put(
    call: Call,
    name: &ScopedName,
    document: Map<String, Value>,
    revision: Option<&str>,
) -> Result<HttpResponse> {
    let Some(versions) = document.get("versions").and_then(Value::as_object) else {
        return Err(refuse_other(&document, name));
    };
    let record = call.package.clone().ok_or_else(|| {
        HttpError::invalid(format!(
            "{name} does not exist, and the document has no tarball"
        ))
    })?;
    let expected = check_revision(&call, revision)?;
    let live = call
        .registry()
        .snapshot(record.package.id, |snapshot| snapshot.summaries())
        .await?;
    let sent = sent_versions(versions)?;
    refuse_unknown(name, &sent, &live)?;
    let removed: Vec<VersionName> = live
        .iter()
        .filter(|version| sent.iter().all(|(name, _)| *name != version.name))
        .map(|version| version.name.clone())
        .collect();
    // On `PUT PKG` a version published since the client read is absent: that is no removal.
    let removes = revision.is_some() && !removed.is_empty();
    let address = address(name);
    let tags = match (expected, removes) {
        (Some(_), false) => moved_tags(&document, &live)?,
        _ => Vec::new(),
    };
    let wanted = deprecations(&sent, &live);
    // What depends on the revision comes first: when it is refused, nothing was done.
    if removes {
        call.registry()
            .delete_versions(&call.actor, &call.client, &address, removed, expected)
            .await?;
    }
    if !wanted.is_empty() {
        call.registry()
            .deprecate(&call.actor, &call.client, &address, wanted)
            .await?;
    }
    for (tag, target) in tags {
        call.registry()
            .set_tag(&call.actor, &call.client, &address, &tag, &target)
            .await?;
    }
    Ok(done(name))
}

/// DELETE `PKG/-rev/REV`.
pub(crate) async fn delete_package(
    call: Call,
    package: &PackageRef,
    revision: &str,
) -> Result<HttpResponse> {
    let name = name(package)?;
    let expected = check_revision(&call, Some(revision))?;
    call.registry()
        .delete_package(&call.actor, &call.client, &address(&name), expected)
        .await?;
    Ok(done(&name))
}

/// DELETE `PKG/-/FILE/-rev/REV`, the last step of unpublishing a version: everything was done
/// before, so what is gone is a success. A version that is still live goes now.
pub(crate) async fn delete_tarball(
    call: Call,
    package: &PackageRef,
    file: &str,
    revision: &str,
) -> Result<HttpResponse> {
    let name = name(package)?;
    let prefix = format!("{}-", name.name);
    let version = file
        .strip_prefix(&prefix)
        .and_then(|rest| rest.strip_suffix(".tgz"))
        .and_then(|text| canonical(text).ok());
    let Some((version, _)) = version else {
        return Err(HttpError::not_found(format!("{name} {file}")));
    };
    let record = call.package()?;
    if call
        .registry()
        .find_file(record.package.id, file)
        .await?
        .is_some()
    {
        let expected = check_revision(&call, Some(revision))?;
        call.registry()
            .delete_versions(
                &call.actor,
                &call.client,
                &address(&name),
                vec![version],
                expected,
            )
            .await?;
    }
    Ok(done(&name))
}

/// POST `-/package/PKG/access`.
pub(crate) async fn set_access(mut call: Call, package: &PackageRef) -> Result<HttpResponse> {
    let name = name(package)?;
    let body: Map<String, Value> = call.json().await?;
    let Some(wanted) = body.get("access").and_then(Value::as_str) else {
        let what = "only access can be set (public or restricted): two-factor rules for publishing \
                    are not offered here";
        return Err(HttpError::new(ErrorKind::Forbidden, what));
    };
    let wanted = AccessSource::Own(access(wanted)?);
    call.registry()
        .set_visibility(&call.actor, &call.client, &address(&name), wanted)
        .await?;
    Ok(done(&name))
}

fn done(name: &ScopedName) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "ok": format!("{name} updated"), "success": true }))
}

/// Owners and stars travel as documents without versions.
fn refuse_other(document: &Map<String, Value>, name: &ScopedName) -> HttpError {
    if document.contains_key("maintainers") {
        let text = format!(
            "owners of {name} are not set through npm: grant access with `packhouse admin package \
             grant npm {}/{} USER admin`",
            name.owner, name.name
        );
        return HttpError::new(ErrorKind::Forbidden, text);
    }
    if document.contains_key("users") {
        return HttpError::new(ErrorKind::Unsupported, "stars are not offered here");
    }
    HttpError::invalid("the document has neither versions nor a tarball")
}

/// Reads the revision an edit is based on; clients that know none send `undefined`.
///
/// # Errors
/// `Precondition` when it is real and not the current one.
fn check_revision(call: &Call, revision: Option<&str>) -> Result<Option<i64>> {
    let Some(sent) = revision.filter(|text| !matches!(*text, "" | "undefined" | "null")) else {
        return Ok(None);
    };
    let record = call.package()?;
    let current = revision_text(record);
    if sent != current {
        let sent: String = sent.chars().take(64).collect();
        let text = format!("the package was changed since ({sent}, now {current}): try again");
        return Err(HttpError::new(ErrorKind::Precondition, text));
    }
    Ok(Some(record.package.revision))
}

fn sent_versions(versions: &Map<String, Value>) -> Result<Vec<(VersionName, &Value)>> {
    let read = |(raw, manifest): (&String, _)| {
        let (name, _) = canonical(raw).map_err(|error| HttpError::invalid(error.to_string()))?;
        Ok((name, manifest))
    };
    versions.iter().map(read).collect()
}

/// Refuses versions that are not live: new ones need a tarball, and what was deleted since the
/// client read is a reason to read again.
fn refuse_unknown(
    name: &ScopedName,
    sent: &[(VersionName, &Value)],
    live: &[VersionSummary],
) -> Result<()> {
    for (version, manifest) in sent {
        if live.iter().any(|live| live.name == *version) {
            continue;
        }
        let published = manifest
            .get("dist")
            .is_some_and(|dist| dist.get("signatures").is_some());
        if published {
            let text = format!("{name} {version} is gone since you read it: try again");
            return Err(HttpError::new(ErrorKind::Precondition, text));
        }
        let text = format!("{name} {version} comes without a tarball: publish it");
        return Err(HttpError::invalid(text));
    }
    Ok(())
}

/// Takes the deprecations that differ. A version without the key is left as it is: the client may
/// have read before it was set.
fn deprecations(
    sent: &[(VersionName, &Value)],
    live: &[VersionSummary],
) -> Vec<(VersionName, Option<Deprecation>)> {
    let wanted = |(name, manifest): &(VersionName, &Value)| {
        let text = match manifest.get("deprecated")? {
            Value::String(text) => Some(Deprecation::new(text)).filter(|new| !new.text.is_empty()),
            Value::Bool(false) | Value::Null => None,
            _ => return None,
        };
        let now = live.iter().find(|live| live.name == *name)?;
        (now.deprecation != text).then(|| (name.clone(), text))
    };
    sent.iter().filter_map(wanted).collect()
}

/// Takes the dist-tags of an edit that is based on the current revision.
fn moved_tags(
    document: &Map<String, Value>,
    live: &[VersionSummary],
) -> Result<Vec<(String, VersionName)>> {
    let Some(tags) = document.get("dist-tags").and_then(Value::as_object) else {
        return Ok(Vec::new());
    };
    let mut moved = Vec::new();
    for (tag, target) in tags {
        let target = target.as_str().and_then(|text| canonical(text).ok());
        let Some((target, _)) = target.filter(|(name, _)| live.iter().any(|v| v.name == *name))
        else {
            continue;
        };
        check_tag(tag).map_err(|error| HttpError::invalid(error.to_string()))?;
        moved.push((tag.clone(), target));
    }
    Ok(moved)
}
