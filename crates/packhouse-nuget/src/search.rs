//! Search (NuGet notes §5).

use std::collections::HashMap;

use actix_web::HttpResponse;
use packhouse_core::package::Version;
use packhouse_http::{Call, Result};
use packhouse_registry::Error;
use packhouse_registry::rows::PackageRecord;
use packhouse_registry::search::{Query, Shown};
use serde_json::{Map, Value, json};

use crate::deprecation;
use crate::format::{NUGET, Nuget};
use crate::links::Links;
use crate::metadata::{Metadata, SEMVER2, type_trait};
use crate::nuspec::DEPENDENCY;
use crate::registration::{icon, license};
use crate::route::Hive;
use crate::versions::{Entry, Wanted};
use crate::{answer, asked, version};

/// How many packages a page shows when nobody says it, and at most.
const PAGE: usize = 20;
const MAX_PAGE: usize = 1000;
/// How many versions the results of a page name all together: of what comes after, each names its
/// newest alone. No feed that people look at comes near.
const MAX_VERSIONS: usize = 100_000;

/// Which packages a list asks for.
pub(crate) struct Asked {
    pub query: Query,
    pub skip: usize,
    pub take: usize,
    pub prerelease: bool,
    pub semver2: bool,
    pub package_types: Vec<String>,
}

impl Asked {
    /// Reads the query string; names are compared without case.
    pub fn read(call: &Call, owner: &str) -> Self {
        let get = |name: &str| asked::value(call, name);
        let number = |name: &str, usual: usize, most: usize| {
            let text = get(name).unwrap_or_default();
            text.trim().parse::<i64>().map_or(usual, |number| {
                usize::try_from(number).map_or(0, |number| number.min(most))
            })
        };
        let package_types = asked::values(call, &["packageType", "packageTypeFilter"]);
        let semver2 = get("semVerLevel").is_some_and(|level| version::knows_semver2(&level));
        let prerelease = get("prerelease").is_some_and(|text| text.eq_ignore_ascii_case("true"));
        Self {
            query: Query {
                format: Some(NUGET),
                owner_key: Some(owner.to_lowercase()),
                shown: Some(shown(prerelease, semver2, &package_types)),
                ..Query::default()
            },
            skip: number("skip", 0, usize::MAX),
            take: number("take", PAGE, MAX_PAGE),
            prerelease,
            semver2,
            package_types,
        }
    }

    /// Gives which versions count.
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted {
            prerelease: self.prerelease,
            semver2: self.semver2,
            package_types: &self.package_types,
        }
    }
}

/// Says which versions count so that a search finds their packages.
pub(crate) fn shown(prereleases: bool, semver2: bool, package_types: &[String]) -> Shown {
    Shown {
        prereleases,
        with: package_types.iter().map(|name| type_trait(name)).collect(),
        without: (!semver2).then(|| SEMVER2.to_owned()),
    }
}

/// GET `query`.
pub(crate) async fn get(nuget: &Nuget, call: Call, owner: &str) -> Result<HttpResponse> {
    let mut asked = Asked::read(&call, owner);
    let words = asked::value(&call, "q").unwrap_or_default();
    asked::narrow(&mut asked.query, &words);
    let (offset, limit) = (cast(asked.skip), cast(asked.take));
    let query = asked.query.clone();
    let (packages, total) = call
        .registry()
        .search_packages(&call.actor, query, offset, limit)
        .await?;
    let links = Links::of(&call, owner);
    let mut body = format!("{{\"totalHits\":{},\"data\":[", total);
    let (mut room, mut first) = (MAX_VERSIONS, true);
    for found in packages {
        let Some(hit) = hit(nuget, &call, &links, found, &asked, &mut room).await? else {
            continue;
        };
        if !std::mem::take(&mut first) {
            body.push(',');
        }
        body.push_str(&hit.to_string());
    }
    body.push_str("]}");
    answer::made(&call, answer::JSON, body).await
}

