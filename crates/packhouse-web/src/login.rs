//! `/login` and `/logout`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use askama::Template;
use packhouse_core::account::AccountName;
use packhouse_core::error::ErrorKind;
use packhouse_http::error::status;
use packhouse_http::request_log::note_error;
use packhouse_http::{HttpError, Result};
use packhouse_registry::Error;
use packhouse_registry::login::Proved;

use crate::answer;
use crate::frame::Frame;
use crate::local_path::local_path;
use crate::serve::sentence;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "login.html")]
struct Page<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    next: &'a str,
    name: &'a str,
    fault: Option<&'a str>,
}

/// GET `/login?next=PATH`: the form; who is signed in goes on at once.
pub(crate) fn show(visit: &Visit) -> Result<HttpResponse> {
    let next = local_path(&visit.query("next").unwrap_or_default());
    if visit.session.is_some() {
        return Ok(answer::see_other(&next));
    }
    draw(visit, StatusCode::OK, &next, "", None)
}

/// POST `/login`: a session, or the form again with 401, or 429 after too many failures.
pub(crate) async fn log_in(mut visit: Visit) -> Result<HttpResponse> {
    let form = visit.open_form().await?;
    let next = local_path(form.get("next"));
    let name = form.get("name").trim();
    let fault = match prove(&visit, name, form.get("password")).await {
        Ok(proved) => return visit.sign_in(&proved, &next).await,
        Err(fault) => HttpError::from(fault),
    };
    if !matches!(
        fault.kind,
        ErrorKind::Unauthenticated | ErrorKind::RateLimited
    ) {
        return Err(fault);
    }
    note_error(&visit.request, fault.kind);
    let text = sentence(&fault.message);
    let mut response = draw(&visit, status(fault.kind), &next, name, Some(&text))?;
    if let Some(wait) = fault.retry_after {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    Ok(response)
}

/// POST `/logout`: the session ends. Without one there is nothing to protect.
pub(crate) async fn log_out(mut visit: Visit) -> Result<HttpResponse> {
    if visit.session.is_some() {
        visit.session_form().await?;
    }
    visit.sign_out("/").await
}

/// Names are no secret, so one that no account can have needs no look into the database.
async fn prove(visit: &Visit, name: &str, password: &str) -> Result<Proved, Error> {
    let name = AccountName::from_row(name).ok_or(Error::WrongPassword)?;
    visit
        .registry()
        .prove(name.as_str(), password.to_owned(), &visit.client)
        .await
}

fn draw(
    visit: &Visit,
    status: StatusCode,
    next: &str,
    name: &str,
    fault: Option<&str>,
) -> Result<HttpResponse> {
    let csrf = visit.form_token();
    let page = Page {
        frame: visit.frame(),
        csrf: &csrf,
        next,
        name,
        fault,
    };
    Ok(visit.with_form_cookie(answer::page(status, &page)?, &csrf))
}
