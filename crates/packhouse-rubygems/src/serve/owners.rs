//! Who owns a gem: its account. Who else may do what with it is said in the package's settings.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use packhouse_core::error::ErrorKind;
use packhouse_http::{Call, HttpError, Result};
use serde_json::json;

use super::asked;
use crate::route::Written;

/// GET `owners.yaml` or `owners.json`.
pub(crate) fn get(call: Call, owner: &str, name: &str, written: Written) -> Result<HttpResponse> {
    let package = asked::gem(&call, owner, name)?;
    let (id, handle) = (package.owner.id.0, package.owner.name.as_str());
    let (content_type, body) = match written {
        Written::Json => (
            "application/json; charset=utf-8",
            json!([{ "id": id, "handle": handle }]).to_string(),
        ),
        // Names of accounts are letters, digits and dashes; quotes keep those that are numbers texts.
        Written::Yaml | Written::Marshal => (
            "text/yaml; charset=utf-8",
            format!("---\n- id: {id}\n  handle: \"{handle}\"\n"),
        ),
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .body(body))
}

/// POST or DELETE of an owner.
pub(crate) fn refuse(owner: &str, name: &str) -> HttpError {
    let text = format!(
        "who may publish {owner}/{name} is managed in the package's settings: give a role with \
         `packhouse admin package grant rubygems {owner}/{name} USER write`, or change the members \
         of {owner}"
    );
    HttpError::new(ErrorKind::Forbidden, text)
}
