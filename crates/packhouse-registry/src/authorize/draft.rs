//! What somebody brought for a package that is yet to be: who may look at it and take it back.

use packhouse_core::account::Account;
use packhouse_core::actor::Actor;
use packhouse_core::id::AccountId;
use packhouse_core::permission::{Action, ActorFacts, Decision, Standing, decide};
use packhouse_db::blob_link::{self, Draft};
use packhouse_db::{AnyConn, repository};

use super::{Found, PackageAddress, look_up};
use crate::error::{Error, Result};
use crate::registry::Registry;

impl Registry {
    /// Tells whether there is no package and the asker may create it, and so may do this to what
    /// they brought for it.
    ///
    /// # Errors
    /// `Unstated` when the account may and its access token does not say so.
    pub async fn authorize_draft(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        action: Action,
    ) -> Result<bool> {
        let (actor, address) = (actor.clone(), address.clone());
        let db = &self.inner.db;
        db.read_point(move |conn| Ok(draft_in(conn, &actor, &address, action)?.is_some()))
            .await
    }
}

/// Decides inside a transaction about what somebody brought for a package that is yet to be:
/// whoever may create the package may read it and take it back. Gives the owner, or `None` where
/// there is a package, the asker may not create one, or could not tell it from a hidden one.
///
/// An access token states what is done to what was brought, not that the package is created.
///
/// # Errors
/// `Unstated` when the account may and its access token does not state `action`.
pub(crate) fn draft_in(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
    action: Action,
) -> Result<Option<Box<Account>>> {
    let (found, mut facts) = look_up(conn, actor, address, Action::Create)?;
    let Found::Absent(owner) = found else {
        return Ok(None);
    };
    if !token_brings(conn, actor, owner.id, address)? {
        return Ok(None);
    }
    // From whoever sees all that the owner has nothing is hidden. Others are answered here only
    // where they brought something: an answer about any free name would tell free from hidden.
    let sees_all = match facts.actor {
        ActorFacts::Account {
            site_admin,
            standing,
            ..
        } => site_admin || standing == Standing::Owner,
        ActorFacts::Anonymous | ActorFacts::System => false,
    };
    if !sees_all && !has_draft(conn, actor, owner.id, address)? {
        return Ok(None);
    }
    let mut unstated = false;
    if let ActorFacts::Account { stated, .. } = &mut facts.actor {
        unstated = stated.take().is_some_and(|stated| !stated.has(action));
    }
    if decide(&facts, Action::Create) != Decision::Allow {
        return Ok(None);
    }
    if unstated {
        let what = address.shown.clone();
        return Err(Error::Unstated { what, action });
    }
    Ok(Some(owner))
}

/// Tells inside a transaction whether the asker brought anything for a package that is yet to be.
pub(crate) fn has_draft(
    conn: &mut AnyConn,
    actor: &Actor,
    owner: AccountId,
    address: &PackageAddress,
) -> Result<bool> {
    let Some(account) = actor.account() else {
        return Ok(false);
    };
    let draft = Draft {
        owner,
        format: address.format,
        package_key: address.name.key().to_owned(),
        account,
    };
    Ok(blob_link::has_draft(conn, &draft)?)
}

/// Tells inside a transaction whether the token that somebody came with, if it is limited to
/// repositories, lets them bring something for a package of that owner that is yet to be: one of
/// them is the owner's, and the one that the package's name begins with, where it has such a part.
/// What else links the package to a repository is known only when it is published.
pub(crate) fn token_brings(
    conn: &mut AnyConn,
    actor: &Actor,
    owner: AccountId,
    address: &PackageAddress,
) -> Result<bool> {
    let token = actor
        .signed_in()
        .and_then(|signed_in| signed_in.token.as_ref());
    let Some(token) = token.filter(|token| !token.limits.repositories.is_empty()) else {
        return Ok(true);
    };
    let named = address.name.key().split_once('/').map(|(first, _)| first);
    let limits = &token.limits.repositories;
    Ok(repository::any_of_owner(conn, limits, owner, named)?)
}
