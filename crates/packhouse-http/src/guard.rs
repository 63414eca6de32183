//! The gate: who asks, and may they do the least that the address needs?

use std::sync::Arc;

use packhouse_core::account::Account;
use packhouse_core::actor::{Actor, Client};
use packhouse_registry::{Error, PackageHandle};

use crate::actor;
use crate::call::Kit;
use crate::error::Result;
use crate::protocol::Access;

/// What came through the gate.
pub(crate) struct Passed {
    pub actor: Actor,
    pub package: Option<PackageHandle>,
    pub owner: Option<Account>,
}

/// Finds out who asks. A credential that does not work is an error even on public things.
pub(crate) async fn who(
    kit: &Arc<Kit>,
    headers: &actix_web::http::header::HeaderMap,
    client: &Client,
) -> Result<Actor> {
    match actor::credential(headers)? {
        None => Ok(Actor::Anonymous),
        Some(token) => Ok(kit.registry.authenticate(&token, client).await?),
    }
}

/// Asks whether the actor may do the least that the address needs.
pub(crate) async fn pass(kit: &Arc<Kit>, actor: Actor, access: Access) -> Result<Passed> {
    let (package, owner) = match access {
        Access::Login | Access::Public => (None, None),
        Access::SignedIn => {
            if matches!(actor, Actor::Anonymous) {
                return Err(Error::SignInNeeded {
                    what: "this".to_owned(),
                }
                .into());
            }
            (None, None)
        }
        Access::Owner(name, standing) => {
            let owner = kit
                .registry
                .authorize_owner(&actor, &name, standing)
                .await?;
            (None, Some(owner))
        }
        Access::Package(address, action) => (
            kit.registry.authorize(&actor, &address, action).await?,
            None,
        ),
    };
    Ok(Passed {
        actor,
        package,
        owner,
    })
}
