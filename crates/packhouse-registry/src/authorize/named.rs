//! The first look at a request whose body names what it is about: refused before the body is read
//! is whoever could not do it to anything at all.

use packhouse_core::actor::Actor;
use packhouse_core::permission::{Action, Denial};

use crate::error::{Error, Result};
use crate::registry::Registry;

impl Registry {
    /// Decides whether somebody may do this to anything: has signed in, with a token that has the
    /// scopes for it. The use case decides again when it knows the package.
    ///
    /// # Errors
    /// `SignInNeeded`, or `NotAllowed` with the scope that is missing.
    pub fn authorize_named(&self, actor: &Actor, action: Action) -> Result<()> {
        let what = || "any package".to_owned();
        if matches!(actor, Actor::Anonymous) {
            return Err(Error::SignInNeeded {
                what: "a change".to_owned(),
            });
        }
        let token = actor.signed_in().and_then(|who| who.token.as_ref());
        let lacks = |scope: &&_| token.is_some_and(|token| !token.scopes.allows(**scope));
        match action.scopes().iter().find(lacks) {
            Some(scope) => Err(Error::NotAllowed {
                what: what(),
                action,
                denial: Denial::Scope(*scope),
            }),
            None => Ok(()),
        }
    }
}
