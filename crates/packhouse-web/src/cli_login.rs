//! `/login/cli/{page}`: a person lets a waiting command-line client sign in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use packhouse_http::{HttpError, Result};
use packhouse_registry::login::{Asking, LOGIN_TOKEN_DAYS, Session};

use crate::answer;
use crate::frame::Frame;
use crate::serve::Message;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "cli_login.html")]
struct Page<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    name: &'a str,
    days: i64,
    asking: &'a Asking,
}

/// GET: who asks and from where. Somebody not signed in signs in first.
pub(crate) async fn show(visit: &Visit, page: &str) -> Result<HttpResponse> {
    let Some(session) = &visit.session else {
        return Ok(sign_in_first(visit));
    };
    let asking = visit.registry().find_cli_login(page).await?;
    draw(visit, session, &asking)
}

/// POST: confirms or denies.
pub(crate) async fn answer(mut visit: Visit, page: &str) -> Result<HttpResponse> {
    if visit.session.is_none() {
        return Ok(sign_in_first(&visit));
    }
    let form = visit.session_form().await?;
    let Some(session) = &visit.session else {
        return Ok(sign_in_first(&visit));
    };
    let (title, text) = match form.get("answer") {
        "confirm" => {
            visit.registry().confirm_cli_login(session, page).await?;
            (
                "Confirmed",
                "The client gets its token now. You can close this page.",
            )
        }
        "deny" => {
            visit.registry().deny_cli_login(page).await?;
            (
                "Denied",
                "The client gets no token. You can close this page.",
            )
        }
        _ => return Err(HttpError::invalid("answer with confirm or deny")),
    };
    let page = Message {
        frame: visit.frame(),
        title,
        text,
        again: None,
    };
    answer::page(StatusCode::OK, &page)
}

fn draw(visit: &Visit, session: &Session, asking: &Asking) -> Result<HttpResponse> {
    let page = Page {
        frame: visit.frame(),
        csrf: &session.csrf,
        name: session.account.name.as_str(),
        days: LOGIN_TOKEN_DAYS,
        asking,
    };
    answer::page(StatusCode::OK, &page)
}

fn sign_in_first(visit: &Visit) -> HttpResponse {
    let here = visit.request.uri().path();
    let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    answer::see_other(&format!("/login?next={next}"))
}
