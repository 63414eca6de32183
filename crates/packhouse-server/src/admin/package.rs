//! Packages.

use packhouse_core::account::AccountName;
use packhouse_core::format::DeprecationWish;
use packhouse_core::package::VersionName;
use packhouse_registry::PackageAddress;
use packhouse_registry::rows::PackageRecord;
use packhouse_registry::visibility::AccessSource;

use super::repository::told;
use super::{Admin, table, version};
use crate::cli::admin::{PackageCommand, Switch};
use crate::failure::Failure;
use crate::run::print;

pub(super) async fn run(admin: &Admin, command: PackageCommand) -> Result<(), Failure> {
    let Admin {
        registry,
        actor,
        client,
    } = admin;
    match command {
        PackageCommand::List { owner } => list(admin, &owner).await?,
        PackageCommand::Visibility {
            package,
            visibility,
        } => {
            let address = admin.address(&package.kind, &package.name)?;
            registry
                .set_visibility(actor, client, &address, visibility)
                .await?;
            match visibility {
                AccessSource::Inherit => eprintln!("{} inherits", address.shown),
                AccessSource::Own(visibility) => eprintln!("{} is {visibility}", address.shown),
            }
        }
        PackageCommand::Link {
            package,
            repository,
        } => {
            let address = admin.address(&package.kind, &package.name)?;
            let told = match &repository.0 {
                Some(repository) => format!("{} is linked to {repository}", address.shown),
                None => format!("{} is not linked", address.shown),
            };
            let target = repository.0;
            let target = target.map(|target| (target.owner.key().to_owned(), target.name));
            registry.link(actor, client, &address, target).await?;
            eprintln!("{told}");
        }
        PackageCommand::Grant { package, to, role } => {
            let address = admin.address(&package.kind, &package.name)?;
            let told = told(&to, role.0, &address.shown);
            registry
                .grant_on_package(actor, client, &address, to, role.0)
                .await?;
            eprintln!("{told}");
        }
        PackageCommand::Delete { package, version } => {
            let address = admin.address(&package.kind, &package.name)?;
            delete(admin, &address, version.as_deref()).await?;
        }
        PackageCommand::Restore { package, version } => {
            let address = admin.address(&package.kind, &package.name)?;
            restore(admin, &address, version.as_deref()).await?;
        }
        PackageCommand::Complete { package, version } => {
            let address = admin.address(&package.kind, &package.name)?;
            version::complete(admin, &address, &version).await?;
        }
        PackageCommand::Deprecate {
            package,
            version,
            reasons,
            message,
            alternate,
            undo,
        } => {
            let address = admin.address(&package.kind, &package.name)?;
            let wish = (!undo).then_some(DeprecationWish {
                message,
                reasons,
                alternate,
            });
            deprecate(admin, &address, &version, wish).await?;
        }
        PackageCommand::Versions { package, deleted } => {
            let address = admin.address(&package.kind, &package.name)?;
            match deleted {
                false => version::list(admin, &address).await?,
                true => version::list_deleted(admin, &address).await?,
            }
        }
        PackageCommand::ImmutableTags { package, patterns } => {
            let address = admin.address(&package.kind, &package.name)?;
            immutable_tags(admin, &address, patterns).await?;
        }
        PackageCommand::RequireSignature { package, switch } => {
            let address = admin.address(&package.kind, &package.name)?;
            let needed = switch == Switch::On;
            registry
                .set_signature_needed(actor, client, &address, needed)
                .await?;
            let told = if needed {
                "hands out only what a key of its owner signed"
            } else {
                "hands out everything"
            };
            eprintln!("{} {told}", address.shown);
        }
    }
    Ok(())
}

/// Sets the patterns; without any, shows those that hold.
async fn immutable_tags(
    admin: &Admin,
    address: &PackageAddress,
    patterns: Vec<String>,
) -> Result<(), Failure> {
    let (registry, actor, client) = (&admin.registry, &admin.actor, &admin.client);
    if patterns.is_empty() {
        let patterns = registry.immutable_tags(actor, address).await?;
        return patterns.iter().try_for_each(print);
    }
    let patterns = match patterns.as_slice() {
        [word] if word == "none" => Vec::new(),
        _ => patterns,
    };
    let told = match patterns.as_slice() {
        [] => "all its tags move".to_owned(),
        patterns => format!("tags never move that are like {}", patterns.join(", ")),
    };
    registry
        .set_immutable_tags(actor, client, address, patterns)
        .await?;
    eprintln!("{}: {told}", address.shown);
    Ok(())
}

