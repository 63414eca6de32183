//! Who gets which role on a repository or package.

use packhouse_core::account::{Account, AccountKind, AccountName, TeamName};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::permission::{Action, Role};
use packhouse_core::visibility::Visibility;
use packhouse_db::package::PackageRecord;
use packhouse_db::{AnyConn, grant, organisation, team};
use serde_json::json;

use crate::account::{get_account, get_user};
use crate::authorize::{PackageAddress, package_in};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::registry::Registry;
use crate::repository::{RepositoryAddress, administered};
use crate::visibility::refuse_at_home;

/// Whom a grant is for.
#[derive(Debug, Clone)]
pub enum Grantee {
    /// A user.
    User(AccountName),
    /// A team, of the organisation that owns the object.
    Team(AccountName, TeamName),
}

impl Grantee {
    /// Parses `USER` or `ORG/TEAM`.
    ///
    /// # Errors
    /// `Invalid` when a name breaks its rule.
    pub fn parse(text: &str) -> Result<Self> {
        let invalid =
            |error: packhouse_core::account::AccountNameError| Error::Invalid(error.to_string());
        match text.split_once('/') {
            None => Ok(Self::User(AccountName::parse(text).map_err(invalid)?)),
            Some((organisation, team)) => Ok(Self::Team(
                AccountName::parse(organisation).map_err(invalid)?,
                TeamName::parse(team).map_err(invalid)?,
            )),
        }
    }
}

impl std::fmt::Display for Grantee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::Team(organisation, team) => write!(f, "{organisation}/{}", team.as_str()),
        }
    }
}

impl Registry {
    /// Sets a role on a repository, or removes it (`None`).
    ///
    /// # Errors
    /// Needs Administer; `Unprocessable` for a team of somebody else.
    pub async fn grant_on_repository(
        &self,
        actor: &Actor,
        client: &Client,
        address: RepositoryAddress,
        grantee: Grantee,
        role: Option<Role>,
    ) -> Result<()> {
        let by = self.by(actor, client);
        self.inner
            .db
            .write(move |conn| {
                let (owner, found) = administered(conn, &by.actor, &address)?;
                let subject = subject(conn, &owner, &grantee)?;
                let about = About {
                    owner: Some(owner.id),
                    repository: Some(found.id),
                    ..About::default()
                };
                let object = grant::Object::Repository(found.id);
                set(conn, &by, about, subject, object, &grantee, role)
            })
            .await
    }

    /// Sets a role on a package that has its own access, or removes it (`None`).
    ///
    /// # Errors
    /// Needs Administer; `Conflict` when the package inherits; `Unprocessable` for a team of
    /// somebody else, or an outsider on a package of an organisation that is not public.
    pub async fn grant_on_package(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        grantee: Grantee,
        role: Option<Role>,
    ) -> Result<()> {
        let by = self.by(actor, client);
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Administer)?;
                let package = &record.package;
                refuse_at_home(&record, &address.shown)?;
                if package.inherits {
                    return Err(Error::Conflict(format!(
                        "{} takes its access from its repository: grant there, or give the \
                         package a visibility of its own first",
                        address.shown
                    )));
                }
                let subject = subject(conn, &record.owner, &grantee)?;
                // The operator's own commands may share with anyone.
                if role.is_some() && !matches!(by.actor, Actor::System) {
                    refuse_outsider(conn, &record, subject, &grantee)?;
                }
                let about = About::of(&record, None);
                let object = grant::Object::Package(package.id);
                set(conn, &by, about, subject, object, &grantee, role)
            })
            .await
    }
}

fn set(
    conn: &mut AnyConn,
    by: &By,
    about: About,
    subject: grant::Subject,
    object: grant::Object,
    grantee: &Grantee,
    role: Option<Role>,
) -> Result<()> {
    let (old, kind) = match role {
        Some(role) => (
            grant::set_grant(conn, subject, object, role, by.now)?,
            EventKind::GrantSet,
        ),
        None => (
            grant::remove_grant(conn, subject, object)?,
            EventKind::GrantRemoved,
        ),
    };
    if old == role {
        return Ok(());
    }
    let detail = json!({
        "to": grantee.to_string(),
        "old": old.map(Role::as_str),
        "role": role.map(Role::as_str),
    });
    by.record(conn, kind, about, detail)?;
    Ok(())
}

fn subject(conn: &mut AnyConn, owner: &Account, grantee: &Grantee) -> Result<grant::Subject> {
    match grantee {
        Grantee::User(name) => Ok(grant::Subject::User(get_user(conn, name)?.id)),
        Grantee::Team(organisation, name) => {
            let organisation = get_account(conn, organisation)?;
            if organisation.id != owner.id {
                return Err(Error::Unprocessable(format!(
                    "only teams of {} can be granted access here",
                    owner.name
                )));
            }
            let missing = || Error::not_found(format!("team {grantee}"));
            let team = team::find_team(conn, organisation.id, name.key())?.ok_or_else(missing)?;
            Ok(grant::Subject::Team(team.id))
        }
    }
}

/// A package of an organisation that is not public is for its members alone.
fn refuse_outsider(
    conn: &mut AnyConn,
    record: &PackageRecord,
    subject: grant::Subject,
    grantee: &Grantee,
) -> Result<()> {
    let grant::Subject::User(user) = subject else {
        return Ok(());
    };
    let owner = &record.owner;
    let open = owner.kind == AccountKind::User
        || record.package.visibility == Visibility::Public
        || organisation::find_role(conn, owner.id, user)?.is_some();
    if open {
        return Ok(());
    }
    Err(Error::Unprocessable(format!(
        "{grantee} is not a member of {}, and only public packages are shared outside",
        owner.name
    )))
}
