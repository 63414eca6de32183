//! From rows to registrations. No member is null: clients take null for a value that is wrong.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, Utc};
use packhouse_core::id::VersionId;
use packhouse_core::package::Version;
use packhouse_registry::resolve::Snapshot;
use packhouse_registry::{Error, Result};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Bounds;
use crate::deprecation;
use crate::links::Links;
use crate::metadata::Metadata;
use crate::nuspec::{DependencyGroup, LicenseKind};
use crate::route::Hive;

/// When what lists do not show was published, as far as clients are told.
const UNLISTED: &str = "1900-01-01T00:00:00+00:00";

/// A registration, or a page of one.
#[derive(Serialize)]
struct Drawn<'a> {
    #[serde(rename = "@id")]
    at: &'a str,
    #[serde(rename = "@type")]
    kind: Value,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upper: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
    /// Left out, not empty, where they stand elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<&'a RawValue>,
}

/// A list that is written member by member: what its members are made of is not held together.
struct List(String);

impl List {
    fn new() -> Self {
        Self("[".to_owned())
    }

    fn add(&mut self, member: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(member);
    }

    fn finish(mut self) -> Result<Box<RawValue>> {
        self.0.push(']');
        RawValue::from_string(self.0).map_err(unwritten)
    }
}

fn unwritten(error: serde_json::Error) -> Error {
    Error::Internal(format!("a registration cannot be written: {error}"))
}

/// Draws a registration: its pages, with their versions if there are few.
pub(super) fn index(
    snapshot: &mut Snapshot<'_>,
    links: &Links,
    hive: Hive,
    pages: &[Bounds],
    inline: bool,
) -> Result<String> {
    let id = snapshot.record.package.name.key().to_owned();
    let at = links.registration(hive, &id);
    let mut items = List::new();
    for page in pages {
        let (inside, outside) = (
            format!("{at}#page/{}/{}", page.lower, page.upper),
            address(links, hive, &id, page),
        );
        let versions = match inline {
            true => Some(leaves(snapshot, links, hive, page)?),
            false => None,
        };
        let (here, parent) = match inline {
            true => (inside, Some(at.as_str())),
            false => (outside, None),
        };
        items.add(&drawn_page(page, &here, parent, versions.as_deref())?);
    }
    let items = items.finish()?;
    serde_json::to_string(&Drawn {
        at: &at,
        kind: json!([
            "catalog:CatalogRoot",
            "PackageRegistration",
            "catalog:Permalink"
        ]),
        count: pages.len(),
        lower: None,
        upper: None,
        parent: None,
        items: Some(&items),
    })
    .map_err(unwritten)
}

/// Draws a page with its versions.
pub(super) fn page(
    snapshot: &mut Snapshot<'_>,
    links: &Links,
    hive: Hive,
    page: &Bounds,
) -> Result<String> {
    let id = snapshot.record.package.name.key().to_owned();
    let (at, parent) = (
        address(links, hive, &id, page),
        links.registration(hive, &id),
    );
    let versions = leaves(snapshot, links, hive, page)?;
    drawn_page(page, &at, Some(&parent), Some(&versions))
}

fn drawn_page(
    page: &Bounds,
    at: &str,
    parent: Option<&str>,
    items: Option<&RawValue>,
) -> Result<String> {
    serde_json::to_string(&Drawn {
        at,
        kind: "catalog:CatalogPage".into(),
        count: page.ids.len(),
        lower: Some(&page.lower),
        upper: Some(&page.upper),
        parent,
        items,
    })
    .map_err(unwritten)
}

/// Gives the address of a page.
fn address(links: &Links, hive: Hive, id: &str, page: &Bounds) -> String {
    let (lower, upper) = (page.lower.to_lowercase(), page.upper.to_lowercase());
    links.page(hive, id, &lower, &upper)
}

/// Draws one version; `None` when it went.
pub(super) fn leaf(
    snapshot: &mut Snapshot<'_>,
    links: &Links,
    hive: Hive,
    version: VersionId,
) -> Result<Option<String>> {
    let found = snapshot.versions(&[version])?;
    let Some(version) = found.first() else {
        return Ok(None);
    };
    let id = snapshot.record.package.name.key();
    let lower = version.name.key();
    let body = json!({
        "@id": links.leaf(hive, id, lower),
        "@type": ["Package", "catalog:Permalink"],
        "listed": version.listed,
        "published": catalog_dates(version),
        "packageContent": links.nupkg(id, lower),
        "registration": links.registration(hive, id),
    });
    Ok(Some(body.to_string()))
}

