//! Public keys whose signatures owners trust.

use anyhow::Context;
use packhouse_core::id::OwnerKeyId;

use super::{Admin, table};
use crate::cli::admin::SigningKeyCommand;
use crate::failure::Failure;
use crate::run::print;

pub(super) async fn run(admin: &Admin, command: SigningKeyCommand) -> Result<(), Failure> {
    let Admin {
        registry,
        actor,
        client,
    } = admin;
    match command {
        SigningKeyCommand::Add { owner, file } => {
            let text = std::fs::read(&file)
                .with_context(|| format!("cannot read the key from {}", file.display()))?;
            let added = registry
                .add_owner_key(actor, client, owner.key(), &text)
                .await?;
            eprintln!(
                "{owner} trusts key {} ({}, {})",
                added.id, added.algorithm, added.fingerprint
            );
        }
        SigningKeyCommand::List { owner } => {
            let keys = registry.owner_keys(actor, owner.key()).await?;
            let rows: Vec<_> = keys
                .iter()
                .map(|key| {
                    vec![
                        key.id.to_string(),
                        key.algorithm.clone(),
                        key.fingerprint.clone(),
                        table::time(key.created_at),
                    ]
                })
                .collect();
            print(table::render(
                &["ID", "ALGORITHM", "FINGERPRINT", "ADDED"],
                &rows,
            ))?;
        }
        SigningKeyCommand::Remove { owner, id } => {
            registry
                .remove_owner_key(actor, client, owner.key(), OwnerKeyId(id))
                .await?;
            eprintln!("{owner} trusts key {id} no more");
        }
    }
    Ok(())
}
