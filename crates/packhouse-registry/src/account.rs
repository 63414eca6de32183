//! Users, organisations, members and teams.

use packhouse_core::account::{
    Account, AccountKind, AccountName, OrganisationPolicy, OrganisationRole, Team, TeamName,
};
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::permission::Standing;
use packhouse_db::account::NewAccount;
use packhouse_db::{AnyConn, account, organisation, session, team};
use serde_json::json;

use crate::authorize::{speaks_for_account, standing};
use crate::error::{Error, Result};
use crate::event::{About, By};
use crate::password;
use crate::registry::Registry;
use crate::text;

/// The longest e-mail address that fits into a mail's envelope, in bytes (RFC 5321 §4.5.3.1.3).
const MAX_EMAIL: usize = 254;

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The login name.
    pub name: AccountName,
    /// Its address.
    pub email: Option<String>,
    /// Its password.
    pub password: String,
    /// Whether it may do everything everywhere.
    pub site_admin: bool,
}

impl Registry {
    /// Makes a user.
    ///
    /// # Errors
    /// For the server's own commands and site admins; `Exists` when the name is taken, by a user
    /// or an organisation.
    pub async fn create_user(
        &self,
        actor: &Actor,
        client: &Client,
        user: NewUser,
    ) -> Result<Account> {
        require_site_admin(actor, "create users")?;
        let by = self.by(actor, client);
        let new = user.with_hash().await?;
        self.inner
            .db
            .write(move |conn| insert(conn, &by, &new))
            .await
    }

    /// Sets a user's password and ends its browser sessions.
    ///
    /// # Errors
    /// For the server's own commands, site admins and the user itself.
    pub async fn set_password(
        &self,
        actor: &Actor,
        client: &Client,
        name: &AccountName,
        new: String,
    ) -> Result<()> {
        let hash = password::hash(new).await?;
        let (by, name) = (self.by(actor, client), name.clone());
        self.inner
            .db
            .write(move |conn| {
                let user = get_user(conn, &name)?;
                if by.actor.account() != Some(user.id) {
                    require_site_admin(&by.actor, "set the passwords of others")?;
                }
                account::set_password_hash(conn, user.id, &hash)?;
                session::delete_of_account(conn, user.id)?;
                by.about_account(conn, EventKind::PasswordChanged, &user)
            })
            .await
    }

    /// Lets a user sign in or not. A disabled user's tokens and sessions do not work.
    ///
    /// # Errors
    /// For the server's own commands and site admins.
    pub async fn set_disabled(
        &self,
        actor: &Actor,
        client: &Client,
        name: &AccountName,
        disabled: bool,
    ) -> Result<()> {
        require_site_admin(actor, "disable or enable users")?;
        let (by, name) = (self.by(actor, client), name.clone());
        self.inner
            .db
            .write(move |conn| {
                let user = get_user(conn, &name)?;
                account::set_disabled(conn, user.id, disabled)?;
                session::delete_of_account(conn, user.id)?;
                let kind = if disabled {
                    EventKind::UserDisabled
                } else {
                    EventKind::UserEnabled
                };
                by.about_account(conn, kind, &user)
            })
            .await
    }

    /// Makes an organisation with its first owner.
    ///
    /// # Errors
    /// `Exists` when the name is taken, `NotFound` when there is no such user.
    pub async fn create_organisation(
        &self,
        actor: &Actor,
        client: &Client,
        name: AccountName,
        owner: &AccountName,
    ) -> Result<Account> {
        require_site_admin(actor, "create organisations")?;
        let (by, owner) = (self.by(actor, client), owner.clone());
        self.inner
            .db
            .write(move |conn| {
                let owner = get_user(conn, &owner)?;
                let new = NewAccount {
                    kind: AccountKind::Organisation,
                    name,
                    email: None,
                    password_hash: None,
                    site_admin: false,
                    policy: OrganisationPolicy::default(),
                };
                let organisation = insert(conn, &by, &new)?;
                let role = OrganisationRole::Owner;
                organisation::set_member(conn, organisation.id, owner.id, role)?;
                let detail = json!({ "user": owner.name.as_str(), "role": role.as_str() });
                by.record(conn, EventKind::MemberSet, owned_by(&organisation), detail)?;
                Ok(organisation)
            })
            .await
    }

