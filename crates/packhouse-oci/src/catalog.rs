//! Listing images (OCI notes §8), and extensions, of which there are none.

use actix_web::HttpResponse;
use actix_web::http::header::LINK;
use packhouse_http::{Call, Result};
use packhouse_registry::Error;
use serde_json::json;

use crate::failure;
use crate::format::CONTAINER;
use crate::route::Route;
use crate::tags::page;

/// GET `_catalog`: the images that the asker may read.
pub(crate) async fn list(call: &Call) -> Result<HttpResponse> {
    let unstated = call
        .actor
        .signed_in()
        .and_then(|signed_in| signed_in.stated.as_ref())
        .is_some_and(|stated| !stated.lists);
    if unstated {
        return Err(failure::of(Error::Unstated {
            what: "the catalogue".to_owned(),
            action: packhouse_core::permission::Action::Read,
        }));
    }
    let page = page(call)?;
    let limit = page.limit();
    let after = page.last().map(|last| {
        let (owner, name) = last.split_once('/').unwrap_or((last, ""));
        (owner.to_owned(), name.to_owned())
    });
    let mut names = call
        .registry()
        .readable_names(&call.actor, CONTAINER, after, limit + 1)
        .await?;
    let mut response = HttpResponse::Ok();
    if names.len() > limit {
        names.truncate(limit);
        if let Some(last) = names.last() {
            response.insert_header((LINK, page.next_link(&Route::Catalog.path(), last)));
        }
    }
    Ok(response.json(json!({ "repositories": names })))
}

/// GET `_oci/ext/discover`.
pub(crate) fn extensions() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "extensions": [] }))
}
