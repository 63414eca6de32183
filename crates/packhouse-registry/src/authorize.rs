//! The one place that loads what the permission decision looks at, asks it, and turns its answer
//! into what the asker gets to know.

mod draft;
mod listing;
mod named;
mod repository;

use std::sync::Arc;

use packhouse_core::account::{Account, AccountKind, OrganisationRole};
use packhouse_core::actor::{Actor, SignedIn};
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId, RepositoryId};
use packhouse_core::package::{Home, PackageName};
use packhouse_core::permission::{
    AccessFacts, Action, Actions, ActorFacts, Decision, Denial, Facts, ObjectFacts, Role, Standing,
    TokenFacts, decide,
};
use packhouse_core::token::Scope;
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, account, grant, organisation, package};

use crate::error::{Error, Result};
use crate::registry::{ReadKey, Registry};

pub(crate) use draft::{draft_in, has_draft, token_brings};
pub use listing::{Held, Listing, Lookup};
pub(crate) use listing::{Sight, Source};
pub use repository::RepositoryHandle;
use repository::repository_access;
pub(crate) use repository::repository_in;

/// Names a package that a request asks about; it need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageAddress {
    /// The format.
    pub format: FormatId,
    /// The owner's name in lower case, as asked for.
    pub owner: String,
    /// The name inside the owner.
    pub name: PackageName,
    /// The whole name as the format's users write it, for texts: `@acme/x`.
    pub shown: String,
}

/// A package that the asker may act on.
pub type PackageHandle = Arc<PackageRecord>;

/// What an address led to.
#[derive(Debug)]
pub(crate) enum Found {
    Package(Box<PackageRecord>),
    Absent(Box<Account>),
    Nowhere,
}

impl Registry {
    /// Decides about an action on a package. Gives the package, or `None` when there is none and
    /// the asker may create it (`Publish` and `Create`), or may read what lies in the repository
    /// that it would belong to.
    ///
    /// # Errors
    /// `SignInNeeded`, `NotFound`, `HiddenWrite` or `NotAllowed`, by the rules of `design.md` §3.
    pub async fn authorize(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        action: Action,
    ) -> Result<Option<PackageHandle>> {
        if action == Action::Read {
            return self.readable(actor, address).await;
        }
        self.authorize_now(actor, address, action).await
    }

    /// Decides as [`Self::authorize`] does, about the package as it is now, whatever was kept for
    /// the request under way: after a change that the request itself brought about.
    ///
    /// # Errors
    /// As [`Self::authorize`].
    pub async fn authorize_now(
        &self,
        actor: &Actor,
        address: &PackageAddress,
        action: Action,
    ) -> Result<Option<PackageHandle>> {
        let (actor, address) = (actor.clone(), address.clone());
        let found = self
            .inner
            .db
            .read_point(move |conn| authorize_in(conn, &actor, &address, action))
            .await?;
        Ok(match found {
            Found::Package(record) => Some(Arc::from(record)),
            Found::Absent(_) | Found::Nowhere => None,
        })
    }

    /// Gives a package that the asker may read. On SQLite the answer is kept until something is
    /// committed.
    async fn readable(
        &self,
        actor: &Actor,
        address: &PackageAddress,
    ) -> Result<Option<PackageHandle>> {
        let key = ReadKey {
            account: actor.account(),
            // Read before the stamp: part of the key, so that no older answer is taken for it.
            site_admin: actor
                .signed_in()
                .is_some_and(|signed_in| signed_in.site_admin),
            token: actor.token(),
            stated: stated(actor, address.format, &address.owner, address.name.key()),
            format: address.format,
            owner: address.owner.clone(),
            name: address.name.key().to_owned(),
        };
        let stamp = self.moment()?;
        let keepable = !matches!(actor, Actor::System);
        if let Some(record) = self.inner.readable.get(&key, stamp).filter(|_| keepable) {
            return Ok(Some(record));
        }
        let found = self.authorize_now(actor, address, Action::Read).await?;
        if let Some(record) = found.as_ref().filter(|_| keepable) {
            self.inner.readable.keep(key, stamp, Arc::clone(record));
        }
        Ok(found)
    }
}

/// Decides inside a transaction; `Found::Absent` comes back for `Create` and `Publish`, and for
/// whatever a repository allows where the package would belong to it.
pub(crate) fn authorize_in(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
    action: Action,
) -> Result<Found> {
    let (found, facts) = look_up(conn, actor, address, action)?;
    answer(actor, decide(&facts, action), action, &address.shown)?;
    Ok(found)
}

/// Tells inside a transaction whether somebody may do something, and nothing more.
pub(crate) fn may(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
    action: Action,
) -> Result<bool> {
    let (_, facts) = look_up(conn, actor, address, action)?;
    Ok(decide(&facts, action) == Decision::Allow)
}

