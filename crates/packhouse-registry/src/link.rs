//! Which repository a package belongs to.
//!
//! A package names its source; it is linked when that address is ours, a registered source
//! address of a repository, or on a host of `[links] hosts`, **and** the publisher may write to
//! that repository (`design.md` §3). Otherwise anyone could attach to a foreign repository.

use packhouse_core::account::Account;
use packhouse_core::actor::{Actor, Client};
use packhouse_core::event::EventKind;
use packhouse_core::link::SourceAddress;
use packhouse_core::permission::{Action, Decision};
use packhouse_core::repository::{Repository, RepositoryName};
use packhouse_db::{AnyConn, account, package, repository};
use serde_json::json;

use crate::authorize::{PackageAddress, package_in, repository_in};
use crate::error::{Error, Result};
use crate::event::About;
use crate::registry::{Registry, Settings};

/// What became of a claimed source address.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    pub repository: Option<Repository>,
    pub warning: Option<String>,
}

/// Finds the repository that a publisher's package may be linked to.
///
/// `named` is the repository of the same owner that the package's own name begins with. One that
/// the publisher may read but not write is refused.
pub(crate) fn settle(
    conn: &mut AnyConn,
    actor: &Actor,
    settings: &Settings,
    (owner, named): (&Account, Option<&str>),
    claimed: Option<&str>,
) -> Result<Settled> {
    if let Some(repository) = by_name(conn, actor, owner, named)? {
        return Ok(Settled {
            repository: Some(repository),
            warning: None,
        });
    }
    let Some(address) = claimed.and_then(|text| SourceAddress::parse(text).ok()) else {
        return Ok(Settled::default());
    };
    let mut candidates = repository::find_by_source(conn, &address)?;
    candidates.extend(by_address(conn, settings, &address)?);
    for candidate in candidates {
        let Some(owner) = account::find_account_by_id(conn, candidate.owner)? else {
            continue;
        };
        let decision = repository_in(conn, actor, &owner, &candidate, Action::Publish)?;
        if decision == Decision::Allow {
            return Ok(Settled {
                repository: Some(candidate),
                warning: None,
            });
        }
    }
    let warning = format!(
        "published without a link to {address}: no repository with this source address that you \
         may write to"
    );
    Ok(Settled {
        repository: None,
        warning: Some(warning),
    })
}

/// Finds the repository that a package's own name begins with.
fn by_name(
    conn: &mut AnyConn,
    actor: &Actor,
    owner: &Account,
    named: Option<&str>,
) -> Result<Option<Repository>> {
    let Some(Ok(name)) = named.map(RepositoryName::parse) else {
        return Ok(None);
    };
    let Some(found) = repository::find_repository(conn, owner.id, name.key())? else {
        return Ok(None);
    };
    match repository_in(conn, actor, owner, &found, Action::Publish)? {
        Decision::Allow => Ok(Some(found)),
        Decision::Hide => Ok(None),
        decision => {
            let what = format!("packages of the repository {}/{name}", owner.name);
            crate::authorize::answer(actor, decision, Action::Publish, &what)?;
            Ok(None)
        }
    }
}

/// Finds a repository by an address on our own host or one that stands for it.
fn by_address(
    conn: &mut AnyConn,
    settings: &Settings,
    address: &SourceAddress,
) -> Result<Option<Repository>> {
    let own = own_host(settings);
    let (host, base) = match own {
        Some(own) if own == address.host() => (own, settings.public_url.path()),
        _ => match settings
            .link_hosts
            .iter()
            .find(|host| *host == address.host())
        {
            Some(host) => (host.clone(), ""),
            None => return Ok(None),
        },
    };
    let Some((owner, name)) = address.owner_and_repository(&host, base) else {
        return Ok(None);
    };
    let Ok(name) = RepositoryName::parse(name) else {
        return Ok(None);
    };
    let Some(owner) = account::find_account(conn, owner)? else {
        return Ok(None);
    };
    Ok(repository::find_repository(conn, owner.id, name.key())?)
}

fn own_host(settings: &Settings) -> Option<String> {
    let host = settings.public_url.host_str()?;
    Some(match settings.public_url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

impl Registry {
    /// Links a package to a repository, or unlinks it. Linking later changes no access; unlinking
    /// ends inheritance, and the package has its own visibility and grants from then on.
    ///
    /// # Errors
    /// Needs Administer on the package and write access to the repository.
    pub async fn link(
        &self,
        actor: &Actor,
        client: &Client,
        address: &PackageAddress,
        target: Option<(String, RepositoryName)>,
    ) -> Result<()> {
        let by = self.by(actor, client);
        let address = address.clone();
        self.inner
            .db
            .write(move |conn| {
                let record = package_in(conn, &by.actor, &address, Action::Administer)?;
                crate::visibility::refuse_at_home(&record, &address.shown)?;
                let target = match target {
                    None => None,
                    Some((owner, name)) => Some(writable(conn, &by.actor, &owner, &name)?),
                };
                let package = record.package.id;
                let inherits = record.package.inherits && target == record.package.repository;
                package::bump(conn, package, by.now)?;
                package::set_repository(conn, package, target, inherits)?;
                let about = About {
                    repository: target.or(record.package.repository),
                    ..About::of(&record, None)
                };
                let detail = json!({
                    "package": address.shown,
                    "old": record.package.repository,
                    "new": target,
                    "inherits": inherits,
                });
                by.record(conn, EventKind::PackageLinked, about, detail)?;
                Ok(())
            })
            .await
    }
}

fn writable(
    conn: &mut AnyConn,
    actor: &Actor,
    owner: &str,
    name: &RepositoryName,
) -> Result<packhouse_core::id::RepositoryId> {
    let what = format!("repository {owner}/{name}");
    let missing = || Error::not_found(&what);
    let owner = account::find_account(conn, &owner.to_lowercase())?.ok_or_else(missing)?;
    let found = repository::find_repository(conn, owner.id, name.key())?.ok_or_else(missing)?;
    let decision = repository_in(conn, actor, &owner, &found, Action::Publish)?;
    if decision == Decision::Hide {
        return Err(missing());
    }
    crate::authorize::answer(actor, decision, Action::Publish, &what)?;
    Ok(found.id)
}
