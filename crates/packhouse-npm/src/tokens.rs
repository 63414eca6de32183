//! Tokens as `npm token` and `npm logout` see them (npm notes §8).

use actix_web::HttpResponse;
use chrono::Duration;
use packhouse_core::account::AccountName;
use packhouse_core::error::ErrorKind;
use packhouse_core::id::{AccountId, TokenId};
use packhouse_core::token::{PREFIX, Scope, Scopes, Token, TokenBody, TokenLimits};
use packhouse_http::paging::Page;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::token::TokenSpec;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::address;
use crate::name::ScopedName;

/// The longest life that can be asked for, in days.
const MAX_DAYS: i64 = 366;

/// What npm 6 to 10 (`readonly`, `cidr_whitelist`) and npm 11 (the rest) send.
/// A restriction that is not known here must not be taken for granted, so other keys are refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default, rename = "description")]
    _description: Option<Value>,
    #[serde(default, rename = "token_description")]
    _token_description: Option<Value>,
    password: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    readonly: bool,
    #[serde(default)]
    cidr_whitelist: Option<Vec<String>>,
    #[serde(default)]
    expires: Option<Value>,
    #[serde(default)]
    packages: Option<Vec<String>>,
    #[serde(default)]
    packages_all: Option<bool>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    orgs: Option<Vec<String>>,
    #[serde(default)]
    packages_and_scopes_permission: Option<String>,
    #[serde(default)]
    orgs_permission: Option<String>,
    #[serde(default)]
    bypass_2fa: Option<bool>,
}

