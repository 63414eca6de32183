//! The token address: credentials in, access tokens out (OCI notes §3).

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packhouse_core::actor::Actor;
use packhouse_core::permission::{Action, Actions as Allowed};
use packhouse_core::token::TokenBody;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::Error;
use packhouse_registry::access_token::{Wanted, Wish};
use serde_json::json;

use crate::error::Code;
use crate::format::CONTAINER;
use crate::scope::{Actions, Kind, ResourceScope, parse_scopes, render_scopes};
use crate::text::shown;
use crate::{address, failure};

/// The parameters of a request for a token, from the query or the form.
type Parameters = Vec<(String, String)>;

/// GET `/v2/`: with any good credential.
pub(crate) fn ping(call: &Call) -> Result<HttpResponse> {
    let anonymous = matches!(call.actor, Actor::Anonymous);
    if anonymous && !has_token(call) {
        let what = "this registry".to_owned();
        return Err(Error::SignInNeeded { what }.into());
    }
    Ok(HttpResponse::Ok().json(json!({})))
}

/// Tells whether something came that is more than an empty `Basic :`.
fn has_token(call: &Call) -> bool {
    let credential = packhouse_http::actor::credential(call.request.headers());
    matches!(credential, Ok(Some(_)))
}

/// GET and POST `/v2/token`.
pub(crate) async fn issue(mut call: Call) -> Result<HttpResponse> {
    let post = call.request.method() == Method::POST;
    let parameters: Parameters = if post {
        let body = call.small_body().await?;
        url::form_urlencoded::parse(&body).into_owned().collect()
    } else {
        let query = call.request.query_string().as_bytes();
        url::form_urlencoded::parse(query).into_owned().collect()
    };
    let actor = asker(&call, &parameters, post).await?;
    let asked = parse_scopes(all(&parameters, "scope"))
        .map_err(|error| failure::invalid(Code::Unsupported, error.to_string()))?;
    let (wishes, images): (Vec<Wish>, Vec<&ResourceScope>) = asked
        .iter()
        .filter(|scope| scope.kind == Kind::Repository)
        .filter_map(|scope| Some((wish(scope)?, scope)))
        .unzip();
    let lists = asked.iter().any(|scope| scope.kind == Kind::Catalog);
    let made = call
        .registry()
        .issue_access_token(&actor, CONTAINER, lists, wishes)
        .await?;
    let mut granted: Vec<ResourceScope> = images
        .into_iter()
        .zip(&made.granted)
        .filter_map(|(scope, granted)| narrowed(scope, granted))
        .collect();
    if lists && actor.account().is_some() {
        granted.extend(
            asked
                .iter()
                .filter(|scope| scope.kind == Kind::Catalog)
                .cloned(),
        );
    }
    let mut body = json!({
        "token": made.text,
        "access_token": made.text,
        "expires_in": made.expires_in,
    });
    if post {
        body["scope"] = render_scopes(&granted).into();
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store"));
    Ok(response.json(body))
}

/// What each action of a scope states, and which rights it takes.
const PARTS: [(Actions, &[Action], &[Action]); 3] = [
    // Whoever pushes reads back what was pushed.
    (
        Actions::PULL,
        &[Action::Read],
        &[Action::Read, Action::Publish],
    ),
    (
        Actions::PUSH,
        &[Action::Create, Action::Publish, Action::Tag],
        &[Action::Publish],
    ),
    // Tags go with less than manifests do, and what was brought for a new image with less still.
    (
        Actions::DELETE,
        &[Action::Delete, Action::Tag],
        &[Action::Delete, Action::Tag, Action::Create],
    ),
];

/// Turns a scope into what is asked of the rights; nothing for a name that cannot exist.
fn wish(scope: &ResourceScope) -> Option<Wish> {
    let address = address::of(&scope.name).ok()?;
    let wanted = parts(scope).map(|(_, states, when)| Wanted {
        states: Allowed::of(states),
        when,
    });
    Some(Wish {
        address,
        wanted: wanted.collect(),
    })
}

fn parts(
    scope: &ResourceScope,
) -> impl Iterator<Item = (Actions, &'static [Action], &'static [Action])> {
    let actions = scope.actions;
    PARTS
        .into_iter()
        .filter(move |(part, ..)| actions.contains(*part))
}

/// Gives what was granted of a scope, if anything was.
fn narrowed(scope: &ResourceScope, granted: &[bool]) -> Option<ResourceScope> {
    let actions = parts(scope)
        .zip(granted)
        .filter(|(_, granted)| **granted)
        .fold(Actions::NONE, |all, ((part, ..), _)| all.union(part));
    (!actions.is_empty()).then(|| ResourceScope {
        actions,
        ..scope.clone()
    })
}

fn all<'p>(parameters: &'p Parameters, name: &'p str) -> impl Iterator<Item = &'p str> {
    let named = parameters.iter().filter(move |(key, _)| key == name);
    named.map(|(_, value)| value.as_str())
}

/// Finds out who asks: by Basic, by the form, or nobody in particular. What is wrong is never taken
/// for nobody, or `docker login` would seem to work.
async fn asker(call: &Call, parameters: &Parameters, post: bool) -> Result<Actor> {
    let one = |name| all(parameters, name).next().unwrap_or_default().to_owned();
    if let Some(value) = call.header(AUTHORIZATION) {
        return match basic(value)? {
            Some((user, password)) => prove(call, user, password).await,
            None => Ok(Actor::Anonymous),
        };
    }
    if !post {
        return Ok(Actor::Anonymous);
    }
    match one("grant_type").as_str() {
        "password" => {
            let (user, password) = (one("username"), one("password"));
            if user.is_empty() && password.is_empty() {
                return Ok(Actor::Anonymous);
            }
            prove(call, user, password).await
        }
        "" => Ok(Actor::Anonymous),
        other => {
            let message = format!(
                "the grant type {} is not offered: sign in with user name and password, or with a \
                 token as the password",
                shown(other)
            );
            Err(failure::invalid(Code::Unsupported, message))
        }
    }
}

/// Reads `Basic`; `None` for an empty one. A token in another form stands for itself.
fn basic(value: &str) -> Result<Option<(String, String)>> {
    let bad = || HttpError::from(Error::BadCredential);
    let (scheme, rest) = value.trim().split_once(' ').unwrap_or(("", value.trim()));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(Some((String::new(), rest.trim().to_owned())));
    }
    let bytes = STANDARD.decode(rest.trim()).map_err(|_| bad())?;
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    let (user, password) = text.split_once(':').ok_or_else(bad)?;
    if user.is_empty() && password.is_empty() {
        return Ok(None);
    }
    if password.is_empty() {
        return Ok(Some((String::new(), user.to_owned())));
    }
    Ok(Some((user.to_owned(), password.to_owned())))
}

/// Takes a personal token as the password, whatever the user name is, or the account's password.
async fn prove(call: &Call, user: String, password: String) -> Result<Actor> {
    let registry = call.registry();
    if TokenBody::parse(&password).is_some() {
        return Ok(registry.authenticate(&password, &call.client).await?);
    }
    if user.is_empty() {
        return Err(Error::BadCredential.into());
    }
    let proved = registry.prove(&user, password, &call.client).await?;
    Ok(proved.actor())
}
