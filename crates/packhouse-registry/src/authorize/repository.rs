//! Decisions about repositories, and about packages of formats whose packages belong to one: where
//! there is no package, the repository decides what may be done.

use packhouse_core::account::Account;
use packhouse_core::actor::Actor;
use packhouse_core::id::{AccountId, RepositoryId};
use packhouse_core::package::Home;
use packhouse_core::permission::{
    AccessFacts, Action, Decision, Facts, ObjectFacts, Role, Standing, decide,
};
use packhouse_core::repository::{Repository, RepositoryName};
use packhouse_db::{AnyConn, account, grant, repository};

use super::{About, Found, PackageAddress, actor_facts, answer, standing, stated};
use crate::error::{Error, Result};
use crate::registry::Registry;

/// A repository that the asker may act on, and whose it is.
#[derive(Debug, Clone)]
pub struct RepositoryHandle {
    /// The account it belongs to.
    pub owner: Account,
    /// The repository.
    pub repository: Repository,
}

impl Registry {
    /// Decides about an action on a repository, named as in an address.
    ///
    /// # Errors
    /// `SignInNeeded`, `NotFound`, `HiddenWrite` or `NotAllowed`, by the rules of `design.md` §3.
    pub async fn authorize_repository(
        &self,
        actor: &Actor,
        owner: &str,
        name: &str,
        action: Action,
    ) -> Result<RepositoryHandle> {
        let actor = actor.clone();
        let (owner, name) = (owner.to_lowercase(), name.to_owned());
        self.inner
            .db
            .read_point(move |conn| {
                let what = format!("{owner}/{name}");
                let key = RepositoryName::parse(&name).ok();
                let key = key.as_ref().map(RepositoryName::key);
                let looked = look_up(conn, &actor, (&owner, key))?;
                answer(&actor, decide(&looked.facts, action), action, &what)?;
                match (looked.owner, looked.repository) {
                    (Some(owner), Some(repository)) => Ok(RepositoryHandle { owner, repository }),
                    _ => Err(Error::NotFound { what }),
                }
            })
            .await
    }
}

/// What was found under the name of a repository, and what the decision must know of it.
struct LookedUp {
    owner: Option<Account>,
    repository: Option<Repository>,
    facts: Facts,
}

/// Loads what the decision must know about a repository, existing or not, with the same queries.
fn look_up(
    conn: &mut AnyConn,
    actor: &Actor,
    (owner, key): (&str, Option<&str>),
) -> Result<LookedUp> {
    let owner = account::find_account(conn, owner)?;
    let owner_id = owner.as_ref().map_or(AccountId(0), |owner| owner.id);
    let repository = match key {
        Some(key) => repository::find_repository(conn, owner_id, key)?,
        None => None,
    };
    let signed_in = actor.signed_in();
    let standing = standing(conn, signed_in, owner.as_ref())?;
    let id = repository.as_ref().map(|repository| repository.id);
    let granted = match signed_in {
        Some(signed_in) => {
            let object = grant::Object::Repository(id.unwrap_or(RepositoryId(0)));
            grant::role_of(conn, signed_in.account, object)?
        }
        None => None,
    };
    let object = match (&owner, &repository) {
        (Some(owner), Some(repository)) => {
            ObjectFacts::Live(repository_access(owner, repository, standing, granted))
        }
        _ => ObjectFacts::Nowhere,
    };
    let about = About {
        owner: owner_id,
        repository: id,
        package: None,
        // Access tokens state packages; what they are linked to is the account's affair.
        stated: None,
    };
    Ok(LookedUp {
        facts: Facts {
            actor: actor_facts(actor, standing, about),
            object,
        },
        owner,
        repository,
    })
}

/// Loads what the decision must know about a package that is not there, of a format whose packages
/// belong to a repository.
pub(super) fn look_up_absent(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &PackageAddress,
    home: &Home,
) -> Result<(Found, Facts)> {
    let mut looked = look_up(conn, actor, (&address.owner, home.repository.as_deref()))?;
    if let packhouse_core::permission::ActorFacts::Account { stated: say, .. } =
        &mut looked.facts.actor
    {
        *say = stated(actor, address.format, &address.owner, address.name.key());
    }
    let found = match (looked.owner, looked.repository) {
        (Some(owner), Some(_)) => Found::Absent(Box::new(owner)),
        _ => Found::Nowhere,
    };
    Ok((found, looked.facts))
}

/// Decides inside a transaction about a repository.
pub(crate) fn repository_in(
    conn: &mut AnyConn,
    actor: &Actor,
    owner: &Account,
    repository: &Repository,
    action: Action,
) -> Result<Decision> {
    let signed_in = actor.signed_in();
    let standing = standing(conn, signed_in, Some(owner))?;
    let granted = match signed_in {
        Some(signed_in) => {
            let object = grant::Object::Repository(repository.id);
            grant::role_of(conn, signed_in.account, object)?
        }
        None => None,
    };
    let access = repository_access(owner, repository, standing, granted);
    let about = About {
        owner: owner.id,
        repository: Some(repository.id),
        package: None,
        // Access tokens state packages; what they are linked to is the account's affair.
        stated: None,
    };
    let facts = Facts {
        actor: actor_facts(actor, standing, about),
        object: ObjectFacts::Live(access),
    };
    Ok(decide(&facts, action))
}

/// Gives the access that a repository gives, to itself and to what inherits from it.
pub(super) fn repository_access(
    owner: &Account,
    repository: &Repository,
    standing: Standing,
    granted: Option<Role>,
) -> AccessFacts {
    let base = owner.policy.base_role;
    let base = base.filter(|_| standing == Standing::Member);
    AccessFacts {
        visibility: repository.visibility,
        role: granted.max(base),
    }
}
