//! The gate: who asks, and may they do the least that the address needs?

use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use packhouse_core::account::Account;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::error::ErrorKind;
use packhouse_core::permission::Action;
use packhouse_registry::{Error, PackageAddress, PackageHandle, RepositoryHandle};

use crate::actor;
use crate::call::Kit;
use crate::error::{CredentialFault, HttpError, Result};
use crate::protocol::Access;

/// What came through the gate.
pub(crate) struct Passed {
    pub actor: Actor,
    pub package: Option<PackageHandle>,
    pub version: Option<String>,
    pub owner: Option<Account>,
    pub repository: Option<RepositoryHandle>,
}

impl Passed {
    fn without_object(actor: Actor) -> Self {
        Self {
            actor,
            package: None,
            version: None,
            owner: None,
            repository: None,
        }
    }
}

/// Which credentials a request may come with besides personal tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Takes {
    /// Personal tokens in base64.
    pub wrapped: bool,
    /// Access tokens.
    pub access_tokens: bool,
    /// An access token that ended a moment ago.
    pub goes_on: bool,
    /// An API key beside a sign-in.
    pub api_keys: bool,
}

/// Finds out who asks. A credential that does not work is an error even on public things.
pub(crate) async fn who(
    kit: &Arc<Kit>,
    headers: &HeaderMap,
    client: &Client,
    takes: Takes,
) -> Result<Actor> {
    if takes.api_keys
        && let Some(key) = actor::api_key(headers)
    {
        match kit.registry.authenticate(&key, client).await {
            Err(Error::BadCredential) if actor::has_sign_in(headers) => {}
            answered => return Ok(answered?),
        }
    }
    match actor::credential(headers)? {
        None => Ok(Actor::Anonymous),
        Some(token) => {
            let registry = &kit.registry;
            let token = match takes.wrapped {
                true => actor::unwrapped(token),
                false => token,
            };
            let answered = match takes.access_tokens {
                true => {
                    let going_on = takes.goes_on;
                    registry.authenticate_any(&token, client, going_on).await
                }
                // One that was made for other addresses says nothing about these.
                false => registry.authenticate(&token, client).await,
            };
            answered.map_err(|error| {
                let refused = matches!(error, Error::BadCredential);
                let mut error = HttpError::from(error);
                if refused && actor::is_basic(headers) && !actor::is_token(&token) {
                    error.credential = Some(CredentialFault::NoToken);
                }
                error
            })
        }
    }
}

/// Asks whether the actor may do the least that the address needs.
pub(crate) async fn pass(kit: &Arc<Kit>, actor: Actor, access: Access) -> Result<Passed> {
    let mut passed = Passed::without_object(actor);
    let (registry, actor) = (&kit.registry, &passed.actor);
    match access {
        Access::Login | Access::Public => {}
        Access::SignedIn => {
            if matches!(actor, Actor::Anonymous) {
                return Err(Error::SignInNeeded {
                    what: "this".to_owned(),
                }
                .into());
            }
        }
        Access::Named(action) => registry.authorize_named(actor, action)?,
        Access::Owner(name, standing) => {
            passed.owner = Some(registry.authorize_owner(actor, &name, standing).await?);
        }
        Access::Source {
            owner,
            format,
            listing,
        } => {
            let found = registry.authorize_listing(actor, format, &owner, listing);
            passed.owner = Some(found.await?);
        }
        Access::Listed(address, lookup) => {
            passed.package = registry.authorize_listed(actor, &address, lookup).await?;
        }
        Access::Held {
            owner,
            format,
            name,
            shown,
            lookup,
        } => {
            let names = (name.as_str(), shown.as_str());
            let found = registry.authorize_held(actor, format, &owner, names, lookup);
            if let Some(held) = found.await? {
                passed.package = Some(held.package);
                passed.version = Some(held.version);
            }
        }
        Access::Repository {
            owner,
            name,
            action,
        } => {
            let found = registry.authorize_repository(actor, &owner, &name, action);
            passed.repository = Some(found.await?);
        }
        Access::Package(address, action) => {
            passed.package = registry.authorize(actor, &address, action).await?;
        }
        Access::PackageOrDraft(address, action) => {
            passed.package = package_or_draft(kit, actor, &address, action).await?;
        }
        Access::PackageAny(address, actions) => {
            passed.package = pass_any(kit, actor, &address, actions).await?;
        }
    }
    Ok(passed)
}

/// Asks for an action; where there is nothing, whether the asker might put something there. What is
/// hidden stays hidden: creating is refused there just as well.
async fn package_or_draft(
    kit: &Arc<Kit>,
    actor: &Actor,
    address: &PackageAddress,
    action: Action,
) -> Result<Option<PackageHandle>> {
    let refused = match kit.registry.authorize(actor, address, action).await {
        Ok(package) => return Ok(package),
        Err(error) if !error.is_refusal() => return Err(error.into()),
        Err(error) => error,
    };
    match kit.registry.authorize_draft(actor, address, action).await? {
        true => Ok(None),
        false => Err(refused.into()),
    }
}

/// Asks for one action after the other until one is allowed; else the first refusal stands.
async fn pass_any(
    kit: &Arc<Kit>,
    actor: &Actor,
    address: &PackageAddress,
    actions: &[Action],
) -> Result<Option<PackageHandle>> {
    let mut first = None;
    for action in actions {
        match kit.registry.authorize(actor, address, *action).await {
            Ok(package) => return Ok(package),
            Err(error) if error.kind() == ErrorKind::Forbidden => {
                first.get_or_insert(error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let none = || Error::Internal("an address needs no action at all".to_owned());
    Err(first.unwrap_or_else(none).into())
}
