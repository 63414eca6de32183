//! What versions of some gems need, for clients that do not read the compact index (RubyGems notes
//! §6).

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use packhouse_core::error::ErrorKind;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::PackageHandle;

use super::about;
use super::blocking::broken;
use crate::address;
use crate::dependencies::{Row, json, marshal};
use crate::dependency::Kind;
use crate::gemspec::Gemspec;
use crate::route::{LOOKUP, Written};

/// How many gems may be asked for at once.
const MAX_NAMES: usize = 200;
/// How many versions of all of them are told.
const MAX_VERSIONS: i64 = 10_000;

/// GET `dependencies`, with the gems' names in `gems`.
pub(crate) async fn get(call: Call, owner: &str, written: Written) -> Result<HttpResponse> {
    let names = call.query("gems").unwrap_or_default();
    let names: BTreeSet<&str> = names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let content_type = match written {
        Written::Json => "application/json; charset=utf-8",
        Written::Marshal | Written::Yaml => "application/octet-stream",
    };
    if names.len() > MAX_NAMES {
        let text = format!(
            "{} gems were asked for at once, and at most {MAX_NAMES} are answered: ask in parts",
            names.len()
        );
        return Err(HttpError::new(ErrorKind::Unprocessable, text));
    }
    // Whoever names no gem asks whether this is answered at all.
    if names.is_empty() && written == Written::Marshal {
        return Ok(about::head(&call).content_type(content_type).finish());
    }
    let (mut packages, mut versions) = (Vec::new(), 0);
    for name in names {
        let address = address::of(owner, name);
        let found = call
            .registry()
            .authorize_listed(&call.actor, &address, LOOKUP);
        let found = found.await?;
        if let Some(package) = found.filter(|found| found.package.name.as_str() == name) {
            versions += package.live_versions;
            packages.push(package);
        }
    }
    if versions > MAX_VERSIONS {
        let text = format!(
            "the gems that were asked for have {versions} versions, and at most {MAX_VERSIONS} are \
             told at once: ask in parts, or use a client that reads the compact index"
        );
        return Err(HttpError::new(ErrorKind::Unprocessable, text));
    }
    let mut needs = Vec::new();
    for package in packages {
        needs.extend(of(&call, &package).await?);
    }
    let rows: Vec<Row<'_>> = needs.iter().map(Needs::row).collect();
    let body = match written {
        Written::Json => json(&rows).map_err(broken)?.into_bytes(),
        Written::Marshal | Written::Yaml => marshal(&rows),
    };
    Ok(about::head(&call).content_type(content_type).body(body))
}

/// What a version needs, without the rest of its gemspec.
struct Needs {
    name: String,
    number: String,
    platform: String,
    dependencies: Vec<(String, String)>,
}

impl Needs {
    fn of(spec: &Gemspec) -> Self {
        let runtime = spec.dependencies.iter();
        let runtime = runtime.filter(|one| one.kind == Kind::Runtime);
        Self {
            name: spec.name.to_string(),
            number: spec.version.to_string(),
            platform: spec.platform.original().to_owned(),
            dependencies: runtime
                .map(|one| (one.name.to_string(), one.requirement.to_string()))
                .collect(),
        }
    }

    fn row(&self) -> Row<'_> {
        let dependencies = self.dependencies.iter();
        Row {
            name: &self.name,
            number: &self.number,
            platform: &self.platform,
            dependencies: dependencies
                .map(|(name, requirement)| (name.as_str(), requirement.clone()))
                .collect(),
        }
    }
}

async fn of(call: &Call, package: &PackageHandle) -> Result<Vec<Needs>> {
    let read = call.registry().snapshot(package.package.id, |snapshot| {
        let mut needs = Vec::new();
        snapshot.each_version(|version| {
            needs.push(Needs::of(&about::metadata(&version)?.spec));
            Ok(())
        })?;
        Ok(needs)
    });
    Ok(read.await?)
}
