//! From a credential to an actor.

use std::net::IpAddr;
use std::sync::Arc;

use packhouse_core::actor::{Actor, Client, PresentedToken, SignedIn};
use packhouse_core::token::{TokenBody, TokenLimits};
use packhouse_db::token::FoundToken;

use crate::access_token;
use crate::error::{Error, Result};
use crate::registry::Registry;
use crate::secret;

impl Registry {
    /// Gives the account behind a token of either kind. `going_on` is for requests that continue
    /// what was begun before an access token ended: those have some time more.
    ///
    /// # Errors
    /// `BadCredential` when it is malformed, unknown, expired, revoked, used from an address
    /// outside its limits, or its account is disabled.
    pub async fn authenticate_any(
        &self,
        token: &str,
        client: &Client,
        going_on: bool,
    ) -> Result<Actor> {
        if token.starts_with(access_token::PREFIX) {
            self.bearer(token, client, going_on).await
        } else {
            self.authenticate(token, client).await
        }
    }

    /// Gives the account behind a personal token. On SQLite the row is kept until something is committed,
    /// so a revoked token fails at the next request.
    ///
    /// # Errors
    /// `BadCredential` when it is malformed, unknown, expired, revoked, used from an address
    /// outside its limits, or its account is disabled.
    pub async fn authenticate(&self, token: &str, client: &Client) -> Result<Actor> {
        let body = TokenBody::parse(token).ok_or(Error::BadCredential)?;
        let found = self.find_token(&body).await?.ok_or(Error::BadCredential)?;
        let now = self.now();
        let expired = found.token.expires_at.is_some_and(|end| end <= now);
        let outside = !allows_address(&found.token.limits, client.address);
        if found.revoked || expired || found.account.disabled || outside {
            return Err(Error::BadCredential);
        }
        self.inner.counters.token_used(found.token.id, now);
        Ok(actor(&found))
    }

    async fn find_token(&self, body: &TokenBody) -> Result<Option<Arc<FoundToken>>> {
        let hash = secret::hash(body.as_str());
        let stamp = self.moment()?;
        if let Some(found) = self.inner.tokens.get(&hash, stamp) {
            return Ok(Some(found));
        }
        let key = hash.clone();
        let found = self
            .inner
            .db
            .read_point(move |conn| packhouse_db::token::find_token_by_hash(conn, &key))
            .await?
            .map(Arc::new);
        if let Some(found) = &found {
            self.inner.tokens.keep(hash, stamp, Arc::clone(found));
        }
        Ok(found)
    }
}

fn actor(found: &FoundToken) -> Actor {
    Actor::Account(Arc::new(SignedIn {
        account: found.account.id,
        name: found.account.name.clone(),
        site_admin: found.account.site_admin,
        token: Some(PresentedToken {
            id: found.token.id,
            scopes: found.token.scopes,
            limits: found.token.limits.clone(),
        }),
        stated: None,
    }))
}

pub(crate) fn allows_address(limits: &TokenLimits, address: Option<IpAddr>) -> bool {
    let address = address.map(|address| address.to_canonical());
    limits.addresses.is_empty()
        || address.is_some_and(|ip| limits.addresses.iter().any(|net| net.contains(&ip)))
}
