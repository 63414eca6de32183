//! Yank: the version leaves every index, and its full name is never used again (RubyGems notes §9,
//! §14).

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use packhouse_core::error::ErrorKind;
use packhouse_core::package::VersionName;
use packhouse_core::text::shown;
use packhouse_http::{Call, HttpError, Result};

use super::form;
use crate::address;
use crate::format::RUBYGEMS;

/// DELETE `gems/yank`.
pub(crate) async fn yank(mut call: Call, owner: &str) -> Result<HttpResponse> {
    let fields = form::read(&mut call).await?;
    let needed = |name: &str| {
        let value = form::value(&fields, name).filter(|value| !value.is_empty());
        value.ok_or_else(|| {
            let text = format!("the form lacks {name}: send gem_name and version");
            HttpError::invalid(text)
        })
    };
    let (name, number) = (needed("gem_name")?, needed("version")?);
    // `-p ruby` arrives as an empty platform.
    let platform = form::value(&fields, "platform").unwrap_or_default();
    let version = address::asked_version(number, platform);
    let version = published(&call, owner, name, version).await?;
    let address = address::of(owner, name);
    let registry = call.registry();
    let names = vec![version.clone()];
    let deleted = registry.delete_versions(&call.actor, &call.client, &address, names, None);
    if deleted.await? == 0 {
        let text = format!(
            "{owner}/{name} has no version {}, or it was yanked already: see `gem list -r --all`",
            shown(version.as_str())
        );
        return Err(HttpError::new(ErrorKind::NotFound, text));
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(format!("Successfully deleted gem: {name} ({version})\n")))
}

/// Gives the version as it was published, where a client normalised its platform.
async fn published(
    call: &Call,
    owner: &str,
    name: &str,
    version: VersionName,
) -> Result<VersionName> {
    let full = address::reserved_full(&format!("{name}-{version}"));
    let held = call.registry().find_holder(RUBYGEMS, owner, &full).await?;
    let held = held.filter(|holder| holder.package == name);
    Ok(match held.and_then(|holder| holder.version) {
        Some(written) => address::named(written),
        None => version,
    })
}
