//! Tokens.

use packhouse_core::token::Token;
use packhouse_registry::token::TokenSpec;

use super::{Admin, table};
use crate::cli::admin::{TokenCommand, TokenCreate};
use crate::failure::Failure;
use crate::run::print;

pub(super) async fn run(admin: &Admin, command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::List { user } => {
            let tokens = admin.registry.list_tokens_of(&user).await?;
            let head = [
                "ID", "NAME", "TOKEN", "SCOPES", "LIMITED", "CREATED", "EXPIRES", "USED",
            ];
            print(table::render(
                &head,
                &tokens.iter().map(row).collect::<Vec<_>>(),
            ))
        }
        TokenCommand::Create(create) => make(admin, create).await,
        TokenCommand::Revoke { id } => {
            admin
                .registry
                .revoke_token(&admin.actor, &admin.client, id)
                .await?;
            eprintln!("revoked the token {id}");
            Ok(())
        }
    }
}

async fn make(admin: &Admin, create: TokenCreate) -> Result<(), Failure> {
    let registry = &admin.registry;
    let packages = create.packages.iter();
    let packages = packages.map(|typed| admin.address(&typed.kind, &typed.package));
    let packages = packages.collect::<Result<Vec<_>, _>>()?;
    let limits = registry
        .token_limits(create.owners, create.repositories, packages)
        .await?;
    let spec = TokenSpec {
        name: create.name,
        scopes: create.scopes,
        limits,
        expires_at: create.expires_in.map(|span| registry.now() + span),
    };
    let made = registry
        .create_token(&admin.actor, &admin.client, &create.user, spec)
        .await?;
    print(made.secret)
}

fn row(token: &Token) -> Vec<String> {
    let limits = &token.limits;
    let limited = [
        ("owners", limits.owners.len()),
        ("repositories", limits.repositories.len()),
        ("packages", limits.packages.len()),
        ("addresses", limits.addresses.len()),
    ];
    let limited: Vec<_> = limited
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{kind}:{count}"))
        .collect();
    let or_dash = |text: String| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text
        }
    };
    vec![
        token.id.to_string(),
        token.name.clone(),
        format!("…{}", token.last4),
        token.scopes.to_string(),
        or_dash(limited.join(",")),
        table::time(token.created_at),
        or_dash(token.expires_at.map(table::time).unwrap_or_default()),
        or_dash(token.last_used_at.map(table::time).unwrap_or_default()),
    ]
}
