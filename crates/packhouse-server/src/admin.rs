//! `packhouse admin …`: the server's own hand on accounts, repositories, packages and tokens.
//!
//! Commands call the same use cases as requests do, so rules and events hold; they act as
//! `system`, work on the database, and count from the next request on.

mod account;
mod package;
mod repository;
mod signing_key;
mod table;
mod token;
mod version;

use std::io::Read;

use anyhow::Context;
use packhouse_core::actor::{Actor, Client};
use packhouse_registry::{PackageAddress, Registry};

use crate::cli::admin::AdminCommand;
use crate::cli::value::PackageText;
use crate::config::Config;
use crate::failure::Failure;
use crate::open::open;
use crate::protocols::Protocols;

/// Who the commands are, as events tell it.
const AGENT: &str = "packhouse admin";

/// What commands work with.
struct Admin {
    registry: Registry,
    actor: Actor,
    client: Client,
}

/// Does what an admin command says.
///
/// # Errors
/// What the use case refuses, and what stands in its way.
pub async fn run(config: &Config, command: AdminCommand) -> Result<(), Failure> {
    let public_url = config.public_url.clone();
    let public_url = public_url.unwrap_or_else(|| config.own_url(config.listen));
    let opened = open(config, public_url, &Protocols::default()).await?;
    let admin = Admin {
        registry: opened.registry,
        actor: Actor::System,
        client: Client {
            address: None,
            agent: Some(AGENT.to_owned()),
        },
    };
    match command {
        AdminCommand::User(command) => account::user(&admin, command).await,
        AdminCommand::Org(command) => account::organisation(&admin, command).await,
        AdminCommand::Team(command) => account::team(&admin, command).await,
        AdminCommand::Repo(command) => repository::run(&admin, command).await,
        AdminCommand::Grant {
            repository,
            to,
            role,
        } => repository::grant(&admin, repository, to, role.0).await,
        AdminCommand::Package(command) => package::run(&admin, command).await,
        AdminCommand::Token(command) => token::run(&admin, command).await,
        AdminCommand::SigningKey(command) => signing_key::run(&admin, command).await,
    }
}

impl Admin {
    /// Turns a typed package into its address, by the rules of its format.
    fn address(&self, kind: &str, package: &PackageText) -> Result<PackageAddress, Failure> {
        let format = self.registry.format(kind);
        let format = format.map_err(|error| Failure::usage(error.to_string()))?;
        let name = format.normalize_name(&package.name);
        let name = name.map_err(|error| Failure::usage(error.to_string()))?;
        Ok(PackageAddress {
            format: format.id(),
            owner: package.owner.clone(),
            shown: format.show(&package.owner, &name),
            name,
        })
    }
}

/// Reads a password to the end of standard input, less one line break there.
fn password() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .context("cannot read the password from standard input")?;
    Ok(without_line_break(text))
}

fn without_line_break(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::without_line_break;

    #[test]
    fn one_line_break_at_the_end_is_not_part_of_a_password() {
        for (given, password) in [
            ("secret", "secret"),
            ("secret\n", "secret"),
            ("secret\r\n", "secret"),
            ("secret\n\n", "secret\n"),
            (" se cret \n", " se cret "),
        ] {
            assert_eq!(without_line_break(given.to_owned()), password, "{given:?}");
        }
    }
}
