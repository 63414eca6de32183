//! Decisions about sources: all that one owner has of a format, as its clients list and search it.
//!
//! Clients show credentials only after a 401, so a list that leaves out what is hidden would keep it
//! from those who may read it. A source is *open* when nothing in it is hidden; that it is not is all
//! that a stranger learns (`design.md` §3).

use packhouse_core::account::Account;
use packhouse_core::actor::Actor;
use packhouse_core::format::FormatId;
use packhouse_core::permission::Action;
use packhouse_db::account;
use packhouse_db::feed::{self, Openness};

use super::{PackageAddress, PackageHandle};
use crate::error::{Error, Result};
use crate::registry::Registry;

/// What a request asks of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Where its parts are: for anyone when anything in it is public.
    Entrance,
    /// What is in it: for anyone when all of it is public.
    Contents,
}

/// All that an owner has of a format.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Source {
    pub owner: String,
    pub format: FormatId,
}

impl Registry {
    /// Decides whether somebody may list what an account has of a format, as far as he may read it,
    /// and gives the account.
    ///
    /// # Errors
    /// `SignInNeeded` for strangers where the source is not open to them, whether or not there is
    /// such an account; `NotFound` for others when there is none.
    pub async fn authorize_listing(
        &self,
        actor: &Actor,
        format: FormatId,
        owner: &str,
        listing: Listing,
    ) -> Result<Account> {
        let source = Source {
            owner: owner.to_lowercase(),
            format,
        };
        let (account, openness) = self.look_into(source).await?;
        let open = match listing {
            Listing::Entrance => openness.public,
            Listing::Contents => openness.is_open(),
        };
        match (actor, account) {
            (Actor::Anonymous, Some(account)) if open => Ok(account),
            (Actor::Anonymous, _) => Err(Error::SignInNeeded {
                what: format!("what {owner} has"),
            }),
            (_, Some(account)) => Ok(account),
            (_, None) => Err(Error::not_found(format!("the account {owner}"))),
        }
    }

    /// Gives a package of a source that the asker may read and that has versions; `None` when there
    /// is none or it is hidden, which each address of a source says in its own way.
    ///
    /// # Errors
    /// `SignInNeeded` for strangers where the source is not open.
    pub async fn authorize_listed(
        &self,
        actor: &Actor,
        address: &PackageAddress,
    ) -> Result<Option<PackageHandle>> {
        let source = || Source {
            owner: address.owner.clone(),
            format: address.format,
        };
        // Clients come with credentials only after a 401, each time: where strangers can read
        // nothing at all, that is known without looking for the package.
        if matches!(actor, Actor::Anonymous) && !self.look_into(source()).await?.1.public {
            return Err(Error::SignInNeeded {
                what: address.shown.clone(),
            });
        }
        let found = match self.authorize(actor, address, Action::Read).await {
            Ok(found) => found.filter(|package| package.live_versions > 0),
            Err(Error::NotFound { .. } | Error::SignInNeeded { .. }) => None,
            Err(error) => return Err(error),
        };
        if found.is_none()
            && matches!(actor, Actor::Anonymous)
            && !self.look_into(source()).await?.1.is_open()
        {
            return Err(Error::SignInNeeded {
                what: address.shown.clone(),
            });
        }
        Ok(found)
    }

    /// Tells what there is in a source. On SQLite the answer is kept until something is committed.
    pub(crate) async fn look_into(&self, source: Source) -> Result<(Option<Account>, Openness)> {
        let stamp = self.moment()?;
        if let Some(known) = self.inner.sources.get(&source, stamp) {
            return Ok(known);
        }
        let asked = source.clone();
        let found = self
            .inner
            .db
            .read_point(move |conn| {
                let owner = account::find_account(conn, &asked.owner)?;
                let openness = match &owner {
                    Some(owner) => feed::openness(conn, owner.id, asked.format)?,
                    None => Openness::default(),
                };
                Ok::<_, Error>((owner, openness))
            })
            .await?;
        // Names that nobody has would fill the memory.
        if found.0.is_some() {
            self.inner.sources.keep(source, stamp, found.clone());
        }
        Ok(found)
    }
}
