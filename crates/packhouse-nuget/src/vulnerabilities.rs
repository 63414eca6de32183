//! Known vulnerabilities: nothing is known here yet, said so that audits find an answer (NuGet notes
//! §12).

use actix_web::HttpResponse;
use packhouse_http::{Call, HttpError, Result};
use serde_json::json;

use crate::answer;
use crate::links::Links;

/// The one page there is.
const PAGE: &str = "all";
/// Since when it is as it is.
const SINCE: &str = "2026-11-22T00:00:00Z";

/// GET `vulnerabilities/index.json`.
pub(crate) async fn index(call: Call, owner: &str) -> Result<HttpResponse> {
    let at = Links::of(&call, owner).at(&format!("vulnerabilities/{PAGE}.json"));
    let comment = "All that is known about the packages here";
    let body = json!([{ "@name": PAGE, "@id": at, "@updated": SINCE, "comment": comment }]);
    answer::made(&call, answer::JSON, body.to_string()).await
}

/// GET `vulnerabilities/{page}.json`: a dictionary by id, which clients read when it is empty too.
pub(crate) async fn page(call: Call, page: &str) -> Result<HttpResponse> {
    if page != PAGE {
        return Err(HttpError::not_found(format!("the page {page}")));
    }
    answer::made(&call, answer::JSON, "{}".to_owned()).await
}
