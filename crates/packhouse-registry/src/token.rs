//! Making, listing and revoking personal tokens.

use chrono::{DateTime, Utc};
use packhouse_core::account::AccountName;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::id::{AccountId, TokenId};
use packhouse_core::token::{Scopes, Token, TokenLimits};
use packhouse_db::token::NewToken;
use packhouse_db::{AnyConn, package, token};
use serde_json::json;

use crate::account::{get_account, get_user, require_site_admin};
use crate::authorize::{PackageAddress, speaks_for_account};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::registry::Registry;
use crate::repository::RepositoryAddress;
use crate::secret;
use crate::text;

/// The longest name of a token, in characters.
pub const MAX_NAME: usize = 100;

/// A token to be made.
#[derive(Debug, Clone, Default)]
pub struct TokenSpec {
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Where it counts.
    pub limits: TokenLimits,
    /// From when on it is refused.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token that was just made; its text is shown this once.
#[derive(Debug, Clone)]
pub struct MadeToken {
    /// The whole text.
    pub secret: String,
    /// The row.
    pub token: Token,
}

impl Registry {
    /// Makes a token for a user. Whoever comes with a token can make none this way: a token would
    /// outlive itself. Logins prove a password and use [`Registry::issue_token`].
    ///
    /// # Errors
    /// For the server's own commands, site admins and the user's browser session; `Invalid` when
    /// name, scopes or expiry break a rule.
    pub async fn create_token(
        &self,
        actor: &Actor,
        client: &Client,
        user: &AccountName,
        spec: TokenSpec,
    ) -> Result<MadeToken> {
        let by = self.by(actor, client);
        let user = user.clone();
        self.inner
            .db
            .write(move |conn| {
                let user = get_user(conn, &user)?;
                if by.actor.token().is_some() {
                    let text = "a token cannot make tokens: sign in with a password";
                    return Err(Error::Refused(text.to_owned()));
                }
                let own_session = by.actor.account() == Some(user.id) && by.actor.token().is_none();
                if !own_session {
                    require_site_admin(&by.actor, "make tokens for others")?;
                }
                issue(conn, &by, user.id, spec)
            })
            .await
    }

    /// Makes a token for an account that has just proved its password.
    ///
    /// # Errors
    /// `Invalid` when name, scopes or expiry break a rule.
    pub async fn issue_token(
        &self,
        proved: &crate::login::Proved,
        client: &Client,
        spec: TokenSpec,
    ) -> Result<MadeToken> {
        let by = self.by(&proved.actor(), client);
        let account = proved.account.id;
        self.inner
            .db
            .write(move |conn| issue(conn, &by, account, spec))
            .await
    }

    /// Lists the tokens of an account that were not revoked, expired ones too, newest first, and
    /// tells how many there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_tokens(
        &self,
        account: AccountId,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Token>, i64)> {
        self.inner
            .db
            .read(move |conn| {
                let page = token::list_tokens(conn, account, offset, limit)?;
                Ok((page, token::count_tokens(conn, account)?))
            })
            .await
    }

    /// Lists the tokens of a user by name, for the server's own commands.
    ///
    /// # Errors
    /// `NotFound` when there is no such user.
    pub async fn list_tokens_of(&self, user: &AccountName) -> Result<Vec<Token>> {
        let user = user.clone();
        self.inner
            .db
            .read(move |conn| {
                let user = get_user(conn, &user)?;
                Ok(token::list_tokens(conn, user.id, 0, i64::MAX)?)
            })
            .await
    }

    /// Revokes a token; it fails at the next request.
    ///
    /// # Errors
    /// `NotFound` when the token is not there or not the actor's.
    pub async fn revoke_token(&self, actor: &Actor, client: &Client, id: TokenId) -> Result<()> {
        let by = self.by(actor, client);
        self.inner
            .db
            .write(move |conn| {
                if by.actor.token() != Some(id) && !speaks_for_account(&by.actor) {
                    let text = "a limited or read-only token revokes itself alone";
                    return Err(Error::Refused(text.to_owned()));
                }
                let missing = || Error::not_found(format!("token {id}"));
                let (found, revoked) = token::find_token(conn, id)?.ok_or_else(missing)?;
                let own = by.actor.account() == Some(found.account);
                if revoked || !own && require_site_admin(&by.actor, "revoke tokens").is_err() {
                    return Err(missing());
                }
                token::revoke_token(conn, id, by.now)?;
                let about = About {
                    owner: Some(found.account),
                    ..About::default()
                };
                let detail = json!({ "token": id, "name": found.name });
                by.record(conn, EventKind::TokenRevoked, about, detail)?;
                Ok(())
            })
            .await
    }

    /// Turns names into the rows a token is limited to.
    ///
    /// # Errors
    /// `NotFound` when one does not exist.
    pub async fn token_limits(
        &self,
        owners: Vec<AccountName>,
        repositories: Vec<RepositoryAddress>,
        packages: Vec<PackageAddress>,
    ) -> Result<TokenLimits> {
        self.inner
            .db
            .read(move |conn| {
                let mut limits = TokenLimits::default();
                for owner in &owners {
                    limits.owners.push(get_account(conn, owner)?.id);
                }
                for address in &repositories {
                    let owner = get_account(conn, &address.owner)?;
                    let key = address.name.key();
                    let found = packhouse_db::repository::find_repository(conn, owner.id, key)?
                        .ok_or_else(|| Error::not_found(format!("repository {address}")))?;
                    limits.repositories.push(found.id);
                }
                for address in &packages {
                    let key = address.name.key();
                    let found = package::find_record(conn, &address.owner, address.format, key)?
                        .ok_or_else(|| Error::not_found(&address.shown))?;
                    limits.packages.push(found.package.id);
                }
                Ok(limits)
            })
            .await
    }
}

/// Makes a token row and its text.
pub(crate) fn issue(
    conn: &mut AnyConn,
    by: &By,
    account: AccountId,
    spec: TokenSpec,
) -> Result<MadeToken> {
    if spec.name.trim().is_empty() || spec.name.chars().count() > MAX_NAME {
        return Err(Error::Invalid(format!(
            "a token's name has 1 to {MAX_NAME} characters"
        )));
    }
    if spec.scopes.iter().next().is_none() {
        return Err(Error::Invalid(
            "a token needs at least one scope".to_owned(),
        ));
    }
    if spec.expires_at.is_some_and(|end| end <= by.now) {
        return Err(Error::Invalid(
            "a token must expire in the future".to_owned(),
        ));
    }
    let body = secret::new_token();
    let new = NewToken {
        account,
        name: text::storable(spec.name),
        hash: secret::hash(body.as_str()),
        first4: body.first4().to_owned(),
        last4: body.last4().to_owned(),
        scopes: spec.scopes,
        limits: spec.limits,
        expires_at: spec.expires_at,
    };
    let token = token::insert_token(conn, &new, by.now)?;
    let about = About {
        owner: Some(account),
        ..About::default()
    };
    let detail = json!({
        "token": token.id,
        "name": token.name,
        "scopes": token.scopes.to_string(),
    });
    by.record(conn, EventKind::TokenCreated, about, detail)?;
    Ok(MadeToken {
        secret: body.reveal(),
        token,
    })
}
