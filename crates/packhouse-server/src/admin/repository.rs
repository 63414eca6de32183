//! Repositories and the roles on them.

use packhouse_core::permission::Role;
use packhouse_registry::grant::Grantee;
use packhouse_registry::repository::RepositoryAddress;

use super::Admin;
use crate::cli::admin::{Change, RepoCommand};
use crate::failure::Failure;

pub(super) async fn run(admin: &Admin, command: RepoCommand) -> Result<(), Failure> {
    let Admin {
        registry,
        actor,
        client,
    } = admin;
    match command {
        RepoCommand::Create {
            repository,
            visibility,
        } => {
            let shown = repository.to_string();
            registry
                .create_repository(actor, client, repository, visibility)
                .await?;
            eprintln!("made the {visibility} repository {shown}");
        }
        RepoCommand::Visibility {
            repository,
            visibility,
        } => {
            let shown = repository.to_string();
            registry
                .set_repository_visibility(actor, client, repository, visibility)
                .await?;
            eprintln!("{shown} is {visibility}");
        }
        RepoCommand::Source {
            repository,
            change,
            source,
        } => {
            let done = match change {
                Change::Add => format!("{source} is a source of {repository}"),
                Change::Remove => format!("{source} is no source of {repository} any more"),
            };
            let present = change == Change::Add;
            registry
                .set_repository_source(actor, client, repository, source, present)
                .await?;
            eprintln!("{done}");
        }
    }
    Ok(())
}

pub(super) async fn grant(
    admin: &Admin,
    repository: RepositoryAddress,
    to: Grantee,
    role: Option<Role>,
) -> Result<(), Failure> {
    let told = told(&to, role, &repository);
    admin
        .registry
        .grant_on_repository(&admin.actor, &admin.client, repository, to, role)
        .await?;
    eprintln!("{told}");
    Ok(())
}

/// Says what role somebody has now.
pub(super) fn told(to: &Grantee, role: Option<Role>, on: impl std::fmt::Display) -> String {
    match role {
        Some(role) => format!("{to} has {role} on {on}"),
        None => format!("{to} has no role of its own on {on}"),
    }
}
