//! GET of folders: pages for people, and for clients that read them where there is no metadata.

use actix_web::HttpResponse;
use actix_web::http::header::ACCEPT;
use packhouse_core::package::VersionState;
use packhouse_core::permission::Action;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::PackageHandle;
use packhouse_registry::resolve::Snapshot;
use packhouse_registry::rows::StoredFile;

use crate::coordinates::Ga;
use crate::format::MAVEN;
use crate::listing::{Entry, render_html, render_json};
use crate::path::METADATA;
use crate::route::Place;
use crate::version::is_snapshot;
use crate::{address, headers};

/// How many folders one page shows.
const MAX_FOLDERS: usize = 10_000;

/// GET or HEAD of a folder.
pub(crate) async fn get(call: Call, place: &Place, path: &[String]) -> Result<HttpResponse> {
    let repository = call.repository()?;
    let id = repository.repository.id;
    let folder = path.join("/");
    let registry = call.registry();
    let below = registry.list_folders(&call.actor, (id, MAVEN), &folder, MAX_FOLDERS);
    let mut entries: Vec<Entry> = below.await?.into_iter().map(directory).collect();
    if let Some(package) = package(&call, place, path).await? {
        let versions = registry.snapshot(package.package.id, versions).await?;
        let new = |entry: &Entry| !entries.iter().any(|old| old.name == entry.name);
        let versions: Vec<Entry> = versions.into_iter().filter(new).collect();
        entries.extend(versions);
    }
    if let Some((version, above)) = path.split_last()
        && let Some(package) = package(&call, place, above).await?
    {
        let wanted = version.clone();
        let look = move |snapshot: &mut Snapshot<'_>| files(snapshot, &wanted);
        entries.extend(registry.snapshot(package.package.id, look).await?);
    }
    if entries.is_empty() && !path.is_empty() {
        return Err(HttpError::not_found(format!("{folder}/")));
    }
    answer(&call, &folder, &entries)
}

/// Gives the package whose folder this is, when it has a version that the asker may see.
async fn package(call: &Call, place: &Place, path: &[String]) -> Result<Option<PackageHandle>> {
    let Some((artifact, group)) = path.split_last() else {
        return Ok(None);
    };
    let Ok(ga) = Ga::new(group.iter().map(String::as_str), artifact) else {
        return Ok(None);
    };
    let address = address::of(place, &ga);
    let found = call
        .registry()
        .authorize(&call.actor, &address, Action::Read);
    match found.await {
        Ok(found) => Ok(found.filter(|package| package.live_versions > 0)),
        // A token for other packages sees the folder, and not this one in it.
        Err(error) if error.is_refusal() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn directory(name: String) -> Entry {
    Entry {
        name,
        directory: true,
        size: None,
        modified: None,
    }
}

/// Gives what lies in the folder of a package.
fn versions(snapshot: &mut Snapshot<'_>) -> packhouse_registry::Result<Vec<Entry>> {
    let modified = snapshot.record.package.updated_at;
    let versions = snapshot.summaries()?.into_iter().map(|version| Entry {
        modified: Some(version.created_at),
        ..directory(version.name.as_str().to_owned())
    });
    let mut entries: Vec<Entry> = versions.collect();
    entries.sort_by(|a, b| crate::version::compare(&a.name, &b.name));
    entries.push(Entry {
        name: METADATA.to_owned(),
        directory: false,
        size: None,
        modified: Some(modified),
    });
    Ok(entries)
}

/// Gives what lies in the folder of a version.
fn files(snapshot: &mut Snapshot<'_>, version: &str) -> packhouse_registry::Result<Vec<Entry>> {
    let found = snapshot.version(&address::version(version))?;
    let Some(found) = found.filter(|found| found.state == VersionState::Live) else {
        return Ok(Vec::new());
    };
    let files = snapshot.shown_files(found.id)?;
    let built = files.iter().any(|stored| stored.file.build.is_some());
    let mut entries: Vec<Entry> = files.into_iter().map(file).collect();
    if built && is_snapshot(version) {
        entries.push(Entry {
            name: METADATA.to_owned(),
            directory: false,
            size: None,
            modified: None,
        });
    }
    Ok(entries)
}

fn file(stored: StoredFile) -> Entry {
    let name = stored.file.name;
    Entry {
        name: name
            .split_once('/')
            .map_or(name.clone(), |(_, file)| file.to_owned()),
        directory: false,
        size: Some(stored.file.digests.size),
        modified: Some(stored.file.created_at),
    }
}

fn answer(call: &Call, folder: &str, entries: &[Entry]) -> Result<HttpResponse> {
    let json = call
        .header(ACCEPT)
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"));
    let mut response = if json {
        let body = render_json(folder, entries).map_err(|error| {
            packhouse_registry::Error::Internal(format!("a listing cannot be written: {error}"))
        })?;
        HttpResponse::Ok()
            .content_type("application/json")
            .body(body)
    } else {
        let page = render_html(folder, entries);
        HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .body(page)
    };
    let headers = response.headers_mut();
    headers::put_cache_control(headers, headers::FRESH);
    // Names come from clients: nothing in the page may run.
    headers::put_policy(headers);
    Ok(response)
}
