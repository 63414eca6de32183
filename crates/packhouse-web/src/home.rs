//! `/`: who is signed in, and where clients connect.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use packhouse_http::{Result, links};

use crate::answer;
use crate::frame::Frame;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    frame: Frame<'a>,
    npm_registry: String,
}

/// GET `/`.
pub(crate) fn show(visit: &Visit) -> Result<HttpResponse> {
    let npm_registry = format!(
        "{}/",
        links::base(&visit.registry().settings().public_url, "/npm")
    );
    answer::page(
        StatusCode::OK,
        &Home {
            frame: visit.frame(),
            npm_registry,
        },
    )
}
