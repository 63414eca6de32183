//! Yank: the version leaves every index, and its full name is never used again (RubyGems notes §9,
//! §14).

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::Action;
use packhouse_core::text::shown;
use packhouse_http::{Call, HttpError, Result};

use super::{asked, form};
use crate::address;

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
    let address = address::of(owner, name);
    let (registry, actor) = (call.registry(), &call.actor);
    let Some(version) = asked::version(&call, owner, name, (number, platform)).await? else {
        // Who may not yank the gem is not told which versions it has.
        registry.authorize(actor, &address, Action::Delete).await?;
        return Err(none(owner, name, number, platform));
    };
    let names = vec![version.clone()];
    let deleted = registry.delete_versions(actor, &call.client, &address, names, None);
    if deleted.await? == 0 {
        return Err(none(owner, name, number, platform));
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(format!("Successfully deleted gem: {name} ({version})\n")))
}

fn none(owner: &str, name: &str, number: &str, platform: &str) -> HttpError {
    let version = address::asked_version(number, platform);
    let text = format!(
        "{owner}/{name} has no version {}, or it was yanked already: see `gem list -r --all`",
        shown(version.as_str())
    );
    HttpError::new(ErrorKind::NotFound, text)
}