async fn delete(
    admin: &Admin,
    address: &PackageAddress,
    version: Option<&str>,
) -> Result<(), Failure> {
    let (registry, actor, client) = (&admin.registry, &admin.actor, &admin.client);
    let Some(version) = version else {
        registry
            .delete_package(actor, client, address, None)
            .await?;
        eprintln!("deleted {}; `restore` undoes it for 30 days", address.shown);
        return Ok(());
    };
    let name = admin.version(address, version)?;
    let names = vec![name.clone()];
    if registry
        .delete_versions(actor, client, address, names, None)
        .await?
        == 0
    {
        let missing = format!("{} has no version {name}", address.shown);
        return Err(Failure::Failed(anyhow::Error::msg(missing)));
    }
    eprintln!(
        "deleted {} {name}; `restore` undoes it for 30 days",
        address.shown
    );
    Ok(())
}

/// Deprecates one version or all, or takes that back where nothing is wished.
async fn deprecate(
    admin: &Admin,
    address: &PackageAddress,
    version: &str,
    wish: Option<DeprecationWish>,
) -> Result<(), Failure> {
    let (registry, actor, client) = (&admin.registry, &admin.actor, &admin.client);
    let format = registry.format(address.format.as_str())?;
    let deprecation = wish.map(|wish| format.deprecation(&wish).map_err(Failure::usage));
    let deprecation = deprecation.transpose()?;
    let live = registry.list_version_names(actor, address).await?;
    let names = match version {
        "all" => live,
        version => {
            let name = admin.version(address, version)?;
            if !live.contains(&name) {
                let missing = format!("{} has no version {name}", address.shown);
                return Err(Failure::Failed(anyhow::Error::msg(missing)));
            }
            vec![name]
        }
    };
    let wanted = names.into_iter().map(|name| (name, deprecation.clone()));
    let changed = registry
        .deprecate(actor, client, address, wanted.collect())
        .await?;
    let told = match deprecation {
        Some(_) => "deprecated",
        None => "no longer deprecated",
    };
    eprintln!("{told}: {changed} of the versions of {}", address.shown);
    Ok(())
}

async fn restore(
    admin: &Admin,
    address: &PackageAddress,
    version: Option<&str>,
) -> Result<(), Failure> {
    let (registry, actor, client) = (&admin.registry, &admin.actor, &admin.client);
    match version {
        None => {
            registry.restore_package(actor, client, address).await?;
            eprintln!("restored {}", address.shown);
        }
        Some(version) => {
            let name = admin.version(address, version)?;
            registry
                .restore_version(actor, client, address, &name)
                .await?;
            eprintln!("restored {} {name}", address.shown);
        }
    }
    Ok(())
}

async fn list(admin: &Admin, owner: &AccountName) -> Result<(), Failure> {
    let row = |record: &PackageRecord| row(admin, record);
    let rows = admin.registry.list_packages(owner, row).await?;
    let head = [
        "TYPE",
        "NAME",
        "VISIBILITY",
        "REPOSITORY",
        "VERSIONS",
        "CHANGED",
    ];
    print(table::render(&head, &rows))
}

fn row(admin: &Admin, record: &PackageRecord) -> Vec<String> {
    let package = &record.package;
    let owner = record.owner.name.as_str();
    let name = match admin.registry.format(package.format.as_str()) {
        Ok(format) => format.show(owner, &package.name),
        // Left behind by a release that had this format.
        Err(_) => format!("{owner}/{}", package.name),
    };
    let visibility = match record.inherited_from() {
        Some(repository) => format!("{} (inherited)", repository.visibility),
        None => package.visibility.to_string(),
    };
    let repository = record.repository.as_ref();
    vec![
        package.format.to_string(),
        name,
        visibility,
        repository.map_or_else(|| "-".to_owned(), |repository| repository.name.to_string()),
        record.live_versions.to_string(),
        table::time(package.updated_at),
    ]
}

impl Admin {
    pub(super) fn version(
        &self,
        address: &PackageAddress,
        version: &str,
    ) -> Result<VersionName, Failure> {
        let format = self.registry.format(address.format.as_str())?;
        let name = format.normalize_version(version);
        name.map_err(|error| Failure::usage(error.to_string()))
    }
}
