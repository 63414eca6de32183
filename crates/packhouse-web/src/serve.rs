//! From a request to a page, and from a failure to a page that says so.

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use packhouse_core::error::ErrorKind;
use packhouse_http::error::status;
use packhouse_http::mount::segments;
use packhouse_http::request_log::{note_error, note_route};
use packhouse_http::{HttpError, Kit, Result};

use crate::answer;
use crate::frame::Frame;
use crate::route::Route;
use crate::visit::Visit;
use crate::{asset, cli_login, home, login, setup};

/// Hangs the pages under their addresses (see the crate's first page).
pub fn configure(config: &mut ServiceConfig, kit: Arc<Kit>) {
    for pattern in Route::PATTERNS {
        let kit = Arc::clone(&kit);
        let handler = move |request: HttpRequest, payload: web::Payload| {
            serve(Arc::clone(&kit), request, payload)
        };
        config.service(web::resource(pattern).to(handler));
    }
}

async fn serve(kit: Arc<Kit>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let head = request.clone();
    match answer(kit, request, payload).await {
        Ok(response) => response,
        Err(error) => {
            note_error(&head, error.kind);
            draw(&head, &error)
        }
    }
}

async fn answer(
    kit: Arc<Kit>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let route = segments(request.uri().path())
        .map_err(packhouse_http::protocol::RouteError::Invalid)
        .and_then(|segments| Route::parse(request.method().as_str(), &segments));
    note_route(
        &request,
        "pages",
        route.as_ref().map_or("(none)", Route::template),
    );
    let route = route?;
    if let Route::Asset(name) = route {
        return asset::serve(&request, &name);
    }
    let visit = Visit::begin(kit, request, payload).await?;
    match route {
        Route::Home => home::show(&visit),
        Route::ShowSetup(secret) => setup::show(&visit, &secret).await,
        Route::SetUp(secret) => setup::set_up(visit, &secret).await,
        Route::ShowLogin => login::show(&visit),
        Route::LogIn => login::log_in(visit).await,
        Route::LogOut => login::log_out(visit).await,
        Route::ShowCliLogin(page) => cli_login::show(&visit, &page).await,
        Route::AnswerCliLogin(page) => cli_login::answer(visit, &page).await,
        Route::Asset(name) => asset::serve(&visit.request, &name),
    }
}

/// A page with a heading, a sentence and ways out.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct Message<'a> {
    pub frame: Frame<'a>,
    pub title: &'a str,
    pub text: &'a str,
    pub again: Option<&'a str>,
}

/// Draws a failure.
fn draw(request: &HttpRequest, error: &HttpError) -> HttpResponse {
    let status = status(error.kind);
    // What was sent in vain can be tried anew from the page it was sent from.
    let again = request.method() == "POST"
        && request.path() != "/logout"
        && error.kind != ErrorKind::NotFound;
    let page = Message {
        frame: Frame::new(None),
        title: title(error.kind),
        text: &sentence(&error.message),
        again: again.then_some(request.uri().path()),
    };
    let drawn = answer::page(status, &page);
    let mut response =
        drawn.unwrap_or_else(|_| answer::secured(HttpResponse::build(status)).finish());
    error.put_headers(response.headers_mut());
    response
}

fn title(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound | ErrorKind::Unsupported | ErrorKind::Gone => "Not found",
        ErrorKind::Unauthenticated => "Sign in first",
        ErrorKind::Forbidden | ErrorKind::QuotaExceeded => "Refused",
        ErrorKind::RateLimited => "Too many tries",
        ErrorKind::TooLarge | ErrorKind::UriTooLong => "Too large",
        ErrorKind::MethodNotAllowed => "This address does not work that way",
        ErrorKind::Internal | ErrorKind::Unavailable | ErrorKind::StorageFull => {
            "The server has a problem"
        }
        ErrorKind::Invalid
        | ErrorKind::Conflict
        | ErrorKind::Precondition
        | ErrorKind::RangeNotSatisfiable
        | ErrorKind::Unprocessable => "That did not work",
    }
}

/// Makes a page's sentence of an error's text.
pub(crate) fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let mut text: String = first.to_uppercase().chain(chars).collect();
    text.push('.');
    text
}
