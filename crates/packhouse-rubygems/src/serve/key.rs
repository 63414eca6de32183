//! `gem signin`: name and password for a key (RubyGems notes §2).

use actix_web::HttpResponse;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::error::ErrorKind;
use packhouse_core::text;
use packhouse_core::token::TokenBody;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::Error;

use super::form;

/// How long the name of a key may be, in characters.
const MAX_NAME: usize = 100;

/// GET or POST `api_key`: a key that reads, publishes and yanks for 90 days. A key as the password
/// comes back as it is: it gives no more than it had.
pub(crate) async fn sign_in(mut call: Call) -> Result<HttpResponse> {
    let (name, password) = presented(&call)?;
    let asked = form::read(&mut call).await?;
    let registry = call.registry();
    let key = match TokenBody::parse(&password) {
        Some(token) => {
            let token = token.reveal();
            registry.authenticate(&token, &call.client).await?;
            token
        }
        None => {
            let proved = registry.prove(&name, password, &call.client).await?;
            let called = form::value(&asked, "name").filter(|name| !name.trim().is_empty());
            let called = text::cut(called.unwrap_or("gem signin"), MAX_NAME);
            let made = registry.login_token(&proved, &call.client, &called);
            made.await?.secret
        }
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(key))
}

/// PUT `api_key`: keys do not change.
pub(crate) fn refuse() -> HttpError {
    let text = "what a key may do is said when it is made: sign in again with `gem signin`, or make \
                another token in the account's settings";
    HttpError::new(ErrorKind::Forbidden, text)
}

/// Gives name and password as they came.
fn presented(call: &Call) -> Result<(String, String)> {
    let needed = || Error::SignInNeeded {
        what: "a key".to_owned(),
    };
    let header = call.request.headers().get(AUTHORIZATION);
    let value = header.ok_or_else(needed)?.to_str();
    let value = value.map_err(|_| Error::WrongPassword)?.trim();
    let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(needed().into());
    }
    let decoded = STANDARD.decode(encoded.trim()).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or(Error::WrongPassword)?;
    let (name, password) = text.split_once(':').ok_or(Error::WrongPassword)?;
    if name.is_empty() && password.is_empty() {
        return Err(needed().into());
    }
    Ok((name.to_owned(), password.to_owned()))
}