    /// Gives a user a place in an organisation, or takes it (`None`). Leaving ends the user's team
    /// places and grants on what the organisation owns.
    ///
    /// # Errors
    /// For owners of the organisation; `Conflict` when the last owner would go.
    pub async fn set_member(
        &self,
        actor: &Actor,
        client: &Client,
        organisation: &AccountName,
        user: &AccountName,
        role: Option<OrganisationRole>,
    ) -> Result<()> {
        let by = self.by(actor, client);
        let (organisation, user) = (organisation.clone(), user.clone());
        self.inner
            .db
            .write(move |conn| {
                let organisation = owned_organisation(conn, &by.actor, &organisation)?;
                let user = get_user(conn, &user)?;
                let old = organisation::find_role(conn, organisation.id, user.id)?;
                let last_owner = old == Some(OrganisationRole::Owner)
                    && role != Some(OrganisationRole::Owner)
                    && organisation::count_owners(conn, organisation.id)? == 1;
                if last_owner {
                    return Err(Error::Conflict(format!(
                        "{} is the last owner of {}: make another one first",
                        user.name, organisation.name
                    )));
                }
                let detail = json!({
                    "user": user.name.as_str(),
                    "old": old.map(OrganisationRole::as_str),
                    "role": role.map(OrganisationRole::as_str),
                });
                let kind = match role {
                    Some(role) => {
                        organisation::set_member(conn, organisation.id, user.id, role)?;
                        EventKind::MemberSet
                    }
                    None => {
                        if !organisation::remove_member(conn, organisation.id, user.id)? {
                            return Ok(());
                        }
                        EventKind::MemberRemoved
                    }
                };
                by.record(conn, kind, owned_by(&organisation), detail)?;
                Ok(())
            })
            .await
    }

    /// Makes a team with its first members.
    ///
    /// # Errors
    /// For owners of the organisation; `Exists` when the name is taken, `Invalid` when somebody is
    /// not a member of the organisation.
    pub async fn create_team(
        &self,
        actor: &Actor,
        client: &Client,
        organisation: &AccountName,
        name: TeamName,
        members: Vec<AccountName>,
    ) -> Result<Team> {
        let (by, organisation) = (self.by(actor, client), organisation.clone());
        self.inner
            .db
            .write(move |conn| {
                let organisation = owned_organisation(conn, &by.actor, &organisation)?;
                let what = format!("{}/{}", organisation.name, name.as_str());
                if team::find_team(conn, organisation.id, name.key())?.is_some() {
                    return Err(Error::Exists {
                        what: format!("team {what}"),
                    });
                }
                let team = team::insert_team(conn, organisation.id, &name, by.now)?;
                let detail = json!({ "team": name.as_str() });
                by.record(
                    conn,
                    EventKind::TeamCreated,
                    owned_by(&organisation),
                    detail,
                )?;
                for member in &members {
                    set_team_member_in(conn, &by, &organisation, &team, member, true)?;
                }
                Ok(team)
            })
            .await
    }

    /// Puts a user into a team, or takes it out.
    ///
    /// # Errors
    /// For owners of the organisation; `Invalid` when the user is not a member of it.
    pub async fn set_team_member(
        &self,
        actor: &Actor,
        client: &Client,
        organisation: &AccountName,
        name: &TeamName,
        user: &AccountName,
        member: bool,
    ) -> Result<()> {
        let by = self.by(actor, client);
        let (organisation, name, user) = (organisation.clone(), name.clone(), user.clone());
        self.inner
            .db
            .write(move |conn| {
                let organisation = owned_organisation(conn, &by.actor, &organisation)?;
                let team =
                    team::find_team(conn, organisation.id, name.key())?.ok_or_else(|| {
                        Error::not_found(format!("team {}/{}", organisation.name, name.as_str()))
                    })?;
                set_team_member_in(conn, &by, &organisation, &team, &user, member)
            })
            .await
    }
}

impl NewUser {
    /// Checks the rules of password and address, and hashes the password.
    pub(crate) async fn with_hash(self) -> Result<NewAccount> {
        if let Some(email) = &self.email {
            check_email(email)?;
        }
        Ok(NewAccount {
            kind: AccountKind::User,
            name: self.name,
            email: text::storable_option(self.email),
            password_hash: Some(password::hash(self.password).await?),
            site_admin: self.site_admin,
            policy: OrganisationPolicy::default(),
        })
    }
}

/// Checks that a text can be an e-mail address; whether it is one, only a mail would tell.
fn check_email(email: &str) -> Result<()> {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let parts = email
        .rsplit_once('@')
        .filter(|(local, host)| !local.is_empty() && !host.is_empty());
    if email.len() > MAX_EMAIL || email.contains(odd) || parts.is_none() {
        return Err(Error::Invalid(format!(
            "this is no e-mail address: write name@host, without spaces and at most {MAX_EMAIL} bytes long"
        )));
    }
    Ok(())
}

