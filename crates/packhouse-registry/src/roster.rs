//! Who is where, and who may do what: lists for people.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use packhouse_core::account::{Account, AccountKind, AccountName, OrganisationRole, Team};
use packhouse_core::actor::Actor;
use packhouse_core::format::FormatId;
use packhouse_core::id::{AccountId, PackageId};
use packhouse_core::package::PackageName;
use packhouse_core::permission::{Action, Decision, Facts, Role, Standing, decide};
use packhouse_db::package::PackageRecord;
use packhouse_db::readable::Viewer;
use packhouse_db::{AnyConn, account, grant, organisation, package, team};

use crate::authorize::{PackageAddress, facts_of, granting, package_facts, package_in, standing};
use crate::error::{Error, Result};
use crate::registry::Registry;

/// How many rows are read at once.
const PAGE: i64 = 200;

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
                let grants = grant::list_grants(conn, granting(&record))?;
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

    /// Lists what `row` makes of an owner's packages of a format that the asker may read, with the
    /// asker's role. Holds a page of packages at a time, and between pages no transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn packages_of<T>(
        &self,
        actor: &Actor,
        owner: &Account,
        format: FormatId,
        row: impl Fn(&PackageName, Role) -> T,
    ) -> Result<Vec<T>> {
        let (signed_in, account) = (actor.clone(), owner.clone());
        let standing = self
            .inner
            .db
            .read_point(move |conn| standing(conn, signed_in.signed_in(), Some(&account)))
            .await?;
        let asker = Arc::new(Asker {
            viewer: Viewer::of(actor),
            actor: actor.clone(),
            standing,
        });
        let (owner, mut found, mut after) = (owner.id, Vec::new(), None);
        loop {
            let asker = Arc::clone(&asker);
            let page = self
                .inner
                .db
                .read(move |conn| asker.page(conn, owner, format, after))
                .await?;
            found.extend(page.rows.iter().map(|(name, role)| row(name, *role)));
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
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

    /// Lists what `row` makes of each live package of an owner, for the server's own commands. Holds
    /// a page of packages at a time.
    ///
    /// # Errors
    /// `NotFound` when there is no such account.
    pub async fn list_packages<T>(
        &self,
        owner: &AccountName,
        row: impl Fn(&PackageRecord) -> T,
    ) -> Result<Vec<T>> {
        let owner = owner.clone();
        let owner = self
            .inner
            .db
            .read(move |conn| crate::account::get_account(conn, &owner))
            .await?
            .id;
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self
                .inner
                .db
                .read(move |conn| package::list_packages(conn, owner, None, after, PAGE))
                .await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            after = Some(last.package.id);
            found.extend(page.iter().map(&row));
        }
    }
}

/// Who asks for an owner's packages.
struct Asker {
    actor: Actor,
    viewer: Viewer,
    /// How it stands to the owner.
    standing: Standing,
}

/// Some of an owner's packages.
struct Page {
    rows: Vec<(PackageName, Role)>,
    /// After which the next page begins; `None` when there is none.
    next: Option<PackageId>,
}

impl Asker {
    fn page(
        &self,
        conn: &mut AnyConn,
        owner: AccountId,
        format: FormatId,
        after: Option<PackageId>,
    ) -> Result<Page> {
        let (owner, format) = (Some(owner), Some(format));
        let records = package::list_readable(conn, &self.viewer, owner, format, after, PAGE)?;
        let granted = match self.actor.signed_in() {
            Some(signed_in) => {
                let objects: HashSet<_> = records.iter().map(granting).collect();
                let objects: Vec<_> = objects.into_iter().collect();
                grant::roles_of(conn, signed_in.account, &objects)?
            }
            None => HashMap::new(),
        };
        let next = records.last().map(|record| record.package.id);
        let with_role = |record: PackageRecord| {
            let granted = granted.get(&granting(&record)).copied();
            let role = role_by(&facts_of(&self.actor, &record, self.standing, granted));
            (record.package.name, role)
        };
        Ok(Page {
            rows: records.into_iter().map(with_role).collect(),
            next,
        })
    }
}

fn get_team(conn: &mut AnyConn, organisation: &Account, name: &str) -> Result<Team> {
    team::find_team(conn, organisation.id, &name.to_lowercase())?
        .ok_or_else(|| Error::not_found(format!("team {}/{name}", organisation.name)))
}

/// Tells what somebody who may read a package may do with it.
fn role_by(facts: &Facts) -> Role {
    let may = |action| decide(facts, action) == Decision::Allow;
    match (may(Action::Administer), may(Action::Publish)) {
        (true, _) => Role::Admin,
        (false, true) => Role::Write,
        (false, false) => Role::Read,
    }
}
