//! Users, organisations and teams.

use packhouse_registry::account::NewUser;

use super::{Admin, password};
use crate::cli::admin::{OrgCommand, TeamCommand, UserCommand};
use crate::failure::Failure;

pub(super) async fn user(admin: &Admin, command: UserCommand) -> Result<(), Failure> {
    let Admin {
        registry,
        actor,
        client,
    } = admin;
    match command {
        UserCommand::Create {
            name,
            email,
            site_admin,
            password: _,
        } => {
            let user = NewUser {
                name,
                email,
                password: password()?,
                site_admin,
            };
            let made = registry.create_user(actor, client, user).await?;
            eprintln!("made the user {}", made.name);
        }
        UserCommand::Password { name, password: _ } => {
            registry
                .set_password(actor, client, &name, password()?)
                .await?;
            eprintln!("set the password of {name}");
        }
        UserCommand::Disable { name } => {
            registry.set_disabled(actor, client, &name, true).await?;
            eprintln!("disabled {name}");
        }
        UserCommand::Enable { name } => {
            registry.set_disabled(actor, client, &name, false).await?;
            eprintln!("enabled {name}");
        }
    }
    Ok(())
}

pub(super) async fn organisation(admin: &Admin, command: OrgCommand) -> Result<(), Failure> {
    let Admin {
        registry,
        actor,
        client,
    } = admin;
    match command {
        OrgCommand::Create { name, owner } => {
            let made = registry
                .create_organisation(actor, client, name, &owner)
                .await?;
            eprintln!("made the organisation {} with the owner {owner}", made.name);
        }
        OrgCommand::Member {
            organisation,
            user,
            role,
        } => {
            registry
                .set_member(actor, client, &organisation, &user, role.0)
                .await?;
            match role.0 {
                Some(role) => eprintln!("{user} is {} of {organisation}", role.as_str()),
                None => eprintln!("{user} is not in {organisation}"),
            }
        }
    }
    Ok(())
}

pub(super) async fn team(admin: &Admin, command: TeamCommand) -> Result<(), Failure> {
    let Admin {
        registry,
        actor,
        client,
    } = admin;
    match command {
        TeamCommand::Create { team, members } => {
            let organisation = &team.organisation;
            let made = registry
                .create_team(actor, client, organisation, team.name, members)
                .await?;
            eprintln!("made the team {organisation}/{}", made.name.as_str());
        }
        TeamCommand::Member { team, user, role } => {
            let (organisation, name) = (&team.organisation, &team.name);
            registry
                .set_team_member(actor, client, organisation, name, &user, role.0)
                .await?;
            let place = if role.0 { "is" } else { "is not" };
            eprintln!("{user} {place} in {organisation}/{}", name.as_str());
        }
    }
    Ok(())
}
