//! Repositories: made, shown, and given source addresses.

use packhouse_core::account::{Account, AccountKind, AccountName};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::link::SourceAddress;
use packhouse_core::permission::Action;
use packhouse_core::repository::{Repository, RepositoryName};
use packhouse_core::visibility::Visibility;
use packhouse_db::{AnyConn, repository};
use serde_json::json;

use crate::account::{get_account, require_owner};
use crate::authorize::{answer, repository_in};
use crate::error::{Error, Result};
use crate::event::About;
use crate::registry::Registry;

/// Names a repository: its owner and its name there.
#[derive(Debug, Clone)]
pub struct RepositoryAddress {
    /// The owner.
    pub owner: AccountName,
    /// The name inside the owner.
    pub name: RepositoryName,
}

impl RepositoryAddress {
    /// Parses `OWNER/NAME`.
    ///
    /// # Errors
    /// `Invalid` when either part breaks its rule.
    pub fn parse(text: &str) -> Result<Self> {
        let (owner, name) = text
            .split_once('/')
            .ok_or_else(|| Error::Invalid(format!("bad repository {text:?}: use OWNER/NAME")))?;
        let owner = AccountName::parse(owner).map_err(|error| Error::Invalid(error.to_string()))?;
        let name =
            RepositoryName::parse(name).map_err(|error| Error::Invalid(error.to_string()))?;
        Ok(Self { owner, name })
    }
}

impl std::fmt::Display for RepositoryAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl Registry {
    /// Makes a repository.
    ///
    /// # Errors
    /// For the owner; `Exists` when the name is taken; `Unprocessable` for internal under a user.
    pub async fn create_repository(
        &self,
        actor: &Actor,
        client: &Client,
        address: RepositoryAddress,
        visibility: Visibility,
    ) -> Result<Repository> {
        let by = self.by(actor, client);
        self.inner
            .db
            .write(move |conn| {
                let owner = get_account(conn, &address.owner)?;
                require_owner(conn, &by.actor, &owner)?;
                refuse_internal_of_user(&owner, visibility)?;
                if repository::find_repository(conn, owner.id, address.name.key())?.is_some() {
                    return Err(Error::Exists {
                        what: format!("repository {address}"),
                    });
                }
                let made = repository::insert_repository(
                    conn,
                    owner.id,
                    &address.name,
                    visibility,
                    by.now,
                )?;
                let detail = json!({
                    "repository": address.to_string(),
                    "visibility": visibility.as_str(),
                });
                by.record(
                    conn,
                    EventKind::RepositoryCreated,
                    about(&owner, &made),
                    detail,
                )?;
                Ok(made)
            })
            .await
    }

    /// Changes who may read a repository, and so the packages that inherit from it.
    ///
    /// # Errors
    /// Needs Administer on the repository; `Unprocessable` for internal under a user.
    pub async fn set_repository_visibility(
        &self,
        actor: &Actor,
        client: &Client,
        address: RepositoryAddress,
        visibility: Visibility,
    ) -> Result<()> {
        let by = self.by(actor, client);
        self.inner
            .db
            .write(move |conn| {
                let (owner, found) = administered(conn, &by.actor, &address)?;
                refuse_internal_of_user(&owner, visibility)?;
                if found.visibility == visibility {
                    return Ok(());
                }
                repository::set_visibility(conn, found.id, visibility)?;
                let detail = json!({
                    "old": found.visibility.as_str(),
                    "new": visibility.as_str(),
                });
                let kind = EventKind::RepositoryVisibilityChanged;
                by.record(conn, kind, about(&owner, &found), detail)?;
                Ok(())
            })
            .await
    }

    /// Registers an address by which packages may name this repository, or removes it.
    ///
    /// # Errors
    /// Needs Administer on the repository; `NotFound` when an address to remove is not there.
    pub async fn set_repository_source(
        &self,
        actor: &Actor,
        client: &Client,
        address: RepositoryAddress,
        source: SourceAddress,
        present: bool,
    ) -> Result<()> {
        let by = self.by(actor, client);
        self.inner
            .db
            .write(move |conn| {
                let (owner, found) = administered(conn, &by.actor, &address)?;
                let (changed, kind) = if present {
                    let added = repository::add_source(conn, found.id, &source)?;
                    (added, EventKind::RepositorySourceAdded)
                } else {
                    let removed = repository::remove_source(conn, found.id, &source)?;
                    (removed, EventKind::RepositorySourceRemoved)
                };
                if !changed && !present {
                    return Err(Error::not_found(format!(
                        "the source {source} of {address}"
                    )));
                }
                if changed {
                    let detail = json!({ "source": source.to_string() });
                    by.record(conn, kind, about(&owner, &found), detail)?;
                }
                Ok(())
            })
            .await
    }
}

/// Finds a repository that the actor may administer.
pub(crate) fn administered(
    conn: &mut AnyConn,
    actor: &Actor,
    address: &RepositoryAddress,
) -> Result<(Account, Repository)> {
    let what = format!("repository {address}");
    let owner = get_account(conn, &address.owner)?;
    let found = repository::find_repository(conn, owner.id, address.name.key())?
        .ok_or_else(|| Error::not_found(&what))?;
    let decision = repository_in(conn, actor, &owner, &found, Action::Administer)?;
    answer(actor, decision, Action::Administer, &what)?;
    Ok((owner, found))
}

fn refuse_internal_of_user(owner: &Account, visibility: Visibility) -> Result<()> {
    if visibility == Visibility::Internal && owner.kind == AccountKind::User {
        return Err(Error::Unprocessable(format!(
            "internal is for things of organisations: {} is a user, use private or public",
            owner.name
        )));
    }
    Ok(())
}

fn about(owner: &Account, repository: &Repository) -> About {
    About {
        owner: Some(owner.id),
        repository: Some(repository.id),
        ..About::default()
    }
}
