//! What versions of some gems need, for clients that do not read the compact index (RubyGems notes
//! §6).

use actix_web::HttpResponse;
use packhouse_core::error::ErrorKind;
use packhouse_http::{Call, HttpError, Result};

use super::about;
use super::blocking::broken;
use crate::dependencies::{Row, json, marshal};
use crate::dependency::Kind;
use crate::gemspec::Gemspec;
use crate::address;
use crate::route::{LOOKUP, Written};

/// How many gems may be asked for at once.
const MAX_NAMES: usize = 200;
/// How many versions of all of them are told.
const MAX_VERSIONS: usize = 20_000;

/// GET `dependencies`, with the gems' names in `gems`.
pub(crate) async fn get(call: Call, owner: &str, written: Written) -> Result<HttpResponse> {
    let names = call.query("gems").unwrap_or_default();
    let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
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
    let mut specs = Vec::new();
    for name in names {
        specs.extend(of(&call, owner, name).await?);
        if specs.len() > MAX_VERSIONS {
            let text = format!(
                "the gems that were asked for have more than {MAX_VERSIONS} versions: ask in parts, \
                 or use a client that reads the compact index"
            );
            return Err(HttpError::new(ErrorKind::Unprocessable, text));
        }
    }
    let rows: Vec<Row<'_>> = specs.iter().map(row).collect();
    let body = match written {
        Written::Json => json(&rows).map_err(broken)?.into_bytes(),
        Written::Marshal | Written::Yaml => marshal(&rows),
    };
    Ok(about::head(&call).content_type(content_type).body(body))
}

fn row(spec: &Gemspec) -> Row<'_> {
    let runtime = spec.dependencies.iter();
    let runtime = runtime.filter(|one| one.kind == Kind::Runtime);
    Row {
        name: spec.name.as_str(),
        number: spec.version.as_str(),
        platform: spec.platform.original(),
        dependencies: runtime
            .map(|one| (one.name.as_str(), one.requirement.to_string()))
            .collect(),
    }
}

async fn of(call: &Call, owner: &str, name: &str) -> Result<Vec<Gemspec>> {
    let address = address::of(owner, name);
    let registry = call.registry();
    let found = registry.authorize_listed(&call.actor, &address, LOOKUP).await?;
    let Some(package) = found.filter(|found| found.package.name.as_str() == name) else {
        return Ok(Vec::new());
    };
    let read = registry.snapshot(package.package.id, |snapshot| {
        let mut specs = Vec::new();
        snapshot.each_version(|version| {
            specs.push(about::metadata(&version)?.spec);
            Ok(())
        })?;
        Ok(specs)
    });
    Ok(read.await?)
}