/// GET `-/npm/v1/tokens`.
pub(crate) async fn list(call: Call) -> Result<HttpResponse> {
    let account = account(&call)?;
    let token = call
        .actor
        .signed_in()
        .and_then(|signed_in| signed_in.token.as_ref());
    if token.is_some_and(|token| !token.limits.is_unlimited()) {
        let text = "a limited token cannot list the tokens of its account";
        return Err(HttpError::new(ErrorKind::Forbidden, text));
    }
    let (page, size) = (call.query("page"), call.query("perPage"));
    let page = Page::by_number(page.as_deref(), size.as_deref(), 10, 100);
    let (tokens, total) = call
        .registry()
        .list_tokens(account, page.offset, page.size)
        .await?;
    let mut urls = json!({});
    let seen = page.offset + page.size;
    if page.size > 0 && seen < total {
        let next = seen / page.size;
        let path = crate::route::Route::Tokens.path();
        urls["next"] = format!("{}/{path}?page={next}&perPage={}", call.base, page.size).into();
    }
    let objects: Vec<_> = tokens.iter().map(shown).collect();
    let body = json!({ "objects": objects, "total": total, "urls": urls });
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// POST `-/npm/v1/tokens`. The password is proved anew, so the new token may be wider than the one
/// the request came with.
pub(crate) async fn create(mut call: Call) -> Result<HttpResponse> {
    let wanted: Wanted = call.json().await?;
    let password = wanted.password.clone();
    let proved = call
        .registry()
        .prove(call.actor.shown(), password, &call.client)
        .await?;
    let spec = TokenSpec {
        name: wanted
            .name
            .clone()
            .filter(|n| !n.is_empty())
            .unwrap_or("npm token".to_owned()),
        scopes: scopes(&wanted)?,
        limits: limits(&call, &wanted).await?,
        expires_at: expiry(&call, &wanted)?,
    };
    let made = call
        .registry()
        .issue_token(&proved, &call.client, spec)
        .await?;
    let mut body = shown(&made.token);
    body["token"] = made.secret.into();
    Ok(HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// DELETE `-/npm/v1/tokens/token/KEY`: the id or the whole token.
pub(crate) async fn delete(call: Call, key: &str) -> Result<HttpResponse> {
    if let Some(token) = TokenBody::parse(key) {
        revoke_shown(&call, &token).await?;
    } else {
        let id = key.parse().map(TokenId);
        let id = id.map_err(|_| HttpError::not_found("this token"))?;
        call.registry()
            .revoke_token(&call.actor, &call.client, id)
            .await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// DELETE `-/user/token/TOKEN`.
pub(crate) async fn logout(call: Call, token: &str) -> Result<HttpResponse> {
    let token = TokenBody::parse(token).ok_or_else(|| HttpError::not_found("this token"))?;
    revoke_shown(&call, &token).await?;
    Ok(HttpResponse::Ok().json(json!({ "ok": "signed out", "success": true })))
}

/// Revokes a token of the asker's account that is shown whole: whoever has it speaks for it.
async fn revoke_shown(call: &Call, token: &TokenBody) -> Result<()> {
    let missing = || HttpError::not_found("this token");
    let shown = call
        .registry()
        .authenticate(&token.reveal(), &call.client)
        .await;
    let shown = shown.map_err(|_| missing())?;
    let id = shown
        .token()
        .filter(|_| shown.account() == call.actor.account());
    let id = id.ok_or_else(missing)?;
    call.registry()
        .revoke_token(&shown, &call.client, id)
        .await?;
    Ok(())
}

fn account(call: &Call) -> Result<AccountId> {
    call.actor
        .account()
        .ok_or_else(|| HttpError::not_found("the account"))
}

/// Draws a token as npm lists it; `readonly` and `cidr_whitelist` are what its table shows.
fn shown(token: &Token) -> Value {
    let time = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339();
    let addresses: Vec<_> = token
        .limits
        .addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    json!({
        // npm takes the start of a key for the key, so all are of one length.
        "key": format!("{:010}", token.id.0),
        "token": format!("{PREFIX}{}", token.first4),
        "name": token.name,
        "created": time(token.created_at),
        "updated": time(token.last_used_at.unwrap_or(token.created_at)),
        "expiry": token.expires_at.map(time),
        "readonly": !token.scopes.allows(Scope::WritePackages),
        "bypass_2fa": false,
        "cidr_whitelist": addresses,
        "cidr": addresses,
        "permissions": token.scopes.iter().map(Scope::as_str).collect::<Vec<_>>(),
        "scopes": [],
    })
}

fn scopes(wanted: &Wanted) -> Result<Scopes> {
    let writes = match wanted.packages_and_scopes_permission.as_deref() {
        None => !wanted.readonly,
        Some("read-write") => !wanted.readonly,
        Some("read-only") => false,
        Some("read-write-stage-only") => {
            let text = "staged publishing is not offered here: use read-write or read-only";
            return Err(refuse(text));
        }
        Some("no-access") => {
            return Err(refuse("a token without access to packages is no use here"));
        }
        Some(_) => return Err(HttpError::invalid("unknown packages_and_scopes_permission")),
    };
    Ok(if writes {
        Scopes::all()
    } else {
        Scopes::of(&[Scope::ReadPackages])
    })
}

/// Refuses restrictions that this server would not enforce, and turns the rest into limits.
async fn limits(call: &Call, wanted: &Wanted) -> Result<TokenLimits> {
    let some = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    let org_rights = wanted
        .orgs_permission
        .as_deref()
        .is_some_and(|text| text != "no-access");
    if some(&wanted.orgs) || org_rights {
        return Err(refuse(
            "rights on organisations cannot be given to a token here",
        ));
    }
    if wanted.bypass_2fa == Some(true) {
        return Err(refuse("there is no second factor to bypass here"));
    }
    if some(&wanted.packages) && some(&wanted.scopes) {
        return Err(refuse("give packages or scopes, not both"));
    }
    if wanted.packages_all == Some(true) && (some(&wanted.packages) || some(&wanted.scopes)) {
        return Err(refuse("give all packages, or some, not both"));
    }
    let invalid = |error: &dyn std::fmt::Display| HttpError::invalid(error.to_string());
    let mut packages = Vec::new();
    for text in wanted.packages.iter().flatten() {
        let name = ScopedName::parse(text).map_err(|error| invalid(&error))?;
        // Only what its owner may read: else the answer would tell what exists.
        let found = address(&name);
        let read = packhouse_core::permission::Action::Read;
        call.registry().authorize(&call.actor, &found, read).await?;
        packages.push(found);
    }
    let mut owners = Vec::new();
    for text in wanted.scopes.iter().flatten() {
        let text = text.strip_prefix('@').unwrap_or(text);
        owners.push(AccountName::parse(text).map_err(|error| invalid(&error))?);
    }
    let mut limits = call
        .registry()
        .token_limits(owners, Vec::new(), packages)
        .await?;
    for text in wanted.cidr_whitelist.iter().flatten() {
        let net = text
            .parse()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(Into::into));
        let net = net.map_err(|_| invalid(&format!("{text:?} is no address range (CIDR)")))?;
        limits.addresses.push(net);
    }
    Ok(limits)
}

fn expiry(call: &Call, wanted: &Wanted) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
    let days = match &wanted.expires {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    let days = days
        .filter(|days| (1..=MAX_DAYS).contains(days))
        .ok_or_else(|| HttpError::invalid(format!("a token's life is 1 to {MAX_DAYS} days")))?;
    Ok(Some(call.registry().now() + Duration::days(days)))
}

fn refuse(text: &str) -> HttpError {
    HttpError::new(ErrorKind::Invalid, text)
}