/// Decides inside a transaction about a package that must exist.
pub(crate) fn package_in(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
    action: Action,
) -> Result<PackageRecord> {
    match authorize_in(conn, actor, address, action)? {
        Found::Package(record) => Ok(*record),
        Found::Absent(_) | Found::Nowhere => Err(Error::not_found(&address.shown)),
    }
}

/// Turns a decision into what the asker gets to know.
pub(crate) fn answer(actor: &Actor, decision: Decision, action: Action, what: &str) -> Result<()> {
    let what = what.to_owned();
    match (decision, actor) {
        (Decision::Allow, _) => Ok(()),
        (Decision::Deny(Denial::Unstated), _) => Err(Error::Unstated { what, action }),
        (_, Actor::Anonymous) => Err(Error::SignInNeeded { what }),
        (Decision::Deny(denial), _) => Err(Error::NotAllowed {
            what,
            action,
            denial,
        }),
        (Decision::Hide, _) if action == Action::Read => Err(Error::NotFound { what }),
        (Decision::Hide, _) => Err(Error::HiddenWrite { what, action }),
    }
}

fn look_up(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
    action: Action,
) -> Result<(Found, Facts)> {
    let (key, home) = (address.name.key(), address.name.home());
    let record = match home {
        Some(Home {
            repository: None,
            path,
        }) => package::find_record_at(conn, &address.owner, address.format, path)?,
        _ if action == Action::Restore => {
            package::find_deleted_record(conn, &address.owner, address.format, key)?
        }
        _ => package::find_record(conn, &address.owner, address.format, key)?,
    };
    if let Some(record) = record {
        let facts = package_facts(conn, actor, &record, action)?;
        return Ok((Found::Package(Box::new(record)), facts));
    }
    if let Some(home) = home {
        return repository::look_up_absent(conn, actor, address, home);
    }
    let owner = account::find_account(conn, &address.owner)?;
    let signed_in = actor.signed_in();
    let standing = standing(conn, signed_in, owner.as_ref())?;
    if let Some(signed_in) = signed_in {
        // The same queries as for a package that exists, so that time tells nothing.
        grant::role_of(
            conn,
            signed_in.account,
            grant::Object::Package(PackageId(0)),
        )?;
    }
    let owner_id = owner.as_ref().map_or(AccountId(0), |owner| owner.id);
    let about = About {
        owner: owner_id,
        repository: unsettled_repository(actor),
        package: None,
        stated: stated(actor, address.format, &address.owner, key),
    };
    let object = match &owner {
        Some(owner) => ObjectFacts::Absent {
            members_create: !owner.policy.member_visibilities.is_empty(),
        },
        None => ObjectFacts::Nowhere,
    };
    let facts = Facts {
        actor: actor_facts(actor, standing, about),
        object,
    };
    Ok((
        owner.map_or(Found::Nowhere, |owner| Found::Absent(Box::new(owner))),
        facts,
    ))
}

/// Loads what the decision must know about a package row.
pub(crate) fn package_facts(
    conn: &mut AnyConn,
    actor: &Actor,
    record: &PackageRecord,
    action: Action,
) -> Result<Facts> {
    let public = record.is_public();
    let deleted = record.package.deleted_at.is_some();
    // What anyone may read needs no further look.
    let settled = action == Action::Read && public && !deleted;
    let signed_in = actor.signed_in().filter(|_| !settled);
    let standing = standing(conn, signed_in, Some(&record.owner))?;
    let granted = match signed_in {
        Some(signed_in) => grant::role_of(conn, signed_in.account, granting(record))?,
        None => None,
    };
    Ok(facts_of(actor, record, standing, granted))
}

/// Gives the object whose grants count for a package: its repository when it inherits.
pub(crate) fn granting(record: &PackageRecord) -> grant::Object {
    match record.inherited_from() {
        Some(repository) => grant::Object::Repository(repository.id),
        None => grant::Object::Package(record.package.id),
    }
}

/// Puts together what the decision must know about a package row from what was loaded already: how
/// the asker stands to its owner, and the role it was granted on what [`granting`] names.
pub(crate) fn facts_of(
    actor: &Actor,
    record: &PackageRecord,
    standing: Standing,
    granted: Option<Role>,
) -> Facts {
    let package = &record.package;
    let about = About {
        owner: package.owner,
        repository: package.repository,
        package: Some(package.id),
        stated: stated(
            actor,
            package.format,
            record.owner.name.key(),
            package.name.key(),
        ),
    };
    let access = match record.inherited_from() {
        Some(repository) => repository_access(&record.owner, repository, standing, granted),
        None => AccessFacts {
            visibility: package.visibility,
            role: granted,
        },
    };
    let object = if package.deleted_at.is_some() {
        ObjectFacts::Deleted(access)
    } else {
        ObjectFacts::Live(access)
    };
    Facts {
        actor: actor_facts(actor, standing, about),
        object,
    }
}

