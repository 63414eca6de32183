//! Signing in and the account that is signed in (npm notes §8).

use actix_web::HttpResponse;
use actix_web::http::header::RETRY_AFTER;
use packhouse_core::account::Account;
use packhouse_core::error::ErrorKind;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::login::{Asking, CliLoginState};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::route::Route;

/// How long a client waits between its questions, in seconds. Without it npm asks in a tight loop.
const POLL_SECONDS: u64 = 2;

#[derive(Deserialize)]
struct LegacyLogin {
    name: String,
    password: String,
}

/// GET `-/whoami`.
pub(crate) fn whoami(call: &Call) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(json!({ "username": call.actor.shown() })))
}

/// GET `-/user/org.couchdb.user:NAME`: what `npm owner` looks up.
pub(crate) async fn user(call: &Call, name: &str) -> Result<HttpResponse> {
    let found = call.registry().find_user(name).await?;
    let found = found.ok_or_else(|| HttpError::not_found(format!("the user {name}")))?;
    // Addresses are nobody's business but the account's own.
    let body = json!({
        "_id": format!("org.couchdb.user:{}", found.name),
        "name": found.name.as_str(),
        "email": "",
    });
    Ok(HttpResponse::Ok().json(body))
}

/// PUT `-/user/org.couchdb.user:NAME`: name and password for a token. A token as the password
/// comes back as it is: it gives no more than it had.
pub(crate) async fn login(mut call: Call, name: &str) -> Result<HttpResponse> {
    let body: LegacyLogin = call.json().await?;
    if !body.name.eq_ignore_ascii_case(name) {
        let text = format!(
            "the address is of {name:?}, the document of {:?}",
            body.name
        );
        return Err(HttpError::invalid(text));
    }
    let registry = call.registry();
    let token = match packhouse_core::token::TokenBody::parse(&body.password) {
        Some(token) => {
            let actor = registry.authenticate(&token.reveal(), &call.client).await?;
            if !actor.shown().eq_ignore_ascii_case(name) {
                return Err(packhouse_registry::Error::WrongPassword.into());
            }
            token.reveal()
        }
        None => {
            let proved = registry
                .prove(&body.name, body.password, &call.client)
                .await?;
            registry
                .login_token(&proved, &call.client, "npm login")
                .await?
                .secret
        }
    };
    let body = json!({
        "ok": format!("signed in as {name}"),
        "id": format!("org.couchdb.user:{name}"),
        "rev": "1-0",
        "token": token,
    });
    Ok(HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// POST `-/v1/login`: where the person goes, and where the client asks.
pub(crate) async fn begin_web_login(mut call: Call) -> Result<HttpResponse> {
    if !call.kit.web_login {
        // 404, and nothing else, makes every client ask for name and password instead.
        let text = "login through a page is turned off here: use name and password";
        return Err(HttpError::new(ErrorKind::Unsupported, text));
    }
    let bytes = call.small_body().await?;
    let body: Map<String, Value> = serde_json::from_slice(&bytes).unwrap_or_else(|_| Map::new());
    let hostname = body.get("hostname").and_then(Value::as_str);
    let asking = Asking {
        agent: call.client.agent.clone(),
        address: call.client.address.map(|address| address.to_string()),
        hostname: hostname.map(|text| text.chars().filter(|c| !c.is_control()).take(100).collect()),
    };
    let login = call
        .registry()
        .begin_cli_login(&call.client, asking)
        .await?;
    let pages = call
        .registry()
        .settings()
        .public_url
        .as_str()
        .trim_end_matches('/')
        .to_owned();
    let done = Route::WebLoginDone(login.poll);
    let body = json!({
        "loginUrl": format!("{pages}/login/cli/{}", login.page),
        "doneUrl": format!("{}/{}", call.base, done.path()),
    });
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// GET `-/v1/done/…`: 202 while nobody confirmed, then the token, once.
pub(crate) async fn poll_web_login(call: Call, poll: &str) -> Result<HttpResponse> {
    let state = call.registry().poll_cli_login(poll, &call.client).await?;
    match state {
        CliLoginState::Pending => Ok(HttpResponse::Accepted()
            .insert_header((RETRY_AFTER, POLL_SECONDS.to_string()))
            .insert_header(("cache-control", "no-store"))
            .json(json!({}))),
        CliLoginState::Done(made) => Ok(HttpResponse::Ok()
            .insert_header(("cache-control", "no-store"))
            .json(json!({ "token": made.secret }))),
        CliLoginState::Gone => {
            let text = "this login is used or too old: run `npm login` again";
            Err(HttpError::new(ErrorKind::NotFound, text))
        }
    }
}

/// GET `-/npm/v1/user`.
pub(crate) async fn profile(call: &Call) -> Result<HttpResponse> {
    let account = own_account(call).await?;
    let created = account.created_at.to_rfc3339();
    let body = json!({
        "name": account.name.as_str(),
        "email": account.email.unwrap_or_default(),
        "email_verified": false,
        "created": created,
        "updated": created,
        "fullname": "",
        "homepage": "",
        "freenode": "",
        "twitter": "",
        "github": "",
        "tfa": false,
    });
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// POST `-/npm/v1/user`: the password can be changed by who knows the old one; the rest is not
/// kept.
pub(crate) async fn update_profile(mut call: Call) -> Result<HttpResponse> {
    let body: Map<String, Value> = call.json().await?;
    let Some(change) = body.get("password") else {
        let text = "only the password can be changed through npm: `npm profile set password`";
        return Err(HttpError::new(ErrorKind::Forbidden, text));
    };
    let text = |key: &str| {
        change
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let account = own_account(&call).await?;
    let proved = call
        .registry()
        .prove(account.name.as_str(), text("old"), &call.client)
        .await?;
    let by = proved.actor();
    call.registry()
        .set_password(&by, &call.client, &account.name, text("new"))
        .await?;
    profile(&call).await
}

async fn own_account(call: &Call) -> Result<Account> {
    let found = call.registry().find_user(call.actor.shown()).await?;
    found.ok_or_else(|| HttpError::not_found("the account"))
}