pub(crate) fn cast(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Gives what a search shows of a package; nothing when the versions that were asked for went while
/// it was searched.
async fn hit(
    nuget: &Nuget,
    call: &Call,
    links: &Links,
    found: PackageRecord,
    asked: &Asked,
    room: &mut usize,
) -> Result<Option<Value>> {
    let package = std::sync::Arc::new(found);
    let versions = nuget.documents.versions(call, &package).await?;
    let Some(newest) = versions.newest(&asked.wanted()).map(|entry| entry.id) else {
        return Ok(None);
    };
    let looked = call
        .registry()
        .snapshot(package.package.id, move |snapshot| {
            let newest = snapshot.versions(&[newest])?.pop();
            Ok((newest, snapshot.downloads()?))
        });
    // A package that was deleted meanwhile is left out.
    let (newest, downloads) = match looked.await {
        Ok((Some(newest), downloads)) => (newest, downloads),
        Ok((None, _)) | Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let metadata = match Metadata::parse(&newest.metadata) {
        Ok(metadata) => metadata,
        Err(error) => {
            // It must not take away everything else that was found.
            tracing::error!(version.id = newest.id.0, %error, "stored metadata is damaged");
            return Ok(None);
        }
    };
    let wanted = asked.wanted();
    let listed = versions.all().iter().filter(|entry| wanted.shows(entry));
    let listed: Vec<&Entry> = listed.collect();
    let listed = match room.checked_sub(listed.len()) {
        Some(left) => {
            *room = left;
            &listed[..]
        }
        None => &listed[listed.len().saturating_sub(1)..],
    };
    let counts = |entry: &Entry| downloads.get(&entry.id).copied().unwrap_or(0);
    let id = package.package.name.key();
    let listed: Vec<Value> = (listed.iter())
        .map(|entry| {
            json!({
                "@id": links.leaf(Hive::SemVer2, id, &entry.lower),
                "version": entry.version.normalized(),
                "downloads": counts(entry),
            })
        })
        .collect();
    let shown = show(links, &package, (&newest, &metadata), listed, &downloads);
    Ok(Some(Value::Object(shown)))
}

fn show(
    links: &Links,
    package: &PackageRecord,
    (newest, metadata): (&Version, &Metadata),
    versions: Vec<Value>,
    downloads: &HashMap<packhouse_core::id::VersionId, i64>,
) -> Map<String, Value> {
    let nuspec = &metadata.nuspec;
    let (id, lower) = (package.package.name.key(), newest.name.key());
    let mut hit = Map::new();
    let mut put = |key: &str, value: Value| hit.insert(key.to_owned(), value);
    let registration = links.registration(Hive::SemVer2, id);
    put("@id", registration.as_str().into());
    put("@type", "Package".into());
    put("registration", registration.into());
    put("id", package.package.name.as_str().into());
    put("version", nuspec.version.full().into());
    put("description", nuspec.description.as_str().into());
    let texts = [
        ("summary", nuspec.summary.clone()),
        ("title", nuspec.title.clone()),
        ("iconUrl", icon(links, id, lower, metadata)),
        ("licenseUrl", license(links, id, lower, metadata)),
        ("projectUrl", nuspec.project_url.clone()),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            put(key, text.into());
        }
    }
    put("tags", nuspec.tags.clone().into());
    put("authors", nuspec.author_names().collect::<Vec<_>>().into());
    put("owners", vec![package.owner.name.as_str()].into());
    put("totalDownloads", downloads.values().sum::<i64>().into());
    put("verified", false.into());
    let types = nuspec.package_types.iter().map(|kind| kind.name.as_str());
    let mut types: Vec<_> = types.map(|name| json!({ "name": name })).collect();
    if types.is_empty() {
        types.push(json!({ "name": DEPENDENCY }));
    }
    put("packageTypes", types.into());
    put("versions", versions.into());
    if let Some(deprecation) = &newest.deprecation {
        let detail = deprecation::shown(deprecation);
        if let Ok(detail) = serde_json::to_value(detail) {
            put("deprecation", detail);
        }
    }
    hit
}
