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
use packhouse_db::feed::running::{self, Position};
use packhouse_db::feed::{self, Openness};
use packhouse_db::reserved::{self, Holder};

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

impl Listing {
    fn is_open(self, openness: Openness) -> bool {
        match self {
            Self::Entrance => openness.public,
            Self::Contents => openness.is_open(),
        }
    }
}

/// How a source answers about one package that is hidden or not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookup {
    /// Strangers are told that there is none where the source is open to them for this; elsewhere
    /// they are asked to sign in.
    pub open: Listing,
    /// Whether a package without versions is one.
    pub empty: bool,
}

/// A version that a name across a source belongs to, and its package.
#[derive(Debug, Clone)]
pub struct Held {
    /// The package, which the asker may read.
    pub package: PackageHandle,
    /// The version's name as it was published.
    pub version: String,
}

/// What there is in a source.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    /// The owner.
    pub account: Option<Account>,
    /// What strangers may read of it.
    pub openness: Openness,
    /// How far its running list is, where its format has one.
    pub position: Option<Position>,
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
        let Sight {
            account, openness, ..
        } = self.look_into(source).await?;
        let open = listing.is_open(openness);
        match (actor, account) {
            (Actor::Anonymous, Some(account)) if open => Ok(account),
            (Actor::Anonymous, _) => Err(Error::SignInNeeded {
                what: format!("what {owner} has"),
            }),
            (_, Some(account)) => Ok(account),
            (_, None) => Err(Error::not_found(format!("the account {owner}"))),
        }
    }

    /// Gives a package of a source that the asker may read; `None` when there is none or it is
    /// hidden, which each address of a source says in its own way.
    ///
    /// # Errors
    /// `SignInNeeded` for strangers where the source is not open.
    pub async fn authorize_listed(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        lookup: Lookup,
    ) -> Result<Option<PackageHandle>> {
        let source = Source {
            owner: address.owner.clone(),
            format: address.format,
        };
        self.refuse_strangers(actor, &source, &address.shown, Listing::Entrance)
            .await?;
        let found = match self.authorize(actor, address, Action::Read).await {
            Ok(found) => found.filter(|package| lookup.empty || package.live_versions > 0),
            Err(Error::NotFound { .. } | Error::SignInNeeded { .. }) => None,
            Err(error) => return Err(error),
        };
        if found.is_none() {
            self.refuse_strangers(actor, &source, &address.shown, lookup.open)
                .await?;
        }
        Ok(found)
    }

    /// Gives the version that a name across a source belongs to, when the asker may read its package.
    ///
    /// # Errors
    /// As [`Self::authorize_listed`].
    pub async fn authorize_held(
        &self,
        actor: &Actor,
        format: FormatId,
        owner: &str,
        (name, shown): (&str, &str),
        lookup: Lookup,
    ) -> Result<Option<Held>> {
        let source = Source {
            owner: owner.to_lowercase(),
            format,
        };
        self.refuse_strangers(actor, &source, shown, Listing::Entrance)
            .await?;
        let holder = self.find_holder(format, owner, name).await?;
        let found = match holder {
            Some(Holder {
                package,
                version: Some(version),
            }) => {
                let rules = self.format(format.as_str())?;
                let name = rules
                    .normalize_name(&package)
                    .map_err(|error| Error::Internal(error.to_string()))?;
                let address = PackageAddress {
                    format,
                    shown: rules.show(&source.owner, &name),
                    owner: source.owner.clone(),
                    name,
                };
                let package = self.authorize_listed(actor, &address, lookup).await?;
                package.map(|package| Held { package, version })
            }
            _ => None,
        };
        if found.is_none() {
            self.refuse_strangers(actor, &source, shown, lookup.open)
                .await?;
        }
        Ok(found)
    }

    /// Asks strangers to sign in where a source is not open to them. Clients come with credentials
    /// only after that, each time: where strangers can read nothing at all, it is known without
    /// looking for the package.
    async fn refuse_strangers(
        &self,
        actor: &Actor,
        source: &Source,
        shown: &str,
        listing: Listing,
    ) -> Result<()> {
        if !matches!(actor, Actor::Anonymous)
            || listing.is_open(self.look_into(source.clone()).await?.openness)
        {
            return Ok(());
        }
        Err(Error::SignInNeeded {
            what: shown.to_owned(),
        })
    }

    /// Gives whose a name across a source is, whoever asks: nothing is to be told of it to one who may
    /// not read its package. What was reserved once stays so, so it is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_holder(
        &self,
        format: FormatId,
        owner: &str,
        name: &str,
    ) -> Result<Option<Holder>> {
        let source = Source {
            owner: owner.to_lowercase(),
            format,
        };
        // Nothing is called so, and PostgreSQL refuses a text with a NUL.
        if name.contains('\0') {
            return Ok(None);
        }
        let key = (source.clone(), name.to_owned());
        if let Some(holder) = self.inner.holders.get(&key) {
            return Ok(Some(holder));
        }
        let Some(account) = self.look_into(source.clone()).await?.account else {
            return Ok(None);
        };
        let (of, wanted) = ((account.id, source.format), name.to_owned());
        let found = self
            .inner
            .db
            .read_point(move |conn| Ok::<_, Error>(reserved::find(conn, of, &wanted)?))
            .await?;
        if let Some(holder) = &found {
            self.inner.holders.insert(key, holder.clone());
        }
        Ok(found)
    }

    /// Tells what there is in a source. On SQLite the answer is kept until something is committed.
    pub(crate) async fn look_into(&self, source: Source) -> Result<Sight> {
        let stamp = self.moment()?;
        if let Some(known) = self.inner.sources.get(&source, stamp) {
            return Ok(known);
        }
        let found = self.look_into_now(&source).await?;
        // Names that nobody has would fill the memory.
        if found.account.is_some() {
            self.inner.sources.keep(source, stamp, found.clone());
        }
        Ok(found)
    }

    /// Tells what there is in a source now, whatever was kept for the request under way.
    pub(crate) async fn look_into_now(&self, source: &Source) -> Result<Sight> {
        let asked = source.clone();
        let has_feed = self.format(source.format.as_str())?.feed().is_some();
        self.inner
            .db
            .read_point(move |conn| {
                let owner = account::find_account(conn, &asked.owner)?;
                let mut sight = Sight {
                    account: None,
                    openness: Openness::default(),
                    position: None,
                };
                if let Some(owner) = owner {
                    let of = (owner.id, asked.format);
                    // What is in a running list stays there without versions too.
                    sight.openness = feed::openness(conn, of, has_feed)?;
                    if has_feed {
                        sight.position = running::position(conn, of)?;
                    }
                    sight.account = Some(owner);
                }
                Ok::<_, Error>(sight)
            })
            .await
    }
}
