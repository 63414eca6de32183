//! `/setup/{secret}`: the very first account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use packhouse_core::account::AccountName;
use packhouse_core::error::ErrorKind;
use packhouse_http::error::status;
use packhouse_http::request_log::note_error;
use packhouse_http::{HttpError, Result};
use packhouse_registry::account::NewUser;
use packhouse_registry::login::Proved;
use packhouse_registry::password::MIN_LENGTH;

use crate::answer;
use crate::form::Form;
use crate::frame::Frame;
use crate::serve::sentence;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "setup.html")]
struct Page<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    name: &'a str,
    email: &'a str,
    min_length: usize,
    fault: Option<&'a str>,
}

/// GET: the form, or 404 when the address does not work (any more).
pub(crate) async fn show(visit: &Visit, secret: &str) -> Result<HttpResponse> {
    require_open(visit, secret).await?;
    draw(visit, StatusCode::OK, "", "", None)
}

/// POST: makes the account and signs it in; what is wrong is said above the same form.
pub(crate) async fn set_up(mut visit: Visit, secret: &str) -> Result<HttpResponse> {
    let form = visit.open_form().await?;
    require_open(&visit, secret).await?;
    let fault = match make(&visit, secret, &form).await {
        Ok(proved) => return visit.sign_in(&proved, "/").await,
        Err(fault) => fault,
    };
    match fault.kind {
        ErrorKind::NotFound => return Err(closed()),
        ErrorKind::Invalid | ErrorKind::Conflict => {}
        _ => return Err(fault),
    }
    note_error(&visit.request, fault.kind);
    let (name, email) = (form.get("name"), form.get("email"));
    draw(
        &visit,
        status(fault.kind),
        name,
        email,
        Some(&sentence(&fault.message)),
    )
}

async fn make(visit: &Visit, secret: &str, form: &Form) -> Result<Proved> {
    let name = AccountName::parse(form.get("name").trim())
        .map_err(|error| HttpError::invalid(error.to_string()))?;
    let password = form.get("password");
    if password != form.get("password_again") {
        return Err(HttpError::invalid(
            "the two passwords differ: type the same one twice",
        ));
    }
    let email = form.get("email").trim();
    let user = NewUser {
        name,
        email: (!email.is_empty()).then(|| email.to_owned()),
        password: password.to_owned(),
        site_admin: true,
    };
    let account = visit.registry().set_up(&visit.client, secret, user).await?;
    Ok(Proved { account })
}

async fn require_open(visit: &Visit, secret: &str) -> Result<()> {
    if visit.registry().setup_is_open(secret).await? {
        Ok(())
    } else {
        Err(closed())
    }
}

fn closed() -> HttpError {
    let text = "this set-up address does not work (any more): sign in if there is an account, or \
                take the address that the server's last start printed";
    HttpError::new(ErrorKind::NotFound, text)
}

fn draw(
    visit: &Visit,
    status: StatusCode,
    name: &str,
    email: &str,
    fault: Option<&str>,
) -> Result<HttpResponse> {
    let csrf = visit.form_token();
    let frame = visit.frame();
    let page = Page {
        frame,
        csrf: &csrf,
        name,
        email,
        min_length: MIN_LENGTH,
        fault,
    };
    Ok(visit.with_form_cookie(answer::page(status, &page)?, &csrf))
}
