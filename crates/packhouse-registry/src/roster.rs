//! Who is where, and who may do what: lists for people.

use packhouse_core::account::{Account, AccountKind, AccountName, OrganisationRole, Team};
use packhouse_core::actor::Actor;
use packhouse_core::format::FormatId;
use packhouse_core::id::AccountId;
use packhouse_core::package::PackageName;
use packhouse_core::permission::{Action, Decision, Role, decide};
use packhouse_db::package::PackageRecord;
use packhouse_db::readable::Viewer;
use packhouse_db::{AnyConn, account, grant, organisation, package, team};

use crate::authorize::{PackageAddress, package_facts, package_in};
use crate::error::{Error, Result};
use crate::registry::Registry;

/// How many rows are read at once.
const PAGE: i64 = 200;

/// No end, for an answer that holds all packages of an owner anyway. Read in pages, each page would
/// find and sort all of them again: the time would grow with the square of their number.
const ALL: i64 = i64::MAX;

impl Registry {
    /// Finds a user by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_user(&self, name: &str) -> Result<Option<Account>> {
        let Ok(name) = AccountName::parse(name) else {
            return Ok(None);
        };
        let found = self
            .inner
            .db
            .read_point(move |conn| account::find_account(conn, name.key()))
            .await?;
        Ok(found.filter(|account| account.kind == AccountKind::User))
    }

    /// Lists users and teams with a role on a package, or on its repository when it inherits.
    ///
    /// # Errors
    /// Needs Publish: who only reads is told nothing about others.
    pub async fn collaborators(
        &self,
        actor: &Actor,
        address: &PackageAddress,
    ) -> Result<Vec<(String, Role)>> {
        let (actor, address) = (actor.clone(), address.clone());
        self.inner
            .db
            .read(move |conn| {
                let record = package_in(conn, &actor, &address, Action::Publish)?;
                let object = match record.inherited_from() {
                    Some(repository) => grant::Object::Repository(repository.id),
                    None => grant::Object::Package(record.package.id),
                };
                let grants = grant::list_grants(conn, object)?;
                let owner = record.owner.name.key();
                let mut named: Vec<_> = grants
                    .into_iter()
                    .map(|(subject, name, role)| match subject {
                        grant::Subject::User(_) => (name, role),
                        grant::Subject::Team(_) => (format!("{owner}:{name}"), role),
                    })
                    .collect();
                match record.owner.kind {
                    AccountKind::User => named.push((record.owner.name.to_string(), Role::Admin)),
                    AccountKind::Organisation => {
                        let owners = organisation::list_owners(conn, record.owner.id)?;
                        let owners = owners
                            .into_iter()
                            .map(|user| (user.name.to_string(), Role::Admin));
                        named.extend(owners);
                    }
                }
                Ok(named)
            })
            .await
    }

    /// Lists an owner's packages of a format that the asker may read, with the asker's role.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn packages_of(
        &self,
        actor: &Actor,
        owner: AccountId,
        format: FormatId,
    ) -> Result<Vec<(PackageRecord, Role)>> {
        let actor = actor.clone();
        self.inner
            .db
            .read(move |conn| {
                let viewer = Viewer::of(&actor);
                let (owner, format) = (Some(owner), Some(format));
                let all = package::list_readable(conn, &viewer, owner, format, None, ALL)?;
                let with_role = |record: PackageRecord| {
                    let role = role_on(conn, &actor, &record)?;
                    Ok((record, role))
                };
                all.into_iter().map(with_role).collect()
            })
            .await
    }

    /// Lists the members of an organisation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn members(
        &self,
        organisation: AccountId,
    ) -> Result<Vec<(Account, OrganisationRole)>> {
        self.inner
            .db
            .read(move |conn| {
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let page = organisation::list_members(conn, organisation, after, PAGE)?;
                    let Some((last, _)) = page.last() else {
                        return Ok(found);
                    };
                    after = Some(last.id);
                    found.extend(page);
                }
            })
            .await
    }

    /// Lists the teams of an organisation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn teams(&self, organisation: AccountId) -> Result<Vec<Team>> {
        self.inner
            .db
            .read(move |conn| Ok(team::list_teams(conn, organisation)?))
            .await
    }

    /// Lists the members of a team.
    ///
    /// # Errors
    /// `NotFound` when the organisation has no such team.
    pub async fn team_members(&self, organisation: &Account, name: &str) -> Result<Vec<Account>> {
        let (organisation, name) = (organisation.clone(), name.to_owned());
        self.inner
            .db
            .read(move |conn| {
                let team = get_team(conn, &organisation, &name)?;
                Ok(team::list_members(conn, team.id)?)
            })
            .await
    }

    /// Lists the packages of a format on which a team has a role of its own, as far as the asker
    /// may read them.
    ///
    /// # Errors
    /// `NotFound` when the organisation has no such team.
    pub async fn team_packages(
        &self,
        actor: &Actor,
        organisation: &Account,
        name: &str,
        format: FormatId,
    ) -> Result<Vec<(Account, PackageName, Role)>> {
        let (actor, organisation, name) = (actor.clone(), organisation.clone(), name.to_owned());
        self.inner
            .db
            .read(move |conn| {
                let team = get_team(conn, &organisation, &name)?;
                let mut found = Vec::new();
                for (owner, name, role) in team::list_packages_of_team(conn, team.id, format)? {
                    let key = name.key();
                    let record = package::find_record(conn, owner.name.key(), format, key)?;
                    let Some(record) = record else { continue };
                    let facts = package_facts(conn, &actor, &record, Action::Read)?;
                    if decide(&facts, Action::Read) == Decision::Allow {
                        found.push((owner, name, role));
                    }
                }
                Ok(found)
            })
            .await
    }

    /// Lists all live packages of an owner, for the server's own commands.
    ///
    /// # Errors
    /// `NotFound` when there is no such account.
    pub async fn list_packages(&self, owner: &AccountName) -> Result<Vec<PackageRecord>> {
        let owner = owner.clone();
        self.inner
            .db
            .read(move |conn| {
                let owner = crate::account::get_account(conn, &owner)?;
                Ok(package::list_packages(conn, owner.id, None, None, ALL)?)
            })
            .await
    }
}

fn get_team(conn: &mut AnyConn, organisation: &Account, name: &str) -> Result<Team> {
    team::find_team(conn, organisation.id, &name.to_lowercase())?
        .ok_or_else(|| Error::not_found(format!("team {}/{name}", organisation.name)))
}

/// Tells what somebody who may read a package may do with it.
fn role_on(conn: &mut AnyConn, actor: &Actor, record: &PackageRecord) -> Result<Role> {
    let facts = package_facts(conn, actor, record, Action::Publish)?;
    let may = |action| decide(&facts, action) == Decision::Allow;
    Ok(match (may(Action::Administer), may(Action::Publish)) {
        (true, _) => Role::Admin,
        (false, true) => Role::Write,
        (false, false) => Role::Read,
    })
}