fn leaves(
    snapshot: &mut Snapshot<'_>,
    links: &Links,
    hive: Hive,
    page: &Bounds,
) -> Result<Box<RawValue>> {
    let found = snapshot.versions(&page.ids)?;
    let found: HashMap<_, _> = found
        .into_iter()
        .map(|version| (version.id, version))
        .collect();
    let (id, shown) = (
        snapshot.record.package.name.key().to_owned(),
        snapshot.record.package.name.as_str().to_owned(),
    );
    let mut items = List::new();
    for version in page.ids.iter().filter_map(|id| found.get(id)) {
        let lower = version.name.key();
        let item = json!({
            "@id": links.leaf(hive, &id, lower),
            "@type": "Package",
            "catalogEntry": entry(links, (&id, &shown), hive, version)?,
            "packageContent": links.nupkg(&id, lower),
            "registration": links.registration(hive, &id),
        });
        items.add(&item.to_string());
    }
    items.finish()
}

/// Gives when a version was published, as clients are told.
pub(crate) fn catalog_dates(version: &Version) -> String {
    match version.listed {
        true => date(version.created_at),
        false => UNLISTED.to_owned(),
    }
}

fn date(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, false)
}

fn entry(
    links: &Links,
    (id, shown): (&str, &str),
    hive: Hive,
    version: &Version,
) -> Result<Map<String, Value>> {
    let metadata = Metadata::parse(&version.metadata).map_err(|error| {
        let text = format!("the metadata of version {} is damaged: {error}", version.id);
        Error::Internal(text)
    })?;
    let nuspec = &metadata.nuspec;
    let lower = version.name.key();
    let mut entry = Map::new();
    let mut put = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    put("@id", links.leaf(hive, id, lower).into());
    put("@type", "PackageDetails".into());
    put("id", shown.into());
    put("version", nuspec.version.full().into());
    put("authors", nuspec.authors.as_str().into());
    put("description", nuspec.description.as_str().into());
    for (key, text) in [
        ("summary", &nuspec.summary),
        ("title", &nuspec.title),
        ("language", &nuspec.language),
        ("projectUrl", &nuspec.project_url),
        ("minClientVersion", &nuspec.min_client_version),
    ] {
        if let Some(text) = text {
            put(key, text.as_str().into());
        }
    }
    if let Some(at) = icon(links, id, lower, &metadata) {
        put("iconUrl", at.into());
    }
    if let Some(expression) = metadata.license(LicenseKind::Expression) {
        put("licenseExpression", expression.into());
    }
    if let Some(at) = license(links, id, lower, &metadata) {
        put("licenseUrl", at.into());
    }
    put("tags", nuspec.tags.clone().into());
    put(
        "requireLicenseAcceptance",
        nuspec.require_license_acceptance.into(),
    );
    put("listed", version.listed.into());
    put("published", catalog_dates(version).into());
    put("packageContent", links.nupkg(id, lower).into());
    let groups = nuspec.dependency_groups.iter();
    let groups: Vec<Value> = groups
        .map(|group| dependencies(links, hive, group))
        .collect();
    if !groups.is_empty() {
        put("dependencyGroups", groups.into());
    }
    if let Some(deprecation) = &version.deprecation {
        let detail = deprecation::shown(deprecation);
        let detail = serde_json::to_value(detail);
        put(
            "deprecation",
            detail.map_err(|error| Error::Internal(error.to_string()))?,
        );
    }
    Ok(entry)
}

/// Gives the address of a version's picture.
pub(crate) fn icon(links: &Links, id: &str, lower: &str, metadata: &Metadata) -> Option<String> {
    match metadata.icon {
        true => Some(links.part(id, lower, "icon")),
        false => metadata.nuspec.icon_url.clone(),
    }
}

/// Gives the address of a version's licence: some clients read nothing else.
pub(crate) fn license(links: &Links, id: &str, lower: &str, metadata: &Metadata) -> Option<String> {
    match metadata.nuspec.license {
        Some(_) => Some(links.part(id, lower, "license")),
        None => metadata.nuspec.license_url.clone(),
    }
}

fn dependencies(links: &Links, hive: Hive, group: &DependencyGroup) -> Value {
    let mut shown = Map::new();
    shown.insert("@type".to_owned(), "PackageDependencyGroup".into());
    if let Some(framework) = &group.target_framework {
        shown.insert("targetFramework".to_owned(), framework.as_str().into());
    }
    let needed = group.dependencies.iter().map(|dependency| {
        json!({
            "@type": "PackageDependency",
            "id": dependency.id.as_str(),
            "range": dependency.range.to_string(),
            "registration": links.registration(hive, &dependency.id.lower()),
        })
    });
    let needed: Vec<Value> = needed.collect();
    if !needed.is_empty() {
        shown.insert("dependencies".to_owned(), needed.into());
    }
    Value::Object(shown)
}