impl By {
    fn about_account(&self, conn: &mut AnyConn, kind: EventKind, account: &Account) -> Result<()> {
        let detail = json!({ "account": account.name.as_str() });
        Ok(self.record(conn, kind, owned_by(account), detail)?)
    }
}

/// Inserts an account whose name is free.
pub(crate) fn insert(conn: &mut AnyConn, by: &By, new: &NewAccount) -> Result<Account> {
    if account::find_account(conn, new.name.key())?.is_some() {
        return Err(Error::Exists {
            what: format!("the account {}", new.name),
        });
    }
    let account = account::insert_account(conn, new, by.now)?;
    let kind = match account.kind {
        AccountKind::User => EventKind::UserCreated,
        AccountKind::Organisation => EventKind::OrganisationCreated,
    };
    by.about_account(conn, kind, &account)?;
    Ok(account)
}

/// Finds an account by name.
pub(crate) fn get_account(conn: &mut AnyConn, name: &AccountName) -> Result<Account> {
    account::find_account(conn, name.key())?
        .ok_or_else(|| Error::not_found(format!("the account {name}")))
}

/// Finds a user by name.
pub(crate) fn get_user(conn: &mut AnyConn, name: &AccountName) -> Result<Account> {
    Some(get_account(conn, name)?)
        .filter(|account| account.kind == AccountKind::User)
        .ok_or_else(|| Error::not_found(format!("the user {name}")))
}

/// Finds an organisation that the actor may administer.
pub(crate) fn owned_organisation(
    conn: &mut AnyConn,
    actor: &Actor,
    name: &AccountName,
) -> Result<Account> {
    let found = get_account(conn, name)?;
    if found.kind != AccountKind::Organisation {
        return Err(Error::not_found(format!("the organisation {name}")));
    }
    require_owner(conn, actor, &found)?;
    // Changes of one organisation come one after the other: else two owners could remove each
    // other at once.
    account::hold_account(conn, found.id)?;
    Ok(found)
}

/// Refuses everyone but the owner of an account, site admins and the server's own commands.
pub(crate) fn require_owner(conn: &mut AnyConn, actor: &Actor, owner: &Account) -> Result<()> {
    let allowed = match actor {
        Actor::System => true,
        Actor::Anonymous => {
            return Err(Error::SignInNeeded {
                what: owner.name.to_string(),
            });
        }
        Actor::Account(signed_in) => {
            speaks_for_account(actor)
                && (signed_in.site_admin
                    || standing(conn, Some(signed_in), Some(owner))? == Standing::Owner)
        }
    };
    if allowed {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "only an owner of {} may do this",
        owner.name
    )))
}

/// Refuses everyone but site admins and the server's own commands.
pub(crate) fn require_site_admin(actor: &Actor, what: &str) -> Result<()> {
    match actor {
        Actor::System => Ok(()),
        Actor::Account(signed_in) if signed_in.site_admin && speaks_for_account(actor) => Ok(()),
        Actor::Anonymous => Err(Error::SignInNeeded {
            what: what.to_owned(),
        }),
        Actor::Account(_) => Err(Error::Refused(format!("only a site admin may {what}"))),
    }
}

fn set_team_member_in(
    conn: &mut AnyConn,
    by: &By,
    organisation: &Account,
    team: &Team,
    user: &AccountName,
    member: bool,
) -> Result<()> {
    let user = get_user(conn, user)?;
    if member && organisation::find_role(conn, organisation.id, user.id)?.is_none() {
        return Err(Error::Invalid(format!(
            "{} is not a member of {}: add them with `packhouse admin org member` first",
            user.name, organisation.name
        )));
    }
    let changed = if member {
        team::add_member(conn, team.id, user.id)?
    } else {
        team::remove_member(conn, team.id, user.id)?
    };
    if changed {
        let kind = if member {
            EventKind::TeamMemberAdded
        } else {
            EventKind::TeamMemberRemoved
        };
        let detail = json!({ "team": team.name.as_str(), "user": user.name.as_str() });
        by.record(conn, kind, owned_by(organisation), detail)?;
    }
    Ok(())
}

fn owned_by(account: &Account) -> About {
    About {
        owner: Some(account.id),
        ..About::default()
    }
}

#[cfg(test)]
mod tests {
    use super::check_email;

    #[test]
    fn odd_email_addresses_are_refused() {
        let check = |email: &str, expected| {
            assert_eq!(check_email(email).is_ok(), expected, "{email:?}");
        };
        check("someone@registry.example", true);
        check("\"a@b\"@registry.example", true);
        check("someone", false);
        check("@registry.example", false);
        check("someone@", false);
        check("some one@registry.example", false);
        check("someone@registry.example\0", false);
        check(&format!("{}@registry.example", "a".repeat(250)), false);
    }
}
