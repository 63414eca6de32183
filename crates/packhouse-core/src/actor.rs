//! Who asks.

use std::net::IpAddr;
use std::sync::Arc;

use crate::account::AccountName;
use crate::id::{AccountId, TokenId};
use crate::token::{Scopes, TokenLimits};

/// Who asks, as far as the credential told.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Nobody in particular.
    Anonymous,
    /// The server's own commands; may do everything.
    System,
    /// A user account.
    Account(Arc<SignedIn>),
}

/// A user account with the credential it came with.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: AccountName,
    /// Whether it may do everything everywhere.
    pub site_admin: bool,
    /// The token it came with; `None` for a browser session.
    pub token: Option<PresentedToken>,
}

/// The token a request came with; it can only narrow what the account may do.
#[derive(Debug, Clone)]
pub struct PresentedToken {
    /// Its row.
    pub id: TokenId,
    /// What it may do.
    pub scopes: Scopes,
    /// Where it counts.
    pub limits: TokenLimits,
}

impl Actor {
    /// Gives the signed-in account.
    pub fn signed_in(&self) -> Option<&SignedIn> {
        match self {
            Self::Account(signed_in) => Some(signed_in),
            Self::Anonymous | Self::System => None,
        }
    }

    /// Gives the account's row.
    pub fn account(&self) -> Option<AccountId> {
        self.signed_in().map(|signed_in| signed_in.account)
    }

    /// Gives the row of the token the request came with.
    pub fn token(&self) -> Option<TokenId> {
        self.signed_in()
            .and_then(|signed_in| signed_in.token.as_ref())
            .map(|token| token.id)
    }

    /// Gives the name that events and logs show.
    pub fn shown(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::System => "system",
            Self::Account(signed_in) => signed_in.name.as_str(),
        }
    }
}

/// From where and with what a request came; kept with what it changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// The caller's address, behind trusted proxies the forwarded one.
    pub address: Option<IpAddr>,
    /// What the caller's program calls itself.
    pub agent: Option<String>,
}
