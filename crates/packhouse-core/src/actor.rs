//! Who asks.

use std::net::IpAddr;
use std::sync::Arc;

use crate::account::AccountName;
use crate::format::FormatId;
use crate::id::{AccountId, TokenId};
use crate::permission::Actions;
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
    /// What the access token states that it came with; `None` without one.
    pub stated: Option<Stated>,
}

impl SignedIn {
    /// Gives what its access token, if it came with one, states about a package; `owner` and
    /// `name` in the form by which they are compared.
    pub fn stated_about(&self, format: FormatId, owner: &str, name: &str) -> Option<Actions> {
        let stated = self.stated.as_ref()?;
        if stated.format != format {
            return Some(Actions::default());
        }
        let about = stated
            .packages
            .iter()
            .filter(|(package, _)| package.split_once('/') == Some((owner, name)));
        Some(about.fold(Actions::default(), |all, (_, actions)| all.or(*actions)))
    }
}

/// What an access token states: the upper bound of what its bearer may do. Rights are looked up at
/// each request all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The format whose packages it is about.
    pub format: FormatId,
    /// Whether it is good for lists over packages.
    pub lists: bool,
    /// Packages, as `owner/name` in the form by which names are compared.
    pub packages: Vec<(String, Actions)>,
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
