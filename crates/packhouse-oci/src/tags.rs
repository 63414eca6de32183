//! Listing tags (OCI notes §8).

use actix_web::HttpResponse;
use actix_web::http::header::LINK;
use packhouse_http::{Call, Result};
use serde_json::json;

use crate::error::Code;
use crate::failure;
use crate::paging::Page;
use crate::route::Route;

/// GET `tags/list`: in the order of bytes, a page at a time.
pub(crate) async fn list(call: &Call, name: &str) -> Result<HttpResponse> {
    let page = page(call)?;
    let package = call.package()?.package.id;
    let limit = page.limit();
    let mut tags = call
        .registry()
        .tag_names(package, page.last().map(str::to_owned), limit + 1)
        .await?;
    let mut response = HttpResponse::Ok();
    if tags.len() > limit {
        tags.truncate(limit);
        if let Some(last) = tags.last() {
            let route = Route::Tags {
                name: name.to_owned(),
            };
            response.insert_header((LINK, page.next_link(&route.path(), last)));
        }
    }
    Ok(response.json(json!({ "name": name, "tags": tags })))
}

/// Reads which page is asked for.
pub(crate) fn page(call: &Call) -> Result<Page> {
    Page::parse(call.request.query_string())
        .map_err(|error| failure::invalid(Code::PaginationNumberInvalid, error.to_string()))
}