/// Gives the repository that a token is limited to, for a package that is yet to be: which
/// repository it is linked to is known only when the body was read, and `publish` asks again then.
fn unsettled_repository(actor: &Actor) -> Option<RepositoryId> {
    let token = actor.signed_in()?.token.as_ref()?;
    token.limits.repositories.first().copied()
}

/// Tells how an account stands to an owner.
pub(crate) fn standing(
    conn: &mut AnyConn,
    signed_in: Option<&SignedIn>,
    owner: Option<&Account>,
) -> Result<Standing> {
    let Some(signed_in) = signed_in else {
        return Ok(Standing::Stranger);
    };
    let owner_id = owner.map_or(AccountId(0), |owner| owner.id);
    let role = organisation::find_role(conn, owner_id, signed_in.account)?;
    Ok(match (owner, role) {
        (Some(owner), _) if owner.id == signed_in.account => Standing::Owner,
        (Some(owner), Some(OrganisationRole::Owner)) if owner.kind == AccountKind::Organisation => {
            Standing::Owner
        }
        (_, Some(_)) => Standing::Member,
        (_, None) => Standing::Stranger,
    })
}

#[derive(Debug, Clone, Copy)]
struct About {
    owner: AccountId,
    repository: Option<RepositoryId>,
    package: Option<PackageId>,
    stated: Option<Actions>,
}

/// Gives what the access token that somebody came with, if it was one, states about a package.
fn stated(actor: &Actor, format: FormatId, owner: &str, name: &str) -> Option<Actions> {
    actor.signed_in()?.stated_about(format, owner, name)
}

fn actor_facts(actor: &Actor, standing: Standing, about: About) -> ActorFacts {
    match actor {
        Actor::Anonymous => ActorFacts::Anonymous,
        Actor::System => ActorFacts::System,
        Actor::Account(signed_in) => ActorFacts::Account {
            site_admin: signed_in.site_admin,
            standing,
            token: signed_in.token.as_ref().map(|token| TokenFacts {
                scopes: token.scopes,
                covers: token
                    .limits
                    .cover(about.owner, about.repository, about.package),
            }),
            stated: about.stated,
        },
    }
}

impl Registry {
    /// Gives the account of that name when the asker stands to it at least like that.
    ///
    /// # Errors
    /// `SignInNeeded` for anonymous askers; `NotFound` for everyone who stands less.
    pub async fn authorize_owner(
        &self,
        actor: &Actor,
        name: &str,
        least: Standing,
    ) -> Result<Account> {
        if matches!(actor, Actor::Anonymous) {
            return Err(Error::SignInNeeded {
                what: name.to_owned(),
            });
        }
        let (actor, name) = (actor.clone(), name.to_owned());
        self.inner
            .db
            .read_point(move |conn| {
                let found = account::find_account(conn, &name.to_lowercase())?;
                let standing = standing(conn, actor.signed_in(), found.as_ref())?;
                let everywhere = matches!(actor, Actor::System)
                    || actor
                        .signed_in()
                        .is_some_and(|signed_in| signed_in.site_admin);
                found
                    .filter(|_| everywhere || standing >= least)
                    .filter(|found| token_reads(&actor, found.id))
                    .ok_or_else(|| Error::not_found(&name))
            })
            .await
    }
}

/// Tells whether the token somebody came with, if any, may read what concerns an owner as such. An
/// access token is about packages alone.
fn token_reads(actor: &Actor, owner: AccountId) -> bool {
    let token = actor
        .signed_in()
        .and_then(|signed_in| signed_in.token.as_ref());
    !came_with_access_token(actor)
        && token.is_none_or(|token| {
            token.scopes.allows(Scope::ReadPackages) && token.limits.cover(owner, None, None)
        })
}

fn came_with_access_token(actor: &Actor) -> bool {
    let signed_in = actor.signed_in();
    signed_in.is_some_and(|signed_in| signed_in.stated.is_some())
}

/// Tells whether somebody speaks for the whole account: no token, or one that is not limited and
/// may write; never an access token.
pub(crate) fn speaks_for_account(actor: &Actor) -> bool {
    let token = actor
        .signed_in()
        .and_then(|signed_in| signed_in.token.as_ref());
    !came_with_access_token(actor)
        && token.is_none_or(|token| {
            token.limits.is_unlimited() && token.scopes.allows(Scope::WritePackages)
        })
}
